/// <reference types="vite/client" />
/** Rules M9, R3, E3: two customers that are one person, for the team alone, and the way back. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api } from '../../_generated/api';
import type { Id, TableNames } from '../../_generated/dataModel';
import { openDesk, startThread, threadOf } from '../../desk.setup';
import { customerAddress, openMailDesk } from '../../mail.setup';
import { readerOf } from '../../readShared.setup';
import { customerIdentity, passTime, refusal, transact } from '../../test.setup';
import { maxParts } from '../../shared/customer/merging';
import { viewConversation, viewEntries } from '../agents/agentViews';
import { readConversation } from '../conversation/case';
import { claimEmail, noteIdentity, proveEmail } from '../conversation/identities';
import { noteEmail } from './customers';
import { mintSession } from './customerSessions';
import { rename } from './renaming';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 9) });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** Jo has written by mail, which is proven; somebody in the chat says that they are Jo. Both have a ticket. */
async function openPair() {
  const desk = await openMailDesk();
  const { t, teamId, agentId, ana } = desk;
  const { conversationId: mailed } = await desk.mailIn({ text: 'The secret of my order is 4711.' });
  const byMail = threadOf(desk, mailed!);
  const mailTicket = await byMail.handsOver();
  const { customerId: jo } = (await t.run((ctx) => ctx.db.get(mailed!)))!;
  const publicId = (await t.run((ctx) => ctx.db.query('channels').first()))!.publicId;
  const sessionId = await transact(t, (ctx) =>
    mintSession(ctx, { publicId, tokenHash: 'hash', source: null, writes: true }),
  );
  const visitor = t.withIdentity(customerIdentity(sessionId));
  await visitor.mutation(api.web.send, { text: 'I am Jo, really.', clientMessageId: 'w1' });
  const session = (await t.run((ctx) => ctx.db.get(sessionId)))!;
  await transact(t, (ctx) => noteEmail(ctx, session.customerId, customerAddress));
  const inChat = threadOf(desk, session.conversationId!);
  const chatTicket = await inChat.handsOver();
  const read = readerOf(ana.as, teamId);
  const merge = (customerId = session.customerId, otherId = jo, conversationId = session.conversationId!) =>
    ana.as.mutation(api.customers.merge, { teamId, customerId, otherId, conversationId });
  const unmerge = (customerId = session.customerId, conversationId = session.conversationId!) =>
    ana.as.mutation(api.customers.unmerge, { teamId, customerId, conversationId });
  const all = <Table extends TableNames>(table: Table) => t.run((ctx) => ctx.db.query(table).collect());
  const row = async ({ number }: { number: number }) => (await read(api.tickets.row, { number }))!;
  return {
    ...{ ...desk, agentId, jo, visitor, session, byMail, inChat, mailTicket, chatTicket },
    ...{ read, merge, unmerge, all, row, visitorId: session.customerId },
  };
}
type Pair = Awaited<ReturnType<typeof openPair>>;

/** All that the browser of the chat is shown by any function it may call. */
async function shownToVisitor(pair: Pair) {
  const { visitor } = pair;
  // How long the thread is counts what the team alone reads, too.
  const { lastSequence: _, ...conversation } = await visitor.query(api.web.conversation, {});
  const { page } = await visitor.query(api.web.entries, { paginationOpts: { numItems: 50, cursor: null } });
  // What their agent's platform reads, it may show them.
  const { agent } = await toAgent(pair);
  return { conversation, page, agent, talks: await visitor.query(api.web.talks, {}) };
}

const toAgent = ({ t, session }: Pair) =>
  t.run(async (ctx) => {
    const state = await readConversation(ctx, (await ctx.db.get(session.conversationId!))!);
    const { lastSequence: _, ...agent } = await viewConversation(ctx, state);
    const { entries } = await viewEntries(ctx, session.conversationId!, 0, 50);
    return { agent: { ...agent, entries } };
  });

const found = async ({ ana, teamId }: Pair, text: string) =>
  ana.as.query(api.search.find, { teamId, text, now: Date.now(), minutesBehind: 0 });

test('[M9] merging is one act: the names in lists, threads, search and the panel follow, the thread and the log say so', async () => {
  const pair = await openPair();
  const before = await pair.row(pair.chatTicket);
  expect(before.customerName).toBe(customerAddress);
  await pair.merge();
  expect((await pair.row(pair.chatTicket)).customerName).toBe('Jo');
  await passTime(pair.t, 100, 10);
  expect((await pair.row(pair.mailTicket)).customerName).toBe('Jo');
  const person = await pair.read(api.customers.person, { customerId: pair.visitorId });
  expect(person).toMatchObject({
    customerId: pair.jo,
    name: 'Jo',
    parts: [
      { customerId: pair.jo, identities: [{ value: customerAddress, proof: 'provider' }], merged: null },
      {
        customerId: pair.visitorId,
        identities: [{ value: customerAddress, proof: 'claimed' }],
        merged: { byName: 'Ana' },
      },
    ],
    suggestions: [],
  });
  const past = await pair.read(api.customers.conversations, { customerId: pair.jo, most: 10 });
  expect(
    past.conversations.map(({ channel, tickets }) => [channel, tickets.map(({ number }) => number)]),
  ).toEqual([
    ['web', [pair.chatTicket.number]],
    ['email', [pair.mailTicket.number]],
  ]);
  const page = await pair.read(api.conversations.page, {
    conversationId: pair.session.conversationId!,
    page: 0,
  });
  expect(page.find(({ author }) => author.kind === 'customer')!.authorName).toBe('Jo');
  const { threads, people } = await found(pair, 'from:Jo');
  expect(threads.map(({ channel }) => channel).sort()).toEqual(['email', 'web']);
  expect(people.length).toBeLessThanOrEqual(1);
  const events = (await pair.all('entries')).flatMap(({ event }) =>
    event?.type === 'customersMerged' ? [event.with] : [],
  );
  expect(events.sort()).toEqual(['Jo', customerAddress].sort());
  const log = (await pair.all('auditLog')).filter(({ action }) => action === 'customer.merged');
  expect(log).toMatchObject([{ subject: pair.visitorId, detail: pair.jo, actorMemberId: pair.ana.memberId }]);
  // [R3] The log holds no address.
  expect(JSON.stringify(log)).not.toContain(customerAddress);
});

test('[M9] unmerging restores both to the byte, also after new messages, which stay with whoever they came from', async () => {
  const pair = await openPair();
  const tables = [
    'customers',
    'customerIdentities',
    'searchPeople',
    'customerSessions',
    'mailThreads',
  ] as const;
  const snapshot = async () => {
    const rows = await Promise.all(tables.map((table) => pair.all(table)));
    return rows.map((all) => JSON.stringify(all.map((each) => Object.entries(each).sort())));
  };
  const before = await snapshot();
  const owners = async () =>
    (await pair.all('conversations')).map(({ _id, customerId }) => [_id, customerId]);
  const whose = await owners();
  await pair.merge();
  await pair.visitor.mutation(api.web.send, { text: 'In the chat again', clientMessageId: 'w2' });
  const { conversationId } = await pair.mailIn({ text: 'By mail again' });
  expect((await pair.t.run((ctx) => ctx.db.get(conversationId!)))!.customerId).toBe(pair.jo);
  await pair.unmerge();
  await passTime(pair.t, 1_000, 100);
  const after = await snapshot();
  // The new mail has begun a thread of its own.
  expect(after.slice(0, -1)).toEqual(before.slice(0, -1));
  expect((await owners()).slice(0, whose.length)).toEqual(whose);
  expect((await pair.row(pair.chatTicket)).customerName).toBe(customerAddress);
  const person = await pair.read(api.customers.person, { customerId: pair.visitorId });
  expect(person.parts).toHaveLength(1);
  expect(person.suggestions).toEqual([{ customerId: pair.jo, name: 'Jo', address: customerAddress }]);
});

test('[M9] [R2] nothing of another channel is shown to the chat, before, after and without the merge', async () => {
  const pair = await openPair();
  const before = await shownToVisitor(pair);
  await pair.merge();
  expect(await shownToVisitor(pair)).toEqual(before);
  await pair.mailIn({ text: 'And the secret is 4712 now.' });
  expect(await shownToVisitor(pair)).toEqual(before);
  await pair.unmerge();
  expect(await shownToVisitor(pair)).toEqual(before);
  const said = JSON.stringify(before);
  expect(said).not.toContain('471');
  expect(said).not.toContain('"Jo"');
});

test('[M9] who has proven what another only claims is suggested, and never merged by itself', async () => {
  const pair = await openPair();
  const suggestions = async () =>
    (await pair.read(api.customers.person, { customerId: pair.visitorId })).suggestions;
  expect(await suggestions()).toEqual([{ customerId: pair.jo, name: 'Jo', address: customerAddress }]);
  expect((await pair.read(api.customers.person, { customerId: pair.jo })).suggestions).toEqual([]);
  expect((await pair.all('customers')).filter(({ mergedInto }) => mergedInto)).toEqual([]);
});

test('[M9] the other is found by name, address or ticket, and the preview says whom both are shown as', async () => {
  const pair = await openPair();
  const { teamId, ana, visitorId: customerId } = pair;
  const find = (text: string) => ana.as.query(api.customers.find, { teamId, customerId, text });
  const jo = { customerId: pair.jo, name: 'Jo', address: customerAddress };
  for (const text of [
    'jo',
    'JO',
    customerAddress,
    ` ${customerAddress.toUpperCase()} `,
    `#${pair.mailTicket.number}`,
    `${pair.mailTicket.number}`,
  ])
    expect(await find(text), text).toEqual([jo]);
  for (const text of ['', '  ', 'nobody', `#${pair.chatTicket.number}`])
    expect(await find(text), text).toEqual([]);
  const phone = { teamId, kind: 'phone' as const, scope: 'business', value: '491701234567' };
  await transact(pair.t, async (ctx) => {
    await noteIdentity(ctx, pair.jo, { ...phone, proof: 'provider' });
    await rename(ctx, pair.jo);
  });
  for (const text of ['+49 170 1234567', '491701234567']) expect(await find(text), text).toEqual([jo]);
  const preview = await ana.as.query(api.customers.preview, { teamId, customerId, otherId: pair.jo });
  expect(preview).toMatchObject({
    into: { customerId: pair.jo, name: 'Jo', conversations: 1, isMore: false },
    from: { customerId, name: customerAddress, conversations: 1 },
  });
  await pair.merge();
  expect(await find('jo')).toEqual([]);
  expect(await refusal(ana.as.query(api.customers.preview, { teamId, customerId, otherId: pair.jo }))).toBe(
    'INVALID_INPUT',
  );
});

test('[M9] what is one already, alone already, or too many is refused and changes nothing', async () => {
  const pair = await openPair();
  const { t, teamId } = pair;
  expect(await refusal(pair.unmerge())).toBe('INVALID_INPUT');
  await pair.merge();
  const before = await pair.all('customers');
  expect(await refusal(pair.merge())).toBe('INVALID_INPUT');
  expect(await refusal(pair.merge(pair.jo, pair.visitorId))).toBe('INVALID_INPUT');
  expect(await refusal(pair.merge(pair.jo, pair.jo))).toBe('INVALID_INPUT');
  expect(await pair.all('customers')).toEqual(before);
  // Of a conversation that is neither's nothing is told.
  expect(await refusal(pair.unmerge(pair.visitorId, pair.conversationId))).toBe('NOT_FOUND');
  const others: Id<'customers'>[] = [];
  for (let n = 2; n < maxParts + 1; n++)
    others.push(await t.run((ctx) => ctx.db.insert('customers', { teamId })));
  for (const other of others.slice(0, -1)) await pair.merge(pair.visitorId, other);
  expect(await refusal(pair.merge(pair.visitorId, others.at(-1)))).toBe('INVALID_INPUT');
});

test('[M9] two of one name are told apart by their number or their id where no address is known', async () => {
  const { t, teamId, ana, visitorId: customerId } = await openPair();
  for (const [kind, value] of [
    ['phone', '4915112345678'],
    ['telegram', '100000001'],
  ] as const)
    await transact(t, async (ctx) => {
      const lou = await ctx.db.insert('customers', { teamId, name: 'Lou' });
      await noteIdentity(ctx, lou, { teamId, kind, scope: 'business', value, proof: 'provider' });
      await rename(ctx, lou);
    });
  const found = await ana.as.query(api.customers.find, { teamId, customerId, text: 'Lou' });
  expect(found.map(({ address }) => address).sort()).toEqual(['+4915112345678', '100000001']);
});

test('[M9] persons of several are merged and taken apart in any order, each with whoever came with it', async () => {
  const pair = await openPair();
  const { t, teamId, agentId } = pair;
  const dora = await t.run((ctx) => ctx.db.insert('customers', { teamId, name: 'Dora' }));
  const elsewhere = await startThread({ t, teamId, agentId, customerId: dora }, 'web');
  await elsewhere.customerWrites('Hello');
  await elsewhere.handsOver();
  await pair.merge(pair.visitorId, dora);
  const partsOf = async (customerId: Id<'customers'>) =>
    (await pair.read(api.customers.person, { customerId })).parts.map((part) => part.customerId).sort();
  await pair.merge(dora, pair.jo, elsewhere.conversationId);
  const three = [pair.jo, pair.visitorId, dora].sort();
  for (const each of three) expect(await partsOf(each)).toEqual(three);
  // Dora had the visitor, and takes them along.
  await pair.unmerge(dora, elsewhere.conversationId);
  expect(await partsOf(pair.jo)).toEqual([pair.jo]);
  expect(await partsOf(pair.visitorId)).toEqual([pair.visitorId, dora].sort());
  await pair.unmerge(pair.visitorId);
  const customers = await pair.all('customers');
  expect(customers.filter(({ mergedInto, hasParts }) => mergedInto ?? hasParts)).toEqual([]);
});

test('[E3] a person of thousands costs one small transaction; what is shown follows in pages', async () => {
  const pair = await openPair();
  const { t, teamId, agentId, visitorId: customerId } = pair;
  for (let n = 0; n < 120; n++) {
    const thread = await startThread({ t, teamId, agentId, customerId }, 'web');
    await thread.handsOver();
  }
  await pair.merge();
  const names = async () => (await pair.all('ticketRows')).map(({ customerName }) => customerName);
  expect((await names()).filter((name) => name === customerAddress).length).toBeGreaterThan(0);
  await t.finishAllScheduledFunctions(vi.runAllTimers);
  expect(new Set(await names())).toEqual(new Set(['Jo']));
  const { hasMore, conversations } = await pair.read(api.customers.conversations, { customerId, most: 10 });
  expect([hasMore, conversations.length]).toEqual([true, 10]);
  await pair.unmerge();
  await t.finishAllScheduledFunctions(vi.runAllTimers);
  expect((await names()).filter((name) => name === 'Jo')).toHaveLength(1);
}, 60_000);

test('[E3] [M9] who came as more customers than are looked through is shown in bounds, and the screen says so', async () => {
  const pair = await openPair();
  const { t, teamId, visitorId, channelId, jo } = pair;
  await t.run(async (ctx) => {
    for (let user = 0; user < 5; user++) {
      const known = {
        teamId,
        kind: 'user' as const,
        scope: channelId,
        value: `u${user}`,
        proof: 'verified' as const,
      };
      await ctx.db.insert('customerIdentities', { ...known, customerId: visitorId });
      for (let nth = 0; nth < 9; nth++) {
        const customerId = await ctx.db.insert('customers', { teamId });
        await ctx.db.insert('customerIdentities', { ...known, customerId });
      }
    }
  });
  const person = await pair.read(api.customers.person, { customerId: visitorId });
  expect([person.parts.length, person.hasMore]).toEqual([40, true]);
  const asked = { customerId: visitorId, most: 50 };
  expect(await pair.read(api.customers.conversations, asked)).toMatchObject({ isCut: true, hasMore: false });
  expect(await pair.read(api.customers.conversations, { ...asked, customerId: jo })).toMatchObject({
    isCut: false,
  });
});

test('[E4] [M9] what somebody in a chat calls themself goes through no conversation of whom they are shown as', async () => {
  const pair = await openPair();
  const { t, visitor, merge, jo, visitorId, row, chatTicket, all } = pair;
  await t.run((ctx) => ctx.db.patch(jo, { name: 'Jo Orr' }));
  await merge();
  await passTime(t, 1_000);
  const jobs = async () =>
    (await t.run((ctx) => ctx.db.system.query('_scheduled_functions').collect())).filter(({ name }) =>
      name.startsWith('jobs/customers'),
    ).length;
  const before = await jobs();
  expect(before).toBeGreaterThan(0);
  for (const name of ['Joe', 'Joanna', 'J.'])
    await visitor.mutation(api.web.describe, { name, attributes: [] });
  expect(await jobs()).toBe(before);
  expect((await all('customers')).find(({ _id }) => _id === visitorId)).toMatchObject({ name: 'J.' });
  // They are found by what any of them is called, and called as the one.
  expect((await found(pair, 'Joanna')).people).toEqual([]);
  expect((await row(chatTicket)).customerName).toBe('Jo Orr');
  for (const { words } of await all('searchPeople')) expect(words).toMatch(/^jo orr .* j$/);
});

test('[M9] a name or an address that one of them gives later is shown for all of them', async () => {
  const pair = await openPair();
  const { t } = pair;
  await t.run((ctx) => ctx.db.patch(pair.jo, { name: undefined }));
  await transact(t, (ctx) => rename(ctx, pair.jo));
  await pair.merge();
  await t.run((ctx) => ctx.db.patch(pair.visitorId, { name: 'Joanna' }));
  await transact(t, (ctx) => rename(ctx, pair.visitorId));
  await t.finishAllScheduledFunctions(vi.runAllTimers);
  expect((await pair.row(pair.mailTicket)).customerName).toBe('Joanna');
  expect((await found(pair, 'from:Joanna')).threads).toHaveLength(2);
  const customer = (await t.run((ctx) => ctx.db.get(pair.visitorId)))!;
  await transact(t, (ctx) => claimEmail(ctx, customer, 'other@shop.test'));
  await transact(t, (ctx) =>
    proveEmail(ctx, { teamId: pair.teamId, customerId: pair.visitorId }, 'other@shop.test'),
  );
  await transact(t, (ctx) => rename(ctx, pair.visitorId));
  expect((await found(pair, 'to:other@shop.test')).unknown).toEqual([]);
});

type Step = { do: 'merge'; one: number; other: number } | { do: 'unmerge'; one: number };
const five = fc.nat(4);
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('merge' as const), one: five, other: five }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('unmerge' as const), one: five }) },
  ),
  { maxLength: 20 },
);

test('[M9] whatever is merged and taken apart in whatever order, who is one person is what a forest says, and in the end all are as before', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all: Step[]) => {
      const desk = await openDesk();
      const { t, teamId, agentId, ana } = desk;
      const five: { customerId: Id<'customers'>; conversationId: Id<'conversations'> }[] = [];
      for (let n = 0; n < 5; n++) {
        const customerId = await t.run((ctx) =>
          ctx.db.insert('customers', { teamId, name: `Customer ${n}` }),
        );
        const { conversationId } = await startThread({ t, teamId, agentId, customerId }, 'web');
        five.push({ customerId, conversationId });
      }
      const stored = () => t.run(async (ctx) => JSON.stringify(await ctx.db.query('customers').collect()));
      const before = await stored();
      // Whom each points to; the desk says which of two it is.
      const into = five.map((): number | null => null);
      const rootOf = (at: number): number => (into[at] === null ? at : rootOf(into[at]!));
      const take = (at: number) => ana.as.mutation(api.customers.unmerge, { teamId, ...five[at]! });
      const play = async (step: Step) => {
        if (step.do === 'unmerge') {
          expect(await refusal(take(step.one))).toBe(into[step.one] === null ? 'INVALID_INPUT' : undefined);
          into[step.one] = null;
          return;
        }
        const roots = [rootOf(step.one), rootOf(step.other)];
        const otherId = five[step.other]!.customerId;
        const merged = ana.as.mutation(api.customers.merge, { teamId, ...five[step.one]!, otherId });
        expect(await refusal(merged)).toBe(roots[0] === roots[1] ? 'INVALID_INPUT' : undefined);
        if (roots[0] === roots[1]) return;
        // The one who came first.
        into[Math.max(...roots)] = Math.min(...roots);
      };
      for (const step of all) {
        await play(step);
        for (const at of five.keys()) {
          const { customerId } = five[at]!;
          const { parts } = await readerOf(ana.as, teamId)(api.customers.person, { customerId });
          const own = five.filter((_, other) => rootOf(other) === rootOf(at));
          expect(parts.map((part) => part.customerId).sort()).toEqual(
            own.map((each) => each.customerId).sort(),
          );
          expect(parts[0]!.customerId).toBe(five[rootOf(at)]!.customerId);
        }
      }
      for (const at of five.keys()) if (into[at] !== null) await take(at);
      expect(await stored()).toBe(before);
    }),
    { numRuns: 15 },
  );
}, 120_000);
