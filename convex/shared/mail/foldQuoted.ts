/**
 * What is new in a mail, and what it only quotes (docs/rules.md M5). Pure, one pass over the lines.
 *
 * The fold may hide, never delete: the spans cover the text from its beginning to its end, in order. In doubt a line is
 * new, for a quote that is shown costs a glance, and a sentence that is hidden may cost the customer. So
 *
 *   `> …`                                  quoted, wherever it stands: answers between the lines stay
 *   On … wrote: + `> …`                    the same, with the line above it
 *   On … Ana <ana@shop.example> wrote:     quoted to the end: no person writes such a line
 *   From / Sent / To / Subject             the same, with the rule above it
 *   ---- Original Message ----             the same
 *   our own delimiter                      the same
 *   `-- `                                  the signature, up to the next quote
 *
 * and nothing is folded where nothing would be left, or where the sender says that the answers stand further down.
 */
import { between, firstUnits, isVisible } from '../kit/text';
import { htmlToText } from './htmlToText';
import { attributionEndingAt, isHeaderBlock, isRule, isSeparator, saysInline } from './attributions';

type FoldKind = 'new' | 'quoted' | 'signature';
/** `end` is the place after its last unit. */
export type FoldSpan = { start: number; end: number; kind: FoldKind };

/** In every mail we send, above the text: programs that mark no quotes leave it where it was. */
export const replyDelimiter = '-- reply above this line --';

/** Where the program that wrote the mail named what it quotes. */
interface Named {
  quotes: readonly { start: number; end: number }[];
  quotedFrom: number;
}

/** The text in spans, in order and without gaps. None for an empty one. */
export function foldQuoted(text: string): FoldSpan[] {
  return fold(text, { quotes: [], quotedFrom: text.length });
}

/** The text of an HTML mail, and its spans: what its program named as quoted counts beside what the text shows. */
export function foldQuotedHtml(html: string): { text: string; spans: FoldSpan[] } {
  const { text, ...named } = htmlToText(html);
  return { text, spans: fold(text, named) };
}

function fold(text: string, named: Named): FoldSpan[] {
  const lines = linesOf(text);
  const marked: FoldKind[] = lines.map(({ text: line }) => (isMarked(line) ? 'quoted' : 'new'));
  const end = markQuotes(lines, marked);
  const folded = [...marked];
  const namedEnd = markNamed(lines, folded, named);
  folded.fill('quoted', Math.min(end, namedEnd));
  // What is not marked line by line may have answers in it.
  const kinds = saysInline.test(firstUnits(newOnly(lines, folded), 4_000)) ? marked : folded;
  markSignature(lines, kinds);
  joinGaps(lines, kinds);
  if (!lines.some(({ text: line }, at) => kinds[at] === 'new' && isVisible(line))) kinds.fill('new');
  return spansOf(lines, kinds);
}

/** What is new, without what is folded; an empty line where something was. */
export function newTextOf(text: string, spans: readonly FoldSpan[]): string {
  return spans
    .filter(({ kind }) => kind === 'new')
    .map(({ start, end }) =>
      between(text, start, end)
        .trimEnd()
        .replace(/^(?:[ \t]*\n)+/, ''),
    )
    .join('\n\n')
    .trim();
}

type Line = { start: number; end: number; text: string };

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found + 1;
    lines.push({ start, end, text: between(text, start, found === -1 ? end : found) });
    start = end;
  }
  return lines;
}

/** `>:` is the end of an attribution whose address was broken off. */
function isMarked(line: string): boolean {
  return /^ {0,3}>/.test(line) && !/^>\s?[:：]\s*$/.test(line);
}

function isEmpty(line: string | undefined): boolean {
  return line === undefined || line.trim() === '';
}

/** Marks the whole lines of named quotes, and says from which line on all is quoted by name. */
function markNamed(lines: readonly Line[], kinds: FoldKind[], { quotes, quotedFrom }: Named): number {
  let next = 0;
  for (const [at, { start, end }] of lines.entries()) {
    while (next < quotes.length && quotes[next]!.end < end - 1) next++;
    const quote = quotes[next];
    if (quote !== undefined && quote.start <= start && end - 1 <= quote.end) kinds[at] = 'quoted';
  }
  const from = lines.findIndex(({ start }) => start >= quotedFrom);
  return from === -1 ? lines.length : withRule(lines, from);
}

/** Marks the attributions of marked quotes, and says from which line on all is quoted. */
function markQuotes(lines: readonly Line[], kinds: FoldKind[]): number {
  const nextFilled = nextFilledOf(lines);
  for (const [at, { text: line }] of lines.entries()) {
    if (kinds[at] === 'quoted' || isEmpty(line)) continue;
    const near = (by: number) => lines[at + by]?.text;
    if (line.trim() === replyDelimiter || isSeparator(line)) return at;
    if (isHeaderBlock(near)) return withRule(lines, at);
    const found = attributionEndingAt(line, (by) => near(-by));
    if (found === null) continue;
    const next = nextFilled[at]!;
    if (next < lines.length && isMarked(lines[next]!.text)) kinds.fill('quoted', at - found.linesAbove, next);
    else if (found.isCertain && next < lines.length) return at - found.linesAbove;
  }
  return lines.length;
}

/** For each line the next one below it that is not empty. */
function nextFilledOf(lines: readonly Line[]): number[] {
  const next: number[] = new Array(lines.length);
  for (let at = lines.length - 1, filled = lines.length; at >= 0; at--) {
    next[at] = filled;
    if (!isEmpty(lines[at]!.text)) filled = at;
  }
  return next;
}

function withRule(lines: readonly Line[], block: number): number {
  let above = block - 1;
  while (above >= 0 && above >= block - 3 && isEmpty(lines[above]!.text)) above--;
  return above >= 0 && isRule(lines[above]!.text) ? above : block;
}

const mostLinesOfSignature = 30;
/** Without the space that programs put there, people may have meant a line of their own. */
const mostLinesAfterDashes = 8;

function markSignature(lines: readonly Line[], kinds: FoldKind[]) {
  for (const [at, { text: line }] of lines.entries()) {
    if (kinds[at] !== 'new' || line.trimEnd() !== '--' || line.startsWith(' ')) continue;
    const isByProgram = line.startsWith('-- ');
    const most = isByProgram ? mostLinesOfSignature : mostLinesAfterDashes;
    let end = at + 1;
    while (end < lines.length && end - at <= most + 1 && kinds[end] === 'new') end++;
    const rest = lines.slice(at + 1, end).filter(({ text }) => !isEmpty(text));
    if (rest.length === 0 || rest.length > most || end - at > most + 1) continue;
    if (!isByProgram && rest.some(({ text }) => isSentence(text))) continue;
    kinds.fill('signature', at, end);
    return;
  }
}

/** Four words and a full stop. */
function isSentence(line: string): boolean {
  const bounded = firstUnits(line.trim(), 1_000);
  return /[.!?。！？]["')»”]?$/u.test(bounded) && bounded.split(/\s+/).length >= 4;
}

/** Empty lines go with what is folded on both sides of them, so that no fold leaves a gap. */
function joinGaps(lines: readonly Line[], kinds: FoldKind[]) {
  for (let at = 0, last = -1; at <= lines.length; at++) {
    if (at < lines.length && isEmpty(lines[at]!.text) && kinds[at] === 'new') continue;
    const isFolded = last >= 0 && kinds[last] !== 'new' && (at === lines.length || kinds[at] !== 'new');
    if (isFolded && last < at - 1) kinds.fill(kinds[last]!, last + 1, at);
    last = at;
  }
}

function newOnly(lines: readonly Line[], kinds: readonly FoldKind[]): string {
  return lines
    .filter((_, at) => kinds[at] === 'new')
    .map(({ text }) => text)
    .join('\n');
}

function spansOf(lines: readonly Line[], kinds: readonly FoldKind[]): FoldSpan[] {
  const spans: FoldSpan[] = [];
  for (const [at, { start, end }] of lines.entries()) {
    const last = spans.at(-1);
    if (last !== undefined && last.kind === kinds[at]) last.end = end;
    else spans.push({ start, end, kind: kinds[at]! });
  }
  return spans;
}
