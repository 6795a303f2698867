/**
 * Who wrote what comes by way of one of the team's own addresses (docs/rules.md M3, M4): a group that passes on what customers
 * write to it, under its own name where their domain forbids another (Google Groups), or a form on a page that writes as the team.
 * Pure. Anybody may write such headers, so they prove nothing: no domain vouches for who stands in them.
 */
import { addressesIn, type MailAddress } from './addresses';
import { takesAnswers } from './automatic';
import { headerValues, type MailHeader } from './headers';

/** Of one of ours, with the tag of a thread or without. */
export const isOwn = (address: string, own: readonly string[]): boolean =>
  own.includes(address.replace(/\+[^@]*@/, '@'));

/** Null: it comes by no address of ours, or nobody else is behind it, as with what we wrote ourselves. */
export function behindOwn(
  headers: readonly MailHeader[],
  from: MailAddress | null,
  replyTo: readonly MailAddress[],
  own: readonly string[],
): MailAddress | null {
  if (from === null) return null;
  const isFromOwn = isOwn(from.address, own);
  if (!isFromOwn && !isOwnList(headers, own)) return null;
  const original = ['x-original-from', 'x-original-sender'].map(
    (name) => addressesIn(headerValues(headers, name)[0] ?? '', 1)[0],
  );
  const named = original.find((each) => each !== undefined);
  // It says who wrote it: where that is ourselves, whoever else is named is whom we wrote to.
  if (named !== undefined) return isOwn(named.address, own) ? null : named;
  const writer = isFromOwn ? replyTo[0] : from;
  return writer === undefined || isOwn(writer.address, own) || !takesAnswers(writer.address) ? null : writer;
}

/** `List-ID: Help <help.shop.example>`, `List-Post: <mailto:help@shop.example>` (RFC 2919, RFC 2369). */
function isOwnList(headers: readonly MailHeader[], own: readonly string[]): boolean {
  const [id = '', post = ''] = ['list-id', 'list-post'].map((name) =>
    (headerValues(headers, name)[0] ?? '').toLowerCase(),
  );
  return own.some((each) => id.includes(`<${each.replace('@', '.')}>`) || post.includes(`<mailto:${each}>`));
}

/** The marks that the list made, which say nothing of what was written to it. */
export const withoutListMarks = (headers: readonly MailHeader[]): MailHeader[] =>
  headers.filter(({ name, value }) => {
    if (/^list-/i.test(name)) return false;
    return !/^precedence$/i.test(name) || !/^\s*list\s*$/i.test(value);
  });
