/** From version 3: who is told what stands in needs; that a customer waits was known only to an alarm, and who was mailed to a row. */
import type { Id } from '../../_generated/dataModel';
import { setAlarm } from '../../model/kit/alarms';
import { choose } from '../../model/needs/choices';
import { raiseNeed } from '../../model/needs/needs';
import { noticeOf } from '../../shared/needs/choices';
import { isActive } from '../../shared/tickets/tickets';
import { batchSize, migrations } from '../migrations';

/** [T7] A customer waits for somebody who is not there. */
export const waits = migrations.define({
  table: 'alarms',
  batchSize,
  migrateOne: async (ctx, { kind, subject }) => {
    if (kind !== 'wait') return;
    const ticket = await ctx.db.get(subject as Id<'tickets'>);
    await setAlarm(ctx, 'wait', subject, undefined);
    if (ticket?.assigneeId === undefined || !isActive(ticket.status)) return;
    await raiseNeed(ctx, ticket, { kind: 'replied', memberId: ticket.assigneeId }, Date.now());
  },
});

/** Whoever was mailed may be once more: there is a need to be mailed about only when a customer writes again. */
export const mailed = migrations.define({
  table: 'waitMails',
  batchSize,
  migrateOne: async (ctx, { _id }) => {
    await ctx.db.delete(_id);
  },
});

/** Who wanted no mail when a customer waits. */
export const choices = migrations.define({
  table: 'members',
  batchSize,
  migrateOne: async (ctx, member) => {
    if (member.noWaitMails !== true) return;
    await choose(ctx, member, 'replied', { ...noticeOf([], 'replied'), mailAfterMin: null });
    return { noWaitMails: undefined };
  },
});
