/**
 * Writes mails as they travel (RFC 5322, 2045 to 2047, 2231): ASCII with CRLF, header lines folded at 78, text and HTML
 * as alternatives, inline images beside the HTML, attachments around both.
 */
import { randomBytes } from 'node:crypto';
import { readMailbox } from './addresses.ts';

export interface Attachment {
  filename: string;
  contentType: string;
  content: Uint8Array;
  /** Makes it inline: the HTML shows it as `cid:…`. */
  contentId?: string | null;
}

export interface MailParts {
  /** In this order, with their values unencoded. `Content-*` and `MIME-Version` are added. */
  headers: [name: string, value: string][];
  text?: string | null;
  html?: string | null;
  attachments?: readonly Attachment[];
}

interface Part {
  headers: string[];
  body: string;
}

const fold = 76;
const crlf = '\r\n';

export function writeMail({ headers, text, html, attachments = [] }: MailParts): Buffer {
  const inline = html == null ? [] : attachments.filter(({ contentId }) => contentId);
  const beside = attachments.filter((each) => !inline.includes(each));
  const alternatives: Part[] = [];
  if (text != null || html == null) alternatives.push(textPart('text/plain', text ?? ''));
  if (html != null)
    alternatives.push(multipart('related', [textPart('text/html', html), ...inline.map(filePart)]));
  const whole = multipart('mixed', [multipart('alternative', alternatives), ...beside.map(filePart)]);
  const lines = [
    ...headers.map(([name, value]) => headerLine(name, value)),
    'MIME-Version: 1.0',
    ...whole.headers,
  ];
  return Buffer.from(`${lines.join(crlf)}${crlf}${crlf}${whole.body}`, 'latin1');
}

/** One part stands for itself. */
function multipart(kind: string, parts: Part[]): Part {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const boundary = `----=_Part_${randomBytes(12).toString('hex')}`;
  const inner = parts.map(
    ({ headers, body }) => `--${boundary}${crlf}${headers.join(crlf)}${crlf}${crlf}${body}${crlf}`,
  );
  return {
    headers: [`Content-Type: multipart/${kind};${crlf} boundary="${boundary}"`],
    body: `${inner.join('')}--${boundary}--${crlf}`,
  };
}

function textPart(type: string, content: string): Part {
  const isPlain =
    /^[\t\n\r\x20-\x7e]*$/.test(content) && !/[^\n]{77}/.test(content) && !/[ \t]$/m.test(content);
  return {
    headers: [
      `Content-Type: ${type}; charset=UTF-8`,
      `Content-Transfer-Encoding: ${isPlain ? '7bit' : 'quoted-printable'}`,
    ],
    body: isPlain ? content.replace(/\r?\n/g, crlf) : quotedPrintable(content),
  };
}

function filePart({ filename, contentType, content, contentId }: Attachment): Part {
  return {
    headers: [
      `Content-Type: ${contentType};${crlf} ${parameter('name', filename)}`,
      'Content-Transfer-Encoding: base64',
      `Content-Disposition: ${contentId ? 'inline' : 'attachment'};${crlf} ${parameter('filename', filename)}`,
      ...(contentId ? [`Content-ID: <${contentId}>`] : []),
    ],
    body: base64Lines(content),
  };
}

/** Lines of 76 characters, which are 57 bytes each. */
function base64Lines(content: Uint8Array): string {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 57) lines.push(bytes.toString('base64', at, at + 57));
  return lines.join(crlf);
}

function parameter(name: string, value: string): string {
  if (/^[\x20-\x7e]*$/.test(value)) return `${name}="${value.replace(/["\\]/g, '\\$&')}"`;
  const escaped = encodeURIComponent(value).replace(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${name}*=UTF-8''${escaped}`;
}

function quotedPrintable(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => {
    const bytes = [...Buffer.from(line, 'utf8')];
    let written = '';
    let width = 0;
    for (const [at, byte] of bytes.entries()) {
      const isSpace = byte === 0x20 || byte === 0x09;
      const isLiteral = (byte >= 0x21 && byte <= 0x7e && byte !== 0x3d) || (isSpace && at < bytes.length - 1);
      const piece = isLiteral
        ? String.fromCharCode(byte)
        : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
      if (width + piece.length > fold - 1) {
        written += `=${crlf}`;
        width = 0;
      }
      written += piece;
      width += piece.length;
    }
    return written;
  });
  return lines.join(crlf);
}

const ofAddresses = new Set(['from', 'to', 'cc', 'reply-to', 'sender']);

function headerLine(name: string, value: string): string {
  const clean = value.replace(/[\r\n]+/g, ' ').trim();
  const written = ofAddresses.has(name.toLowerCase()) ? addressList(clean) : encodeWords(clean);
  return folded(`${name}: ${written}`);
}

function addressList(text: string): string {
  // A comma inside of quotes belongs to the name.
  return text
    .split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((each) => {
      const mailbox = readMailbox(each);
      if (!mailbox?.name) return encodeWords(each.trim());
      const address = /<([^<>]+)>$/.exec(mailbox.text)?.[1] ?? mailbox.address;
      const isAscii = /^[\x20-\x7e]*$/.test(mailbox.name);
      const plain = /^[\w !#$%&'*+/=?^`{|}~-]*$/.test(mailbox.name)
        ? mailbox.name
        : `"${mailbox.name.replace(/["\\]/g, '\\$&')}"`;
      return `${isAscii ? plain : encodeWords(mailbox.name)} <${address}>`;
    })
    .join(', ');
}

/** RFC 2047, where it is not ASCII; whole characters, at most 75 long each. */
function encodeWords(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const words: string[] = [];
  let bytes = Buffer.alloc(0);
  for (const character of text) {
    const more = Buffer.from(character, 'utf8');
    if (bytes.length + more.length > 42) {
      words.push(bytes.toString('base64'));
      bytes = Buffer.alloc(0);
    }
    bytes = Buffer.concat([bytes, more]);
  }
  words.push(bytes.toString('base64'));
  return words.map((word) => `=?UTF-8?B?${word}?=`).join(' ');
}

/** Broken before a space where a line would be longer than 78; a word that is longer stays whole. */
function folded(line: string): string {
  const lines: string[] = [];
  let current = '';
  for (const [at, word] of line.split(' ').entries()) {
    if (at > 1 && current.length + 1 + word.length > fold) {
      lines.push(current);
      current = ` ${word}`;
    } else current = at === 0 ? word : `${current} ${word}`;
  }
  return [...lines, current].join(crlf);
}
