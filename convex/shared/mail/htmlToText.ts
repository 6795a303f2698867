/**
 * The text of an HTML mail, for reading, searching and agents. Pure. Quotes become `> `, links keep their address, pictures
 * are left out. Bounded: html over the limit is cut at its end, and what is nested deeper than any mail is read as text.
 *
 * Programs put names on what they quote, which the text would lose: those places come with it, as its units.
 */
import { compile, type FormatCallback } from 'html-to-text';
import { between, firstUnits } from '../kit/text';

export const mostUnitsOfHtml = 2 * 1024 * 1024;

/** Deeper than any mail. The parser's work grows with the depth of each tag, so a deeper one never gets to it. */
const mostNested = 1_000;
/** Each list indents all that is in it once more. */
const mostListsNested = 10;

export interface TextOfHtml {
  text: string;
  /** Containers of a quote, in order: where they begin, and the unit after their end. */
  quotes: { start: number; end: number }[];
  /** From here on all is quoted; the text's length where nothing says so. */
  quotedFrom: number;
}

/** A quote with its attribution, as one of these programs wraps it. Quotes in a blockquote need no name. */
const containers = [
  'div.gmail_attr',
  'div.moz-cite-prefix',
  'div.yahoo_quoted',
  'div.zmail_extra',
  'div[name=quote]',
  'div#mail-editor-reference-message-container',
];
/** What Outlook puts above the mail that it answers; nothing around it. */
const heads = ['div#appendonsend', 'div#divRplyFwdMsg', 'div.OutlookMessageHeader'];

/** Units of no text, which stand for those places until they are read. */
const opening = '\ue000';
const closing = '\ue001';
const head = '\ue002';
const places = /[\ue000-\ue002]/g;
/** Of a blockquote: each line in between gets its `> ` once all is text, however deep it stands. */
const quoting = '\ue003';
const quoted = '\ue004';
const marks = /[\ue000-\ue004]/g;
/** Deeper quotes look like this one: nobody counts further, and each line pays for its depth. */
const mostQuoted = 30;
/** Of text, its quotes written out. */
const mostUnitsOfText = 2 * mostUnitsOfHtml;

const marking =
  (before: string, after: string, lineBreaks = 1): FormatCallback =>
  (element, walk, builder) => {
    builder.openBlock({ leadingLineBreaks: lineBreaks });
    builder.addLiteral(before);
    walk(element.children, builder);
    if (after !== '') builder.addLiteral(after);
    builder.closeBlock({ trailingLineBreaks: lineBreaks });
  };

const asBlock = ['table', 'tr', 'td', 'th'].map((selector) => ({ selector, format: 'block' }));
const asLine = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
  selector,
  options: { uppercase: false },
}));

const convert = compile({
  wordwrap: false,
  // All of it: a mail may quote a whole page, body and all, beside what is new.
  baseElements: { selectors: [] },
  limits: { maxInputLength: mostUnitsOfHtml, maxDepth: mostNested, ellipsis: '…' },
  formatters: {
    container: marking(opening, closing),
    head: marking(head, ''),
    quote: marking(quoting, quoted, 2),
  },
  selectors: [
    {
      selector: 'a',
      options: { hideLinkHrefIfSameAsText: true, linkBrackets: ['<', '>'], noAnchorUrl: true },
    },
    { selector: 'img', format: 'skip' },
    ...['title', 'style', 'script', 'template'].map((selector) => ({ selector, format: 'skip' })),
    { selector: 'blockquote', format: 'quote' },
    { selector: 'p', options: { leadingLineBreaks: 1, trailingLineBreaks: 2 } },
    ...asBlock,
    ...asLine,
    ...containers.map((selector) => ({ selector, format: 'container' })),
    ...heads.map((selector) => ({ selector, format: 'head' })),
  ],
});

/** Never throws: what cannot be read as HTML is its text without the tags. */
export function htmlToText(html: string): TextOfHtml {
  const bounded = firstUnits(html, mostUnitsOfHtml).replaceAll(marks, '').toWellFormed();
  try {
    if (!isDeep(bounded)) return withoutPlaces(withQuotes(convert(bounded)));
  } catch {
    // Read as text, below.
  }
  const text = bounded.replaceAll(/<[^<>]*>/g, ' ');
  return { text, quotes: [], quotedFrom: text.length };
}

const voids = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));

/** Counts what is open, at least: a tag that ends with another one counts on. */
function isDeep(html: string): boolean {
  const open = new Map<string, number>();
  let depth = 0;
  for (const [, slash, tag] of html.matchAll(/<(\/?)([a-z][^\s/>]{0,40})/gi)) {
    const name = tag!.toLowerCase();
    if (voids.has(name)) continue;
    const count = open.get(name) ?? 0;
    const change = slash === '' ? 1 : count > 0 ? -1 : 0;
    open.set(name, count + change);
    depth += change;
    const lists = (open.get('ul') ?? 0) + (open.get('ol') ?? 0);
    if (depth > mostNested || lists > mostListsNested) return true;
  }
  return false;
}

/** Writes `> ` before each quoted line. In one pass: what a line costs does not grow with what stands around it. */
function withQuotes(marked: string): string {
  const lines: { depth: number; text: string }[] = [];
  let depth = 0;
  let units = 0;
  /** Nothing of the quote that has begun is written yet. */
  let isAtStart = false;
  const follow = (marksOfLine: string) => {
    for (const mark of marksOfLine) {
      isAtStart = mark === quoting;
      if (isAtStart) depth++;
      else {
        while (lines.at(-1)?.text === '' && lines.at(-1)!.depth === depth) lines.pop();
        depth = Math.max(0, depth - 1);
      }
    }
  };
  for (const line of marked.split('\n')) {
    if (units > mostUnitsOfText) break;
    const [, before, within, after] = /^([\ue003\ue004]*)(.*?)([\ue003\ue004]*)$/.exec(line)!;
    follow(before!);
    // White space beside a mark stands at the edge of a block, where HTML has none.
    let text = within!.replaceAll(/[\ue003\ue004]/g, '');
    if (before !== '') text = text.replace(/^[ \t]+/, '');
    if (after !== '') text = text.replace(/[ \t]+$/, '');
    const isEdge = text === '' && (before !== '' || after !== '' || isAtStart);
    if (!isEdge) {
      lines.push({ depth, text });
      units += text.length + 2 * Math.min(depth, mostQuoted) + 1;
      isAtStart = false;
    }
    follow(after!);
  }
  if (units > mostUnitsOfText) lines.push({ depth: 0, text: '…' });
  return lines.map(({ depth: each, text }) => '> '.repeat(Math.min(each, mostQuoted)) + text).join('\n');
}

function withoutPlaces(marked: string): TextOfHtml {
  const quotes: { start: number; end: number }[] = [];
  const pieces: string[] = [];
  let length = 0;
  let from = 0;
  let depth = 0;
  let quotedFrom: number | null = null;
  for (const { 0: place, index } of marked.matchAll(places)) {
    pieces.push(between(marked, from, index));
    length += index - from;
    from = index + 1;
    if (place === head) quotedFrom ??= length;
    else if (place === opening && depth++ === 0) quotes.push({ start: length, end: length });
    // Numbers of characters (`&#xE001;`) may put one where none was opened.
    else if (place === closing && depth > 0 && --depth === 0) quotes.at(-1)!.end = length;
  }
  pieces.push(between(marked, from, marked.length));
  const text = pieces.join('');
  if (depth > 0) quotes.at(-1)!.end = text.length;
  return { text, quotes, quotedFrom: quotedFrom ?? text.length };
}
