/**
 * How a mail finds its conversation again (docs/rules.md M3). Pure.
 *
 *   Reply-To     support+c-<id>-<mac>@in.example.com     comes back in To, or in the envelope alone
 *   References   … <m_<message>.c_<id>-<mac>.<mac>@…>     comes back in References; providers put Message-IDs of their own
 *
 * Both are signed with the desk's key: nobody names another conversation by guessing. They route; they say nothing about
 * who writes. Ids are those of documents: letters and digits, whose case mail does not keep.
 */
import { cleanAddress, mostOctetsOfLocalPart } from './addresses';
import { mostOctetsOfLine, octetsOf } from './headers';
import { foldedBase32, isSame, macOf } from './mac';

export type MailKey = Uint8Array<ArrayBuffer>;

const idShape = /^[0-9a-z]{6,40}$/;
const tokenShape = /^([0-9a-z]{6,40})-([0-9a-z]{10})$/;
/** 50 bits in an address that must be short; 80 where there is room. */
const macOfToken = 10;
const macOfMessage = 16;

/** What stands for a conversation in mails: its id and a mark that only this desk can make. */
export async function makeToken(key: MailKey, conversationId: string): Promise<string> {
  if (!idShape.test(conversationId))
    throw new Error('An id for mails has 6 to 40 lower-case letters and digits.');
  return `${conversationId}-${await macOf(key, `token ${conversationId}`, macOfToken)}`;
}

/** The id of the conversation, or null where the mark is not ours. */
export async function openToken(key: MailKey, token: string): Promise<string | null> {
  const [, id, mac] = tokenShape.exec(token.toLowerCase()) ?? [];
  if (id === undefined || mac === undefined) return null;
  return isSame(await macOf(key, `token ${id}`, macOfToken), foldedBase32(mac)) ? id : null;
}

/** `support@in.example.com` → `support+c-<token>@in.example.com`; null where that makes more than 64 octets (RFC 5321). */
export function replyAddress(domainAddress: string, token: string): string | null {
  return tokenShape.test(token) ? taggedAddress(domainAddress, 'c', token) : null;
}

function taggedAddress(domainAddress: string, kind: 'c' | 'f', token: string): string | null {
  const address = cleanAddress(domainAddress);
  if (address === null) return null;
  const [local, domain] = address.split('@');
  const [base] = local!.split('+');
  const tagged = `${base}+${kind}-${token}`;
  return new TextEncoder().encode(tagged).length > mostOctetsOfLocalPart ? null : `${tagged}@${domain}`;
}

/** The token in an address of ours, not yet checked. */
export function tokenOfAddress(address: string): string | null {
  const local = cleanAddress(address)?.split('@')[0] ?? '';
  const token = /\+c-([0-9a-z]{6,40}-[0-9a-z]{10})$/.exec(local)?.[1];
  return token ?? null;
}

/** What stands for what was passed on of a conversation: its answers are the team's to read, and no word of the customer's. */
async function makeForwardToken(key: MailKey, conversationId: string): Promise<string> {
  if (!idShape.test(conversationId)) throw new Error('No token for a mail that is passed on.');
  return `${conversationId}-${await macOf(key, `forward ${conversationId}`, macOfToken)}`;
}

/** `support@in.example.com` → `support+f-<token>@in.example.com`; null where that is too long. */
export async function forwardAddress(
  key: MailKey,
  domainAddress: string,
  conversationId: string,
): Promise<string | null> {
  return taggedAddress(domainAddress, 'f', await makeForwardToken(key, conversationId));
}

/** Of which conversation what was sent to this address answers something passed on, or null. */
export async function openForwardAddress(key: MailKey, address: string): Promise<string | null> {
  const local = cleanAddress(address)?.split('@')[0] ?? '';
  const [, id, mac] = /\+f-([0-9a-z]{6,40})-([0-9a-z]{10})$/i.exec(local) ?? [];
  if (id === undefined || mac === undefined) return null;
  const conversationId = id.toLowerCase();
  const own = await macOf(key, `forward ${conversationId}`, macOfToken);
  return isSame(own, foldedBase32(mac.toLowerCase())) ? conversationId : null;
}

/** The same text without the marks by which an address or an id of ours names a conversation. */
export const withoutReplyTokens = (text: string): string =>
  text
    .replace(/(?:\+|%2b|&#43;|=2b)[cf]-[0-9a-z]{6,40}-[0-9a-z]{10}(?![0-9a-z])/gi, '')
    .replace(/m_[0-9a-z]{6,40}\.c_[0-9a-z]{6,40}-[0-9a-z]{10}\.[0-9a-z]{16}/gi, 'message');

/** An id of ours for one message, to stand last in its References: whoever answers sends it back. */
export async function makeMessageId(
  key: MailKey,
  { messageId, token, domain }: { messageId: string; token: string; domain: string },
): Promise<string> {
  if (!idShape.test(messageId) || !tokenShape.test(token)) throw new Error('No ids for a mail.');
  const mac = await macOf(key, `message ${messageId} ${token}`, macOfMessage);
  return `<m_${messageId}.c_${token}.${mac}@${domain}>`;
}

/** What an id of ours names, or null where it is none or its mark is not ours. */
export async function openMessageId(
  key: MailKey,
  id: string,
): Promise<{ messageId: string; conversationId: string } | null> {
  const found = /^<m_([0-9a-z]{6,40})\.c_([0-9a-z]{6,40}-[0-9a-z]{10})\.([0-9a-z]{16})@[^@]+>$/i.exec(id);
  const [messageId, token, mac] = (found ?? []).slice(1).map((part) => part.toLowerCase());
  if (messageId === undefined || token === undefined || mac === undefined) return null;
  if (!isSame(await macOf(key, `message ${messageId} ${token}`, macOfMessage), foldedBase32(mac)))
    return null;
  const conversationId = await openToken(key, token);
  return conversationId === null ? null : { messageId, conversationId };
}

const mostLast = 20;

/**
 * What the answer to a mail refers to: what that refers to (or answers), then the mail itself. A long thread keeps its first and
 * its last 20, by which every program still finds it.
 */
export function referencesFor(parent: {
  messageId: string | null;
  inReplyTo: readonly string[];
  references: readonly string[];
}): string[] {
  const before = parent.references.length > 0 ? parent.references : parent.inReplyTo;
  const ids = [...before, ...(parent.messageId === null ? [] : [parent.messageId])];
  // The last place counts: that is where it is nearest.
  const once = [...new Set(ids.toReversed())].toReversed();
  return once.length <= mostLast + 1 ? once : [once[0]!, ...once.slice(-mostLast)];
}

/**
 * As they stand in References, our own id last. Who writes the mail may not fold it, so it is one line as long as a line may be:
 * of ids that are longer together the nearest stay, and the first, by which programs know the thread.
 */
export function referencesLine(ids: readonly string[], ownId: string): string {
  let room = mostOctetsOfLine - octetsOf(`References: ${ownId}`);
  const kept = new Set<string>();
  for (const id of [...ids.slice(-1), ...ids.slice(0, 1), ...ids.slice(1, -1).toReversed()]) {
    const octets = octetsOf(`${id} `);
    if (kept.has(id) || octets > room) continue;
    kept.add(id);
    room -= octets;
  }
  return [...ids.filter((id) => kept.has(id)), ownId].join(' ');
}
