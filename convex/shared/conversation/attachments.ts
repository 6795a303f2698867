/**
 * Files that go with a message (docs/rules.md E2, E4): how large, how many, what may be shown where it stands, and what they
 * may be called. Pure.
 *
 * Any file may be sent. What it is goes by its first bytes, never by its name or by what its sender says of it, and only four
 * kinds of pictures are ever shown in place; everything else is handed out to be kept (convex/http/files.ts).
 */
import { type Infer, v } from 'convex/values';
import type { ChannelKind } from './channels';
import { firstUnits, isVisible, oneLine, withoutEnd } from '../kit/text';

/** The bytes that tell a file's kind. */
export const sniffedBytes = 16;
/** What is none of ours to know. */
const unknownType = 'application/octet-stream';

const maxNameUnits = 120;
const unnamed = 'file';

const shownInPlace = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** A file as those who read the thread are shown it. */
export const vShownFile = v.object({
  name: v.string(),
  /** By its first bytes. */
  contentType: v.string(),
  size: v.number(),
  /** A picture that may be shown where it stands. */
  isImage: v.boolean(),
  /** On the site's address; who has it may read the file. */
  path: v.string(),
});
export type ShownFile = Infer<typeof vShownFile>;

/** Of all files of one message: what a mail may weigh once they are written in letters (Resend: 40 MB). */
export const mostBytesOn = (channel: ChannelKind) => (channel === 'email' ? 25 * 1024 * 1024 : Infinity);

export const isImage = (contentType: string) => shownInPlace.has(contentType);

/** `?` is any byte. */
const beginnings: [type: string, bytes: string][] = [
  ['image/png', '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', '\xff\xd8\xff'],
  ['image/gif', 'GIF87a'],
  ['image/gif', 'GIF89a'],
  ['image/webp', 'RIFF????WEBP'],
  ['application/pdf', '%PDF-'],
  ['application/zip', 'PK\x03\x04'],
];

/** What a file is, by its beginning; `application/octet-stream` for all that is none of ours to know. */
export function sniff(bytes: Uint8Array): string {
  const beginsWith = (beginning: string) =>
    Array.from(beginning).every((char, at) => char === '?' || bytes[at] === char.charCodeAt(0));
  return beginnings.find(([, beginning]) => beginsWith(beginning))?.[0] ?? unknownType;
}

/** What cannot be seen, or turns around what can: an `exe` must not read as `fdp`. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;
/** Whatever some system or reader takes for the end of a folder's name. */
const dividers = /[/\\\u2044\u2215\u2216\u29f5\u29f8\u29f9\ufe68\uff0f\uff3c]/u;
/** Not in a name on Windows. */
const forbidden = /[<>:"|?*\uff1a]/g;
const devices = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|$)/i;
const ending = /\.[A-Za-z0-9]{1,10}$/;

/**
 * The name under which a file is shown and kept: no folders, nothing unseen, nothing a system takes for more than a name
 * (RFC 6266, 4.3), at most 120 code units with its ending.
 */
export function cleanFileName(given: string): string {
  // What is taken out first may have kept marks apart that belong together.
  const plain = given.replaceAll(unseen, '').normalize('NFC');
  const last = plain.split(dividers).findLast((part) => trimmed(part) !== '') ?? '';
  const name = shortName(trimmed(oneLine(last).replaceAll(forbidden, '_')));
  if (!isVisible(name)) return unnamed;
  return devices.test(name) ? `_${name}` : name;
}

/** Without dots and spaces around it: `..`, hidden files, and what Windows would leave out. */
const trimmed = (name: string) => name.replace(/^[\s.]+/u, '').replace(/[\s.]+$/u, '');

function shortName(name: string): string {
  const kept = ending.exec(name)?.[0] ?? '';
  return trimmed(firstUnits(withoutEnd(name, kept), maxNameUnits - kept.length)) + kept;
}

/** RFC 6266: the name once in ASCII for old readers, and once as it is. */
export function contentDisposition(how: 'inline' | 'attachment', name: string): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/gu, '_');
  return `${how}; filename="${plain}"; filename*=UTF-8''${encodedName(name)}`;
}

/** As RFC 8187 has it in a header, which is good for an address too. */
export function encodedName(name: string): string {
  return encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** What a message without words is said to be, where only a line of it is shown. */
export function filesLine(count: number): string {
  return count === 1 ? 'Sent a file' : `Sent ${count} files`;
}

/** `1.4 MB`. */
export function sizeWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const kilobytes = bytes / 1000;
  if (Math.round(kilobytes) < 1000) return `${Math.round(kilobytes)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
