/**
 * Watching holders who may have vanished (docs/rules.md C12): one alarm per conversation; what it does when it rings
 * stands in vanished.ts.
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { vanishedGraceMs } from '../../shared/control/vanished';
import { getHead } from '../conversation/case';
import { isAlarmSet, setAlarmBy } from '../kit/alarms';

/** Conversations looked at in one transaction; the rest follows in the next. */
const watchBatch = 100;

/** Looks at `at`, or earlier if a look is pending already. */
export function watchHolder(
  ctx: MutationCtx,
  conversationId: Id<'conversations'>,
  at: number,
): Promise<void> {
  return setAlarmBy(ctx, 'holder', conversationId, at);
}

/** Somebody is gone: whatever they hold is looked at when the grace is over, however much it is. */
export async function watchAllOf(ctx: MutationCtx, memberId: Id<'members'>): Promise<void> {
  await ctx.scheduler.runAfter(0, internal.jobs.members.watchHeld, { memberId, cursor: null });
}

/**
 * One page of what they hold, and the next is asked for. What they come to hold meanwhile is watched by whoever gives it to
 * them; once they are back nothing needs to be.
 */
export async function watchHeldBy(
  ctx: MutationCtx,
  memberId: Id<'members'>,
  cursor: string | null,
): Promise<void> {
  const goneAt = await memberGoneSince(ctx, memberId);
  if (goneAt === undefined) return;
  const held = await ctx.db
    .query('controls')
    .withIndex('by_holder_and_operatorId', (q) => q.eq('holder', 'operator').eq('operatorId', memberId))
    .paginate({ cursor, numItems: watchBatch });
  const at = Math.max(goneAt + vanishedGraceMs, Date.now());
  for (const { conversationId } of held.page) await watchHolder(ctx, conversationId, at);
  if (held.isDone) return;
  await ctx.scheduler.runAfter(0, internal.jobs.members.watchHeld, { memberId, cursor: held.continueCursor });
}

/**
 * The safety net: conversations with a waiting customer, nobody there who holds them and no alarm are looked at now. One page;
 * `next`: where the following one starts, null after the last.
 */
export async function sweepHolders(
  ctx: MutationCtx,
  cursor: string | null,
): Promise<{ found: number; next: string | null }> {
  const held = await ctx.db
    .query('controls')
    .withIndex('by_holder_and_operatorId', (q) => q.eq('holder', 'operator'))
    .paginate({ cursor, numItems: watchBatch });
  let found = 0;
  for (const control of held.page) {
    const { conversationId } = control;
    if ((await goneSince(ctx, control)) === undefined) continue;
    if ((await getHead(ctx, conversationId)).unansweredSince === undefined) continue;
    if (await isAlarmSet(ctx, 'holder', conversationId)) continue;
    await watchHolder(ctx, conversationId, Date.now());
    found += 1;
  }
  return { found, next: held.isDone ? null : held.continueCursor };
}

/** A customer wrote while a person or the team holds: nobody watches a holder who is there. */
export async function watchIfGone(ctx: MutationCtx, control: Doc<'controls'>): Promise<void> {
  if ((await goneSince(ctx, control)) === undefined) return;
  await watchHolder(ctx, control.conversationId, Date.now() + vanishedGraceMs);
}

/** Since when nobody is there who holds; undefined while the holder is there, or the agent holds. */
export async function goneSince(
  ctx: Pick<QueryCtx, 'db'>,
  control: Doc<'controls'>,
): Promise<number | undefined> {
  if (control.holder === 'agent') return undefined;
  const { operatorId, outside, since } = control;
  // [C13] Whoever writes past Baton is there as of their last message.
  return operatorId === undefined ? (outside?.at ?? since) : memberGoneSince(ctx, operatorId);
}

/** [C12] Offline, disconnected or removed: since when. */
export async function memberGoneSince(
  ctx: Pick<QueryCtx, 'db'>,
  memberId: Id<'members'>,
): Promise<number | undefined> {
  const member = await ctx.db.get(memberId);
  if (member === null || member.removedAt !== undefined) return member?.removedAt ?? 0;
  const status = await ctx.db
    .query('memberStatuses')
    .withIndex('by_memberId', (q) => q.eq('memberId', memberId))
    .unique();
  if (status === null) return 0;
  return isGone(status) ? (status.goneSince ?? status.since) : undefined;
}

export function isGone(status: Pick<Doc<'memberStatuses'>, 'effective' | 'connected'>): boolean {
  return status.effective === 'offline' || !status.connected;
}
