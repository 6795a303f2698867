/**
 * Deadlines of tickets (docs/rules.md T7): stored instants, moved by the transaction that changes what they follow from. A duty of
 * the settling keeps them; what they are is worked out in shared/tickets/clocks.ts.
 *
 * One alarm a ticket rings at the nearest that is not known to be missed, or before it: a deadline that moves away leaves the
 * alarm, which then finds nothing and is set anew.
 */
import { compareValues, type Value } from 'convex/values';
import type { Doc, Id } from '../../_generated/dataModel';
import { openTimesOf } from '../../shared/kit/calendar';
import {
  type Clocks,
  clocksAt,
  type ClockSettings,
  deadlinesOf,
  movesClocks,
  nearAt,
  nextToMiss,
  withMissed,
} from '../../shared/tickets/clocks';
import { isActive } from '../../shared/tickets/tickets';
import { type Case, type CaseCtx, openCaseWith, teamOf } from '../conversation/case';
import { setAlarmBy } from '../kit/alarms';
import { getCalendar } from '../kit/calendars';
import { recordOnTicket } from './events';

/** Null: the team has no targets. */
async function settingsOf(ctx: CaseCtx, opened: Case): Promise<ClockSettings | null> {
  const { _id, targets } = await teamOf(ctx, opened);
  if (targets === undefined) return null;
  const calendar = targets.isAroundTheClock ? null : await getCalendar(ctx, _id);
  return { targets, calendar: calendar === null ? undefined : openTimesOf(calendar) };
}

/** A duty of the settling: of the tickets whose clocks may have moved. */
export async function keepClocks(ctx: CaseCtx, opened: Case): Promise<void> {
  for (const { now, stored, isNew } of opened.tickets.values()) {
    if (isNew) await moveClocks(ctx, opened, null, now);
    else if (now !== stored && movesClocks(stored, now)) await moveClocks(ctx, opened, stored, now);
  }
}

/** `before`: null before it was opened; the same as `now` where only the settings may have changed. */
export async function moveClocks(
  ctx: CaseCtx,
  opened: Case,
  before: Doc<'tickets'> | null,
  now: Doc<'tickets'>,
): Promise<Clocks | undefined> {
  const settings = await settingsOf(ctx, opened);
  const clocks = settings === null ? undefined : clocksAt(before, now, Date.now(), settings);
  await setClocks(ctx, opened, now, settings, clocks);
  return clocks;
}

async function setClocks(
  ctx: CaseCtx,
  opened: Case,
  { _id, priority, clocks: known, deadline: knownDeadline }: Doc<'tickets'>,
  settings: ClockSettings | null,
  clocks: Clocks | undefined,
): Promise<void> {
  const [first] = clocks === undefined ? [] : deadlinesOf(clocks);
  const deadline = first && {
    target: first.target,
    dueAt: first.dueAt,
    nearAt: nearAt(first, priority, settings!.targets),
  };
  const change = {
    ...(!isSame(known, clocks) && { clocks }),
    ...(!isSame(knownDeadline, deadline) && { deadline }),
  };
  if (Object.keys(change).length === 0) return;
  opened.changeTicket(_id, (ticket) => ({ ...ticket, ...change }) as Doc<'tickets'>);
  const next = nextToMiss(clocks);
  if (next !== undefined && next.dueAt !== nextToMiss(known)?.dueAt)
    await setAlarmBy(ctx, 'target', _id, next.dueAt);
}

/** Whatever the order of its fields: what is read back has another than what was worked out. */
const isSame = (one: Value | undefined, other: Value | undefined) => compareValues(one, other) === 0;

/** The alarm: what is due by now and not kept is said, once each; it rings again for the next. */
export async function lookAtTargets(ctx: CaseCtx, ticketId: Id<'tickets'>): Promise<void> {
  const found = await ctx.db.get(ticketId);
  if (found === null || !isActive(found.status)) return;
  const { opened, ticket } = await openCaseWith(ctx, found);
  const settings = await settingsOf(ctx, opened);
  if (settings === null) return;
  const now = Date.now();
  let clocks = clocksAt(ticket, ticket, now, settings);
  for (let next = nextToMiss(clocks); next !== undefined; next = nextToMiss(clocks)) {
    const { target, dueAt } = next;
    if (dueAt > now) break;
    const assigneeId = ticket.assigneeId ?? null;
    const event = { type: 'targetMissed' as const, target, dueAt, assigneeId };
    await recordOnTicket(ctx, opened, ticket, event, { kind: 'system' });
    clocks = withMissed(clocks, next);
  }
  await setClocks(ctx, opened, ticket, settings, clocks);
  const next = nextToMiss(clocks);
  if (next !== undefined) await setAlarmBy(ctx, 'target', ticketId, next.dueAt);
}
