/**
 * A day in a team, at random: people come, go silent, take over, answer, resolve, snooze; tickets keep arriving. After
 * every step, once what was scheduled has run, no ticket may wait while somebody could be given it (A6), and the sweep
 * that would find one finds nothing.
 */
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { api, internal } from '../../_generated/api';
import { openRoutedDesk, type RoutedDesk, useFakeDay } from '../../routing.setup';
import { memberStatuses } from '../../shared/people/people';
import { assignmentModes, decide, ticketWeight } from '../../shared/routing/routing';
import { isActive, priorities } from '../../shared/tickets/tickets';
import { passTime, refusal } from '../../test.setup';

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
  const waiting = await desk.waiting();
  if (waiting.some((ticket) => ticket.priority === 'urgent'))
    expect(await desk.hasEligible(true)).toBe(false);
  if (waiting.length > 0) expect(await desk.hasEligible(false)).toBe(false);
  expect(await desk.t.mutation(internal.jobs.sweeps.routing, {})).toBe(0);
}

test('[A4] [A6] [lesson L14] no ticket waits while somebody could be given it, whatever people do', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { minLength: 5, maxLength: 30 }), async (script) => {
      useFakeDay();
      const desk = await openRoutedDesk(['Ana', 'Ben', 'Cem'], { limit: 3 });
      const threads: Thread[] = [];
      for (const step of script) {
        await take(desk, threads, step);
        await expectLoadsAreSums(desk);
        await expectNobodyStranded(desk);
        await expectLoadsAreSums(desk);
      }

      for (const { candidates, mode, urgent, winnerId } of await desk.decisions()) {
        const again = decide(candidates, mode, { urgent });
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
