/** What a pushed notice says, and where it leads (public/sw.js shows it). Pure. */
import { firstUnits } from '../kit/text';
import { toldApart } from './apart';
import type { NeedKind } from './needs';

/** Each a notice of the system; one with the tag of one before takes its place. */
export type Lines = { title: string; body?: string; tag: string; path: string }[];

interface Told {
  kind: NeedKind;
  number: number;
  isUrgent?: true | undefined;
  title: string;
  /** The customer's, where the person lets them be shown. */
  words: string | undefined;
}

/** More than one reads on a locked screen. */
const mostLines = 3;
/** Of a customer's words, code units: so many notices fit into one push, in whatever they are written (push/encryption.ts). */
const mostWords = 280;
const elsewhere: ReadonlySet<NeedKind> = new Set(['taken', 'mention', 'help']);

/** By its tag the page takes a notice back once it is handled. */
export const tagOf = ({ kind, number }: { kind: NeedKind; number: number }): string =>
  `need ${number} ${kind}`;
export const manyTag = 'needs';

/** Newest first; what is told apart is shown last, on top of the others. */
export function linesOf(told: readonly Told[]): Lines {
  if (told.length <= mostLines) return told.map(lineOf);
  const apart = toldApart(told);
  const title = `${told.length - apart.length} new for you`;
  return [{ title, tag: manyTag, path: '/inbox/mine' }, ...apart.map(lineOf)];
}

const lineOf = ({ kind, number, title, words }: Told): Lines[number] => ({
  title,
  ...(words !== undefined && { body: shown(words) }),
  tag: tagOf({ kind, number }),
  path: `/inbox/${elsewhere.has(kind) ? 'all' : 'mine'}/${number}`,
});

/** One that a letter is no more than three bytes of. */
const shown = (words: string) => firstUnits(words.replace(/\p{Cc}/gu, ' '), mostWords);

export const testLines: Lines = [
  { title: 'Notices come to this browser', tag: 'test', path: '/settings/me' },
];
