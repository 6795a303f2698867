/**
 * A reply as it goes out: the same content as text and as HTML (docs/rules.md M3, M8). Pure, and the same bytes for the same
 * input: a provider that is asked twice with one key must be asked the same.
 *
 *   -- reply above this line --
 *   [Robin is back]                system lines: a part of the next real reply, never a mail of their own
 *
 *   What was written.
 *
 *   --                             who wrote it
 *   Ana, Shop
 *
 *   See the conversation: https://…
 *
 *   On Monday Bob wrote:
 *   > What was answered.
 *
 * The HTML has no pictures, styles of two lines and nothing that loads: it reads alike in every program and theme.
 */
import { linkify } from '../kit/links';
import { oneLine } from '../kit/text';
import { replyDelimiter } from './foldQuoted';
import { subjectForReply } from './subjects';

export interface Reply {
  text: string;
  /** Of the customer: the answer keeps it. */
  subject: string;
  systemLines: readonly string[];
  signature?: string;
  /** An address of ours, with the words that lead to it. */
  link?: { label: string; url: string };
  /** What is answered, with the line that says whose it is. */
  quotedBefore?: { attribution: string; text: string };
}

export interface RenderedReply {
  subject: string;
  text: string;
  html: string;
}

export function renderReply(reply: Reply): RenderedReply {
  const subject = subjectForReply(reply.subject);
  const parts: Reply = {
    ...reply,
    text: clean(reply.text),
    systemLines: reply.systemLines.map((line) => oneLine(clean(line))).filter((line) => line !== ''),
    ...(reply.signature !== undefined && { signature: clean(reply.signature) }),
  };
  return { subject, text: textOf(parts), html: htmlOf(parts, subject) };
}

/** Line ends as they are in texts, and no character that programs refuse. */
export function clean(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/(?![\t\n])\p{Cc}/gu, '')
    .replace(/^\n+/, '')
    .trimEnd();
}

function textOf({ text, systemLines, signature, link, quotedBefore }: Reply): string {
  const notes = systemLines.map((line) => `[${line}]`).join('\n');
  const blocks = [
    [replyDelimiter, notes].filter(Boolean).join('\n'),
    text,
    signature ? `-- \n${signature}` : '',
    link === undefined ? '' : `${oneLine(clean(link.label))}: ${link.url}`,
    quotedBefore === undefined
      ? ''
      : `${oneLine(clean(quotedBefore.attribution))}\n${quoted(quotedBefore.text)}`,
  ];
  return `${blocks.filter(Boolean).join('\n\n')}\n`;
}

/** One mark more for what is marked already, as RFC 3676 has it. */
function quoted(text: string): string {
  return clean(text)
    .split('\n')
    .map((line) => (line.startsWith('>') ? `>${line}` : `> ${line}`.trimEnd()))
    .join('\n');
}

const quiet = 'color:#6b6b6b;font-size:13px';

function htmlOf({ text, systemLines, signature, link, quotedBefore }: Reply, subject: string): string {
  const blocks = [
    `<p style="${quiet}">${escaped(replyDelimiter)}</p>`,
    ...systemLines.map((line) => `<p dir="auto" style="${quiet}">${escaped(line)}</p>`),
    paragraphs(text),
    signature ? `<p dir="auto">-- <br>\n${lines(signature)}</p>` : '',
    link === undefined ? '' : `<p style="${quiet}">${anchor(link.url, oneLine(clean(link.label)))}</p>`,
    quotedBefore === undefined
      ? ''
      : `<p dir="auto">${escaped(oneLine(clean(quotedBefore.attribution)))}</p>\n<blockquote type="cite" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">\n${paragraphs(clean(quotedBefore.text))}\n</blockquote>`,
  ];
  return pageOf(subject, blocks);
}

/** A mail's HTML: parts that are markup already, one after the other. */
export function pageOf(subject: string, blocks: readonly string[]): string {
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escaped(subject)}</title>
</head>
<body style="font-family:sans-serif;font-size:15px;line-height:1.5">
${blocks.filter(Boolean).join('\n')}
</body>
</html>
`;
}

export function paragraphs(text: string): string {
  return text
    .split(/\n[ \t]*\n\s*/)
    .filter((block) => block !== '')
    .map((block) => `<p dir="auto">${lines(block)}</p>`)
    .join('\n');
}

/** Its lines and leading spaces, its addresses of pages as links. */
function lines(text: string): string {
  return linkify(text)
    .map((piece) => (piece.href === undefined ? spaced(piece.text) : anchor(piece.href, piece.text)))
    .join('');
}

function spaced(text: string): string {
  return escaped(text)
    .replaceAll('\n', '<br>\n')
    .replaceAll(/ {2}/g, '&nbsp; ')
    .replaceAll(/(^|\n) /g, '$1&nbsp;');
}

/** `https` and `http` only: anything else stays text. */
function anchor(url: string, label: string): string {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return escaped(`${label} ${url}`);
  return `<a href="${escaped(url)}">${escaped(label)}</a>`;
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!);
}
