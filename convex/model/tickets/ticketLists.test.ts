/// <reference types="vite/client" />
/** Lists in every order and narrowed by filters, against an array. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Doc, Id } from '../../_generated/dataModel';
import { addOutsideAgent, openDesk } from '../../desk.setup';
import schema from '../../schema';
import {
  type Filters,
  indexOf,
  laneOf,
  planOf,
  type Position,
  type Sort,
  sortNames,
} from '../../shared/tickets/lists';
import { bucketOf, noDeadline, type TicketList } from '../../shared/tickets/places';
import { maxLooked, priorities, ticketStatuses } from '../../shared/tickets/tickets';
import { listNumbers } from './ticketLists';

const views: TicketList[] = [
  'all',
  'needsReply',
  'unassigned',
  'assigned',
  'snoozed',
  'resolved',
  'closed',
] as const;
const members = ['m1', 'm2', 'none'];
/** Stand-ins for the ids of two real ones. */
const agents = ['a1', 'a2'];
const channelKinds = ['web', 'email', 'whatsapp', 'telegram', 'api'] as const;
const tags = ['vip', 'refund'];
const ones: Filters[] = [
  {},
  ...members.map((assignee) => ({ assignee })),
  ...agents.map((agentId) => ({ agentId })),
  ...channelKinds.map((channel) => ({ channel })),
  ...priorities.map((priority) => ({ priority })),
  ...tags.map((tag) => ({ tag })),
  ...ticketStatuses.map((status) => ({ status })),
];

test('[E3] every view in every order with any one filter is read from an index alone, and each of those is there', () => {
  const names = (table: 'ticketPlaces' | 'tagPlaces') =>
    schema.tables[table][' indexes']().map(({ indexDescriptor }) => indexDescriptor);
  const there = { ticketPlaces: names('ticketPlaces'), tagPlaces: names('tagPlaces') };
  for (const list of views) {
    for (const sort of sortNames) {
      for (const filters of ones) {
        const plan = planOf({ list, memberId: 'm1', sort, filters });
        expect(plan.rest, JSON.stringify({ list, sort, filters })).toEqual([]);
        for (const equal of plan.groups.flat())
          expect(there[plan.table]).toContain(indexOf(equal, plan.keys));
      }
    }
  }
  // Convex takes 32 of a table.
  expect(there.ticketPlaces.length).toBeLessThanOrEqual(32);
});

/** A ticket as lists know it. */
interface Known {
  status: (typeof ticketStatuses)[number];
  isSnoozed: boolean;
  waits: boolean;
  assignee: string;
  agentId: string;
  channel: (typeof channelKinds)[number];
  priority: (typeof priorities)[number];
  tags: string[];
  sortAt: number;
  dueAt: number;
}
const knowns = fc.array(
  fc.record<Known>({
    status: fc.constantFrom(...ticketStatuses),
    isSnoozed: fc.boolean(),
    waits: fc.boolean(),
    assignee: fc.constantFrom(...members),
    agentId: fc.constantFrom(...agents),
    channel: fc.constantFrom(...channelKinds),
    priority: fc.constantFrom(...priorities),
    tags: fc.subarray(tags),
    sortAt: fc.integer({ min: 0, max: 4 }),
    dueAt: fc.constantFrom(1, 2, 3, noDeadline),
  }),
  { minLength: 90, maxLength: 130 },
);

const isEnded = ({ status }: Known) => status === 'resolved' || status === 'closed';
const holds: Record<TicketList, (known: Known) => boolean> = {
  all: (known) => !isEnded(known) && !known.isSnoozed,
  needsReply: (known) => holds.all(known) && known.waits,
  unassigned: (known) => holds.all(known) && known.assignee === 'none',
  assigned: (known) => holds.all(known) && known.assignee === 'm1',
  snoozed: (known) => !isEnded(known) && known.isSnoozed,
  resolved: ({ status }) => status === 'resolved',
  closed: ({ status }) => status === 'closed',
};
const fits = ({ tag, ...fields }: Filters, known: Known) =>
  (tag === undefined || known.tags.includes(tag)) &&
  Object.entries(fields).every(
    ([field, value]) => value === undefined || known[field as keyof Known] === value,
  );

function expected(all: Known[], list: TicketList, sort: Sort, filters: Filters): number[] {
  const latest = list === 'resolved' || list === 'closed';
  return all
    .map((known, index) => ({ known, number: index + 1 }))
    .filter(({ known }) => holds[list](known) && fits(filters, known))
    .toSorted((one, other) => {
      if (sort === 'newest') return other.number - one.number;
      const pressing = priorities.indexOf(other.known.priority) - priorities.indexOf(one.known.priority);
      if (sort === 'priority' && pressing !== 0) return pressing;
      const key = sort === 'deadline' ? 'dueAt' : 'sortAt';
      const earlier = one.known[key] - other.known[key] || one.number - other.number;
      return latest ? -earlier : earlier;
    })
    .map(({ number }) => number);
}

type Reads = Parameters<typeof listNumbers>[0];

async function wholeList(ctx: Reads, listed: Omit<Parameters<typeof listNumbers>[1], 'memberId'>) {
  const memberId = listed.list === 'assigned' ? (members[0] as Id<'members'>) : undefined;
  const numbers: number[] = [];
  for (let after: Position | undefined; ;) {
    const page = await listNumbers(ctx, { ...listed, memberId }, after);
    numbers.push(...page.numbers);
    if (page.next === null) return numbers;
    after = page.next;
  }
}

type Row = Omit<Doc<'tagPlaces'>, '_id' | '_creationTime' | 'tag'>;

/** A desk whose lists hold these. */
async function openFilled(all: Known[]) {
  const desk = await openDesk();
  const { ticketId } = await desk.handsOver();
  const ids = [desk.agentId, await addOutsideAgent(desk.t, desk.teamId, 'Kim')];
  const realAgent = (agentId: string) => ids[agents.indexOf(agentId)]!;
  await desk.t.run(async (ctx) => {
    for (const place of await ctx.db.query('ticketPlaces').collect()) await ctx.db.delete(place._id);
    for (const [index, known] of all.entries()) {
      const { status, isSnoozed, waits, assignee, agentId, channel, priority, sortAt, dueAt } = known;
      const ticket = {
        status,
        ...(isSnoozed && !isEnded(known) && { snoozedUntil: 1 }),
        ...(waits && !isEnded(known) && { waitingSince: 1 }),
      };
      const of = {
        ticketId,
        teamId: desk.teamId,
        number: index + 1,
        assignee,
        channel,
        priority,
        sortAt,
        dueAt,
      };
      const place: Row = { ...of, agentId: realAgent(agentId), lane: laneOf(ticket) };
      await ctx.db.insert('ticketPlaces', { ...place, bucket: bucketOf(ticket) });
      for (const tag of known.tags) await ctx.db.insert('tagPlaces', { ...place, tag });
    }
  });
  return { ...desk, realAgent };
}

test('[T7] [E3] every list in every order, however narrowed, is what an array gives, page by page', async () => {
  await fc.assert(
    fc.asyncProperty(
      knowns,
      fc.array(fc.tuple(fc.constantFrom(...ones), fc.constantFrom(...ones)), {
        minLength: 4,
        maxLength: 4,
      }),
      async (all, pairs) => {
        const { t, teamId, realAgent } = await openFilled(all);
        const filtered = [{}, ...pairs.map(([one, other]) => ({ ...one, ...other }))];
        await t.run(async (ctx) => {
          for (const list of views) {
            for (const sort of sortNames) {
              for (const filters of filtered) {
                const agentId = filters.agentId && realAgent(filters.agentId);
                const listed = { teamId, list, sort, filters: { ...filters, agentId } };
                expect(await wholeList(ctx, listed), JSON.stringify({ list, sort, filters })).toEqual(
                  expected(all, list, sort, filters),
                );
              }
            }
          }
        });
      },
    ),
    { numRuns: 6 },
  );
}, 60_000);

test('[E3] a filter that fits nothing, and one nobody could have set, give an empty list', async () => {
  const { t, teamId } = await openFilled([]);
  await t.run(async (ctx) => {
    for (const filters of [{ tag: 'x'.repeat(10_000) }, { agentId: '../x' }, { assignee: '' }, { tag: '' }]) {
      const listed = { teamId, list: 'all' as const, memberId: undefined, sort: 'newest' as const, filters };
      expect(await listNumbers(ctx, listed, undefined)).toEqual({
        numbers: [],
        next: null,
        hasStopped: false,
      });
    }
  });
});

test('[E3] filters that no index knows together look at a thousand rows and say so; the next page goes on from there', async () => {
  const one: Known = {
    status: 'open',
    isSnoozed: false,
    waits: false,
    assignee: members[0]!,
    agentId: agents[0]!,
    channel: 'web',
    priority: 'normal',
    tags: [],
    sortAt: 0,
    dueAt: noDeadline,
  };
  const all = Array.from({ length: maxLooked + 101 }, (_, index) => ({
    ...one,
    sortAt: index,
    channel: index === maxLooked + 50 ? ('email' as const) : ('web' as const),
  }));
  const { t, teamId, agentId } = await openFilled(all);
  await t.run(async (ctx) => {
    const narrowed = {
      teamId,
      list: 'all' as const,
      memberId: undefined,
      sort: 'waiting' as const,
      filters: { agentId, channel: 'email' as const },
    };
    const first = await listNumbers(ctx, narrowed, undefined);
    expect(first).toMatchObject({ numbers: [], hasStopped: true });
    const second = await listNumbers(ctx, narrowed, first.next!);
    expect(second).toEqual({ numbers: [maxLooked + 51], next: null, hasStopped: false });
    // One of them alone is read from its index.
    const alone = { ...narrowed, filters: { channel: 'email' as const } };
    expect(await listNumbers(ctx, alone, undefined)).toMatchObject({ next: null, hasStopped: false });
  });
});

test('[E4] [B2] whether a customer waits writes nothing of the count of their agent, which all its conversations share', async () => {
  const desk = await openDesk();
  await desk.handsOver();
  await desk.takesOver(desk.ana);
  await desk.customerWrites('Hello?');
  const ofAgent = async () => {
    const all = await desk.t.run((ctx) => ctx.db.query('ticketCounts').collect());
    return all.find(({ bucket }) => bucket === 'ofAgent');
  };
  const before = await ofAgent();
  expect(before).toMatchObject({ count: 1 });
  await desk.replies(desk.ana, 'Here.');
  expect(await ofAgent()).toEqual(before);
});
