/** What is said of a mail beside its text (docs/rules.md M1, M3, M9). Pure. */
import type { Entry } from '../../convex/threads';
import { between } from '../../../convex/shared/kit/text';

type Mail = NonNullable<Entry['mail']>;

/** Clocks that differ by less agree. */
const sameClockMs = 2 * 60_000;

/** When its sender says it was written, where that is another time than ours. */
export function sendersTime({ at, mail }: Pick<Entry, 'at' | 'mail'>): number | null {
  if (mail?.date === undefined || mail.sender === undefined) return null;
  return Math.abs(mail.date - at) < sameClockMs ? null : mail.date;
}

/** Who said it: of a mail from somebody else than the customer, that other one. */
export function nameOf({ author, authorName, mail, event }: Entry): string {
  if (event?.type === 'forwardAnswered') return event.from.name || event.from.address || 'Somebody';
  if (mail?.sender === 'foreign') return mail.from.name || mail.from.address || 'Somebody';
  return authorName || (author.kind === 'customer' ? 'Customer' : '');
}

export function senderWarning({ sender }: Mail, isForTeam = false): string | null {
  if (sender === 'foreign')
    return 'This sender takes no part in the conversation. Nobody has checked who it is.';
  if (isForTeam) return 'Not written to the customer: they do not see it, and the agent does not read it.';
  return sender === 'claimed' ? 'Nobody has checked that this sender is who the address says.' : null;
}

export const copiesWords = ({ cc, moreCc }: Mail): string =>
  [cc.join(', '), moreCc > 0 && `${moreCc} more`].filter(Boolean).join(' and ');

/** What the thread does not have of a mail; null: it has all. */
export function missingWords({ filesLeftOut = 0, isCut }: Mail): string | null {
  if (isCut)
    return 'This mail is too large, or too damaged, to be shown whole: something of it is missing here.';
  if (filesLeftOut === 0) return null;
  const are = filesLeftOut === 1 ? 'One file is' : `${filesLeftOut} files are`;
  return `${are} missing here: a file has at most 25 MB, and a mail shows 50.`;
}

export interface Piece {
  text: string;
  isQuoted: boolean;
}

/** The whole text, in order, in pieces: what is new and what is quoted. Joined they are the text. */
export function piecesOf(text: string, quotedAt: readonly { start: number; end: number }[]): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const { start, end } of quotedAt.toSorted((a, b) => a.start - b.start)) {
    const begin = Math.max(start, from);
    const until = Math.max(end, begin);
    pieces.push({ text: between(text, from, begin), isQuoted: false });
    pieces.push({ text: between(text, begin, until), isQuoted: true });
    from = until;
  }
  pieces.push({ text: between(text, from, Number.MAX_SAFE_INTEGER), isQuoted: false });
  return pieces.filter((piece) => piece.text !== '');
}
