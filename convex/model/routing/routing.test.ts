import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { api, internal } from '../../_generated/api';
import { openRoutedDesk, useFakeDay } from '../../routing.setup';
import { decide } from '../../shared/routing/routing';
import { addMember, passTime, type TestMember } from '../../test.setup';
import { readShared } from '../../readShared.setup';

vi.setConfig({ testTimeout: 20_000 });
beforeEach(useFakeDay);
afterEach(() => {
  vi.useRealTimers();
});

const minute = 60_000;

describe('[A6] work reaches people', () => {
  test('a ticket is assigned by the pass that its own transaction scheduled', async () => {
    const { openTicket, ticket, settle, people } = await openRoutedDesk(['Ana']);
    const { ticketId } = await openTicket();
    expect((await ticket(ticketId)).assigneeId).toBeUndefined();
    await settle();
    expect(await ticket(ticketId)).toMatchObject({
      assigneeId: people[0]!.memberId,
      assignedBy: 'automatic',
      status: 'new',
    });
  });

  test('[A1] [lesson L14] the queue drains on every freeing event: resolve, limit, status, joining, mode', async () => {
    const { t, teamId, manager, people, openTicket, settle, waiting, resolves } = await withResolve(
      ['Ana'],
      1,
    );
    const [ana] = people as [(typeof people)[number]];
    for (let i = 0; i < 6; i++) await openTicket();
    await settle();
    expect(await waiting()).toHaveLength(5);

    await resolves(ana);
    await settle();
    expect(await waiting()).toHaveLength(4);

    await manager.as.mutation(api.members.setLimit, { teamId, memberId: ana.memberId, limit: 2 });
    await settle();
    expect(await waiting()).toHaveLength(3);

    const ben = await addMember(t, teamId, 'Ben', 'operator', { limit: 1, status: 'offline' });
    await ben.as.mutation(api.members.heartbeat, { teamId, sessionId: 'tab', idleMs: 0 });
    await ben.as.mutation(api.members.setStatus, { teamId, status: 'online' });
    await settle();
    expect(await waiting()).toHaveLength(2);

    await manager.as.mutation(api.teams.update, { teamId, assignmentMode: 'manual' });
    await manager.as.mutation(api.members.setLimit, { teamId, memberId: ana.memberId, limit: 4 });
    await settle();
    expect(await waiting()).toHaveLength(2);
    await manager.as.mutation(api.teams.update, { teamId, assignmentMode: 'roundRobin' });
    await settle();
    expect(await waiting()).toHaveLength(0);
  });

  test('a reply halves the load, and the freed half brings the next ticket', async () => {
    const { people, openTicket, settle, ticket } = await openRoutedDesk(['Ana'], { limit: 1 });
    const first = await openTicket();
    const second = await openTicket();
    await settle();
    expect((await ticket(second.ticketId)).assigneeId).toBeUndefined();
    // Held live it weighs 1; handed back with a reply it waits on the customer and weighs 0.5.
    await first.takesOver(people[0]!);
    await first.replies(people[0]!, 'Which colour was it?');
    await settle();
    expect((await ticket(second.ticketId)).assigneeId).toBeUndefined();
    await people[0]!.as.mutation(api.tickets.returnToAgent, {
      teamId: (await ticket(first.ticketId)).teamId,
      conversationId: first.conversationId,
      ...(await first.shown()),
    });
    await settle();
    expect((await ticket(second.ticketId)).assigneeId).toBe(people[0]!.memberId);
  });

  test('many requests make one pass, and a request after it makes the next', async () => {
    const { t, openTicket, settle, ring } = await openRoutedDesk(['Ana']);
    for (let i = 0; i < 5; i++) await openTicket();
    const pendingPasses = () =>
      t.run(async (ctx) => {
        const jobs = await ctx.db.system.query('_scheduled_functions').collect();
        return jobs.filter((job) => job.name.includes('routing') && job.state.kind === 'pending').length;
      });
    expect(await pendingPasses()).toBe(1);
    expect(await t.run((ctx) => ctx.db.query('routing').collect())).toHaveLength(1);
    await settle();
    expect(await t.run((ctx) => ctx.db.query('routing').collect())).toHaveLength(0);
    await ring();
    expect(await pendingPasses()).toBe(1);
  });

  test('a pass assigns at most 50, urgent before high before normal before low, older before newer, and calls the next', async () => {
    const { t, people, openTicket, settle, waiting, decisions, declare } = await openRoutedDesk(['Ana'], {
      limit: 99,
    });
    await declare(people[0]!, 'busy');
    await t.run(async (ctx) => ctx.db.patch(people[0]!.memberId, { limit: 500 }));
    for (const priority of ['low', 'normal', 'high', 'urgent'] as const) {
      for (let i = 0; i < 15; i++) await openTicket(priority);
    }
    await settle();
    expect(await waiting()).toHaveLength(60);
    await declare(people[0]!, 'online');
    vi.advanceTimersByTime(1);
    await t.finishInProgressScheduledFunctions();
    expect(await waiting()).toHaveLength(10);
    await settle();
    expect(await waiting()).toHaveLength(0);
    const won = (await decisions()).filter((each) => each.winnerId !== undefined);
    // Rows that said "nobody" are kept apart from decisions, so won rows stand in the order of assignment.
    const numbers = await Promise.all(
      won.map(async (each) => (await t.run((ctx) => ctx.db.get(each.ticketId)))!.number),
    );
    const inOrder = [...range(46, 60), ...range(31, 45), ...range(16, 30), ...range(1, 15)];
    expect(numbers).toEqual(inOrder);
  });
});

describe('[A3] only people who are there', () => {
  test.each(['busy', 'away', 'offline'] as const)(
    '[lesson L12] somebody who is %s gets nothing',
    async (status) => {
      const { people, declare, openTicket, settle, waiting } = await openRoutedDesk(['Ana']);
      await declare(people[0]!, status);
      await openTicket();
      await settle();
      expect(await waiting()).toHaveLength(1);
    },
  );

  test('somebody who fell silent gets nothing, and gets the waiting ticket when they return', async () => {
    const { t, people, beat, openTicket, settle, ticket } = await openRoutedDesk(['Ana']);
    await passTime(t, 80_000);
    const { ticketId } = await openTicket();
    await settle();
    expect((await ticket(ticketId)).assigneeId).toBeUndefined();
    await beat(people[0]!);
    await settle();
    expect((await ticket(ticketId)).assigneeId).toBe(people[0]!.memberId);
  });
});

describe('[A4] whose turn', () => {
  test('roundRobin goes round; a manual pick and a skipped turn do not move it; a new member starts at the present', async () => {
    const { t, teamId, people, openTicket, settle, ticket, declare, arrive } = await openRoutedDesk(
      ['Ana', 'Ben', 'Cem'],
      {
        mode: 'roundRobin',
        limit: 99,
      },
    );
    const name = async (id: string) => people.findIndex((each) => each.memberId === id);
    const given = async () => {
      const { ticketId } = await openTicket();
      await settle();
      return name((await ticket(ticketId)).assigneeId!);
    };
    const first = [await given(), await given(), await given()];
    expect([...first].sort()).toEqual([0, 1, 2]);
    expect([await given(), await given(), await given()]).toEqual(first);
    await declare(people[first[0]!]!, 'busy');
    expect(await given()).toBe(first[1]);
    await declare(people[first[0]!]!, 'online');
    expect(await given()).toBe(first[0]);

    const dora = await addMember(t, teamId, 'Dora', 'operator', { status: 'offline', limit: 99 });
    await t.run(async (ctx) => {
      const counter = await ctx.db.query('turnCounters').first();
      const row = await ctx.db
        .query('memberLoads')
        .withIndex('by_memberId', (q) => q.eq('memberId', dora.memberId))
        .unique();
      await ctx.db.patch(row!._id, { turn: counter!.lastTurn });
    });
    people.push(dora);
    await arrive(dora);
    expect(await given()).toBe(first[2]);
    expect(await given()).toBe(first[1]);
  });

  test('balanced gives to whoever carries least', async () => {
    const { people, openTicket, settle, countOf } = await openRoutedDesk(['Ana', 'Ben', 'Cem']);
    for (let i = 0; i < 7; i++) {
      await openTicket();
      await settle();
    }
    const counts = await Promise.all(people.map(countOf));
    expect(counts.reduce((a, b) => a + b)).toBe(7);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });
});

describe('[A5] every decision can be asked', () => {
  test('"why me" names all candidates, their loads and skips, and recomputes to the same winner', async () => {
    const { t, teamId, people, declare, openTicket, settle, decisions } = await openRoutedDesk([
      'Ana',
      'Ben',
    ]);
    await declare(people[1]!, 'busy');
    const { ticketId } = await openTicket();
    await settle();
    const why = await readShared(people[1]!.as, api.routing.decision, { teamId, ticketId });
    expect(why).toMatchObject({ winnerId: people[0]!.memberId, winnerName: 'Ana', mode: 'balanced' });
    expect(why!.candidates.map((each) => [each.name, each.skipped])).toEqual(
      expect.arrayContaining([
        ['Ana', undefined],
        ['Ben', 'busy'],
        ['BlueShopMaya', 'offline'],
      ]),
    );
    for (const stored of await decisions()) {
      const again = decide(stored.candidates, stored.mode, stored);
      expect(again.winner?.memberId).toBe(stored.winnerId);
      expect(again.candidates.map((each) => each.skipped)).toEqual(
        stored.candidates.map((each) => each.skipped),
      );
    }
    expect((await t.run((ctx) => ctx.db.get(ticketId)))!.decisionId).toBe((await decisions())[0]!._id);
  });

  test('candidates are stored once a pass, and each of its decisions is told from them', async () => {
    const { teamId, people, declare, openTicket, settle, decisions, passes, ticket } = await openRoutedDesk(
      ['Ana', 'Ben'],
      { limit: 2 },
    );
    for (const each of people) await declare(each, 'busy');
    await settle();
    const threads = [];
    for (let at = 0; at < 5; at++) threads.push(await openTicket());
    for (const each of people) await declare(each, 'online');
    await settle();
    const [pass, ...others] = await passes();
    expect(others).toEqual([]);
    expect(pass!.given).toHaveLength(4);
    const stored = await decisions();
    expect(stored.map(({ passId, place }) => [passId, place])).toEqual(
      [0, 1, 2, 3, 4].map((place) => [pass!._id, place]),
    );
    for (const { ticketId } of threads) {
      const { assigneeId } = await ticket(ticketId);
      const why = await readShared(people[0]!.as, api.routing.decision, { teamId, ticketId });
      expect(why!.winnerId).toBe(assigneeId);
      const loads = why!.candidates.filter(({ skipped }) => skipped !== 'offline').map(({ load }) => load);
      expect(loads.reduce((sum, load) => sum + load, 0)).toBe(
        threads.findIndex((t) => t.ticketId === ticketId),
      );
      if (assigneeId === undefined) continue;
      const won = why!.candidates.find(({ memberId }) => memberId === assigneeId)!;
      expect(won.load).toBe(Math.min(...loads));
    }
  });

  test('a pass with nobody to serve and nothing new to say writes nothing but that it was', async () => {
    const { t, people, declare, openTicket, settle, ring } = await openRoutedDesk(['Ana']);
    const tables = [
      'assignmentDecisions',
      'routingPasses',
      'memberLoads',
      'memberStatuses',
      'turnCounters',
    ] as const;
    const all = () => t.run((ctx) => Promise.all(tables.map((table) => ctx.db.query(table).collect())));
    const unchanged = async () => {
      const before = await all();
      await ring();
      await settle();
      expect(await all()).toEqual(before);
    };
    await unchanged();
    await declare(people[0]!, 'busy');
    await openTicket();
    await settle();
    await unchanged();
  });

  test('"why not yet" is stored once per set of reasons, however many passes look, and answered live', async () => {
    const { teamId, people, declare, openTicket, settle, decisions, passes, ring } = await openRoutedDesk([
      'Ana',
    ]);
    await declare(people[0]!, 'away');
    const { ticketId } = await openTicket();
    await settle();
    for (let i = 0; i < 3; i++) {
      await ring();
      await settle();
    }
    expect(await decisions()).toHaveLength(1);
    await declare(people[0]!, 'busy');
    await ring();
    await settle();
    expect(await decisions()).toMatchObject([
      { candidates: expect.arrayContaining([expect.objectContaining({ skipped: 'busy' })]) },
    ]);
    // That of before is named by nothing any more.
    expect(await passes()).toHaveLength(1);
    const minuteNow = Math.floor(Date.now() / minute);
    const why = await readShared(people[0]!.as, api.routing.whyNotAssigned, {
      teamId,
      ticketId,
      minute: minuteNow,
    });
    expect(why.because).toBe('nobodyEligible');
    expect(why.candidates.find((each) => each.name === 'Ana')).toMatchObject({ skipped: 'busy', load: 0 });
  });
});

describe('[A7] a person’s choice', () => {
  test('[lesson L21] made a moment before the pass runs, it stands', async () => {
    const { teamId, people, manager, openTicket, settle, ticket } = await openRoutedDesk(['Ana', 'Ben']);
    const { ticketId } = await openTicket();
    const memberId = people[1]!.memberId;
    await manager.as.mutation(api.tickets.assign, { teamId, ticketId, memberId });
    await settle();
    expect(await ticket(ticketId)).toMatchObject({ assigneeId: memberId, assignedBy: 'person' });
  });

  test('giving the ticket back to the pool routes it again', async () => {
    const { teamId, people, openTicket, settle, ticket, declare } = await openRoutedDesk(['Ana', 'Ben']);
    const { ticketId } = await openTicket();
    await settle();
    const first = (await ticket(ticketId)).assigneeId!;
    const holder = people.find((each) => each.memberId === first)!;
    await declare(holder, 'busy');
    await holder.as.mutation(api.tickets.assign, { teamId, ticketId, memberId: null });
    await settle();
    expect((await ticket(ticketId)).assigneeId).toBe(people.find((each) => each !== holder)!.memberId);
  });
});

describe('[A8] coming in to a backlog', () => {
  async function morning() {
    const desk = await openRoutedDesk(['Ana', 'Ben'], { limit: 20 });
    const [ana, ben] = desk.people as [(typeof desk.people)[number], (typeof desk.people)[number]];
    // Nobody opens what they get here (A9).
    const pickUp = { minutes: 0, urgentMinutes: 0 };
    await desk.manager.as.mutation(api.teams.update, { teamId: desk.teamId, pickUp });
    await desk.declare(ana, 'offline');
    await desk.declare(ben, 'away');
    for (let i = 0; i < 9; i++) await desk.openTicket();
    await desk.settle();
    expect(await desk.waiting()).toHaveLength(9);
    return { ...desk, ana, ben };
  }

  test('[lesson L17] the first one in gets their share, then one per five minutes, urgent ones at once', async () => {
    const { ana, ben, declare, staying, settle, countOf, openTicket, ticket, waiting } = await morning();
    await declare(ana, 'online');
    await settle();
    // Nine wait for two who are not offline.
    expect(await countOf(ana)).toBe(5);
    await staying([ana, ben], 5 * minute - 1_000);
    expect(await countOf(ana)).toBe(5);
    await staying([ana, ben], 1_000);
    await settle();
    expect(await countOf(ana)).toBe(6);
    const urgent = await openTicket('urgent');
    await settle();
    expect((await ticket(urgent.ticketId)).assigneeId).toBe(ana.memberId);
    await staying([ana, ben], 5 * minute);
    await settle();
    expect(await countOf(ana)).toBe(8);
    await staying([ana, ben], 10 * minute);
    await settle();
    expect(await waiting()).toHaveLength(0);
  });

  test.each(['takeOver', 'assign', 'close', 'snooze'] as const)(
    '[A8] also when a person has emptied the pool: %s',
    async (act) => {
      const { people, teamId, declare, openTicket, settle, ticket, waiting } = await openRoutedDesk([
        'Ana',
        'Ben',
      ]);
      const [ana, ben] = people as [TestMember, TestMember];
      await declare(ben, 'busy');
      await declare(ana, 'away');
      await openTicket();
      await openTicket();
      await settle();
      await declare(ana, 'online');
      await settle();
      const [left] = await waiting();
      const of = { teamId, ticketId: left!._id };
      const shown = { expectedEpoch: 1, seenThrough: 99 };
      if (act === 'takeOver') await ben.as.mutation(api.tickets.takeOver, of);
      if (act === 'assign') await ben.as.mutation(api.tickets.assign, { ...of, memberId: ben.memberId });
      if (act === 'close') await ben.as.mutation(api.tickets.close, { ...of, ...shown });
      if (act === 'snooze')
        await ben.as.mutation(api.tickets.snooze, { ...of, until: Date.now() + 3_600_000 });
      await settle();
      const next = await openTicket();
      await settle();
      expect((await ticket(next.ticketId)).assigneeId).toBe(ana.memberId);
    },
  );

  test('when the backlog is gone the ramp is over: new tickets come at once', async () => {
    const { ana, ben, declare, staying, settle, openTicket, waiting } = await morning();
    await declare(ana, 'online');
    await staying([ana, ben], 25 * minute);
    expect(await waiting()).toHaveLength(0);
    for (let i = 0; i < 3; i++) await openTicket();
    await settle();
    expect(await waiting()).toHaveLength(0);
  });

  test('a second one in takes their own share at once', async () => {
    const { ana, ben, declare, settle, waiting, countOf } = await morning();
    await declare(ana, 'online');
    await settle();
    await declare(ben, 'online');
    await settle();
    expect(await countOf(ben)).toBe(2);
    expect(await waiting()).toHaveLength(2);
  });
});

describe('[A6] the safety net', () => {
  test('finds nothing while all is well, and repairs a pass that was lost', async () => {
    const { t, openTicket, settle, waiting, beat, people } = await openRoutedDesk(['Ana']);
    await openTicket();
    await settle();
    expect(await t.mutation(internal.jobs.sweeps.routing, {})).toBe(0);
    const { ticketId } = await openTicket();
    await t.run(async (ctx) => {
      const jobs = await ctx.db.system.query('_scheduled_functions').collect();
      for (const job of jobs) if (job.name.includes('routing')) await ctx.scheduler.cancel(job._id);
    });
    await settle();
    expect(await waiting()).toMatchObject([{ _id: ticketId }]);
    expect(await t.mutation(internal.jobs.sweeps.routing, {})).toBe(0);
    await passTime(t, 61_000);
    await beat(people[0]!);
    expect(await t.mutation(internal.jobs.sweeps.routing, {})).toBe(1);
    await settle();
    expect(await waiting()).toHaveLength(0);
  });
});

async function withResolve(names: string[], limit: number) {
  const desk = await openRoutedDesk(names, { limit });
  const threads: Awaited<ReturnType<typeof desk.openTicket>>[] = [];
  return {
    ...desk,
    openTicket: async () => {
      const thread = await desk.openTicket();
      threads.push(thread);
      return thread;
    },
    /** Resolves the first ticket this person has. */
    resolves: async (who: (typeof desk.people)[number]) => {
      for (const thread of threads) {
        if ((await desk.ticket(thread.ticketId)).assigneeId !== who.memberId) continue;
        return thread.resolves(who, thread.ticketId);
      }
      throw new Error('They have no ticket');
    },
  };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
