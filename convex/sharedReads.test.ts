/// <reference types="vite/client" />
/**
 * Shared reads (docs/rules.md E5): whom a key lets in and when it turns, and that what it opens shows nothing of another team.
 * The checks can fail: with one decision broken at a time they must say so.
 */
import type { FunctionReference } from 'convex/server';
import { makeFunctionReference } from 'convex/server';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { api, internal } from './_generated/api';
import type { Doc, Id } from './_generated/dataModel';
import { openDesk, type OpenDesk } from './desk.setup';
import type * as readKeys from './model/people/readKeys';
import type * as ticketViews from './model/tickets/ticketViews';
import { readKeyOf, readShared } from './readShared.setup';
import { addMember, refusal, setupTest, type TestDesk } from './test.setup';

const planted = vi.hoisted(() => ({ bug: '' }));

vi.mock('./model/people/readKeys', async (original) => {
  const real = await original<typeof readKeys>();
  return {
    ...real,
    turnKeys: async (...given: Parameters<typeof real.turnKeys>) => {
      if (planted.bug !== 'key that stays') await real.turnKeys(...given);
    },
  };
});

vi.mock('./model/tickets/ticketViews', async (original) => {
  const real = await original<typeof ticketViews>();
  const getTicketRow: typeof real.getTicketRow = async (ctx, teamId, number) => {
    if (planted.bug !== 'row of another team') return real.getTicketRow(ctx, teamId, number);
    const rows = await ctx.db.query('ticketRows').collect();
    const row = rows.find((each) => each.number === number && each.teamId !== teamId)!;
    return real.getTicketRow(ctx, row.teamId, number);
  };
  return { ...real, getTicketRow };
});

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
});
afterEach(() => {
  planted.bug = '';
  vi.useRealTimers();
});

const keysOf = (t: TestDesk, teamId: Id<'teams'>) =>
  t.run((ctx) =>
    ctx.db
      .query('readKeys')
      .withIndex('by_teamId_and_role', (q) => q.eq('teamId', teamId))
      .collect(),
  );

/** What was opened with the key before opens nothing after `act`, and all keys of the team are new. */
async function expectToTurn({ t, teamId, ana }: OpenDesk, act: () => Promise<unknown>): Promise<void> {
  const before = await keysOf(t, teamId);
  const readKey = await readKeyOf(ana.as, teamId);
  expect(await t.query(api.tickets.counts, { teamId, readKey })).toBeDefined();
  await act();
  expect(await refusal(t.query(api.tickets.counts, { teamId, readKey }))).toBe('NOT_FOUND');
  const after = await keysOf(t, teamId);
  expect(after.map(({ role }) => role)).toEqual(before.map(({ role }) => role));
  for (const { key } of before) expect(after.map((stored) => stored.key)).not.toContain(key);
}

/** What ends a right, and turns the keys of its team. */
const losses: [
  what: string,
  act: (desk: OpenDesk, owner: { as: OpenDesk['ana']['as'] }) => Promise<unknown>,
][] = [
  [
    'a member is removed',
    ({ teamId, ben }, owner) => owner.as.mutation(api.members.remove, { teamId, memberId: ben.memberId }),
  ],
  [
    'a role changes',
    ({ teamId, ben }, owner) =>
      owner.as.mutation(api.members.setRole, { teamId, memberId: ben.memberId, role: 'manager' }),
  ],
];

async function openOwnedDesk() {
  const desk = await openDesk();
  return { desk, owner: await addMember(desk.t, desk.teamId, 'Olga', 'owner') };
}

describe('[E5] a read key', () => {
  test.each(losses)('turns when %s', async (_what, act) => {
    const { desk, owner } = await openOwnedDesk();
    await expectToTurn(desk, () => act(desk, owner));
  });

  test.each(losses)('that does not turn when %s is caught', async (_what, act) => {
    const { desk, owner } = await openOwnedDesk();
    planted.bug = 'key that stays';
    await expect(expectToTurn(desk, () => act(desk, owner))).rejects.toThrow();
  });

  test('turns once a day, in batches, and its members have the new one at once', async () => {
    const desk = await openDesk();
    const { t, teamId } = desk;
    const turnedAt = Date.now();
    await t.run(async (ctx) => {
      for (let other = 0; other < 150; other++) {
        await ctx.db.insert('readKeys', {
          teamId: `${teamId}` as Id<'teams'>,
          role: 'owner',
          key: `${other}`,
          turnedAt,
        });
      }
    });
    const isOld = ({ key }: Doc<'readKeys'>) => key.length < 10;
    const old = async () => (await keysOf(t, teamId)).filter(isOld).length;
    vi.advanceTimersByTime(23 * 3_600_000);
    await t.mutation(internal.jobs.readKeys.turn, {});
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await old()).toBe(150);
    vi.advanceTimersByTime(3_600_001);
    await t.mutation(internal.jobs.readKeys.turn, {});
    await t.finishAllScheduledFunctions(vi.runAllTimers);
    expect(await old()).toBe(0);
  });

  test('is of 256 bits, of its own in each team and role, and handed to members up to their role', async () => {
    const t = setupTest();
    const blue = await openDesk({ beside: t });
    const red = await openDesk({ beside: t });
    const keys = [...(await keysOf(t, blue.teamId)), ...(await keysOf(t, red.teamId))];
    expect(new Set(keys.map(({ key }) => key)).size).toBe(6);
    for (const { key } of keys) expect(key).toMatch(/^[\w-]{43}$/);
    const handed = async (as: OpenDesk['ana']['as']) =>
      (await as.query(api.me.get, {})).memberships.map(({ teamId, readKeys }) => [
        teamId,
        Object.keys(readKeys).toSorted(),
      ]);
    expect(await handed(blue.ana.as)).toEqual([[blue.teamId, ['operator']]]);
    expect(await handed(blue.manager.as)).toEqual([[blue.teamId, ['manager', 'operator']]]);
  });

  test('is handed to nobody whose session has ended, nor to who has left', async () => {
    const { t, teamId, ana, ben } = await openDesk();
    await t.run((ctx) => ctx.db.delete(ana.sessionId));
    expect(await refusal(ana.as.query(api.me.get, {}))).toBe('NOT_SIGNED_IN');
    await t.run((ctx) => ctx.db.patch(ben.memberId, { removedAt: Date.now() }));
    expect(await readKeyOf(ben.as, teamId)).toBe('');
    expect(await refusal(readShared(ben.as, api.tickets.counts, { teamId }))).toBe('NOT_FOUND');
  });
});

/** Two teams that have the same of everything; what the key of one opens must name nothing of the other. */
async function checkTeamsApart(): Promise<number> {
  const t = setupTest();
  const desks = [await openTeam(t, 'blueness'), await openTeam(t, 'redness')] as const;
  let shown = 0;
  for (const [mine, theirs] of [desks, desks.toReversed() as unknown as typeof desks]) {
    for (const [name, args] of Object.entries(mine.questions)) {
      const query = makeFunctionReference(name) as FunctionReference<'query'>;
      const answer = JSON.stringify(
        await t.query(query, {
          ...args,
          teamId: mine.teamId,
          readKey: await readKeyOf(mine.ana.as, mine.teamId),
        }),
      );
      for (const word of [theirs.word, theirs.teamId, ...theirs.ids]) {
        expect(answer.includes(word), `${name} shows ${word}`).toBe(false);
      }
      if (answer.includes(mine.word)) shown += 1;
    }
  }
  return shown;
}

async function openTeam(t: TestDesk, word: string) {
  const desk = await openDesk({ beside: t });
  const { conversationId, customerId, ana, agentId } = desk;
  await t.run((ctx) => ctx.db.patch(customerId, { name: word }));
  await desk.customerWrites(word);
  const { ticketId } = await desk.handsOver();
  await desk.takesOver(ana);
  await t.run((ctx) => ctx.db.patch(ana.memberId, { name: word }));
  const { memberId } = ana;
  const questions: Record<string, object> = {
    'tickets:list': { list: 'all' },
    'tickets:row': { number: 1 },
    'tickets:counts': {},
    'tickets:countOf': { memberId },
    'tickets:get': { number: 1 },
    'customers:person': { customerId },
    'customers:conversations': { customerId, most: 10 },
    'conversations:head': { conversationId },
    'conversations:page': { conversationId, page: 0 },
    'conversations:suppressedDrafts': { conversationId },
    'conversations:typing': { conversationId },
    'members:list': {},
    'members:statuses': {},
    'teams:get': {},
    'agents:list': {},
    'articles:list': {},
    'channels:list': {},
    'handoverRules:list': { agentId },
  };
  return {
    ...desk,
    word,
    questions,
    ids: [ticketId, conversationId, customerId, agentId, memberId, ana.userId],
  };
}

describe('[E5] [R2] what a key opens', () => {
  test('shows nothing of another team', async () => {
    expect(await checkTeamsApart()).toBeGreaterThan(6);
  });

  test('a row query that shows another team is caught', async () => {
    planted.bug = 'row of another team';
    await expect(checkTeamsApart()).rejects.toThrow('tickets:row shows');
  });
});

describe('[E5] a thread', () => {
  test('comes in pages of ten, oldest first, of which a full one does not change', async () => {
    const { t, teamId, ana, conversationId, customerWrites } = await openDesk();
    for (let n = 1; n <= 12; n++) await customerWrites(`message ${n}`);
    const key = { teamId, readKey: await readKeyOf(ana.as, teamId), conversationId };
    const pageOf = (page: number) => t.query(api.conversations.page, { ...key, page });
    const [first, second] = [await pageOf(0), await pageOf(1)];
    expect(first.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(second.map(({ text }) => text)).toEqual(['message 11', 'message 12']);
    await customerWrites('message 13');
    expect(await pageOf(0)).toEqual(first);
    expect(await pageOf(1)).toHaveLength(3);
    expect(await pageOf(2)).toEqual([]);
    for (const page of [-1, 0.5, Number.NaN]) expect(await refusal(pageOf(page))).toBe('INVALID_INPUT');
  });

  test('shows a long text cut, between whole characters, and whole when it is asked for', async () => {
    const { t, teamId, ana, conversationId, customerWrites } = await openDesk();
    const text = '👍'.repeat(2_001);
    await customerWrites(text);
    await customerWrites('👍'.repeat(2_000));
    const key = { teamId, readKey: await readKeyOf(ana.as, teamId) };
    const [cut, whole] = await t.query(api.conversations.page, { ...key, conversationId, page: 0 });
    expect(cut).toMatchObject({ text: '👍'.repeat(2_000), isCut: true });
    expect(whole).not.toHaveProperty('isCut');
    const entry = await t.query(api.conversations.entry, { ...key, entryId: cut!._id });
    expect(entry).toEqual({ ...cut, text, isCut: undefined });
  });
});
