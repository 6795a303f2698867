import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api } from '../../_generated/api';
import type { Id } from '../../_generated/dataModel';
import { openDesk, type OpenDesk } from '../../desk.setup';
import { openRoutedDesk } from '../../routing.setup';
import { readerOf, readList } from '../../readShared.setup';
import type { Calendar } from '../../shared/kit/calendar';
import type { Clocked } from '../../shared/tickets/clocks';
import {
  expectedDeadlines,
  type Law,
  type Moment,
  openness,
  Twin,
} from '../../shared/tickets/clocksTwin.setup';
import { type Targets, usualTargets } from '../../shared/tickets/targets';
import { replayTicket } from '../../shared/tickets/ticketState';
import { moveClocks } from './clocks';
import { priorities } from '../../shared/tickets/tickets';
import { passTime, refusal } from '../../test.setup';

const minute = 60_000;
const hour = 60 * minute;
/** A Thursday, 13:00 in Berlin. */
const thursday = Date.parse('2026-03-26T12:00:00Z');
beforeEach(() => {
  vi.useFakeTimers({ now: thursday });
});
afterEach(() => {
  vi.useRealTimers();
});

const shop: Calendar = {
  timeZone: 'Europe/Berlin',
  week: [[], ...Array.from({ length: 5 }, () => [{ from: 9 * 60, to: 18 * 60 }]), []],
  holidays: [],
};
const around: Targets = { ...usualTargets, isAroundTheClock: true };

type Desk = Pick<OpenDesk, 't' | 'teamId' | 'manager'>;
const set = ({ teamId, manager }: Desk, targets: Targets | null) =>
  manager.as.mutation(api.teams.update, { teamId, targets });
const open = ({ teamId, manager }: Desk, calendar: Calendar | null) =>
  manager.as.mutation(api.calendars.save, { teamId, calendar });
/** What is scheduled by now. */
const settle = ({ t }: Desk) => passTime(t, 50, 10);
/** At an instant in so long, whatever had to be waited for meanwhile. */
const until = ({ t }: Desk, instant: number) => passTime(t, instant - Date.now());

async function openTimed(targets: Targets = around) {
  const desk = await openDesk();
  await set(desk, targets);
  await settle(desk);
  await desk.customerWrites('Where is my tent?');
  const { ticketId, number } = await desk.handsOver();
  const of = { teamId: desk.teamId, ticketId };
  const ticket = async () => (await desk.tickets())[0]!;
  const misses = async () =>
    (await desk.entries()).flatMap(({ event, at }) =>
      event?.type === 'targetMissed' ? [{ target: event.target, dueAt: event.dueAt, at }] : [],
    );
  return { ...desk, ticketId, number, of, ticket, misses };
}

test('[T7] [T8] a deadline is stored with the handover, and missed at its instant, once', async () => {
  const desk = await openTimed();
  const handover = Date.now();
  const dueAt = handover + 4 * hour;
  expect((await desk.ticket()).deadline).toEqual({ target: 'firstReply', dueAt, nearAt: dueAt - hour });
  await until(desk, dueAt - 1);
  expect(await desk.misses()).toEqual([]);
  await until(desk, dueAt);
  expect(await desk.misses()).toEqual([{ target: 'firstReply', dueAt, at: dueAt }]);
  await until(desk, dueAt + hour);
  expect(await desk.misses()).toHaveLength(1);
  // It is still what is due, until somebody replies.
  expect((await desk.ticket()).deadline?.dueAt).toBe(dueAt);
  await desk.takesOver(desk.ana);
  await desk.replies(desk.ana, 'Here.');
  expect((await desk.ticket()).deadline).toMatchObject({ target: 'resolution', dueAt: handover + 24 * hour });
});

test('[T7] reply, message, priority, pause and end move what is due, in their own transaction', async () => {
  const desk = await openTimed();
  const { ana, of, ticket } = desk;
  const opened = Date.now();
  const due = async () => {
    const { deadline } = await ticket();
    return deadline && [deadline.target, deadline.dueAt - opened];
  };
  await ana.as.mutation(api.tickets.setPriority, { ...of, priority: 'urgent' });
  expect(await due()).toEqual(['firstReply', 15 * minute]);
  await until(desk, opened + 5 * minute);
  await ana.as.mutation(api.tickets.snooze, { ...of, until: opened + 65 * minute });
  expect(await due()).toBeUndefined();
  await until(desk, opened + 65 * minute + 1);
  expect(await due()).toEqual(['firstReply', 75 * minute]);
  await desk.takesOver(ana);
  await desk.replies(ana, 'Which tent?');
  expect(await due()).toEqual(['resolution', 5 * hour]);
  await until(desk, opened + 70 * minute);
  await desk.customerWrites('The red one.');
  expect(await due()).toEqual(['nextReply', 85 * minute]);
  await until(desk, opened + 71 * minute);
  // A second message moves nothing.
  await desk.customerWrites('Hello?');
  expect(await due()).toEqual(['nextReply', 85 * minute]);
  await ana.as.mutation(api.tickets.setWaiting, { ...of, waitingOn: 'thirdParty' });
  expect(await due()).toEqual(['nextReply', 85 * minute]);
  await desk.resolves(ana, of.ticketId, { agentAnswersNow: false });
  expect(await due()).toBeUndefined();
  await until(desk, opened + 100 * minute);
  await ana.as.mutation(api.tickets.reopen, of);
  expect(await due()).toEqual(['nextReply', 115 * minute]);
  expect(await desk.misses()).toEqual([]);
});

test('[T7] a team without targets has no deadlines, and where they are turned on or off the tickets follow', async () => {
  const desk = await openDesk();
  await desk.handsOver();
  const ticket = async () => (await desk.tickets())[0]!;
  expect(await ticket()).not.toHaveProperty('clocks');
  expect(await refusal(set(desk, { ...around, goals: { ...around.goals, low: { firstReply: 0 } } }))).toBe(
    'INVALID_INPUT',
  );
  expect(
    await refusal(desk.ana.as.mutation(api.teams.update, { teamId: desk.teamId, targets: around })),
  ).toBe('NOT_ALLOWED');
  await passTime(desk.t, hour);
  await set(desk, around);
  await settle(desk);
  expect((await ticket()).deadline?.dueAt).toBe(thursday + 4 * hour);
  await set(desk, null);
  await settle(desk);
  expect(await ticket()).not.toHaveProperty('clocks');
  expect(await ticket()).not.toHaveProperty('deadline');
  await passTime(desk.t, 5 * hour);
  expect((await desk.entries()).filter(({ event }) => event?.type === 'targetMissed')).toEqual([]);
});

test('[T7] edited hours move the deadlines of all active tickets, a few a transaction, however often they are edited meanwhile', async () => {
  const desk = await openRoutedDesk([]);
  await set(desk, usualTargets);
  await open(desk, shop);
  await settle(desk);
  const ids: Id<'tickets'>[] = [];
  for (let count = 0; count < 60; count++) ids.push((await desk.openTicket()).ticketId);
  const dueAt = async () =>
    new Set(await Promise.all(ids.map(async (id) => (await desk.ticket(id)).deadline?.dueAt)));
  const walks = () => desk.t.run((ctx) => ctx.db.query('clockWalks').collect());
  // Four working hours.
  const opened = (await desk.ticket(ids[0]!)).openedAt;
  expect(
    [...(await dueAt())].every((due) => due! >= opened + 4 * hour && due! < opened + 4 * hour + minute),
  ).toBe(true);
  await open(desk, { ...shop, holidays: [{ name: 'Move', from: '2026-03-26', to: '2026-03-26', open: [] }] });
  await passTime(desk.t, 1);
  expect(await walks()).toHaveLength(1);
  // How far it has come is told by the last ticket: no place in an index, which means nothing where the data is moved to.
  expect(await walks()).toMatchObject([{ after: { openedAt: expect.any(Number) } }]);
  await open(desk, { ...shop, holidays: [{ name: 'Move', from: '2026-03-26', to: '2026-03-27', open: [] }] });
  await settle(desk);
  expect(await walks()).toEqual([]);
  // Monday, 13:00 in Berlin, where the clocks have been put forward.
  expect(await dueAt()).toEqual(new Set([Date.parse('2026-03-30T11:00:00Z')]));
});

test('[T7] [E4] hours that are saved as they were write no ticket', async () => {
  const desk = await openTimed();
  await open(desk, shop);
  await settle(desk);
  await desk.inCase(async (ctx, opened) => {
    const before = opened.ticket!;
    await moveClocks(ctx, opened, before, before);
    expect(opened.ticket).toBe(before);
  });
});

test('[A6] a pass gives what is due next before what is older, and what is more urgent before both', async () => {
  const desk = await openRoutedDesk(['Ana'], { limit: 0 });
  await set(desk, around);
  await settle(desk);
  const older = await desk.openTicket();
  await passTime(desk.t, minute);
  const nearer = await desk.openTicket();
  const high = await desk.openTicket('high');
  const { teamId, manager, people } = desk;
  const [ana] = people;
  await manager.as.mutation(api.tickets.snooze, {
    teamId,
    ticketId: older.ticketId,
    until: Date.now() + hour,
  });
  await passTime(desk.t, hour + 1);
  const inTurn: Id<'tickets'>[] = [];
  for (let limit = 1; limit <= 3; limit++) {
    await desk.beat(ana!);
    await desk.arrive(ana!);
    await manager.as.mutation(api.members.setLimit, { teamId, memberId: ana!.memberId, limit });
    await settle(desk);
    for (const { ticketId } of [older, nearer, high])
      if ((await desk.ticket(ticketId)).assigneeId && !inTurn.includes(ticketId)) inTurn.push(ticketId);
  }
  expect(inTurn).toEqual([high.ticketId, nearer.ticketId, older.ticketId]);
});

test('[B1] what is due before a minute is told by an index, and its row says when and of what', async () => {
  const desk = await openTimed();
  const { teamId, ana, number } = desk;
  const read = readerOf(ana.as, teamId);
  const dueAt = (await desk.ticket()).deadline!.dueAt;
  const before = (instant: number) => read(api.tickets.due, { minute: Math.floor(instant / minute) });
  expect(await before(dueAt)).toEqual({ numbers: [], hasMore: false });
  expect(await before(dueAt + minute)).toEqual({ numbers: [number], hasMore: false });
  expect(await read(api.tickets.row, { number })).toMatchObject({
    due: { at: dueAt, nearAt: dueAt - hour, target: 'firstReply' },
  });
  expect(await readList(read, { list: 'all' })).toEqual([number]);
  await ana.as.mutation(api.tickets.setWaiting, { ...desk.of, waitingOn: 'customer' });
  expect(await before(dueAt + minute)).toEqual({ numbers: [], hasMore: false });
  expect(await read(api.tickets.row, { number })).toMatchObject({ due: null });
});

const aStep = fc.record({
  afterMs: fc.integer({ min: 1_000, max: 6 * hour }),
  act: fc.constantFrom(
    'customer',
    'reply',
    'resolve',
    'reopen',
    'priority',
    'wait',
    'snooze',
    'hours',
    'targets',
    'nothing',
  ),
  choice: fc.nat(3),
});

/** The thread alone says what happened to the ticket; each entry is one moment of the twin's. */
async function momentsOf(
  desk: Awaited<ReturnType<typeof openTimed>>,
  laws: { at: number; law: Law }[],
): Promise<Moment[]> {
  const entries = await desk.entries();
  const instants = [...new Set([...entries.map(({ at }) => at), ...laws.map(({ at }) => at)])].toSorted(
    (a, b) => a - b,
  );
  return instants.flatMap((at) => {
    const ticket = replayTicket(
      entries.filter((entry) => entry.at <= at),
      desk.ticketId,
    );
    const law = laws.findLast((each) => each.at <= at)?.law;
    return ticket === null || law === undefined ? [] : [{ at, ticket: ticket as Clocked, law }];
  });
}

test('[T7] [T8] whatever happens, each deadline equals the twin’s count of every minute since, and each miss was said in time', async () => {
  const property = fc.asyncProperty(fc.array(aStep, { minLength: 3, maxLength: 14 }), async (steps) => {
    vi.setSystemTime(thursday);
    const desk = await openTimed(usualTargets);
    const twin = new Twin(Date.parse('2026-03-26T00:00:00Z'));
    let targets = usualTargets;
    let calendar: Calendar | null = null;
    let pausesSince = thursday;
    const lawOf = (): Law => ({
      targets: { ...targets, pausesSince },
      open: openness(twin.base, calendar ?? undefined),
    });
    const laws = [{ at: 0, law: lawOf() }];
    const { ana, manager, of, teamId } = desk;
    for (const { afterMs, act, choice } of steps) {
      await passTime(desk.t, afterMs, 20_000);
      if (act === 'customer') await desk.customerWrites('Any news?');
      if (act === 'reply') {
        await refusal(desk.takesOver(ana));
        await refusal(desk.replies(ana, 'Let me look.'));
      }
      if (act === 'resolve') await refusal(desk.resolves(ana, of.ticketId));
      if (act === 'reopen') await refusal(ana.as.mutation(api.tickets.reopen, of));
      if (act === 'priority')
        await ana.as.mutation(api.tickets.setPriority, { ...of, priority: priorities[choice]! });
      const waitingOn = (['customer', 'thirdParty', null, null] as const)[choice]!;
      if (act === 'wait') await refusal(ana.as.mutation(api.tickets.setWaiting, { ...of, waitingOn }));
      if (act === 'snooze')
        await refusal(
          ana.as.mutation(api.tickets.snooze, { ...of, until: Date.now() + (choice + 1) * hour }),
        );
      if (act === 'hours' || act === 'targets') {
        if (act === 'hours') {
          calendar = [
            null,
            shop,
            { ...shop, timeZone: 'America/New_York' },
            { ...shop, holidays: [{ name: 'Off', from: '2026-03-27', to: '2026-03-28', open: [] }] },
          ][choice]!;
          await open(desk, calendar);
        } else {
          targets = {
            ...usualTargets,
            pauses: { customer: choice > 1, thirdParty: choice % 2 === 1, snoozed: choice > 0 },
          };
          pausesSince = Date.now();
          await manager.as.mutation(api.teams.update, { teamId, targets });
        }
        laws.push({ at: Date.now(), law: lawOf() });
      }
      await settle(desk);
      if (Date.now() > twin.base + 7 * 24 * hour) return;
      const moments = await momentsOf(desk, laws);
      const wanted: Record<string, number | null | undefined> = expectedDeadlines(twin, moments);
      const { clocks } = await desk.ticket();
      const found: Record<string, number | undefined> = {
        [clocks!.reply!.isFirst ? 'firstReply' : 'nextReply']: clocks!.reply!.dueAt,
        resolution: clocks!.resolution.dueAt,
      };
      const misses = await desk.misses();
      for (const target of ['firstReply', 'nextReply', 'resolution']) {
        const should = wanted[target];
        // Behind the window, or used up before: told above, and in the twin's own test.
        if (should === null || (should !== undefined && misses.some((miss) => miss.target === target)))
          continue;
        expect({ target, due: found[target] }).toEqual({ target, due: should });
        if (should !== undefined && should <= Date.now())
          throw new Error(`${target} was due at ${should}, and nobody said so by ${Date.now()}`);
      }
      expect(new Set(misses.map(({ target, dueAt }) => `${target} ${dueAt}`)).size).toBe(misses.length);
    }
  });
  await fc.assert(property, {
    numRuns: Number(process.env.SIMULATION_RUNS ?? 25),
    seed: 5,
    endOnFailure: true,
  });
}, 240_000);

test('[B1] [E3] however many are due, the list reads no more than it tells, the nearest first', async () => {
  const desk = await openTimed();
  const { t, teamId, ticketId, ana } = desk;
  const {
    _id: _,
    _creationTime: __,
    ...place
  } = (await t.run((ctx) =>
    ctx.db
      .query('ticketPlaces')
      .withIndex('by_ticketId', (q) => q.eq('ticketId', ticketId))
      .unique(),
  ))!;
  const lanes = ['newWaits', 'openWaits', 'new', 'open'] as const;
  await t.run(async (ctx) => {
    for (let made = 0; made < 400; made++)
      await ctx.db.insert('ticketPlaces', {
        ...place,
        number: 1_000 + made,
        lane: lanes[made % 4]!,
        dueAt: Date.now() - (made % 50) * minute,
      });
  });
  const { numbers, hasMore } = await readerOf(ana.as, teamId)(api.tickets.due, {
    minute: Math.ceil(Date.now() / minute),
  });
  expect(hasMore).toBe(true);
  expect(numbers).toHaveLength(300);
  const lateness = numbers.map((number) => (number - 1_000) % 50);
  expect(lateness).toEqual(lateness.toSorted((a, b) => b - a));
});
