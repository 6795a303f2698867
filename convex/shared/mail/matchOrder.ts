/**
 * Which conversation a mail belongs to, most certain first (docs/rules.md M3). Pure.
 *
 * 0. an address that answers to something passed on come in at: whoever has it speaks for themselves, whatever else it names
 * 1. an address of ours with a token: in the envelope, then in To and Cc, then in what forwarders leave of the envelope
 * 2. an id of ours in References or In-Reply-To, newest first
 * 3. any id, for those that were stored: In-Reply-To, then References from the end
 * 4. the tag of the subject, which counts only if the sender takes part
 *
 * Whose mark is not ours is left out. Whoever looks them up takes the first that exists.
 */
import { addressesIn, type MailAddress } from './addresses';
import { headerValues, type MailHeader } from './headers';
import { tagOfSubject } from './subjects';
import { openForwardAddress, openMessageId, openToken, tokenOfAddress, type MailKey } from './threading';

export type Candidate =
  | { by: 'forward'; conversationId: string }
  | { by: 'address'; conversationId: string }
  | { by: 'ownId'; conversationId: string; messageId: string }
  | { by: 'messageId'; id: string }
  | { by: 'subject'; ticketNumber: number };

export interface Matchable {
  headers: readonly MailHeader[];
  to: readonly MailAddress[];
  cc: readonly MailAddress[];
  inReplyTo: readonly string[];
  references: readonly string[];
  subject: string;
}

const leftByForwarders = ['delivered-to', 'x-original-to', 'x-forwarded-to', 'envelope-to'];
/** A stranger's mail may name any number. */
const mostTokens = 20;
const mostIds = 100;

/** `receivedFor`: the envelope's recipients, where the provider tells them. */
export async function matchOrder(
  mail: Matchable,
  { key, receivedFor = [] }: { key: MailKey; receivedFor?: readonly string[] },
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  const forwarded = leftByForwarders.flatMap((name) =>
    headerValues(mail.headers, name).flatMap((value) => addressesIn(value, mostTokens)),
  );
  const addresses = [...receivedFor, ...[...mail.to, ...mail.cc, ...forwarded].map(({ address }) => address)];
  for (const address of [...new Set(addresses.filter((each) => each.includes('+f-')))].slice(0, mostTokens)) {
    const conversationId = await openForwardAddress(key, address);
    if (conversationId !== null) candidates.push({ by: 'forward', conversationId });
  }
  const tokens = new Set(addresses.map(tokenOfAddress).filter((token) => token !== null));
  for (const token of [...tokens].slice(0, mostTokens)) {
    const conversationId = await openToken(key, token);
    if (conversationId !== null) candidates.push({ by: 'address', conversationId });
  }
  const newestFirst = mail.references.toReversed();
  for (const id of firstOnes([...newestFirst, ...mail.inReplyTo])) {
    const opened = await openMessageId(key, id);
    if (opened !== null) candidates.push({ by: 'ownId', ...opened });
  }
  for (const id of firstOnes([...mail.inReplyTo, ...newestFirst])) candidates.push({ by: 'messageId', id });
  const ticketNumber = tagOfSubject(mail.subject);
  if (ticketNumber !== null) candidates.push({ by: 'subject', ticketNumber });
  return candidates;
}

function firstOnes(ids: readonly string[]): string[] {
  return [...new Set(ids)].slice(0, mostIds);
}
