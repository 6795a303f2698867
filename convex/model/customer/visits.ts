/**
 * Where a customer writes from (docs/rules.md M9): the page and the one they came from, only where the team wants it and the page has
 * told of their consent. One row a conversation, apart from everything that lists read. The only writer of `visits`.
 */
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { plainAddress } from '../../shared/customer/pageAddresses';

type Reader = Pick<QueryCtx, 'db'>;

/** Of a talk that is over it says nothing any more. */
const keptMs = 30 * 86_400_000;

export const vVisit = v.object({
  page: v.string(),
  /** Null: not known, or nowhere. */
  referrer: v.union(v.string(), v.null()),
  at: v.number(),
});

/** Null takes it back, whether the team wants it or not. */
export async function noteVisit(
  ctx: MutationCtx,
  { _id: conversationId, teamId, channelId }: Doc<'conversations'>,
  place: { page: string; referrer: string } | null,
): Promise<void> {
  const kept = await find(ctx, conversationId);
  const page = place === null ? null : plainAddress(place.page);
  if (page === null) {
    if (kept !== null) await ctx.db.delete(kept._id);
    return;
  }
  if (!(await isWanted(ctx, channelId))) return;
  const referrer = plainAddress(place!.referrer) ?? undefined;
  if (kept?.page === page && kept.referrer === referrer) return;
  const visit = { page, referrer, at: Date.now() };
  if (kept === null) await ctx.db.insert('visits', { teamId, conversationId, ...visit });
  else await ctx.db.patch(kept._id, visit);
}

/** Null: the customer has not agreed, or the team does not want it. */
export async function getVisit(
  ctx: Reader,
  { _id, channelId }: Doc<'conversations'>,
): Promise<Infer<typeof vVisit> | null> {
  if (!(await isWanted(ctx, channelId))) return null;
  const kept = await find(ctx, _id);
  return kept && { page: kept.page, referrer: kept.referrer ?? null, at: kept.at };
}

async function isWanted(ctx: Reader, channelId: Id<'channels'> | undefined): Promise<boolean> {
  return channelId !== undefined && ((await ctx.db.get(channelId))?.showsPage ?? false);
}

function find(ctx: Reader, conversationId: Id<'conversations'>): Promise<Doc<'visits'> | null> {
  return ctx.db
    .query('visits')
    .withIndex('by_conversationId', (q) => q.eq('conversationId', conversationId))
    .unique();
}

export async function sweepVisits(ctx: MutationCtx, count: number): Promise<number> {
  const over = await ctx.db
    .query('visits')
    .withIndex('by_at', (q) => q.lt('at', Date.now() - keptMs))
    .take(count);
  for (const { _id } of over) await ctx.db.delete(_id);
  return over.length;
}
