/**
 * Picked up (docs/rules.md A9): what came to somebody automatically goes back to the pool unless they open or answer it in time, once
 * a person and ticket; then it goes to others first, for as long again.
 *
 *   assigned by a pass ──▶ alarm `pickUp` ──▶ neither opened nor answered: back, and the alarm again ──▶ anybody may have it
 *                              │
 *                              └── opened (`pickUp`), or anything done in it (`noteActed`): the alarm is gone, which is what is kept
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { openTimesOf } from '../../shared/kit/calendar';
import { defaultPickUp, letGoBefore, pickUpBy } from '../../shared/routing/pickUp';
import { isActive } from '../../shared/tickets/tickets';
import { type Case, type CaseCtx, openCaseWith, teamOf } from '../conversation/case';
import { setAlarm, setAlarmBy } from '../kit/alarms';
import { getCalendar } from '../kit/calendars';
import { recordOnTicket } from '../tickets/events';
import { pickUpDueAt } from '../tickets/ticketViews';

type Ticket = Doc<'tickets'>;

/** By when one has to have picked up what comes to them now, by the team's hours. */
async function timing(ctx: MutationCtx, { _id, pickUp = defaultPickUp }: Doc<'teams'>) {
  const calendar = await getCalendar(ctx, _id);
  const times = calendar && openTimesOf(calendar);
  return (priority: Ticket['priority']) => pickUpBy(pickUp, times, priority, Date.now());
}

/** For a pass: watches what it gives to whom. Undefined: the team takes nothing back. */
export async function pickUpWatch(ctx: MutationCtx, team: Doc<'teams'>) {
  const { minutes, urgentMinutes } = team.pickUp ?? defaultPickUp;
  if (minutes === 0 && urgentMinutes === 0) return undefined;
  const by = await timing(ctx, team);
  return async (ticket: Ticket, memberId: Id<'members'>): Promise<void> => {
    // With whoever let it go by before it stays: nor does the time for which others came first mean them.
    const dueAt = letGoBefore(ticket, memberId) ? undefined : by(ticket.priority);
    await setAlarm(ctx, 'pickUp', ticket._id, dueAt);
  };
}

/** They have it before them, and keep it. */
export async function pickUp(
  ctx: MutationCtx,
  { _id, assigneeId, assignedBy }: Ticket,
  memberId: Id<'members'>,
): Promise<void> {
  if (assigneeId === memberId && assignedBy === 'automatic') await setAlarm(ctx, 'pickUp', _id, undefined);
}

/** A duty of the settling: whoever says or does anything in what came to them has picked it up; of what has ended nothing is awaited. */
export async function noteActed(ctx: CaseCtx, { added, tickets }: Case): Promise<void> {
  const acted = new Set(added.flatMap(({ author }) => (author.kind === 'operator' && author.memberId) || []));
  for (const { now, stored, isNew } of tickets.values()) {
    if (isNew || stored.assignedBy !== 'automatic') continue;
    const hasEnded = isActive(stored.status) && !isActive(now.status);
    // Given to somebody else it has one that means them.
    const isTheirs = acted.has(stored.assigneeId!) && now.assigneeId === stored.assigneeId;
    if (hasEnded || isTheirs) await setAlarm(ctx, 'pickUp', now._id, undefined);
  }
}

/** A duty of the settling: who has a ticket that has become urgent has as long as for an urgent one, from now on. */
export async function hurryPickUps(ctx: CaseCtx, opened: Case): Promise<void> {
  for (const { now, stored } of opened.tickets.values()) {
    if (now.priority !== 'urgent' || stored.priority === 'urgent') continue;
    if ((await pickUpDueAt(ctx, now)) === null || now.assigneeId !== stored.assigneeId) continue;
    const dueAt = (await timing(ctx, await teamOf(ctx, opened)))('urgent');
    if (dueAt !== undefined) await setAlarmBy(ctx, 'pickUp', now._id, dueAt);
  }
}

/** The alarm. */
export async function lookAtPickUp(ctx: CaseCtx, ticketId: Id<'tickets'>): Promise<void> {
  const found = await ctx.db.get(ticketId);
  if (found === null || !isActive(found.status)) return;
  const { assigneeId, assignedBy } = found;
  // It has waited for others long enough.
  if (assigneeId === undefined) return void ctx.unsettled.bells.add(found.teamId);
  if (assignedBy !== 'automatic' || letGoBefore(found, assigneeId)) return;
  const { opened, ticket } = await openCaseWith(ctx, found);
  const othersUntil = (await timing(ctx, await teamOf(ctx, opened)))(ticket.priority);
  if (othersUntil === undefined) return;
  const event = {
    type: 'assigned' as const,
    from: assigneeId,
    how: 'notPickedUp' as const,
    othersUntil,
  };
  await recordOnTicket(ctx, opened, ticket, event, { kind: 'system' });
  await setAlarm(ctx, 'pickUp', ticketId, othersUntil);
}
