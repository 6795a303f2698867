/**
 * Watching holders who may have vanished (docs/rules.md C12): one alarm per conversation; what it does when it rings
 * stands in vanished.ts.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { vanishedGraceMs } from '../../shared/control/vanished';
import { setAlarmBy } from '../kit/alarms';

/** Conversations one person holds at once, and more. */
const maxHeld = 200;

/** Looks at `at`, or earlier if a look is pending already. */
export function watchHolder(
  ctx: MutationCtx,
  conversationId: Id<'conversations'>,
  at: number,
): Promise<void> {
  return setAlarmBy(ctx, 'holder', conversationId, at);
}

/** Somebody is gone: whatever they hold is looked at when the grace is over. */
export async function watchAllOf(ctx: MutationCtx, memberId: Id<'members'>): Promise<void> {
  const held = await ctx.db
    .query('controls')
    .withIndex('by_operatorId', (q) => q.eq('operatorId', memberId))
    .take(maxHeld);
  const at = Date.now() + vanishedGraceMs;
  for (const { conversationId } of held) await watchHolder(ctx, conversationId, at);
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
  const { operatorId } = control;
  return operatorId === undefined ? control.since : memberGoneSince(ctx, operatorId);
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
