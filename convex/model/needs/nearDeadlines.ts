/**
 * What is due soon (docs/rules.md T7): whoever has the ticket is told once, when its nearest deadline comes near. The alarm `near` of a
 * ticket is set where its deadline moves; one that rings too early, because it moved away, is set anew.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import { isActive } from '../../shared/tickets/tickets';
import type { Case, CaseCtx } from '../conversation/case';
import { setAlarmBy } from '../kit/alarms';
import { handle, raiseNeed } from './needs';

type Ticket = Doc<'tickets'>;

const isNear = ({ deadline }: Ticket, now: number) => deadline !== undefined && deadline.nearAt <= now;

/** A duty of the settling. */
export async function watchDeadlines(ctx: CaseCtx, { tickets }: Case): Promise<void> {
  const now = Date.now();
  for (const { now: ticket, stored, isNew } of tickets.values()) {
    const before = isNew ? undefined : stored.deadline;
    const { deadline, assigneeId } = ticket;
    if (deadline === before) continue;
    // What was near and has been kept, or put off, is handled.
    if (before !== undefined && isNear(stored, now) && !isNear(ticket, now) && assigneeId !== undefined)
      await handle(ctx, ticket._id, assigneeId, 'near');
    const isMoved = deadline !== undefined && deadline.nearAt !== before?.nearAt && deadline.dueAt > now;
    if (isMoved && isActive(ticket.status)) await setAlarmBy(ctx, 'near', ticket._id, deadline.nearAt);
  }
}

/** The alarm. A ticket that nobody has stands among what is due on the board; who waits for it is told there. */
export async function lookAtNear(ctx: CaseCtx, ticketId: Id<'tickets'>): Promise<void> {
  const ticket = await ctx.db.get(ticketId);
  if (ticket === null || !isActive(ticket.status) || ticket.deadline === undefined) return;
  const now = Date.now();
  const { deadline, assigneeId: memberId, snoozedUntil } = ticket;
  if (deadline.dueAt <= now) return;
  if (deadline.nearAt > now) await setAlarmBy(ctx, 'near', ticketId, deadline.nearAt);
  else if (memberId !== undefined && snoozedUntil === undefined)
    await raiseNeed(ctx, ticket, { kind: 'near', memberId }, now);
}
