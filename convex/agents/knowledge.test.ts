import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { api } from '../_generated/api';
import { readConversation } from '../model/conversation/case';
import { readContext } from '../model/agents/agentContext';
import { seedSampleShop } from '../model/setup/sampleShop';
import { defaultThinkMs } from '../shared/agents/agents';
import { createTeam, customerIdentity, setupTest } from '../test.setup';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

async function openShop(options: { status?: 'online' | 'offline' } = {}) {
  const t = setupTest();
  const team = await createTeam(t, 'Pine Trail', { status: options.status ?? 'online' });
  await t.run((ctx) => seedSampleShop(ctx, team.teamId, team.agentId));
  const { sessionId } = await t.run(async (ctx) => {
    const customerId = await ctx.db.insert('customers', { teamId: team.teamId });
    const sessionId = await ctx.db.insert('customerSessions', {
      teamId: team.teamId,
      channelId: team.channelId,
      customerId,
      tokenHash: 'x',
      expiresAt: Date.now() + 86_400_000,
    });
    return { sessionId };
  });
  const customer = t.withIdentity(customerIdentity(sessionId));
  let made = 0;
  const says = (text: string) => customer.mutation(api.web.send, { text, clientMessageId: `c${++made}` });
  const pass = async (ms: number) => {
    vi.advanceTimersByTime(ms);
    await t.finishInProgressScheduledFunctions();
  };
  /** `run` starts at once, `deliver` after the typing time; a superseded turn goes round again. */
  const settle = async () => {
    for (let round = 0; round < 6; round++) await pass(defaultThinkMs + 1);
  };
  const thread = async () =>
    (
      await customer.query(api.web.entries, { paginationOpts: { numItems: 50, cursor: null } })
    ).page.toReversed();
  const tickets = () => t.run((ctx) => ctx.db.query('tickets').take(20));
  const conversationId = async () => (await customer.query(api.web.conversation, {})).conversationId!;
  return { t, team, customer, says, pass, settle, thread, tickets, conversationId };
}

const texts = (entries: { from: string; text: string }[]) =>
  entries.map(({ from, text }) => `${from}: ${text}`);

describe('the sample shop', () => {
  test('[P4] a question is answered from an article, which is named, and no ticket is opened', async () => {
    const { says, settle, thread, tickets } = await openShop();
    await says('where is my order');
    await settle();
    const [, answer] = await thread();
    expect(answer).toMatchObject({
      from: 'agent',
      name: 'Robin',
      sources: ['Where is my order? Tracking a parcel'],
    });
    expect(await tickets()).toEqual([]);
  });

  test('[H5] who only asks whether anybody is there, while a person is awaited, is told so and how long it takes', async () => {
    const { t, team, says, settle, thread, tickets } = await openShop();
    await says('I want a refund, I bought it 45 days ago');
    await settle();
    const { teamId } = team;
    const asked = 'A person on our team has been asked and will answer here.';
    const answered = async (text: string) => {
      await says(text);
      await settle();
      const last = (await thread()).at(-1)!;
      expect(last).toMatchObject({ from: 'agent' });
      expect(last.sources ?? []).toEqual([]);
      return last.text;
    };
    expect(await answered('Are you still there?')).toBe(asked);
    await t.run((ctx) => ctx.db.insert('usualWaits', { teamId, minutes: 4, until: Date.now() + 3_600_000 }));
    expect(await answered('Hello?')).toBe(`${asked} A person usually answers in about 4 minutes.`);
    await t.run(async (ctx) => {
      const usual = (await ctx.db.query('usualWaits').first())!;
      await ctx.db.patch(usual._id, { minutes: 180 });
    });
    expect(await answered('Anyone?')).toBe(`${asked} A person usually answers in about 3 hours.`);
    for (const who of [team.owner, team.manager, team.operator])
      await who.as.mutation(api.members.setStatus, { teamId, status: 'offline' });
    expect(await answered('???')).toContain(`${asked} Nobody on the team is online right now.`);
    expect(await tickets()).toHaveLength(1);
    // Whoever asks anything else wants that answered.
    await says('Hello? Do you deliver to Norway?');
    await settle();
    expect((await thread()).at(-1)).toMatchObject({ sources: ['Shipping times and costs'] });
  });

  test('[H1] [C3] a refund outside the window opens a ticket of high priority, and the agent answers on', async () => {
    const { says, settle, thread, tickets } = await openShop();
    await says('I want a refund, I bought it 45 days ago');
    await settle();
    expect(await tickets()).toMatchObject([
      {
        number: 1,
        status: 'new',
        priority: 'high',
        reason: 'rule',
        ruleName: 'Refund outside the window',
        tags: ['refund'],
      },
    ]);
    await says('Do you deliver to Norway?');
    await settle();
    const said = await thread();
    expect(said.map(({ from }) => from)).toEqual(['customer', 'agent', 'customer', 'agent']);
    expect(said[1]!.text).toContain('outside our 30 days');
    expect(said[3]!.text).toContain('Norway');
    expect(await tickets()).toHaveLength(1);
  });

  test('[H2] the ticket carries a brief whose facts name their message', async () => {
    const { says, settle, tickets } = await openShop();
    await says('My order number is 48213. I want a refund, I bought it 45 days ago');
    await settle();
    expect((await tickets())[0]?.brief).toMatchObject({
      facts: [
        { text: 'Order number: 48213', sequence: 1 },
        { text: '45 days ago, says the customer', sequence: 1 },
      ],
      blockedBy: 'The time limit in our article has passed.',
    });
  });

  test.each(['Can I speak to a human?', 'Ich möchte mit einem Menschen sprechen', 'agent'])(
    '[H1] "%s" always gets a ticket',
    async (text) => {
      const { says, settle, tickets } = await openShop();
      await says(text);
      await settle();
      expect(await tickets()).toMatchObject([{ reason: 'customerAsked', status: 'new' }]);
    },
  );

  test('[H4] [T5] asking twice adds a reason to the one ticket and does not say the farewell again', async () => {
    const { says, settle, tickets, thread } = await openShop();
    await says('human please');
    await settle();
    await says('I said a human!');
    await settle();
    expect(await tickets()).toHaveLength(1);
    const agentTexts = (await thread()).filter(({ from }) => from === 'agent').map(({ text }) => text);
    expect(agentTexts).toHaveLength(2);
    expect(new Set(agentTexts).size).toBe(2);
  });

  test('[M9] an address that is typed on a page which a mailed link opened takes the place of none', async () => {
    const { t, customer, says, settle, thread } = await openShop();
    await customer.mutation(api.web.leaveEmail, { email: 'lena@shop.example' });
    await t.run(async (ctx) => {
      const session = (await ctx.db.query('customerSessions').first())!;
      await ctx.db.patch(session._id, { provenEmail: 'friend@mail.example' });
    });
    await says('my email is friend@mail.example');
    await settle();
    expect((await thread()).at(-1)?.text).toMatch(/I cannot change where answers go/);
    const known = await t.run((ctx) => ctx.db.query('customerIdentities').collect());
    expect(known.map(({ value }) => value)).toEqual(['lena@shop.example']);
  });

  test('[H5] with nobody online the customer is told so, and the email address they leave is kept', async () => {
    const { t, says, settle, thread, customer } = await openShop({ status: 'offline' });
    await says('human please');
    await settle();
    expect((await thread()).at(-1)?.text).toMatch(/Nobody on the team is online .* email address/);
    await says('ann@example.test');
    await settle();
    expect((await thread()).at(-1)?.text).toContain('noted ann@example.test');
    expect(await customer.query(api.web.conversation, {})).toMatchObject({
      hasEmail: true,
      personAsked: true,
    });
    expect(await t.run((ctx) => ctx.db.query('customerIdentities').first())).toMatchObject({
      value: 'ann@example.test',
    });
  });

  test.each([
    [undefined, 'We are back tomorrow at 09:00 (UTC time).'],
    ['Asia/Tokyo', 'We are back tomorrow at 18:00.'],
    ['Pacific/Kiritimati', 'We are back today at 23:00.'],
  ])('[H5] outside opening hours a customer in %s is told: %s', async (timeZone, told) => {
    const { t, team, says, settle, thread } = await openShop({ status: 'offline' });
    await t.run(async (ctx) => {
      for (const { _id } of await ctx.db.query('customers').collect()) await ctx.db.patch(_id, { timeZone });
    });
    vi.setSystemTime(new Date('2026-11-22T12:00:00Z'));
    const open = [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '17:00' }));
    await team.manager.as.mutation(api.agents.update, {
      teamId: team.teamId,
      agentId: team.agentId,
      openingHours: { timeZone: 'UTC', open },
    });
    await says('human please');
    await settle();
    expect((await thread()).at(-1)?.text).toContain(told);
  });

  test.each([
    ['2026-11-22T12:00:00Z', 'We are back tomorrow at 18:00.', 1],
    ['2026-11-24T10:00:00Z', 'We are back on Thursday at 18:00.', 1],
    ['2026-11-23T10:00:00Z', 'They will answer when the team is back.', 0],
  ])(
    "[H1] [H5] at %s the team's calendar says it: %s; rules for outside opening hours that match: %s",
    async (now, told, matched) => {
      const { t, team, says, settle, thread, tickets } = await openShop({ status: 'offline' });
      await t.run(async (ctx) => {
        for (const { _id } of await ctx.db.query('customers').collect())
          await ctx.db.patch(_id, { timeZone: 'Asia/Tokyo' });
        for (const { _id } of await ctx.db.query('handoverRules').collect()) await ctx.db.delete(_id);
      });
      vi.setSystemTime(new Date(now));
      const { teamId, agentId, manager } = team;
      const nine = [{ from: 540, to: 1_020 }];
      const holidays = [{ name: 'Fair', from: '2026-11-24', to: '2026-11-25', open: [] }];
      await manager.as.mutation(api.calendars.save, {
        teamId,
        calendar: { timeZone: 'UTC', week: [[], nine, nine, nine, nine, nine, []], holidays },
      });
      const when = [{ type: 'outsideOpeningHours' as const }];
      const outcome = { handOver: true as const, priority: 'high' as const, tags: ['night'] };
      await manager.as.mutation(api.handoverRules.save, { teamId, agentId, name: 'Night', when, outcome });
      await says('human please');
      await settle();
      expect((await thread()).at(-1)?.text).toContain(told);
      expect((await tickets())[0]!.tags).toHaveLength(matched);
    },
  );
});

describe('the turn', () => {
  test('[P4] the agent is shown typing until its answer stands', async () => {
    const { says, pass, customer, thread } = await openShop();
    await says('where is my order');
    await pass(0);
    expect((await customer.query(api.web.conversation, {})).typing).toMatchObject([
      { who: 'agent', name: 'Robin' },
    ]);
    expect(await thread()).toHaveLength(1);
    await pass(defaultThinkMs);
    expect((await customer.query(api.web.conversation, {})).typing).toEqual([]);
    expect(await thread()).toHaveLength(2);
  });

  test('[C7] a takeover while it types keeps what it was about to say, and sends nothing', async () => {
    const { team, says, pass, settle, thread, t, conversationId } = await openShop();
    await says('where is my order');
    await pass(0);
    await team.operator.as.mutation(api.tickets.takeOverConversation, {
      teamId: team.teamId,
      conversationId: await conversationId(),
    });
    await settle();
    expect((await thread()).filter(({ from }) => from === 'agent')).toEqual([]);
    const drafts = await t.run((ctx) => ctx.db.query('suppressedDrafts').take(5));
    expect(drafts).toMatchObject([{ epoch: 1, text: expect.stringContaining('tracking link') }]);
  });

  test('[C7] a handover decided before a takeover opens no second ticket and says nothing after it', async () => {
    const { team, says, pass, settle, thread, tickets, conversationId } = await openShop();
    await says('I want a refund, I bought it 45 days ago');
    await pass(0);
    await team.operator.as.mutation(api.tickets.takeOverConversation, {
      teamId: team.teamId,
      conversationId: await conversationId(),
    });
    await settle();
    expect((await thread()).map(({ from }) => from)).not.toContain('agent');
    expect(await tickets()).toMatchObject([{ reason: 'takenOver', priority: 'normal' }]);
  });

  test('[C8] a message that comes while it types makes it run again: the burst gets one answer', async () => {
    const { says, pass, settle, thread } = await openShop();
    await says('I bought boots last week');
    await pass(300);
    await says('they are too small');
    await pass(300);
    await says('can I exchange them?');
    await settle();
    const said = await thread();
    expect(said.map(({ from }) => from)).toEqual(['customer', 'customer', 'customer', 'agent']);
    expect(said[3]!.text).toContain('exchange');
  });

  test('[C8] property: whatever the pauses in a burst, each customer message is answered, by at most one answer per pause', async () => {
    const questions = [
      'where is my parcel',
      'do you deliver to norway',
      'how do I wash my jacket',
      'is there a warranty',
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ text: fc.constantFrom(...questions), pause: fc.constantFrom(0, 100, 550, 700, 2_000) }),
          { minLength: 1, maxLength: 5 },
        ),
        async (burst) => {
          const { says, pass, settle, thread, t } = await openShop();
          for (const { text, pause } of burst) {
            await says(text);
            await pass(0);
            if (pause > 0) await pass(pause);
          }
          await settle();
          const said = await thread();
          const answers = said.filter(({ from }) => from === 'agent');
          const longPauses = burst.slice(0, -1).filter(({ pause }) => pause >= defaultThinkMs).length;
          expect(said.at(-1)?.from).toBe('agent');
          expect(answers.length).toBeLessThanOrEqual(longPauses + 1);
          const head = await t.run((ctx) => ctx.db.query('threadHeads').first());
          expect(head?.answeredThrough).toBeGreaterThanOrEqual(head!.lastCustomerSequence!);
        },
      ),
      { numRuns: 20 },
    );
  }, 60_000);

  test('[C10] [lesson L7] after a resolve the old request triggers nothing, and what was promised and noted is known', async () => {
    const { t, team, says, settle, thread, tickets, conversationId } = await openShop();
    await says('I want a refund, I bought it 45 days ago');
    await settle();
    const [ticket] = await tickets();
    const as = team.operator.as;
    const teamId = team.teamId;
    await as.mutation(api.tickets.takeOver, { teamId, ticketId: ticket!._id });
    const id = await conversationId();
    const head = () => t.run(async (ctx) => (await ctx.db.query('threadHeads').first())!);
    const control = () => t.run(async (ctx) => (await ctx.db.query('controls').first())!);
    await as.mutation(api.messages.reply, {
      teamId,
      conversationId: id,
      text: 'I have made an exception and refunded the full amount.',
      clientMessageId: 'o1',
      epoch: (await control()).epoch,
      seenThrough: (await head()).lastSequence,
    });
    await as.mutation(api.tickets.resolve, {
      teamId,
      ticketId: ticket!._id,
      expectedEpoch: (await control()).epoch,
      seenThrough: (await head()).lastSequence,
      promised: 'The money arrives on the account by Friday.',
      agentShouldKnow: 'Refunded by hand, outside the window.',
    });
    await says('When does the money arrive on my account?');
    await settle();
    const last = (await thread()).at(-1);
    expect(last).toMatchObject({ from: 'agent', text: expect.stringContaining('by Friday') });
    expect((await thread()).map(({ text }) => text).join()).not.toContain('by hand');
    await says('Can I return my jacket?');
    await settle();
    expect((await thread()).at(-1)).toMatchObject({
      from: 'agent',
      sources: ['Returns and refunds within 30 days'],
    });
    expect(await tickets()).toMatchObject([{ status: 'resolved' }]);
    await says('human please');
    await settle();
    const noted = 'The agent was told: Refunded by hand, outside the window.';
    expect((await tickets())[0]!.brief?.facts).toContainEqual(expect.objectContaining({ text: noted }));
  });

  test('[H7] [T5] who comes back after a resolve because it is not solved gets a person, and the first question stays', async () => {
    const { t, team, says, settle, tickets } = await openShop();
    await says('I was charged twice for order 48213');
    await settle();
    const [ticket] = await tickets();
    const { teamId, operator } = team;
    const { epoch } = await operator.as.mutation(api.tickets.takeOver, { teamId, ticketId: ticket!._id });
    const { lastSequence: seenThrough } = await t.run(
      async (ctx) => (await ctx.db.query('threadHeads').first())!,
    );
    await operator.as.mutation(api.tickets.resolve, {
      teamId,
      ticketId: ticket!._id,
      expectedEpoch: epoch,
      seenThrough,
    });
    await says('It happened again, I was charged a third time');
    await settle();
    expect(await tickets()).toMatchObject([
      {
        status: 'open',
        brief: { asked: expect.stringMatching(/^I was charged twice for order 48213\nIt happened again/) },
      },
    ]);
  });

  test('[P4] an agent answers only from its own team', async () => {
    const { t, says, settle, thread, tickets } = await openShop();
    const other = await createTeam(t, 'Other');
    await other.manager.as.action(api.articles.save, {
      teamId: other.teamId,
      title: 'Kayaks',
      body: 'We sell kayaks at Lake Road.',
    });
    await says('Do you sell kayaks?');
    await settle();
    expect(texts(await thread()).join('\n')).not.toContain('Lake Road');
    expect(await tickets()).toMatchObject([{ reason: 'noAnswer', ruleName: 'Not in our articles' }]);
  });

  test('[P4] what a team writes is known at the next question', async () => {
    const { team, says, settle, thread } = await openShop();
    await team.manager.as.action(api.articles.save, {
      teamId: team.teamId,
      title: 'Renting skis',
      body: 'You can rent skis in our shop from December, for €25 a day.',
    });
    await says('can I rent skis?');
    await settle();
    expect((await thread()).at(-1)?.text).toContain('€25 a day');
  });
});

const foreign = {
  chinese: [
    '退款政策',
    '收到商品后30天内可以申请退款。退款会在5个工作日内退回到您的银行卡。',
    '退款',
    '5个工作日',
  ],
  japanese: [
    '返品と返金について',
    '商品到着後30日以内であれば返品できます。',
    '返品したいのですが',
    '30日以内',
  ],
  thai: ['การคืนเงิน', 'คุณสามารถขอคืนเงินได้ภายใน 30 วันหลังจากได้รับสินค้า', 'อยากขอคืนเงินครับ', '30 วัน'],
} as const;

test.each(Object.entries(foreign))(
  '[P4] an article in %s is found by its words, though no spaces stand between them',
  async (_, [title, body, question, expected]) => {
    const { team, says, settle, thread, tickets } = await openShop();
    await team.manager.as.action(api.articles.save, { teamId: team.teamId, title, body });
    await says(question);
    await settle();
    expect((await thread()).at(-1)).toMatchObject({
      sources: [title],
      text: expect.stringContaining(expected),
    });
    expect(await tickets()).toEqual([]);
  },
);

describe('a wall of text', () => {
  const wall = 'return? '.repeat(2_487);

  test('[P4] is handed over at once, with its beginning in the brief, and the next question is answered', async () => {
    const { says, settle, tickets, thread } = await openShop();
    await says(wall);
    await settle();
    expect(await tickets()).toMatchObject([
      { reason: 'agentAsked', brief: { blockedBy: 'It is longer than the agent can judge.' } },
    ]);
    await says('Do you deliver to Norway?');
    await settle();
    expect((await thread()).at(-1)?.text).toContain('Norway');
  });

  test('[P4] of a burst of them no more is read than of a few', async () => {
    const { t, says, settle, tickets } = await openShop();
    for (let at = 0; at < 12; at++) await says(wall);
    const read = await t.run(async (ctx) => {
      const conversation = (await ctx.db.query('conversations').first())!;
      return readContext(ctx, await readConversation(ctx, conversation), 12);
    });
    const units = read.spoken.reduce((sum, { text }) => sum + text.length, 0);
    expect(units).toBeLessThanOrEqual(50_000 + 20_000);
    expect(read.burst).toEqual(read.spoken);
    await settle();
    expect(await tickets()).toMatchObject([{ reason: 'agentAsked' }]);
  });
});

test('[H3] a rehearsal tells which rule fires and why, and which past conversations would be handed over', async () => {
  const { team, says, settle } = await openShop();
  await says('where is my order');
  await settle();
  const args = { teamId: team.teamId, agentId: team.agentId };
  const { as } = team.manager;
  const tried = await as.action(api.handoverRules.try, {
    ...args,
    text: 'I want a refund, I bought it 45 days ago',
  });
  expect(tried).toMatchObject({
    handsOver: true,
    fired: { name: 'Refund outside the window' },
    reported: ['outsideTimeLimit'],
  });
  expect(tried.trials[0]!.conditions).toEqual([
    { holds: true, because: 'The message says “refund”.' },
    { holds: true, because: 'The time limit in the article has passed.' },
  ]);
  expect(await as.action(api.handoverRules.rehearse, args)).toMatchObject([{ handsOver: false }]);
  expect(tried.line).toContain('outside our 30 days');

  // The rule in the dialog is what is tried, before it is saved: in its place, or at the end.
  const saved = tried.trials[0]!.ruleId;
  const written = (more: object) => ({
    ruleId: null,
    name: 'Boats',
    when: [{ type: 'keywords' as const, anyOf: ['order'] }],
    outcome: { handOver: true as const, priority: 'high' as const, tags: [], textToCustomer: 'One moment.' },
    ...more,
  });
  const tryUnsaved = (text: string, more: object = {}) =>
    as.action(api.handoverRules.try, { ...args, text, unsaved: written(more) });
  const order = 'Where is my order?';
  expect(await as.action(api.handoverRules.try, { ...args, text: order })).toMatchObject({
    handsOver: false,
    line: expect.stringContaining('order'),
  });
  expect(await tryUnsaved(order)).toMatchObject({
    fired: { ruleId: null, name: 'Boats' },
    line: 'One moment.',
  });
  const replaced = await tryUnsaved('I want a refund, I bought it 45 days ago', { ruleId: saved });
  expect(replaced.trials.map(({ name }) => name)).not.toContain('Refund outside the window');
  expect(replaced.fired?.name).not.toBe('Refund outside the window');
  const half = await tryUnsaved(order, { when: [{ type: 'keywords', anyOf: [] }] });
  expect(half.trials.at(-1)).toMatchObject({ name: 'Boats', matched: false });
  const rules = [
    {
      name: 'Orders',
      when: [{ type: 'keywords' as const, anyOf: ['order'] }],
      outcome: { handOver: true as const, priority: 'normal' as const, tags: [] },
    },
  ];
  expect(await as.action(api.handoverRules.rehearse, { ...args, rules })).toMatchObject([
    { handsOver: true, rule: 'Orders', message: { sequence: 1, text: 'where is my order' } },
  ]);
});
