/** Finding through `search.find`, as the desk asks; the ranking is the engine's own (engine/transaction/search.test.ts). */
import { describe, expect, test, vi } from 'vitest';
import { api, internal } from './_generated/api';
import { addOutsideAgent, openDesk, startThread } from './desk.setup';
import { ensureOutsideCustomer } from './model/customer/customers';
import { markNeverSent } from './model/conversation/entries';
import { callNameOf } from './shared/customer/callNames';
import { operatorText } from './shared/search/operatorText';
import type { TestMember } from './test.setup';
import { transact } from './test.setup';

type Desk = Awaited<ReturnType<typeof openDesk>>;

/** A desk with a ticket, and what somebody finds. */
async function openSearch(text = 'The parcel has not arrived') {
  const desk = await openDesk();
  await desk.customerWrites(text);
  const { number, ticketId } = await desk.handsOver();
  return { ...desk, number, ticketId, ...seeking(desk) };
}

/** What waits for its words to be folded. */
const unfolded = (t: Desk['t']) =>
  t.run((ctx) =>
    ctx.db
      .query('searchRows')
      .withIndex('by_isUnfolded', (q) => q.eq('isUnfolded', true))
      .collect(),
  );

function seeking({ t, ana, teamId }: Pick<Desk, 't' | 'ana' | 'teamId'>) {
  const asks = async (text: string, who: TestMember = ana) => {
    await vi.waitFor(async () => expect(await unfolded(t)).toEqual([]));
    return who.as.query(api.search.find, { teamId, text, now: Date.now(), minutesBehind: 0 });
  };
  const finds = async (text: string) => (await asks(text)).threads.map(({ ticket }) => ticket?.number);
  return { asks, finds };
}

/** Another customer's ticket on the same desk. */
async function openOther(desk: Desk, name: string, text: string, channel: 'web' | 'email' = 'web') {
  const customerId = await desk.t.run((ctx) => ctx.db.insert('customers', { teamId: desk.teamId, name }));
  const thread = await startThread({ ...desk, customerId }, channel);
  await thread.customerWrites(text);
  return { customerId, ...thread, ...(await thread.handsOver()) };
}

describe('[T9] what is found', () => {
  test('what was said, by its words and by how they begin, folded, with what stands around them', async () => {
    const { asks, finds, number } = await openSearch('The Päckchen has not arrived');
    expect(await finds('packchen')).toEqual([number]);
    expect(await finds('arr päck')).toEqual([number]);
    expect(await finds('arrived yesterday')).toEqual([]);
    const { threads, words } = await asks('pack');
    expect(threads[0]!.hits).toMatchObject([
      { author: 'customer', authorName: 'Carla', sequence: 1, excerpt: 'The Päckchen has not arrived' },
    ]);
    expect(words).toEqual(['pack']);
  });

  test('[E4] what needs folding, a moment later and once, also where the one that folds has died', async () => {
    const { t, finds, number } = await openSearch('退款 für die Müllers');
    expect(await finds('退款 muller')).toEqual([number]);
    const [row] = await t.run((ctx) => ctx.db.query('searchRows').collect());
    await t.run((ctx) => ctx.db.patch(row!._id, { words: '', isUnfolded: true }));
    vi.useFakeTimers({ now: Date.now() + 3_600_000, toFake: ['Date'] });
    await t.mutation(internal.jobs.sweeps.expired, {});
    vi.useRealTimers();
    expect(await finds('muller')).toEqual([number]);
    await t.mutation(internal.jobs.search.keep, { rowId: row!._id, words: 'other' });
    expect(await finds('other')).toEqual([]);
  });

  test('customers by name and address, subjects, numbers; the words may stand in different places', async () => {
    const { finds, asks, number, t, teamId, customerId, ...desk } = await openSearch();
    await transact(t, async (ctx) =>
      ctx.db.insert('customerIdentities', {
        ...{ teamId, customerId, kind: 'email', scope: customerId, value: 'carla@shop.example' },
        proof: 'claimed',
      }),
    );
    await desk.inCase(async (_, opened) => {
      opened.conversation = { ...opened.conversation, subject: 'Order 7781' };
    });
    await desk.customerWrites('Hello?');
    for (const text of ['carla', 'carla parcel', `#${number}`, String(number), '7781 parcel', 'CARL 7781']) {
      expect(await finds(text), text).toEqual([number]);
    }
    expect((await asks('carla')).people).toMatchObject([{ name: 'Carla', address: 'carla@shop.example' }]);
    expect(await finds('carla elephant')).toEqual([]);
  });

  test('notes, and what was never sent, as such; what was suppressed is not', async () => {
    const { asks, finds, ...desk } = await openSearch();
    const { teamId, conversationId, ana } = desk;
    const note = { teamId, conversationId, text: 'Ask the depot', clientMessageId: 'n1' };
    await ana.as.mutation(api.messages.note, note);
    await desk.agentAnswers('Your crate is late');
    await desk.agentAnswers('Zeppelin', { epoch: 0 });
    expect((await asks('depot')).threads[0]!.hits).toMatchObject([{ kind: 'note', authorName: 'Ana' }]);
    expect(await finds('is:note parcel')).toEqual([]);
    expect(await finds('is:note depot')).toEqual([desk.number]);
    expect((await asks('crate')).threads[0]!.hits).toMatchObject([{ isNeverSent: false, author: 'agent' }]);
    const { _id } = (await desk.entries()).find(({ text }) => text?.includes('crate'))!;
    await transact(desk.t, (ctx) => markNeverSent(ctx, _id));
    expect((await asks('crate')).threads[0]!.hits).toMatchObject([{ isNeverSent: true }]);
    expect(await finds('zeppelin')).toEqual([]);
  });

  test('whoever is renamed is found by the new name', async () => {
    const { t, agentId, ...desk } = await openSearch();
    const asOutside = (name: string) =>
      transact(t, async (ctx) =>
        ensureOutsideCustomer(ctx, (await ctx.db.get(agentId))!, { externalId: 'c1', name }),
      );
    const customerId = await asOutside('Vera Voss');
    const thread = await startThread({ ...desk, t, agentId, customerId }, 'web');
    await thread.customerWrites('My lamp is broken');
    const { number } = await thread.handsOver();
    expect(await desk.finds('voss lamp')).toEqual([number]);
    await asOutside('Vera Winter');
    expect(await desk.finds('winter lamp')).toEqual([number]);
    expect(await desk.finds('voss')).toEqual([]);
  });

  test('a conversation without a ticket is found without one', async () => {
    const desk = await openDesk();
    await desk.customerWrites('Only a question about socks');
    const { threads } = await seeking(desk).asks('socks');
    expect(threads).toMatchObject([{ ticket: null, conversationId: desk.conversationId }]);
  });

  test('[R2] nothing of another team, whatever is asked for', async () => {
    const mine = await openSearch('The parcel is mine');
    const other = await openDesk({ beside: mine.t });
    await other.customerWrites('The parcel is theirs');
    const { number } = await other.handsOver();
    expect(await mine.finds('theirs')).toEqual([]);
    for (const text of ['parcel', 'from:carla', 'is:open', `#${number}`]) {
      const found = await mine.asks(text);
      expect(
        found.threads.map(({ conversationId }) => conversationId),
        text,
      ).toEqual([mine.conversationId]);
    }
    const asked = { teamId: other.teamId, text: 'parcel', now: 0, minutesBehind: 0 };
    await expect(mine.ana.as.query(api.search.find, asked)).rejects.toThrow('NOT_FOUND');
  });
});

describe('[T9] operators', () => {
  test('from and to name customers and colleagues', async () => {
    const { finds, asks, number, ...desk } = await openSearch();
    const other = await openOther(desk, 'Dora', 'My parcel, too');
    await desk.takesOver(desk.ana);
    await desk.replies(desk.ana, 'The parcel is on its way');
    expect(await finds('parcel from:carla')).toEqual([number]);
    expect(await finds('from:carla')).toEqual([number]);
    expect(await finds('parcel from:dora')).toEqual([other.number]);
    expect(await finds('parcel from:ana')).toEqual([number]);
    expect(await finds('way from:me')).toEqual([number]);
    expect(await finds('way from:carla')).toEqual([]);
    expect(await finds('way to:carla')).toEqual([number]);
    expect(await finds('way to:dora')).toEqual([]);
    expect((await asks('parcel from:nobody')).unknown).toEqual([{ operator: 'from', value: 'nobody' }]);
    expect(await asks('from:ana')).toMatchObject({ needsWord: true, threads: [] });
  });

  test('[M9] who has said no name is found by the two words that the team calls them, until they say one', async () => {
    const { asks, finds, ...desk } = await openSearch();
    const { t, teamId } = desk;
    const customerId = await t.run((ctx) => ctx.db.insert('customers', { teamId }));
    const thread = await startThread({ ...desk, customerId }, 'web');
    await thread.customerWrites('Anybody there?');
    const { number } = await thread.handsOver();
    const called = callNameOf(customerId);
    const [mood, animal] = called.split(' ') as [string, string];
    const found = await asks(called);
    expect(found.threads.map(({ ticket }) => ticket?.number)).toEqual([number]);
    expect(found.people).toMatchObject([{ customerId, name: called }]);
    expect(await finds(`${animal.toUpperCase()} ${mood.slice(0, 3)}`)).toEqual([number]);
    expect(await finds(`from:"${called}"`)).toEqual([number]);
    expect(await finds(`anybody ${animal}`)).toEqual([number]);
    await desk.ana.as.mutation(api.customers.call, { teamId, customerId, name: 'Jo Orr' });
    expect(await finds(called)).toEqual([]);
    expect(await finds('jo orr')).toEqual([number]);
  });

  test('[M9] of more customers of one name than are shown it is said that there are more', async () => {
    const { asks, ...desk } = await openSearch();
    for (let made = 0; made < 6; made++) await openOther(desk, 'Ada Kern', `Question ${made}`);
    expect(await asks('ada kern')).toMatchObject({ isCut: true });
    expect((await asks('ada kern')).people).toHaveLength(5);
  });

  test('agent and channel', async () => {
    const { finds, number, ...desk } = await openSearch();
    const agentId = await addOutsideAgent(desk.t, desk.teamId, 'Scout');
    const other = await openOther({ ...desk, agentId }, 'Dora', 'A parcel by mail', 'email');
    expect(await finds('parcel agent:scout')).toEqual([other.number]);
    expect(await finds('parcel agent:robin')).toEqual([number]);
    expect(await finds('parcel channel:email')).toEqual([other.number]);
    expect(await finds('channel:chat')).toEqual([number]);
  });

  test('is and tag ask the ticket as it is now', async () => {
    const { finds, number, ticketId, ana, teamId, ...desk } = await openSearch();
    expect(await finds('parcel is:new is:open is:unassigned is:normal is:waiting')).toEqual([number]);
    await desk.takesOver(ana);
    await ana.as.mutation(api.tickets.setTags, { teamId, ticketId, tags: ['VIP'] });
    expect(await finds('parcel is:unassigned')).toEqual([]);
    for (const text of ['parcel is:mine', 'is:mine tag:vip', 'tag:vip parcel', 'is:open']) {
      expect(await finds(text), text).toEqual([number]);
    }
    expect(await finds('tag:other parcel')).toEqual([]);
    // As the filters write a tag that has quotes and lines.
    const odd = 'say "hi"\n 5"';
    await ana.as.mutation(api.tickets.setTags, { teamId, ticketId, tags: [odd] });
    for (const text of [operatorText('tag', odd), 'tag:"say hi 5"'])
      expect(await finds(text), text).toEqual([number]);
    await desk.resolves(ana, ticketId);
    expect(await finds('parcel is:open')).toEqual([]);
    expect(await finds('parcel is:resolved')).toEqual([number]);
  });

  test('before walks the months, newest first, and says how far it has come', async () => {
    const { finds, asks, number, ...desk } = await openSearch();
    const at = (month: string) => Date.parse(`${month}-15T12:00:00Z`);
    const ages = { '2026-02': 'February', '2025-11': 'November' };
    for (const [month, word] of Object.entries(ages)) {
      const { conversationId } = await openOther(desk, 'Dora', `parcel of ${word}`);
      await desk.t.run(async (ctx) => {
        const rows = await ctx.db
          .query('searchRows')
          .withIndex('by_conversationId_and_entryId', (q) => q.eq('conversationId', conversationId))
          .collect();
        for (const { _id } of rows) await ctx.db.patch(_id, { at: at(month), month });
      });
    }
    const wordsOf = async (text: string) =>
      (await asks(text)).threads.map(({ hits }) => hits[0]!.excerpt.replace('parcel of ', ''));
    expect(await wordsOf('parcel before:2026-02-16')).toEqual(['February', 'November']);
    expect(await wordsOf('parcel before:2026-02-15')).toEqual(['November']);
    expect((await asks('parcel before:2026-03')).walkedTo).toBe('2025-02');
    expect(await finds('parcel before:2024')).toEqual([]);
    expect((await finds('parcel')).includes(number)).toBe(true);
  });
});

describe('[T9] [E3] [E4] what cannot be asked of the index', () => {
  test('short words are looked for among recent tickets', async () => {
    const { finds, number } = await openSearch('Is it 3 or 4?');
    expect(await finds('ca')).toEqual([number]);
    expect(await finds('zz')).toEqual([]);
  });

  test('a search that is empty, senseless or hostile is answered plainly', async () => {
    const { asks, number } = await openSearch();
    for (const text of ['', '   ', '"', '::::', '* OR NOT "', '.*(', '\u0000\u200b', 'from:', '🙂']) {
      expect((await asks(text)).threads, text).toEqual([]);
    }
    expect(await asks('is:lost parcel')).toMatchObject({
      unclear: [{ operator: 'is', value: 'lost' }],
      threads: [{ ticket: { number } }],
    });
    const long = await asks(`parcel ${'x'.repeat(20_000)}`);
    expect(long).toMatchObject({ isCut: true, threads: [] });
    const everything = Array.from({ length: 0x3000 }, (_, at) => String.fromCodePoint(at * 16)).join(' ');
    expect((await asks(everything)).threads).toEqual([]);
  });

  test('a page is full, and says that there is more', async () => {
    const desk = await openSearch();
    for (let at = 0; at < 27; at++) await openOther(desk, `Customer ${at}`, `parcel number ${at}`);
    const { threads, isCut } = await desk.asks('parcel');
    expect([threads.length, isCut]).toEqual([25, true]);
    expect((await desk.asks('parcel arrived')).isCut).toBe(false);
  });
});
