/**
 * A web customer's session (docs/rules.md M9): 256 random bits that their browser keeps and we know only the hash of. It
 * is exchanged for tokens of ten minutes; deleting the row ends every right at once.
 */
import type { Infer } from 'convex/values';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import type { vPerson } from '../../shared/customer/persons';
import { appError } from '../kit/errors';
import type { CaseCtx } from '../conversation/case';
import { startConversation } from '../conversation/conversations';
import { hasLeft, openMailLink } from '../mail/links';
import { findRecords, noteUser, proveEmail, userOf } from '../conversation/identities';
import { createCustomer, noteDetails } from './customers';
import { noteUse } from './identitySecrets';
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
  /** By a signed token. */
  signed?: Signed;
}

/** Who somebody is by a token that was checked, and the secret that signed it. */
export interface Signed {
  person: Infer<typeof vPerson>;
  secretId: Id<'identitySecrets'>;
}

export async function mintSession(
  ctx: CaseCtx,
  { publicId, tokenHash, source, writes, timeZone, mailToken, signed }: NewSession,
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
  const begun = { teamId, channelId, tokenHash };
  if (signed !== undefined) return addSession(ctx, begun, await arriveAs(ctx, begun, signed, timeZone));
  return addSession(ctx, begun, { customerId: await createCustomer(ctx, teamId, timeZone) });
}

type Begun = Pick<Doc<'customerSessions'>, 'teamId' | 'channelId' | 'tokenHash'>;
type Theirs = Pick<Doc<'customerSessions'>, 'customerId' | 'conversationId'>;

function addSession(ctx: MutationCtx, begun: Begun, theirs: Theirs): Promise<Id<'customerSessions'>> {
  return ctx.db.insert('customerSessions', {
    ...begun,
    ...theirs,
    expiresAt: Date.now() + sessionLifetimeMs,
  });
}

/** A person whom their site names comes in: with their newest talk here, or as somebody new. */
async function arriveAs(
  ctx: CaseCtx,
  { teamId, channelId }: Pick<Begun, 'teamId' | 'channelId'>,
  signed: Signed,
  timeZone?: string,
): Promise<Theirs> {
  const user = { teamId, channelId, userId: signed.person.userId };
  const [newest] = await listTalks(ctx, user);
  const [record] = newest ? [] : await findRecords(ctx, user);
  const customerId =
    newest?.customerId ?? record?.customerId ?? (await createCustomer(ctx, teamId, timeZone));
  if ((await userOf(ctx, customerId, channelId)) === null) await noteUser(ctx, customerId, user);
  await noteSigned(ctx, customerId, signed);
  return { customerId, conversationId: newest?._id };
}

async function noteSigned(ctx: CaseCtx, customerId: Id<'customers'>, { person, secretId }: Signed) {
  await noteDetails(ctx, customerId, person, true);
  await noteUse(ctx, secretId);
}

/**
 * [M9] The site says who this browser's customer is, maybe in the middle of a talk. `isSame`: it has said so before.
 *
 * Otherwise this session ends and another begins: whoever noted the former token, on a machine that several people use, reads
 * nothing of it. A talk of somebody who was nobody yet goes on, and is theirs from now on. A talk of somebody else stays theirs:
 * nothing of it is seen here any more (E5). Null: the session has ended.
 */
export async function identifySession(
  ctx: CaseCtx,
  {
    tokenHash,
    newTokenHash,
    source,
    signed,
  }: { tokenHash: string; newTokenHash: string; source: string | null; signed: Signed },
): Promise<{ sessionId: Id<'customerSessions'>; isSame: boolean } | null> {
  const session = await findLiveSession(ctx, tokenHash);
  if (session === null) return null;
  const { _id: sessionId, teamId, channelId, customerId, conversationId, provenEmail } = session;
  const user = await userOf(ctx, customerId, channelId);
  if (user?.value === signed.person.userId) {
    await noteSigned(ctx, customerId, signed);
    return { sessionId, isSame: true };
  }
  // [E4] What a session may do is counted by session: a new one is a chat like any other.
  const waitMs = await takePlace(ctx, channelId, { source, writes: true });
  if (waitMs > 0) throw tooMany(waitMs);
  await ctx.db.delete(sessionId);
  const begun = { teamId, channelId, tokenHash: newTokenHash };
  // A link that was mailed may have been passed on: it opens a talk, and makes nobody its owner.
  const isTheirs = user === null && provenEmail === undefined && conversationId !== undefined;
  if (!isTheirs) {
    const { timeZone } = (await ctx.db.get(customerId)) ?? {};
    return {
      sessionId: await addSession(ctx, begun, await arriveAs(ctx, begun, signed, timeZone)),
      isSame: false,
    };
  }
  await noteUser(ctx, customerId, { teamId, channelId, userId: signed.person.userId });
  await noteSigned(ctx, customerId, signed);
  return { sessionId: await addSession(ctx, begun, { customerId, conversationId }), isSame: false };
}

/**
 * [M9] The talks this browser may go back to: those of the person it was shown to be, on this channel, the newest first. A link that
 * was mailed shows nobody to be anybody: it opens the one talk that it is for.
 */
export async function listTalksOf(
  ctx: Reader,
  { teamId, channelId, customerId, provenEmail }: Doc<'customerSessions'>,
): Promise<Doc<'conversations'>[]> {
  if (provenEmail !== undefined) return [];
  const user = await userOf(ctx, customerId, channelId);
  return user === null ? [] : listTalks(ctx, { teamId, channelId, userId: user.value });
}

/** Of one person. */
const maxTalks = 20;

async function listTalks(
  ctx: Reader,
  user: Parameters<typeof findRecords>[1],
): Promise<Doc<'conversations'>[]> {
  const records = await findRecords(ctx, user);
  const each = await Promise.all(
    records.map(({ customerId }) =>
      ctx.db
        .query('conversations')
        .withIndex('by_customerId', (q) => q.eq('customerId', customerId))
        .order('desc')
        .take(maxTalks),
    ),
  );
  return each
    .flat()
    .filter(({ channelId }) => channelId === user.channelId)
    .sort((a, b) => b._creationTime - a._creationTime)
    .slice(0, maxTalks);
}

/** Goes on with an earlier talk of the same person; false: there is no such talk of theirs. */
export async function goBackTo(
  ctx: MutationCtx,
  session: Doc<'customerSessions'>,
  conversationId: Id<'conversations'>,
): Promise<boolean> {
  const talk = (await listTalksOf(ctx, session)).find(({ _id }) => _id === conversationId);
  if (talk === undefined) return false;
  if (session.conversationId !== conversationId)
    await ctx.db.patch(session._id, { conversationId, customerId: talk.customerId });
  return true;
}

/** Whoever leaves a browser takes every right of its session along. */
export async function endSession(ctx: MutationCtx, tokenHash: string): Promise<null> {
  const session = await findLiveSession(ctx, tokenHash);
  if (session !== null) await ctx.db.delete(session._id);
  return null;
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
