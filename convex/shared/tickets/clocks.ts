/**
 * The clocks of a ticket and the instants that follow (docs/rules.md T7, B3). Pure.
 *
 * One clock runs for the reply that a person owes, from the handover or the customer's message on; one for the resolution, from the
 * opening on, not while the ticket has ended. Both stand still together for what the team pauses for. What a clock has used is
 * counted when it comes to stand still, by the calendar of then; what it uses since it runs, by the calendar of now. So a
 * deadline follows from what is kept here and from the settings of now alone, whenever and however often it is worked out.
 */
import { type Infer, v } from 'convex/values';
import type { OpenTimes } from '../kit/calendar';
import { instantAfterOpen, openMinutesBetween } from '../kit/openTimes';
import { type KeptTargets, type TargetKind, targetKinds } from './targets';
import { isActive, type Priority, type TicketStatus, type WaitingOn } from './tickets';

const clockFields = {
  usedMs: v.number(),
  /** When it is due; absent while it stands still, and where there is no target. */
  dueAt: v.optional(v.number()),
  /** It was missed: when it was due then. Said once a clock. */
  missedAt: v.optional(v.number()),
};
type Clock = Infer<typeof vClock>;
const vClock = v.object(clockFields);

export const vClocks = v.object({
  /** Absent: they stand still. */
  runningSince: v.optional(v.number()),
  /** Of the last reply that was owed. `from`: since when. It goes on where that reply turns out never to have been sent (M2). */
  reply: v.optional(v.object({ ...clockFields, from: v.number(), isFirst: v.boolean() })),
  resolution: vClock,
});
export type Clocks = Infer<typeof vClocks>;

/** What the clocks of a ticket depend on. */
export interface Clocked {
  status: TicketStatus;
  priority: Priority;
  openedAt: number;
  waitingSince?: number | undefined;
  firstReplyAt?: number | undefined;
  waitingOn?: WaitingOn | undefined;
  snoozedUntil?: number | undefined;
  resolvedAt?: number | undefined;
  closedAt?: number | undefined;
  clocks?: Clocks | undefined;
}

export interface ClockSettings {
  targets: KeptTargets;
  /** Undefined: around the clock. */
  calendar: OpenTimes | undefined;
}

/** Whether a change concerns the clocks. */
export function movesClocks(before: Clocked, now: Clocked): boolean {
  const keys = ['status', 'priority', 'waitingSince', 'firstReplyAt', 'waitingOn', 'snoozedUntil'] as const;
  return keys.some((key) => before[key] !== now[key]);
}

function runs({ status, waitingOn, snoozedUntil }: Clocked, { pauses }: KeptTargets): boolean {
  if (!isActive(status) || (snoozedUntil !== undefined && pauses.snoozed)) return false;
  return waitingOn === undefined || !pauses[waitingOn];
}

/**
 * The clocks of a ticket that has become `now` at the instant `at`; `before`: as it was, null before it was opened. Where the
 * settings have changed since they were last looked at, that is made up for first, as of when it was.
 */
export function clocksAt(before: Clocked | null, now: Clocked, at: number, settings: ClockSettings): Clocks {
  const { pausesSince } = settings.targets;
  const caughtUp =
    before === null
      ? undefined
      : advance(before.clocks, before, endedAt(before) ?? Math.min(pausesSince, at), settings);
  return withDues(advance(caughtUp, now, at, settings), now, settings);
}

const endedAt = ({ status, closedAt, resolvedAt }: Clocked) =>
  isActive(status) ? undefined : (resolvedAt ?? closedAt);

function advance(known: Clocks | undefined, ticket: Clocked, at: number, settings: ClockSettings): Clocks {
  let clocks: Clocks = known ?? { runningSince: ticket.openedAt, resolution: { usedMs: 0 } };
  const isRunning = runs(ticket, settings.targets);
  if (clocks.runningSince !== undefined && !isRunning)
    clocks = stopped(clocks, clocks.runningSince, at, settings);
  else if (clocks.runningSince === undefined && isRunning) clocks = { ...clocks, runningSince: at };
  const { waitingSince, firstReplyAt } = ticket;
  if (!isActive(ticket.status) || waitingSince === undefined || clocks.reply?.from === waitingSince)
    return clocks;
  return { ...clocks, reply: { from: waitingSince, isFirst: firstReplyAt === undefined, usedMs: 0 } };
}

/** What was used by then is counted. */
function stopped({ reply, resolution }: Clocks, since: number, at: number, settings: ClockSettings): Clocks {
  const used = (from: number) => workedMs(settings, from, Math.max(from, at));
  return {
    reply: reply && { ...reply, usedMs: reply.usedMs + used(Math.max(reply.from, since)) },
    resolution: { ...resolution, usedMs: resolution.usedMs + used(since) },
  };
}

function workedMs({ calendar }: ClockSettings, from: number, to: number): number {
  return calendar === undefined ? to - from : openMinutesBetween(calendar, from, to) * 60_000;
}

function withDues(
  { runningSince, reply, resolution }: Clocks,
  ticket: Clocked,
  settings: ClockSettings,
): Clocks {
  const goals = settings.targets.goals[ticket.priority];
  const due = (clock: Clock, from: number, minutes: number | undefined): number | undefined => {
    if (runningSince === undefined || minutes === undefined) return undefined;
    const start = Math.max(from, runningSince);
    const leftMs = minutes * 60_000 - clock.usedMs;
    if (leftMs <= 0) return clock.missedAt ?? start;
    if (settings.calendar === undefined) return start + leftMs;
    return instantAfterOpen(settings.calendar, start, leftMs) ?? undefined;
  };
  const replyGoal = reply?.isFirst ? goals.firstReply : goals.nextReply;
  const isOwed = ticket.waitingSince !== undefined;
  return withoutHoles({
    runningSince,
    reply: reply && { ...reply, dueAt: isOwed ? due(reply, reply.from, replyGoal) : undefined },
    resolution: { ...resolution, dueAt: due(resolution, ticket.openedAt, goals.resolution) },
  });
}

/** As it is read back: without what is undefined. */
function withoutHoles(clocks: Clocks): Clocks {
  return JSON.parse(JSON.stringify(clocks)) as Clocks;
}

export interface Deadline {
  target: TargetKind;
  dueAt: number;
  isMissed: boolean;
}

/** What is due, nearest first. */
export function deadlinesOf({ reply, resolution }: Clocks): Deadline[] {
  const kind = reply?.isFirst ? 'firstReply' : 'nextReply';
  const all = [
    { target: kind as TargetKind, clock: reply },
    { target: 'resolution' as const, clock: resolution },
  ];
  const due = all.flatMap(({ target, clock }) =>
    clock?.dueAt === undefined
      ? []
      : [{ target, dueAt: clock.dueAt, isMissed: clock.missedAt !== undefined }],
  );
  return due.sort(
    (a, b) => a.dueAt - b.dueAt || targetKinds.indexOf(a.target) - targetKinds.indexOf(b.target),
  );
}

/** The first that is not known to be missed. */
export function nextToMiss(clocks: Clocks | undefined): Deadline | undefined {
  return clocks && deadlinesOf(clocks).find(({ isMissed }) => !isMissed);
}

/** Once it was said that this one is missed. */
export function withMissed(clocks: Clocks, { target, dueAt }: Deadline): Clocks {
  if (target === 'resolution') return { ...clocks, resolution: { ...clocks.resolution, missedAt: dueAt } };
  return { ...clocks, reply: { ...clocks.reply!, missedAt: dueAt } };
}

/** What a person's reply, or the end of a ticket, keeps at this instant; undefined: there is no such target, or it is missed. */
export function targetKept(
  by: 'reply' | 'end',
  { clocks, priority, waitingSince }: Clocked,
  at: number,
  { goals }: Pick<KeptTargets, 'goals'>,
): TargetKind | undefined {
  const reply = clocks?.reply;
  const isOwed = waitingSince !== undefined && reply?.from === waitingSince;
  const target = by === 'end' ? 'resolution' : reply?.isFirst ? 'firstReply' : 'nextReply';
  const clock = by === 'end' ? clocks?.resolution : isOwed ? reply : undefined;
  if (clock === undefined || goals[priority][target] === undefined) return undefined;
  const isInTime = clock.missedAt === undefined && (clock.dueAt === undefined || at < clock.dueAt);
  return isInTime ? target : undefined;
}

const longestNearMs = 60 * 60_000;

/** From when on a deadline is near: the last quarter of its time, at most an hour. */
export function nearAt({ target, dueAt }: Deadline, priority: Priority, { goals }: KeptTargets): number {
  const minutes = goals[priority][target] ?? 0;
  return dueAt - Math.min(longestNearMs, (minutes * 60_000) / 4);
}
