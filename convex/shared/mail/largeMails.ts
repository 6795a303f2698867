/**
 * A mail that is too large to be read at once (RFC 2045, RFC 2046): its large files are taken out before it is read, so that its
 * text is found wherever it stands, and each file is decoded when it is asked for. Pure.
 *
 * In place of a file stands a word that nobody else knows; what is read as an attachment with that word in it is that file.
 */
import { withoutEnd } from '../kit/text';

interface LargeFile {
  from: number;
  to: number;
  isBase64: boolean;
}
interface Lightened {
  bytes: Uint8Array;
  /** Of a text only the beginning is left. */
  isTextCut: boolean;
  /** The file that an attachment of the lightened mail stands for. Null: itself. */
  fileOf(attachment: Uint8Array): (() => Uint8Array<ArrayBuffer>) | null;
}

/** Parts up to this stay where they are; of a longer text this much. */
const mostBytesOfPart = 64 * 1024;
const mostBytesOfText = 2 * 1024 * 1024;
const mostBytesOfHead = 64 * 1024;
const mostBoundaries = 1_000;

const latin1 = new TextDecoder('latin1');
const ascii = new TextEncoder();

export function withoutLargeFiles(all: Uint8Array): Lightened {
  const word = crypto.randomUUID();
  const files: LargeFile[] = [];
  const kept: Uint8Array[] = [];
  let isTextCut = false;
  for (const { head, from, to } of partsOf(all)) {
    kept.push(head);
    const { isText, encoding } = kindOf(head);
    const most = isText ? mostBytesOfText : mostBytesOfPart;
    if (to - from <= most || !(isText || isPlain.has(encoding))) kept.push(all.subarray(from, to));
    else if (isText) {
      // Of a text on one line what fits.
      const end = all.lastIndexOf(10, from + most) + 1;
      kept.push(all.subarray(from, end > from ? end : from + most), ascii.encode('\r\n'));
      isTextCut = true;
    } else {
      const isBase64 = encoding === 'base64';
      const stand = `${word} ${files.length} `;
      kept.push(ascii.encode(`${isBase64 ? btoa(stand) : stand}\r\n`));
      files.push({ from, to, isBase64 });
    }
  }
  return {
    bytes: joined(kept),
    isTextCut,
    fileOf: (attachment) => {
      if (attachment.length > word.length + 12) return null;
      const [said, at = ''] = latin1.decode(attachment).split(' ');
      const file = said === word ? files[Number(at)] : undefined;
      return file === undefined ? null : () => decoded(all.subarray(file.from, file.to), file.isBase64);
    },
  };
}

/** Encodings that leave a file as long as it looks; what is written otherwise stays, and is read as ever. */
const isPlain = new Set(['base64', '7bit', '8bit', 'binary', '']);

interface Part {
  /** With the line of its boundary and the empty line that ends it. */
  head: Uint8Array;
  from: number;
  to: number;
}

/** In order and without gaps. What is attached as a mail is one part: its boundaries are not known here. */
function* partsOf(all: Uint8Array): Generator<Part> {
  const boundaries = new Set<string>();
  let headAt = 0;
  while (headAt < all.length) {
    const isEnd = headAt > 0 && boundaryAt(all, headAt, boundaries) === 'end';
    const from = isEnd ? after(all, headAt) : endOfHead(all, headAt);
    const head = all.subarray(headAt, from);
    const boundary = isEnd ? undefined : kindOf(head).type.startsWith('multipart/') && boundaryIn(head);
    if (boundary && boundaries.size < mostBoundaries) boundaries.add(boundary);
    const to = nextBoundary(all, from, boundaries);
    yield { head, from, to };
    headAt = to;
  }
}

const after = (all: Uint8Array, at: number): number => all.indexOf(10, at) + 1 || all.length;

/** After the first empty line, or where no head of anybody's would go on. */
function endOfHead(all: Uint8Array, start: number): number {
  let at = start;
  while (at < all.length && at - start < mostBytesOfHead) {
    const next = after(all, at);
    const isEmpty = next - at === 1 || (next - at === 2 && all[at] === 13);
    at = next;
    if (isEmpty) break;
  }
  return at;
}

function nextBoundary(all: Uint8Array, from: number, boundaries: ReadonlySet<string>): number {
  for (let at = from; at < all.length; at = after(all, at))
    if (boundaryAt(all, at, boundaries) !== null) return at;
  return all.length;
}

function boundaryAt(all: Uint8Array, at: number, boundaries: ReadonlySet<string>): 'begin' | 'end' | null {
  if (all[at] !== 45 || all[at + 1] !== 45) return null;
  const line = latin1.decode(all.subarray(at + 2, Math.min(after(all, at), at + 300))).trimEnd();
  if (boundaries.has(line)) return 'begin';
  return line.endsWith('--') && boundaries.has(withoutEnd(line, '--')) ? 'end' : null;
}

const headerOf = (head: Uint8Array, name: string): string =>
  new RegExp(`^${name}[ \\t]*:(.*)$`, 'im')
    .exec(latin1.decode(head).replaceAll(/\r?\n[ \t]+/g, ' '))?.[1]
    ?.trim() ?? '';

function kindOf(head: Uint8Array): { type: string; isText: boolean; encoding: string } {
  const type = headerOf(head, 'content-type').toLowerCase();
  const isAttached = /^attachment/i.test(headerOf(head, 'content-disposition'));
  const isText = !isAttached && (type === '' || /^(?:text\/(?:plain|html)|multipart\/)/.test(type));
  return { type, isText, encoding: headerOf(head, 'content-transfer-encoding').toLowerCase() };
}

function boundaryIn(head: Uint8Array): string | undefined {
  const [, quoted, bare] =
    /;\s*boundary\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i.exec(headerOf(head, 'content-type')) ?? [];
  return (quoted ?? bare)?.trimEnd() || undefined;
}

function joined(pieces: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

const digits = new Int8Array(256).fill(-1);
for (const [value, digit] of Array.from(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
).entries())
  digits[digit.charCodeAt(0)] = value;

/** The line end before a boundary is the boundary's. */
function decoded(part: Uint8Array, isBase64: boolean): Uint8Array<ArrayBuffer> {
  if (!isBase64) {
    const end = part.at(-1) !== 10 ? 0 : part.at(-2) === 13 ? 2 : 1;
    return new Uint8Array(part.subarray(0, part.length - end));
  }
  const bytes = new Uint8Array(Math.ceil((part.length * 3) / 4));
  let [length, bits, known] = [0, 0, 0];
  for (let at = 0; at < part.length; at++) {
    const digit = digits[part[at]!]!;
    if (digit < 0) continue;
    bits = ((bits << 6) | digit) & 0xffffff;
    known += 6;
    if (known < 8) continue;
    known -= 8;
    bytes[length++] = bits >> known;
  }
  return bytes.slice(0, length);
}
