/**
 * The floor under random hands: several operators and a manager, one of whom may be removed, act on a few conversations through public
 * functions in any order; after each act every number equals the list that it opens, and both equal what the documents say.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api } from './_generated/api';
import type { Doc, Id } from './_generated/dataModel';
import { noteHeat } from './model/live/liveConversations';
import { openDesk, type OpenDesk, startThread } from './desk.setup';
import { endChat } from './model/control/endChat';
import { readerOf } from './readShared.setup';
import { isActive, priorities } from './shared/tickets/tickets';
import { passTime, type TestMember } from './test.setup';

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 9) }));
afterEach(() => vi.useRealTimers());

const threads = fc.nat(2);
const who = fc.constantFrom('ana' as const, 'ben' as const, 'manager' as const);
const priority = fc.constantFrom(...priorities);
const tag = fc.constantFrom('vip', 'late', 'ärger', '\u202evip', 'a\nb', 'VIP');
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('writes' as const), at: threads }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('handsOver' as const), at: threads, tag }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('heats' as const), at: threads, heat: fc.nat(100) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('takesOver' as const), at: threads, who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('returns' as const), at: threads, who }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('resolves', 'closes', 'reopens'), at: threads, who }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('assigns' as const), at: threads, who, to: fc.option(who) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('asks' as const), at: threads, who, of: fc.option(who) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('helps' as const), at: threads, who }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('snoozes' as const), at: threads, who, end: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('tags' as const), at: threads, who, tag, adds: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('renames' as const), tag, to: fc.option(tag) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('prioritises' as const), at: threads, who, priority }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('ends' as const), at: threads }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('passes' as const), ms: fc.constantFrom(50, 5_000, 700_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('removes' as const),
      who: fc.constantFrom('ana' as const, 'ben' as const),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

type Thread = Awaited<ReturnType<typeof startThread>>;

/** Refusals are as good as acts; what fails otherwise is a defect. */
async function tried(act: Promise<unknown>): Promise<void> {
  try {
    await act;
  } catch (error) {
    if (!(error as { data?: { code?: string } }).data?.code) throw error;
  }
}

async function carryOut(desk: OpenDesk, all: Thread[], each: Step): Promise<unknown> {
  const { t, teamId, manager } = desk;
  const as = (name: 'ana' | 'ben' | 'manager'): TestMember => desk[name];
  if (each.do === 'passes') return passTime(t, each.ms, 3);
  if (each.do === 'removes')
    return manager.as.mutation(api.members.remove, { teamId, memberId: as(each.who).memberId });
  if (each.do === 'renames') {
    const { tag: from, to } = each;
    if (to === null) return manager.as.mutation(api.tags.remove, { teamId, tag: from });
    return manager.as.mutation(api.tags.rename, { teamId, from, to, merge: true });
  }
  const thread = all[each.at]!;
  const { conversationId } = thread;
  const [ticket] = (await thread.tickets()).toReversed();
  const { epoch: expectedEpoch } = await thread.control();
  switch (each.do) {
    case 'writes':
      return thread.customerWrites('Hello?');
    case 'handsOver':
      return thread.handsOver('agentAsked', { tags: [each.tag] });
    case 'heats':
      return thread.inCase((ctx, opened) => noteHeat(ctx, opened, { heat: each.heat, reasons: [] }));
    case 'ends':
      return thread.inCase((ctx, opened) => endChat(ctx, opened));
    case 'takesOver':
      return thread.takesOver(as(each.who), { expectedEpoch });
    case 'returns':
      return as(each.who).as.mutation(api.tickets.returnToAgent, {
        ...{ teamId, conversationId, ...(await thread.shown()), confirmSteal: true },
      });
  }
  if (ticket === undefined) return;
  const of = { teamId, ticketId: ticket._id };
  const act = as(each.who).as;
  switch (each.do) {
    case 'resolves':
    case 'closes': {
      const ends = each.do === 'resolves' ? api.tickets.resolve : api.tickets.close;
      return act.mutation(ends, { ...of, ...(await thread.shown()), confirmSteal: true });
    }
    case 'prioritises':
      return act.mutation(api.tickets.setPriority, { ...of, priority: each.priority });
    case 'reopens':
      return act.mutation(api.tickets.reopen, of);
    case 'assigns': {
      const memberId = each.to === null ? null : as(each.to).memberId;
      return act.mutation(api.tickets.assign, { ...of, memberId, confirmSteal: { expectedEpoch } });
    }
    case 'asks': {
      const memberId = each.of === null ? null : as(each.of).memberId;
      return act.mutation(api.tickets.askForHelp, { ...of, memberId, why: 'Is \u202e this right?' });
    }
    case 'helps':
      return act.mutation(api.tickets.endHelp, of);
    case 'snoozes':
      return act.mutation(api.tickets.snooze, { ...of, until: each.end ? null : Date.now() + 60_000 });
    case 'tags': {
      const tags = each.adds ? [...ticket.tags, each.tag] : ticket.tags.filter((one) => one !== each.tag);
      return act.mutation(api.tickets.setTags, { ...of, tags, from: ticket.tags });
    }
  }
}

async function check(desk: OpenDesk, all: Thread[]): Promise<void> {
  const { t, teamId, owner } = desk;
  const read = readerOf(owner.as, teamId);
  const managed = readerOf(owner.as, teamId, 'manager');
  const rowsOf = <
    Table extends
      | 'tickets'
      | 'controls'
      | 'needs'
      | 'members'
      | 'liveConversations'
      | 'helpFlags'
      | 'tagPlaces',
  >(
    table: Table,
  ) => t.run((ctx) => ctx.db.query(table).collect()) as Promise<Doc<Table>[]>;
  const [tickets, controls, needs, members, lives] = [
    await rowsOf('tickets'),
    await rowsOf('controls'),
    await rowsOf('needs'),
    await rowsOf('members'),
    await rowsOf('liveConversations'),
  ];
  const numbers = (some: Doc<'tickets'>[]) => some.map(({ number }) => number).toSorted((a, b) => a - b);
  const listed = async (args: Parameters<typeof listOf>[0]) =>
    (await listOf(args)).numbers.toSorted((a: number, b: number) => a - b);
  const listOf = (args: {
    list: 'all' | 'unassigned' | 'needsReply' | 'snoozed' | 'resolved' | 'closed' | 'assigned';
    memberId?: Id<'members'>;
    filters?: { tag?: string; agentId?: string; priority?: Doc<'tickets'>['priority'] };
  }) => read(api.tickets.list, args);
  const awake = tickets.filter((each) => isActive(each.status) && each.snoozedUntil === undefined);
  const counts = await read(api.tickets.counts, {});
  const meant = {
    all: awake,
    unassigned: awake.filter(({ assigneeId }) => assigneeId === undefined),
    needsReply: awake.filter(({ waitingSince }) => waitingSince !== undefined),
    snoozed: tickets.filter((each) => isActive(each.status) && each.snoozedUntil !== undefined),
    resolved: tickets.filter(({ status }) => status === 'resolved'),
    closed: tickets.filter(({ status }) => status === 'closed'),
  };
  for (const [list, some] of Object.entries(meant) as [keyof typeof meant, Doc<'tickets'>[]][]) {
    expect(await listed({ list }), list).toEqual(numbers(some));
    expect(counts[list], list).toBe(some.length);
  }
  const help = tickets.filter((each) => each.help !== undefined);
  expect((await managed(api.board.help, {})).toSorted((a, b) => a - b)).toEqual(numbers(help));
  for (const each of help) expect(isActive(each.status)).toBe(true);
  for (const need of needs.filter(({ kind }) => kind === 'help')) {
    const ticket = tickets.find(({ _id }) => _id === need.ticketId)!;
    expect(ticket.help?.to, 'asked').toContain(need.memberId);
  }
  const removed = new Set(members.filter((each) => each.removedAt !== undefined).map(({ _id }) => _id));
  expect(needs.filter(({ memberId }) => removed.has(memberId))).toEqual([]);
  expect(tickets.filter((each) => isActive(each.status) && removed.has(each.assigneeId!))).toEqual([]);
  for (const member of members.filter(({ _id }) => !removed.has(_id))) {
    const theirs = awake.filter(({ assigneeId }) => assigneeId === member._id);
    expect(await listed({ list: 'assigned', memberId: member._id })).toEqual(numbers(theirs));
    const told = await managed(api.board.operator, { memberId: member._id });
    expect(told.tickets).toBe(theirs.length);
    const held = await managed(api.board.takeovers, { holder: member._id });
    expect(told.held).toBe(held.numbers.length);
  }
  const byAgent = await read(api.tickets.countsOfAgents, {});
  const ofAgent = { list: 'all' as const, filters: { agentId: desk.agentId } };
  expect(await listed(ofAgent)).toEqual(numbers(awake));
  expect(byAgent[desk.agentId] ?? 0).toBe(awake.length);
  const unassigned = await managed(api.board.unassigned, {});
  for (const priority of priorities) {
    const some = meant.unassigned.filter((each) => each.priority === priority);
    expect(unassigned[priority], priority).toBe(some.length);
    expect(await listed({ list: 'unassigned', filters: { priority } }), priority).toEqual(numbers(some));
  }
  const held = await managed(api.board.held, {});
  expect(held.all).toBe((await managed(api.board.takeovers, {})).numbers.length);
  expect(held.byTeam).toBe((await managed(api.board.takeovers, { holder: 'team' })).numbers.length);
  const longest = await managed(api.board.longest, {});
  const waits = meant.needsReply.map((each) => each.waitingSince!);
  expect(longest?.since).toBe(waits.length === 0 ? undefined : Math.min(...waits));
  const tagged = await read(api.tickets.tags, {});
  const tags = [...new Set(tickets.flatMap((each) => each.tags))];
  expect(new Set(tagged.map((each) => each.tag))).toEqual(new Set(tags));
  for (const { tag: name, count } of tagged) {
    const some = tickets.filter((each) => each.tags.includes(name));
    expect(count, name).toBe(some.length);
    const shown = awake.filter((each) => each.tags.includes(name));
    expect(await listed({ list: 'all', filters: { tag: name } }), name).toEqual(numbers(shown));
  }
  const live = await read(api.live.list, {});
  expect(live.conversations).toHaveLength(lives.length);
  expect(new Set(lives.map(({ conversationId }) => conversationId)).size).toBe(lives.length);
  for (const { conversationId } of lives)
    expect(controls.find((each) => each.conversationId === conversationId)!.holder).toBe('agent');
  expect(await read(api.live.hot, {})).toBe(lives.filter(({ coolness }) => coolness < 100).length);
  for (const { conversationId } of all) await read(api.live.row, { conversationId });
}

test('[B1] [E3] whoever does what in whatever order, removed or not, every number equals the list that it opens', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const desk = await openDesk();
      const all = [
        await startThread(desk, 'web'),
        await startThread(desk, 'web'),
        await startThread(desk, 'web'),
      ];
      for (const each of steps) {
        await tried(carryOut(desk, all, each));
        await check(desk, all);
      }
    }),
    { numRuns: Number(process.env.FLOOR_RUNS ?? 6) },
  );
}, 600_000);
