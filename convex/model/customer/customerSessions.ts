/**
 * A web customer's session (docs/rules.md M9): 256 random bits that their browser keeps and we know only the hash of. It
 * is exchanged for tokens of ten minutes; deleting the row ends every right at once.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { appError } from '../kit/errors';
import type { CaseCtx } from '../conversation/case';
import { startConversation } from '../conversation/conversations';
import { hasLeft, openMailLink } from '../mail/links';
import { proveEmail } from '../conversation/identities';
import { createCustomer } from './customers';
import { type Asked, spend, take, tooMany } from '../kit/requestWindows';

type Reader = Pick<QueryCtx, 'db'>;

const dayMs = 86_400_000;
export const sessionLifetimeMs = 60 * dayMs;
/** The end slides at most once a day, so that a busy chat does not write its session all the time. */
const slideMs = dayMs;

export interface NewSession {
  publicId: string;
  tokenHash: string;
  /** Where the request comes from, hashed; null when nobody knows: it counts against the channel alone. */
  source: string | null;
  /** The customer has written a message already. */
  writes: boolean;
  timeZone?: string;
  /** From a link that was mailed: opens its conversation, and proves its address (M9). */
  mailToken?: string;
}

export async function mintSession(
  ctx: MutationCtx,
  { publicId, tokenHash, source, writes, timeZone, mailToken }: NewSession,
): Promise<Id<'customerSessions'>> {
  const channel = await ctx.db
    .query('channels')
    .withIndex('by_publicId', (q) => q.eq('publicId', publicId))
    .unique();
  if (channel === null || !channel.active || channel.kind !== 'web')
    throw appError('NOT_FOUND', 'No such channel.');
  const waitMs = await takePlace(ctx, channel._id, { source, writes });
  if (waitMs > 0) throw tooMany(waitMs);
  const { teamId, _id: channelId } = channel;
  if (mailToken !== undefined) return mintProvenSession(ctx, { teamId, channelId, tokenHash, mailToken });
  const customerId = await createCustomer(ctx, teamId, timeZone);
  const expiresAt = Date.now() + sessionLifetimeMs;
  return ctx.db.insert('customerSessions', { teamId, channelId, customerId, tokenHash, expiresAt });
}

async function mintProvenSession(
  ctx: MutationCtx,
  session: { teamId: Id<'teams'>; channelId: Id<'channels'>; tokenHash: string; mailToken: string },
): Promise<Id<'customerSessions'>> {
  const { mailToken, ...fields } = session;
  const link = await openMailLink(ctx, mailToken);
  const conversation = link && (await ctx.db.get(link.conversationId));
  if (link === null || conversation?.teamId !== fields.teamId)
    throw appError('LINK_INVALID', 'This link has ended. The answers are in your mailbox.');
  const { _id: conversationId, customerId } = conversation;
  // In a chat whoever typed the address writes as well: a click on the link proves this browser, and not them.
  const isTheirs = conversation.channel === 'email';
  if (isTheirs && (await hasLeft(ctx, link))) await proveEmail(ctx, conversation, link.address);
  const expiresAt = Date.now() + sessionLifetimeMs;
  const provenEmail = link.address;
  return ctx.db.insert('customerSessions', { ...fields, customerId, conversationId, provenEmail, expiresAt });
}

/** [E4] Who writes has places of their own, so that no flood of chats that are only opened keeps them out. */
async function takePlace(
  ctx: MutationCtx,
  channelId: Id<'channels'>,
  { source, writes }: Pick<NewSession, 'source' | 'writes'>,
): Promise<number> {
  const known = source === null ? [] : [`${channelId}:${source}`];
  const opening: Asked[] = [
    ...known.map((address): Asked => ['chatsOfAddress', address]),
    ['chatsOnChannel', channelId],
  ];
  const writing: Asked[] = [
    ...known.map((address): Asked => ['writersOfAddress', address]),
    ['writersOnChannel', channelId],
  ];
  const waitMs = await take(ctx, opening);
  return waitMs > 0 && writes ? take(ctx, writing) : waitMs;
}

/** The session behind a token; null for unknown and ended alike. */
export async function findLiveSession(
  ctx: MutationCtx,
  tokenHash: string,
): Promise<Doc<'customerSessions'> | null> {
  const session = await ctx.db
    .query('customerSessions')
    .withIndex('by_tokenHash', (q) => q.eq('tokenHash', tokenHash))
    .unique();
  return session === null || session.expiresAt <= Date.now() ? null : session;
}

/** The live session behind a token, its end moved on; null for unknown and ended alike. */
export async function renewSession(
  ctx: MutationCtx,
  tokenHash: string,
): Promise<Id<'customerSessions'> | null> {
  const session = await findLiveSession(ctx, tokenHash);
  if (session === null) return null;
  const now = Date.now();
  await spend(ctx, 'tokensOfSession', session._id);
  const expiresAt = now + sessionLifetimeMs;
  if (expiresAt - session.expiresAt >= slideMs) await ctx.db.patch(session._id, { expiresAt });
  return session._id;
}

/** The session's conversation, or null before the customer's first word. */
export function getConversationOf(
  ctx: Reader,
  session: Doc<'customerSessions'>,
): Promise<Doc<'conversations'> | null> {
  return session.conversationId === undefined ? Promise.resolve(null) : ctx.db.get(session.conversationId);
}

/** [M8] The one thread of this customer, begun when first needed. */
export async function ensureConversation(
  ctx: CaseCtx,
  session: Doc<'customerSessions'>,
): Promise<Doc<'conversations'>> {
  const present = await getConversationOf(ctx, session);
  if (present !== null) return present;
  const { teamId, channelId, customerId } = session;
  const channel = await ctx.db.get(channelId);
  if (channel === null || !channel.active) throw appError('NOT_FOUND', 'This chat is not open.');
  const { agentId } = channel;
  const conversation = await startConversation(ctx, {
    teamId,
    customerId,
    agentId,
    channelId,
    channel: 'web',
  });
  await ctx.db.patch(session._id, { conversationId: conversation._id });
  return conversation;
}
