/** When a channel last did something (docs/rules.md M7). The only writer of `channelHealth`. */
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { getAccount } from './account';
import { hasSecret } from './channelSecrets';

type Told = Partial<Omit<Doc<'channelHealth'>, '_id' | '_creationTime' | 'channelId'>>;

/** Marks are for people, who look by the second: a busy channel does not write one for every message. */
const markEveryMs = 1_000;

function getHealth(
  ctx: Pick<QueryCtx, 'db'>,
  channelId: Id<'channels'>,
): Promise<Doc<'channelHealth'> | null> {
  return ctx.db
    .query('channelHealth')
    .withIndex('by_channelId', (q) => q.eq('channelId', channelId))
    .unique();
}

async function note(ctx: MutationCtx, channelId: Id<'channels'>, told: Told): Promise<void> {
  const known = await getHealth(ctx, channelId);
  if (known === null) await ctx.db.insert('channelHealth', { channelId, ...told });
  else await ctx.db.patch(known._id, told);
}

async function mark(
  ctx: MutationCtx,
  channelId: Id<'channels'>,
  what: 'lastReceivedAt' | 'lastSentAt',
): Promise<void> {
  const now = Date.now();
  const last = (await getHealth(ctx, channelId))?.[what] ?? 0;
  if (now - last >= markEveryMs) await note(ctx, channelId, { [what]: now });
}

export const noteReceived = (ctx: MutationCtx, channelId: Id<'channels'>) =>
  mark(ctx, channelId, 'lastReceivedAt');
export const noteSent = (ctx: MutationCtx, channelId: Id<'channels'>) => mark(ctx, channelId, 'lastSentAt');

export interface Failure {
  failure: string;
  /** When the try was that ended so. */
  triedAt: number;
}

/** The newest event that cannot be made sense of, shown to whoever looks at the channel; null: there is none any more. */
export async function noteFailure(
  ctx: MutationCtx,
  channelId: Id<'channels'>,
  newest: Failure | null,
): Promise<void> {
  await note(ctx, channelId, { lastFailure: newest?.failure, lastFailureAt: newest?.triedAt });
}

/** A test is under way: what comes in with this subject is it. */
export async function noteTestSent(
  ctx: MutationCtx,
  channelId: Id<'channels'>,
  subject: string,
): Promise<void> {
  await note(ctx, channelId, { test: { subject, sentAt: Date.now() } });
}

/** True where this is the test mail that was waited for; nobody outside knows its subject. */
export async function noteTestReceived(
  ctx: MutationCtx,
  channelId: Id<'channels'>,
  subject: string,
): Promise<boolean> {
  const test = (await getHealth(ctx, channelId))?.test;
  if (test?.subject !== subject) return false;
  const { receivedAt = Date.now() } = test;
  await note(ctx, channelId, { test: { ...test, receivedAt } });
  return true;
}

export const vMailHealth = v.object({
  hasKey: v.boolean(),
  hasWebhookSecret: v.boolean(),
  lastReceivedAt: v.union(v.number(), v.null()),
  lastSentAt: v.union(v.number(), v.null()),
  /** The provider takes nothing since then, why, and when it is tried again. */
  failingSince: v.union(v.number(), v.null()),
  failure: v.union(v.string(), v.null()),
  retryAt: v.union(v.number(), v.null()),
  /** The newest event that cannot be made sense of; null: all that was told is read. */
  lastFailure: v.union(v.string(), v.null()),
  lastFailureAt: v.union(v.number(), v.null()),
  /** The last test mail; `receivedAt` is null until it has come in. */
  test: v.union(v.object({ sentAt: v.number(), receivedAt: v.union(v.number(), v.null()) }), v.null()),
});

export async function mailHealth(
  ctx: Pick<QueryCtx, 'db'>,
  { _id, account }: { _id: Id<'channels'>; account?: string },
): Promise<Infer<typeof vMailHealth>> {
  const health = await getHealth(ctx, _id);
  const test = health?.test;
  const provider = account === undefined ? null : await getAccount(ctx, account);
  return {
    hasKey: account !== undefined,
    hasWebhookSecret: await hasSecret(ctx, _id, 'webhookSecret'),
    lastReceivedAt: health?.lastReceivedAt ?? null,
    lastSentAt: health?.lastSentAt ?? null,
    failingSince: provider?.failingSince ?? null,
    failure: provider?.failure ?? null,
    retryAt: provider?.retryAt ?? null,
    lastFailure: health?.lastFailure ?? null,
    lastFailureAt: health?.lastFailureAt ?? null,
    test: test === undefined ? null : { sentAt: test.sentAt, receivedAt: test.receivedAt ?? null },
  };
}
