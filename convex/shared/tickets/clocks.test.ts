import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OpenTimes } from '../kit/calendar';
import {
  type Clocked,
  clocksAt,
  type ClockSettings,
  deadlinesOf,
  nearAt,
  nextToMiss,
  withMissed,
} from './clocks';
import {
  bases,
  expectedDeadlines,
  isEnded,
  type Law,
  type Moment,
  openness,
  Twin,
  windowMinutes,
  zones,
} from './clocksTwin.setup';
import { faultOfTargets, type KeptTargets, type Targets, usualTargets } from './targets';
import { priorities } from './tickets';

const minuteMs = 60_000;
const at = (text: string) => Date.parse(text);
const kept = (targets: Targets = usualTargets): KeptTargets => ({ ...targets, pausesSince: 0 });
const shop: OpenTimes = {
  timeZone: 'Europe/Berlin',
  week: [[], ...Array.from({ length: 5 }, () => [{ from: 9 * 60, to: 18 * 60 }]), []],
  holidays: [],
};
const ticketOf = (openedAt: number, more: Partial<Clocked> = {}): Clocked => ({
  status: 'new',
  priority: 'high',
  openedAt,
  waitingSince: openedAt,
  ...more,
});

/** Ticket by ticket, as the desk keeps them. */
function play(settings: ClockSettings, steps: [instant: number, change: Partial<Clocked>][]) {
  let ticket: Clocked | null = null;
  for (const [instant, change] of steps) {
    const next: Clocked = ticket === null ? ticketOf(instant, change) : { ...ticket, ...change };
    ticket = { ...next, clocks: clocksAt(ticket, next, instant, settings) };
  }
  return ticket!;
}
const dues = (ticket: Clocked) =>
  Object.fromEntries(
    deadlinesOf(ticket.clocks!).map(({ target, dueAt }) => [target, new Date(dueAt).toISOString()]),
  );

describe('[T7] deadlines are instants', () => {
  test('handed over on Friday at 17:30, a first reply within an hour is due on Monday at 9:30', () => {
    const settings = { targets: kept(), calendar: shop };
    expect(dues(play(settings, [[at('2026-11-27T17:30:00+01:00'), {}]]))).toEqual({
      firstReply: '2026-11-30T08:30:00.000Z',
      resolution: '2026-11-30T15:30:00.000Z',
    });
  });

  test('[B3] a pause moves what is due by as much as it lasts, to the millisecond, and a reply ends the first clock', () => {
    const settings = { targets: kept({ ...usualTargets, isAroundTheClock: true }), calendar: undefined };
    const start = at('2026-11-27T10:00:00Z');
    const paused = play(settings, [
      [start, {}],
      [start + 10 * minuteMs, { waitingOn: 'customer' }],
    ]);
    expect(deadlinesOf(paused.clocks!)).toEqual([]);
    const resumed = play(settings, [
      [start, {}],
      [start + 10 * minuteMs, { waitingOn: 'customer' }],
      [start + 70 * minuteMs + 7, { waitingOn: undefined }],
    ]);
    expect(dues(resumed)).toMatchObject({ firstReply: '2026-11-27T12:00:00.007Z' });
    const answered = play(settings, [
      [start, {}],
      [start + minuteMs, { waitingSince: undefined, firstReplyAt: start + minuteMs, status: 'open' }],
      [start + 5 * minuteMs, { waitingSince: start + 5 * minuteMs }],
    ]);
    expect(dues(answered)).toEqual({
      nextReply: '2026-11-27T11:05:00.000Z',
      resolution: '2026-11-27T18:00:00.000Z',
    });
  });

  test('[M2] a reply that was never sent stopped no clock', () => {
    const settings = { targets: kept({ ...usualTargets, isAroundTheClock: true }), calendar: undefined };
    const start = at('2026-11-27T10:00:00Z');
    const ticket = play(settings, [
      [start, {}],
      [start + minuteMs, { waitingSince: undefined, firstReplyAt: start + minuteMs }],
      [start + 9 * minuteMs, { waitingSince: start }],
    ]);
    expect(dues(ticket)).toMatchObject({ firstReply: '2026-11-27T11:00:00.000Z' });
  });

  test('what was missed stays missed, and is said once; a team that never opens owes nothing at an instant', () => {
    const settings = { targets: kept({ ...usualTargets, isAroundTheClock: true }), calendar: undefined };
    const start = at('2026-11-27T10:00:00Z');
    const ticket = play(settings, [[start, {}]]);
    const first = nextToMiss(ticket.clocks)!;
    expect(first).toEqual({ target: 'firstReply', dueAt: start + 60 * minuteMs, isMissed: false });
    const missed = { ...ticket, clocks: withMissed(ticket.clocks!, first) };
    expect(nextToMiss(missed.clocks)?.target).toBe('resolution');
    const late = start + 90 * minuteMs;
    const paused = { ...missed, snoozedUntil: late };
    const asleep = { ...paused, clocks: clocksAt(missed, paused, late, settings) };
    const awake = { ...asleep, snoozedUntil: undefined };
    expect(deadlinesOf(clocksAt(asleep, awake, late + minuteMs, settings))[0]).toEqual({
      ...first,
      isMissed: true,
    });
    const closed = { ...shop, week: shop.week.map(() => []) };
    expect(dues(play({ targets: kept(), calendar: closed }, [[start, {}]]))).toEqual({});
  });

  test('it is near in the last quarter of its time, at most an hour', () => {
    const deadline = { target: 'firstReply' as const, dueAt: 1e9, isMissed: false };
    expect(1e9 - nearAt(deadline, 'urgent', kept())).toBe(3.75 * minuteMs);
    expect(1e9 - nearAt(deadline, 'low', kept())).toBe(60 * minuteMs);
  });

  test('a target is whole minutes, at most 30 days', () => {
    const of = (firstReply: number) =>
      faultOfTargets({ ...usualTargets, goals: { ...usualTargets.goals, low: { firstReply } } });
    expect([1, 43_200].map(of)).toEqual([null, null]);
    for (const bad of [0, -5, 1.5, 43_201, Number.NaN, Infinity]) expect(of(bad)).toContain('whole minutes');
    expect(faultOfTargets(usualTargets)).toBeNull();
  });
});

const aSpan = fc
  .tuple(fc.integer({ min: 0, max: 1_439 }), fc.integer({ min: 1, max: 1_440 }))
  .map(([from, length]) => ({ from, to: from + length }));
const aWeek = fc.array(fc.array(aSpan, { maxLength: 2 }), { minLength: 7, maxLength: 7 });
const aHoliday = (base: number) =>
  fc
    .record({ day: fc.nat(8), length: fc.nat(1), open: fc.array(aSpan, { maxLength: 1 }) })
    .map(({ day, length, open }) => ({
      from: new Date(base + day * 86_400_000).toISOString().slice(0, 10),
      to: new Date(base + (day + length) * 86_400_000).toISOString().slice(0, 10),
      open,
    }));
const aCalendar = (base: number) =>
  fc.option(
    fc.record({
      timeZone: fc.constantFrom(...zones),
      week: aWeek,
      holidays: fc.array(aHoliday(base), { maxLength: 1 }),
    }),
    { nil: undefined, freq: 8 },
  );
const aGoal = fc.option(fc.integer({ min: 1, max: 2_000 }), { nil: undefined, freq: 6 });
const aGoals = fc.record({ firstReply: aGoal, nextReply: aGoal, resolution: aGoal });
const someTargets = fc.record({
  isAroundTheClock: fc.constant(false),
  pauses: fc.record({ customer: fc.boolean(), thirdParty: fc.boolean(), snoozed: fc.boolean() }),
  goals: fc.record({ low: aGoals, normal: aGoals, high: aGoals, urgent: aGoals }),
});
const aStep = (base: number) =>
  fc.record({
    afterMs: fc.oneof(fc.nat(600_000), fc.nat(30_000_000)),
    change: fc.oneof(
      fc.constantFrom<{ do: 'customer' | 'reply' }>({ do: 'customer' }, { do: 'reply' }),
      fc.constantFrom<{ do: 'customer' | 'reply' }>({ do: 'customer' }, { do: 'reply' }),
      fc.constantFrom<{ do: 'resolve' | 'reopen' }>({ do: 'resolve' }, { do: 'reopen' }),
      fc.record({
        do: fc.constant('wait' as const),
        on: fc.constantFrom('customer' as const, 'thirdParty' as const, undefined),
      }),
      fc.record({ do: fc.constant('snooze' as const), is: fc.boolean() }),
      fc.record({ do: fc.constant('priority' as const), to: fc.constantFrom(...priorities) }),
      fc.record({ do: fc.constant('hours' as const), calendar: aCalendar(base) }),
      fc.record({ do: fc.constant('targets' as const), targets: someTargets }),
    ),
    /** The job that follows an edit comes at once, or the next change does. */
    isJobLate: fc.boolean(),
  });
type Step = ReturnType<typeof aStep> extends fc.Arbitrary<infer S> ? S : never;
const aHistory = fc.constantFrom(...bases).chain((base) =>
  fc.record({
    base: fc.constant(base),
    startMs: fc.integer({ min: 86_400_000, max: 2 * 86_400_000 }),
    calendar: aCalendar(base),
    targets: someTargets,
    steps: fc.array(aStep(base), { minLength: 5, maxLength: 20 }),
  }),
);

function changed(ticket: Clocked, { change }: Step, now: number): Clocked {
  const isOver = isEnded(ticket);
  switch (change.do) {
    case 'customer':
      return isOver
        ? ticket
        : {
            ...ticket,
            waitingSince: ticket.waitingSince ?? now,
            snoozedUntil: undefined,
            waitingOn: ticket.waitingOn === 'customer' ? undefined : ticket.waitingOn,
          };
    case 'reply':
      return isOver
        ? ticket
        : { ...ticket, status: 'open', waitingSince: undefined, firstReplyAt: ticket.firstReplyAt ?? now };
    case 'resolve':
      return isOver
        ? ticket
        : {
            ...ticket,
            status: 'resolved',
            resolvedAt: now,
            waitingSince: undefined,
            waitingOn: undefined,
            snoozedUntil: undefined,
          };
    case 'reopen':
      return isOver ? { ...ticket, status: 'open', resolvedAt: undefined, waitingSince: now } : ticket;
    case 'wait':
      return isOver ? ticket : { ...ticket, waitingOn: change.on };
    case 'snooze':
      return isOver ? ticket : { ...ticket, snoozedUntil: change.is ? now + 1 : undefined };
    case 'priority':
      return { ...ticket, priority: change.to };
    case 'hours':
    case 'targets':
      return ticket;
  }
}

/** Plays a history; gives the deadlines after each step beside what they should be. */
function compare({
  base,
  startMs,
  calendar,
  targets,
  steps,
}: typeof aHistory extends fc.Arbitrary<infer H> ? H : never): void {
  const twin = new Twin(base);
  let now = base + startMs;
  let settings: ClockSettings = { targets: { ...targets, pausesSince: now - 1 }, calendar };
  let law: Law = { targets: settings.targets, open: openness(base, calendar) };
  let ticket: Clocked = ticketOf(now, { priority: 'normal' });
  ticket = { ...ticket, clocks: clocksAt(null, ticket, now, settings) };
  const moments: Moment[] = [{ at: now, ticket, law }];
  const visit = () => (ticket = { ...ticket, clocks: clocksAt(ticket, ticket, now, settings) });
  for (const step of steps) {
    const { change, isJobLate } = step;
    now += step.afterMs;
    if (now >= base + 8 * 86_400_000) return;
    if (change.do === 'hours' || change.do === 'targets') {
      // An edit finds the job of the last one done.
      visit();
      const pausesSince = change.do === 'targets' ? now : settings.targets.pausesSince;
      if (change.do === 'hours') settings = { ...settings, calendar: change.calendar };
      else settings = { ...settings, targets: { ...change.targets, pausesSince } };
      law = { targets: settings.targets, open: openness(base, settings.calendar) };
      moments.push({ at: now, ticket, law });
      if (isJobLate) continue;
      visit();
    } else {
      const next = changed(ticket, step, now);
      ticket = { ...next, clocks: clocksAt(ticket, next, now, settings) };
      moments.push({ at: now, ticket, law });
    }
    const wanted: Record<string, number | null | undefined> = expectedDeadlines(twin, moments);
    const found = Object.fromEntries(deadlinesOf(ticket.clocks!).map(({ target, dueAt }) => [target, dueAt]));
    for (const target of ['firstReply', 'nextReply', 'resolution']) {
      const [is, should] = [found[target], wanted[target]];
      if (should === null)
        expect(is === undefined || is > base + windowMinutes * minuteMs - minuteMs).toBe(true);
      else expect({ target, is }).toEqual({ target, is: should });
    }
  }
}

test('[T7] [B3] deadlines equal a count of every minute: 1,000 histories over changes of the clocks, holidays, zones and edited hours', () => {
  fc.assert(fc.property(aHistory, compare), { numRuns: 1_000, seed: 11 });
}, 240_000);
