/**
 * Files by WhatsApp (docs/rules.md E2; Meta, "Supported media types"): as what a file goes out, by what it is, what it is called and
 * how large it is. Pure.
 */
import type { MediaKind } from './messages';

export type OutKind = Exclude<MediaKind, 'sticker'>;

interface GivenFile {
  name: string;
  /** By its first bytes. */
  contentType: string;
  size: number;
}

const megabyte = 1024 * 1024;
const kinds: { kind: OutKind; most: number; types: readonly string[] }[] = [
  { kind: 'image', most: 5 * megabyte, types: ['image/jpeg', 'image/png'] },
  { kind: 'audio', most: 16 * megabyte, types: ['audio/mpeg', 'audio/ogg'] },
  { kind: 'video', most: 16 * megabyte, types: ['video/mp4'] },
  { kind: 'document', most: 100 * megabyte, types: ['application/pdf'] },
];

const office = 'application/vnd.openxmlformats-officedocument';
/** What first bytes do not tell apart goes by how the name ends. */
const byEnding: Record<string, { of: string; type: string }> = {
  docx: { of: 'application/zip', type: `${office}.wordprocessingml.document` },
  xlsx: { of: 'application/zip', type: `${office}.spreadsheetml.sheet` },
  pptx: { of: 'application/zip', type: `${office}.presentationml.presentation` },
  doc: { of: 'application/octet-stream', type: 'application/msword' },
  xls: { of: 'application/octet-stream', type: 'application/vnd.ms-excel' },
  ppt: { of: 'application/octet-stream', type: 'application/vnd.ms-powerpoint' },
  txt: { of: 'application/octet-stream', type: 'text/plain' },
  csv: { of: 'application/octet-stream', type: 'text/plain' },
};

/** Null: WhatsApp takes no such file. */
export function mediaOf({ name, contentType, size }: GivenFile): { kind: OutKind; type: string } | null {
  const found = kinds.find(({ types, most }) => types.includes(contentType) && size <= most);
  if (found !== undefined) return { kind: found.kind, type: contentType };
  const ending = byEnding[/\.([a-z]+)$/.exec(name.toLowerCase())?.[1] ?? ''];
  return ending?.of === contentType ? { kind: 'document', type: ending.type } : null;
}

export const notTaken = (name: string): string =>
  `WhatsApp does not take “${name}”: it takes JPEG and PNG up to 5 MB, MP4, MP3 and voice messages up to 16 MB, PDF, text and Office files. Take it out, or send it another way.`;

/** Which kinds say their words themselves, so that a file with words is one message. */
export const takesCaption = (kind: OutKind): boolean => kind !== 'audio';

/** What a file without a name is called. */
export const unnamedFile: Record<MediaKind, string> = {
  image: 'picture',
  video: 'video',
  audio: 'voice message',
  document: 'document',
  sticker: 'sticker',
};
