/**
 * A customer writes in a ticket of somebody who is not there (docs/rules.md A2, T7): looked at again when nobody has answered for
 * ten minutes (model/delivery/waitMails.ts). One alarm a ticket.
 */
import type { Doc } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { setAlarmBy } from '../kit/alarms';

export const unansweredMs = 10 * 60_000;

/** Whoever is away or offline does not see it. */
export async function isAbsent(ctx: Pick<QueryCtx, 'db'>, memberId: Doc<'members'>['_id']): Promise<boolean> {
  const status = await ctx.db
    .query('memberStatuses')
    .withIndex('by_memberId', (q) => q.eq('memberId', memberId))
    .unique();
  return status?.effective === 'away' || status?.effective === 'offline';
}

export async function watchWait(
  ctx: MutationCtx,
  { _id, assigneeId }: Pick<Doc<'tickets'>, '_id' | 'assigneeId'>,
): Promise<void> {
  if (assigneeId === undefined || !(await isAbsent(ctx, assigneeId))) return;
  await setAlarmBy(ctx, 'wait', _id, Date.now() + unansweredMs);
}
