/** Releasing what a removed member held or was assigned (docs/rules.md R1, C12): to the team, and to the pool. */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { Author } from '../../shared/conversation/entries';
import { type CaseCtx, openCaseOf, openCaseWith } from '../conversation/case';
import { recordOnTicket } from '../tickets/events';
import { takeControl } from './control';

/** Conversations or tickets released in one transaction; the rest follows in the next. */
const releaseBatch = 50;

/** One batch of what the removed member held or was assigned; schedules the next while there is more. */
export async function releaseWork(
  ctx: CaseCtx,
  memberId: Id<'members'>,
  actorId: Id<'members'>,
): Promise<void> {
  const member = await ctx.db.get(memberId);
  if (member === null || member.removedAt === undefined) return;
  const actor: Author = { kind: 'operator', memberId: actorId };

  const held = await ctx.db
    .query('controls')
    .withIndex('by_holder_and_operatorId', (q) => q.eq('holder', 'operator').eq('operatorId', memberId))
    .take(releaseBatch);
  for (const { conversationId } of held) {
    const opened = await openCaseOf(ctx, conversationId);
    await takeControl(ctx, opened, { memberId: undefined, actor, ticketId: opened.activeTicket?._id });
  }

  const tickets = await activeTicketsOf(ctx, memberId, releaseBatch);
  for (const ticket of tickets) {
    const { opened } = await openCaseWith(ctx, ticket);
    const event = { type: 'assigned' as const, from: memberId, how: 'person' as const };
    await recordOnTicket(ctx, opened, ticket, event, actor);
  }

  if (held.length === releaseBatch || tickets.length === releaseBatch) {
    await ctx.scheduler.runAfter(0, internal.jobs.members.release, { memberId, actorId });
  }
}

async function activeTicketsOf(
  ctx: CaseCtx,
  memberId: Id<'members'>,
  count: number,
): Promise<Doc<'tickets'>[]> {
  const tickets: Doc<'tickets'>[] = [];
  for (const status of ['open', 'new'] as const) {
    const found = await ctx.db
      .query('tickets')
      .withIndex('by_assigneeId_and_status', (q) => q.eq('assigneeId', memberId).eq('status', status))
      .take(count - tickets.length);
    tickets.push(...found);
  }
  return tickets;
}
