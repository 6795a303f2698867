/**
 * A day in a team, at random: people come, go silent, take over, answer, resolve, snooze; tickets keep arriving. After
 * every step, once what was scheduled has run, no ticket may wait while somebody could be given it (A6), and the sweep
 * that would find one finds nothing.
 */
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { api, internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import { openRoutedDesk, type RoutedDesk, useFakeDay } from '../../routing.setup';
import { memberStatuses } from '../../shared/people/people';
import { assignmentModes, decide, ticketWeight } from '../../shared/routing/routing';
import { isActive, priorities } from '../../shared/tickets/tickets';
import { passTime, refusal, type TestMember } from '../../test.setup';

afterEach(() => {
  vi.useRealTimers();
});

const minute = 60_000;
const aWho = fc.nat(2);
const aStep = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('ticket' as const), priority: fc.constantFrom(...priorities) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('status' as const),
      who: aWho,
      status: fc.constantFrom(...memberStatuses),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('arrive' as const), who: aWho }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('closeTab' as const), who: aWho }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('silence' as const), minutes: fc.integer({ min: 1, max: 7 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('work' as const),
      beating: fc.constant([0, 1, 2]),
      minutes: fc.integer({ min: 1, max: 12 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('takeOver' as const), who: aWho, ticket: fc.nat(50) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reply' as const), who: aWho, ticket: fc.nat(50) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resolve' as const), who: aWho, ticket: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const), who: aWho, ticket: fc.nat(50) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('snooze' as const),
      who: aWho,
      ticket: fc.nat(50),
      minutes: fc.integer({ min: 1, max: 20 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('open' as const), who: aWho, ticket: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('toPool' as const), who: aWho, ticket: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), who: aWho, ticket: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('customer' as const), ticket: fc.nat(50) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('limit' as const),
      who: aWho,
      limit: fc.integer({ min: 0, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('mode' as const), mode: fc.constantFrom(...assignmentModes) }),
  },
);
type Step = typeof aStep extends fc.Arbitrary<infer S> ? S : never;
type Thread = Awaited<ReturnType<RoutedDesk['openTicket']>>;

/** Does one thing; what the desk refuses (a held conversation, an ended ticket) is a person's mistake, not a failure. */
async function take(desk: RoutedDesk, threads: Thread[], step: Step): Promise<void> {
  const { t, teamId, people, manager } = desk;
  const who = 'who' in step ? people[step.who]! : people[0]!;
  const thread = 'ticket' in step ? threads[step.ticket % Math.max(1, threads.length)] : undefined;
  const as = who.as;
  switch (step.do) {
    case 'ticket':
      threads.push(await desk.openTicket(step.priority));
      return;
    case 'status':
      await desk.declare(who, step.status);
      return;
    case 'arrive':
      await desk.arrive(who);
      return;
    case 'closeTab':
      await as.mutation(api.members.disconnect, { teamId, sessionId: 'tab' });
      await passTime(t, 6_000);
      return;
    case 'silence':
      await passTime(t, step.minutes * minute, 5_000);
      return;
    case 'work':
      await desk.staying(
        step.beating.map((each) => people[each]!),
        step.minutes * minute,
      );
      return;
    case 'limit':
      await manager.as.mutation(api.members.setLimit, { teamId, memberId: who.memberId, limit: step.limit });
      return;
    case 'mode':
      await manager.as.mutation(api.teams.update, { teamId, assignmentMode: step.mode });
      return;
  }
  if (thread === undefined) return;
  const { ticketId } = thread;
  switch (step.do) {
    case 'takeOver':
      await refusal(thread.takesOver(who));
      return;
    case 'reply':
      await refusal(thread.replies(who, 'Let me look.'));
      return;
    case 'resolve':
      await refusal(thread.resolves(who, ticketId));
      return;
    case 'reopen':
      await refusal(as.mutation(api.tickets.reopen, { teamId, ticketId }));
      return;
    case 'snooze':
      await refusal(
        as.mutation(api.tickets.snooze, { teamId, ticketId, until: Date.now() + step.minutes * minute }),
      );
      return;
    case 'open':
      await opens(desk, ticketId, who);
      return;
    case 'toPool':
      await refusal(as.mutation(api.tickets.assign, { teamId, ticketId, memberId: null }));
      return;
    case 'wait':
      await refusal(as.mutation(api.tickets.setWaiting, { teamId, ticketId, waitingOn: 'customer' }));
      return;
    case 'customer':
      await thread.customerWrites('Any news?');
  }
}

/** Looks at it for two seconds. */
async function opens({ t, teamId }: RoutedDesk, ticketId: Id<'tickets'>, who: TestMember): Promise<void> {
  looks.push({ ticketId, memberId: who.memberId, at: Date.now() });
  await who.as.mutation(api.tickets.pickUp, { teamId, ticketId });
  await t.run(async () => {});
}
let looks: { ticketId: Id<'tickets'>; memberId: Id<'members'>; at: number }[] = [];

/** [A9] From the thread alone: who lost the ticket, and until when others come first. */
async function lostBy(desk: RoutedDesk, ticketId: Id<'tickets'>) {
  const { priority } = await desk.ticket(ticketId);
  return (await eventsOf(desk, ticketId)).flatMap(({ at, event }) =>
    event?.type === 'assigned' && event.how === 'notPickedUp'
      ? [{ memberId: event.from!, at, until: at + allowedMs(priority) }]
      : [],
  );
}
/** Time passes in steps of at most so much: what is due comes at the end of one. */
const stepMs = 5_000;
const allowedMs = (priority: string) => (priority === 'urgent' ? 3 : 10) * minute;

function eventsOf({ t }: RoutedDesk, ticketId: Id<'tickets'>) {
  return t.run(async (ctx) => {
    const { conversationId } = (await ctx.db.get(ticketId))!;
    const entries = await ctx.db.query('entries').collect();
    return entries.filter((each) => each.conversationId === conversationId);
  });
}

/** [A9] Each automatic assignment by itself: taken back at its minute, unless it was opened, answered, moved or ended before. */
async function expectPickedUp(desk: RoutedDesk): Promise<void> {
  const tickets = await desk.t.run((ctx) => ctx.db.query('tickets').collect());
  for (const { _id, priority } of tickets) {
    const entries = await eventsOf(desk, _id);
    const lost = await lostBy(desk, _id);
    const due: { memberId: string; at: number; isCertain: boolean }[] = [];
    for (const { at, sequence, event } of entries) {
      if (event?.type !== 'assigned' || event.how !== 'automatic' || event.to === undefined) continue;
      const memberId = event.to;
      expect(lost.filter((each) => each.memberId === memberId && each.at <= at && at < each.until)).toEqual(
        [],
      );
      if (lost.some((each) => each.memberId === memberId && each.at <= at)) continue;
      const dueAt = at + allowedMs(priority);
      const ends = entries.filter((later) => later.sequence > sequence && isRelief(later, memberId));
      const seen = looks.filter(
        (look) => look.ticketId === _id && look.memberId === memberId && look.at >= at,
      );
      const reliefAt = Math.min(...[...ends, ...seen].map((each) => each.at));
      const isCertain = Math.min(reliefAt, Date.now()) > dueAt + stepMs;
      if (reliefAt >= dueAt) due.push({ memberId, at: dueAt, isCertain });
    }
    const isOf = (one: (typeof due)[number], { memberId, at }: (typeof lost)[number]) =>
      one.memberId === memberId && at >= one.at && at <= one.at + stepMs;
    expect(lost.filter((each) => !due.some((one) => isOf(one, each)))).toEqual([]);
    expect(due.filter((one) => one.isCertain && !lost.some((each) => isOf(one, each)))).toEqual([]);
  }
}

function isRelief({ author, event }: Doc<'entries'>, memberId: string): boolean {
  if (author.kind === 'operator' && author.memberId === memberId) return true;
  if (event?.type === 'assigned') return event.from !== undefined && event.how !== 'notPickedUp';
  return event?.type === 'statusChanged' && event.to !== 'open';
}

/** [A4] Counted by other means: the tickets of each, weighed one by one. */
async function expectLoadsAreSums({ t }: RoutedDesk): Promise<void> {
  await t.run(async (ctx) => {
    const tickets = await ctx.db.query('tickets').collect();
    const controls = await ctx.db.query('controls').collect();
    for (const { memberId, load } of await ctx.db.query('memberLoads').collect()) {
      let sum = 0;
      for (const ticket of tickets) {
        if (ticket.assigneeId !== memberId || !isActive(ticket.status)) continue;
        const control = controls.find(({ conversationId }) => conversationId === ticket.conversationId);
        sum += ticketWeight({ ...ticket, live: control!.operatorId === memberId });
      }
      expect(load).toBe(sum);
    }
  });
}

async function expectNobodyStranded(desk: RoutedDesk): Promise<void> {
  await desk.settle();
  for (const { _id, priority } of await desk.waiting()) {
    const lost = (await lostBy(desk, _id)).filter(({ until }) => Date.now() < until);
    const skipped = lost.map(({ memberId }) => memberId);
    expect(await desk.hasEligible(priority === 'urgent', skipped)).toBe(false);
  }
  expect(await desk.t.mutation(internal.jobs.sweeps.routing, {})).toBe(0);
}

test('[A4] [A6] [A9] [lesson L14] no ticket waits while somebody could be given it, whatever people do', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { minLength: 5, maxLength: 30 }), async (script) => {
      useFakeDay();
      looks = [];
      const desk = await openRoutedDesk(['Ana', 'Ben', 'Cem'], { limit: 3 });
      const threads: Thread[] = [];
      for (const step of script) {
        await take(desk, threads, step);
        await expectLoadsAreSums(desk);
        await expectNobodyStranded(desk);
        await expectLoadsAreSums(desk);
      }
      await expectPickedUp(desk);

      for (const { candidates, mode, urgent, passedOver, winnerId } of await desk.decisions()) {
        const again = decide(candidates, mode, { urgent, passedOver });
        expect(again.winner?.memberId).toBe(winnerId);
        const winner = candidates.find((each) => each.memberId === winnerId);
        if (winner) expect(winner).toMatchObject({ status: 'online', connected: true, mayReply: true });
        if (winner) expect(winner.load).toBeLessThan(winner.limit);
      }

      // In the end everybody is there with room: everything that waits finds its person.
      await desk.manager.as.mutation(api.teams.update, { teamId: desk.teamId, assignmentMode: 'balanced' });
      for (const each of desk.people) {
        await desk.manager.as.mutation(api.members.setLimit, {
          teamId: desk.teamId,
          memberId: each.memberId,
          limit: 60,
        });
        await desk.arrive(each);
      }
      await desk.staying(desk.people, 60 * minute);
      await desk.settle();
      expect(await desk.waiting()).toEqual([]);
    }),
    {
      numRuns: Number(process.env.SIMULATION_RUNS ?? 16),
      seed: Number(process.env.SIMULATION_SEED ?? 7),
      endOnFailure: true,
    },
  );
}, 300_000);
