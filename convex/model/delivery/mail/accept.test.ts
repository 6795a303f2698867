/// <reference types="vite/client" />
/** Rules M1, M3, M4, M9: what comes in by mail, from whom, and what no person wrote. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api, internal } from '../../../_generated/api';
import type { Doc, Id } from '../../../_generated/dataModel';
import { startThread, threadOf } from '../../../desk.setup';
import { aMail, customerAddress, openMailDesk, refuse, toConversation } from '../../../mail.setup';
import { customerIdentity, passTime, refusal, transact } from '../../../test.setup';
import { limits, maxTextLength } from '../../../shared/kit/limits';
import type { ReceivedMail } from '../../../shared/delivery/receivedMail';
import { makeMailLink } from '../../mail/links';
import { requestOf } from '../../mail/mails';
import { suppress } from '../../mail/suppressions';
import { readReceipt } from '../../../shared/delivery/mailEvents';
import { acceptMail } from './accept';
import { noteReceipt } from './receipts';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 9) });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function openThread({
  apiKey = 're_test',
  ...mail
}: Parameters<typeof aMail>[0] & { apiKey?: string } = {}) {
  const desk = await openMailDesk({ apiKey });
  const { conversationId } = await desk.mailIn({ text: 'first', ...mail });
  const pass = (ms: number) => passTime(desk.t, ms, 100);
  const thread = threadOf(desk, conversationId!);
  const all = <Table extends 'mails' | 'conversations' | 'inboundEvents' | 'customers' | 'mailThreads'>(
    table: Table,
  ) => desk.t.run((ctx) => ctx.db.query(table).collect());
  return { ...desk, ...thread, conversationId: conversationId!, pass, all };
}

test('[M1] the same mail by two addresses of the team, or told twice, stands in the thread once', async () => {
  const desk = await openThread();
  const mail = aMail({ text: 'twice', ...toConversation(desk.conversationId) });
  await desk.mailIn(mail);
  expect(await desk.mailIn({ ...mail, providerId: 'another' })).toEqual({ state: 'ignored' });
  expect((await desk.entries()).filter(({ text }) => text === 'twice')).toHaveLength(1);
});

test('[M1] [M4] an automatic mail to two addresses of the team is said once, and the next one of its sender again', async () => {
  const desk = await openThread();
  const away = { text: 'I am away', automatic: { kind: 'reply', reason: 'auto-submitted' } as never };
  const mail = aMail({ ...away, messageId: '<away@1>', ...toConversation(desk.conversationId) });
  await desk.mailIn(mail);
  expect(await desk.mailIn({ ...mail, providerId: 'another' })).toEqual({ state: 'ignored' });
  await desk.mailIn({ ...mail, providerId: 'next', messageId: '<away@2>' });
  const events = (await desk.entries()).filter(({ event }) => event?.type === 'automaticMail');
  expect(events).toHaveLength(2);
});

test('[M1] a mail that is forwarded to two addresses, and comes with its lines broken anew, stands there once', async () => {
  const desk = await openThread();
  const mail = aMail({
    text: 'It is\nbroken.',
    whole: 'It is\nbroken.\n> Is it?\n',
    messageId: '<one@b.test>',
  });
  await desk.mailIn(mail);
  const other = { ...mail, providerId: 'another', text: 'It is broken.', whole: 'It is broken.\n> Is it?' };
  expect(await desk.mailIn(other)).toEqual({ state: 'ignored' });
  expect(
    await desk.mailIn({ ...other, providerId: 'third', whole: 'It is broken.\n> Was it?' }),
  ).toMatchObject({
    state: 'done',
  });
});

test('[M1] a mail without an id of its own, of which two channels are told, begins one conversation', async () => {
  const desk = await openThread();
  const mail = aMail({ messageId: null, text: 'no id' });
  expect(await desk.mailIn(mail)).toMatchObject({ state: 'done' });
  expect(await desk.mailIn(mail)).toEqual({ state: 'ignored' });
  expect(await desk.mailIn({ ...mail, providerId: 'another' })).toMatchObject({ state: 'done' });
});

test('[M1] [goals sec-28] mails of one sender that say different things are all there, whatever id they share', async () => {
  const desk = await openThread();
  const same = { messageId: '<always@the.same>', ...toConversation(desk.conversationId) };
  for (const text of ['one', 'two', 'one', 'two']) await desk.mailIn({ ...same, text });
  await desk.mailIn({ ...same, text: 'two', whole: 'two\n> and what it answers' });
  const texts = (await desk.entries()).map(({ text }) => text);
  expect(texts).toEqual(['first', 'one', 'two', 'two']);
});

test('[M3] candidates are tried in their order; a number in a subject counts only for who takes part', async () => {
  const desk = await openThread();
  const { number } = await desk.handsOver();
  const bySubject = { candidates: [{ by: 'subject' as const, ticketNumber: number }] };
  expect((await desk.mailIn(bySubject)).conversationId).toBe(desk.conversationId);
  const stranger = { from: { address: 'eve@elsewhere.test', name: 'Eve' }, ...bySubject };
  expect((await desk.mailIn(stranger)).conversationId).not.toBe(desk.conversationId);
  const [first] = await desk.all('mails');
  const byId = { candidates: [{ by: 'messageId' as const, id: first!.messageId! }] };
  expect((await desk.mailIn(byId)).conversationId).toBe(desk.conversationId);
});

test('[R2] [M3] an address of another team, or of nobody, joins nothing', async () => {
  const desk = await openThread();
  const other = await openMailDesk({ beside: desk.t });
  const { conversationId } = await other.mailIn(toConversation(desk.conversationId));
  expect(conversationId).not.toBe(desk.conversationId);
});

test('[M9] a forged sender finds nobody’s earlier conversations, and their mail is marked', async () => {
  const desk = await openThread();
  const { conversationId } = await desk.mailIn({ dmarc: 'fail' });
  const [mine, forged] = await Promise.all(
    [desk.conversationId, conversationId!].map((id) => desk.t.run((ctx) => ctx.db.get(id))),
  );
  expect(forged!.customerId).not.toBe(mine!.customerId);
  expect((await desk.all('mails')).map(({ sender }) => sender)).toEqual(['proven', 'claimed']);
  const { conversationId: again } = await desk.mailIn();
  const known = await desk.t.run((ctx) => ctx.db.get(again!));
  expect(known!.customerId).toBe(mine!.customerId);
});

test('[M3] [goals sec-28] by a guessed Message-ID a stranger joins, marked, and no answer moves to them', async () => {
  const desk = await openThread();
  const [first] = await desk.all('mails');
  const eve = { address: 'eve@elsewhere.test', name: 'Jo' };
  const guessed = { candidates: [{ by: 'messageId' as const, id: first!.messageId! }] };
  const copies = { cc: [{ address: 'eve2@elsewhere.test', name: '' }] };
  // By the address that is used, and by another one of the team.
  const sales = await desk.t.run(async (ctx) => {
    const { _id, _creationTime, ...channel } = (await ctx.db.get(desk.channelId))!;
    const mail = { ...channel.mail!, address: 'sales@shop.test', replyAddress: 'sales@in.shop.test' };
    return ctx.db.insert('channels', { ...channel, publicId: 'sales', mail });
  });
  await desk.mailIn({ from: eve, ...guessed, ...copies });
  await transact(desk.t, async (ctx) =>
    acceptMail(ctx, (await ctx.db.get(sales))!, aMail({ from: eve, ...guessed, ...copies })),
  );
  // As the customer, whose domain says that it was not them.
  await desk.mailIn({ dmarc: 'fail', ...guessed, ...copies });
  const mails = await desk.all('mails');
  expect(mails.map(({ conversationId }) => conversationId)).toEqual(mails.map(() => desk.conversationId));
  expect(mails.map(({ sender }) => sender)).toEqual(['proven', 'foreign', 'foreign', 'claimed']);
  const threads = await desk.all('mailThreads');
  // Where the stranger wrote there is none: what the team sends from there begins one, to the customer.
  expect(threads.map(({ to, cc }) => [to, ...cc])).toEqual([[customerAddress]]);
  await desk.agentAnswers('for the customer alone');
  await desk.pass(2_000);
  const sent = desk.provider.asked.map(({ body }) => JSON.parse(body) as { to: string[]; cc?: string[] });
  expect(sent.map(({ to, cc = [] }) => [...to, ...cc])).toEqual([[customerAddress]]);
});

test('[M4] automatic mail is stored where it belongs, and answers, wakes and assigns nothing', async () => {
  const desk = await openThread();
  const { number, ticketId } = await desk.handsOver();
  await desk.takesOver(desk.ana);
  await desk.replies(desk.ana, 'done');
  await desk.resolves(desk.ana, ticketId);
  const before = { head: await desk.read(), tickets: await desk.tickets() };
  const automatic = { kind: 'autoReply', reason: 'autoSubmitted' };
  await desk.mailIn({ automatic, text: 'I am away', ...toConversation(desk.conversationId) });
  expect(await desk.tickets()).toEqual(before.tickets);
  expect(await desk.read()).toEqual({ ...before.head, lastSequence: before.head.lastSequence + 1 });
  expect((await desk.entries()).at(-1)).toMatchObject({
    text: 'I am away',
    event: { type: 'automaticMail' },
  });
  expect(await desk.mailIn({ automatic })).toEqual({ state: 'ignored' });
  expect(number).toBe(1);
});

test('[M4] two machines that answer each other end within three mails, and the thread says why', async () => {
  const desk = await openThread();
  let mails = 0;
  for (let each = 0; each < 10; each++) {
    const before = desk.provider.asked.length;
    await desk.agentAnswers(`answer ${each}`).catch(() => null);
    await desk.pass(2_000);
    if (desk.provider.asked.length === before) break;
    mails++;
    await desk.mailIn({ text: `echo ${each}`, ...toConversation(desk.conversationId) });
    const { answerDueAt } = await desk.read();
    if (answerDueAt === undefined) break;
  }
  expect(mails).toBeLessThanOrEqual(3);
  expect((await desk.entries()).map(({ event }) => event?.type)).toContain('loopBroken');
  const { answeredThrough, lastCustomerSequence } = await desk.read();
  expect(answeredThrough).toBeGreaterThanOrEqual(lastCustomerSequence!);
  expect(await desk.tickets()).toMatchObject([{ reason: 'agentFailed' }]);
});

/** Days of mails from one sender, each after `everyMs`; how many of them the agent was asked to answer. */
async function robotWrites(desk: Awaited<ReturnType<typeof openThread>>, everyMs: number, count: number) {
  let answered = 0;
  for (let each = 0; each < count; each++) {
    vi.setSystemTime(Date.now() + everyMs);
    const { conversationId } = await desk.mailIn({ text: `Received, number ${each}` });
    const last = await threadOf(desk, conversationId!).entries();
    if (last.some(({ answerDueAt }) => answerDueAt !== undefined)) answered++;
  }
  return answered;
}

test.each([
  ['each minute', 60_000, 20, limits.mailsOfSenderInHour.most],
  ['each five minutes', 300_000, 60, limits.mailsOfSenderInDay.most],
])(
  '[M4] [E4] a program that writes anew %s, and to no answer of ours, is left to people, and the thread says why',
  async (_how, everyMs, most, limit) => {
    expect(limit).toBe(most);
    const desk = await openThread();
    // The first mail of the thread counts as well.
    expect(await robotWrites(desk, everyMs, most + 5)).toBe(most - 1);
    const { conversationId } = await desk.mailIn({ text: 'one more' });
    const thread = threadOf(desk, conversationId!);
    const shown = await thread.entries();
    expect(shown.map(({ text, event }) => text ?? event?.type)).toContain('one more');
    expect(shown).toContainEqual(
      expect.objectContaining({ event: { type: 'loopBroken', address: customerAddress, isFlood: true } }),
    );
    const { answeredThrough, lastCustomerSequence } = await thread.read();
    expect(answeredThrough).toBeGreaterThanOrEqual(lastCustomerSequence!);
    expect(await thread.tickets()).toMatchObject([{ reason: 'agentFailed' }]);
    // Nobody else is touched: not another sender, not who forges this one, and not the same one later.
    const owed = async (more: Partial<ReceivedMail>) =>
      (await threadOf(desk, (await desk.mailIn(more)).conversationId!).read()).answerDueAt !== undefined;
    expect(await owed({ from: { address: 'ann@customer.test', name: 'Ann' } })).toBe(true);
    expect(await owed({ dmarc: 'none' })).toBe(true);
    expect(await owed({})).toBe(false);
    vi.setSystemTime(Date.now() + 86_400_000);
    expect(await owed({})).toBe(true);
  },
);

test('[M4] what a forged sender writes uses up nothing of whose address it is, and mails to a person count for nothing', async () => {
  const desk = await openThread();
  for (let each = 0; each < 25; each++) await desk.mailIn({ dmarc: 'fail' });
  const { conversationId } = await desk.mailIn();
  expect((await threadOf(desk, conversationId!).read()).answerDueAt).toBeDefined();
  await desk.takesOver(desk.ana);
  for (let each = 0; each < 25; each++) await desk.mailIn(toConversation(desk.conversationId));
  expect((await desk.entries()).map(({ event }) => event?.type)).not.toContain('loopBroken');
});

test('[M4] a second try of a send says nothing of how fast its answer came', async () => {
  const desk = await openThread();
  desk.provider.answer(refuse(500, 'internal_server_error'));
  await desk.agentAnswers('an answer');
  await desk.pass(500);
  const [{ lastAnswerAt }] = (await desk.all('mailThreads')) as [Doc<'mailThreads'>];
  expect(lastAnswerAt).toBeDefined();
  await desk.pass(20_000);
  expect(desk.provider.asked.length).toBeGreaterThan(1);
  expect((await desk.all('mailThreads'))[0]!.lastAnswerAt).toBe(lastAnswerAt);
});

test('[M4] a bounce marks the mail that bounced, stops nothing else and makes no ticket', async () => {
  const desk = await openThread();
  await desk.agentAnswers('to nobody');
  await desk.pass(2_000);
  await desk.t.run(async (ctx) => {
    const sent = await ctx.db.query('mails').order('desc').first();
    await ctx.db.patch(sent!._id, { messageId: '<sent@provider.test>' });
  });
  const report = {
    recipient: customerAddress,
    how: 'bounced' as const,
    originalMessageIds: ['<sent@provider.test>'],
  };
  const automatic = { kind: 'bounce', reason: 'deliveryReport' };
  const from = { address: 'mailer-daemon@customer.test', name: '' };
  const foreign = { ...report, recipient: 'somebody@else.test' };
  await desk.mailIn({ from, automatic, cameBack: [foreign] });
  expect((await desk.entries()).some(({ event }) => event?.type === 'mailCameBack')).toBe(false);
  await desk.mailIn({ from, automatic, cameBack: [report] });
  const events = (await desk.entries()).flatMap(({ event }) => event?.type ?? []);
  expect(events).toContain('mailCameBack');
  expect((await desk.entries()).find(({ text }) => text === 'to nobody')).toMatchObject({ neverSent: true });
  const [identity] = await desk.t.run((ctx) => ctx.db.query('customerIdentities').collect());
  expect(identity).toMatchObject({ value: customerAddress, unreachable: expect.any(String) });
});

test('[M3] a stranger’s mail is not what the next answer answers, and none of its ids go along', async () => {
  const desk = await openThread({ messageId: '<jo-1@customer.test>', references: ['<jo-0@customer.test>'] });
  await desk.mailIn({
    messageId: '<eve@elsewhere.test>',
    references: Array.from({ length: 21 }, (_, each) => `<${each}@elsewhere.test>`),
    from: { address: 'eve@elsewhere.test', name: 'Eve' },
    ...toConversation(desk.conversationId),
  });
  await desk.takesOver(desk.ana);
  await desk.replies(desk.ana, 'for Jo');
  await desk.pass(2_000);
  const { headers } = JSON.parse(desk.provider.asked.at(-1)!.body) as { headers: Record<string, string> };
  expect(headers['In-Reply-To']).toBe('<jo-1@customer.test>');
  expect(headers.References).toMatch(/^<jo-0@customer.test> <jo-1@customer.test> <[^ ]+@in.shop.test>$/);
  expect((await desk.all('mailThreads')).map(({ cc }) => cc)).toEqual([[]]);
});

test('[M3] [M4] whoever writes from another proven address of theirs is answered there', async () => {
  const desk = await openThread();
  const jo = 'jo@new.test';
  const { teamId, conversationId } = desk;
  const { customerId } = (await desk.t.run((ctx) => ctx.db.get(conversationId)))!;
  const identity = { teamId, customerId, kind: 'email' as const, value: jo };
  const id = await desk.t.run((ctx) =>
    ctx.db.insert('customerIdentities', { ...identity, scope: customerId, proof: 'claimed' }),
  );
  const threads = async () => (await desk.all('mailThreads')).map(({ to, cc }) => [to, ...cc]);
  const writes = (more: Partial<ReceivedMail> = {}) =>
    desk.mailIn({ from: { address: jo, name: 'Jo' }, ...toConversation(conversationId), ...more });
  // An address that they only say is theirs moves nothing, nor does a mail that nobody vouches for.
  await writes();
  await desk.t.run((ctx) => ctx.db.patch(id, { scope: '', proof: 'provider' }));
  await writes({ dmarc: 'fail' });
  expect(await threads()).toEqual([[customerAddress]]);
  await writes({ cc: [{ address: customerAddress, name: '' }] });
  expect(await threads()).toEqual([[jo, customerAddress]]);
  await writes({ answersTo: 'team@in.new.test' });
  await writes({ answersTo: 'team@in.new.test' });
  expect((await threads())[0]![0]).toBe('team@in.new.test');
  const told = (await desk.all('mails')).flatMap(({ answersTo }) => answersTo ?? []);
  expect(told).toEqual(['team@in.new.test']);
  await desk.mailIn(toConversation(conversationId));
  expect(await threads()).toEqual([[customerAddress]]);
});

test('[M4] a mail that its domain vouches for shows that its address is there: what came back is forgotten', async () => {
  const desk = await openThread();
  const { teamId, conversationId } = desk;
  const suppressed = async () =>
    (await desk.t.run((ctx) => ctx.db.query('mailSuppressions').collect())).map(({ reason }) => reason);
  await transact(desk.t, (ctx) => suppress(ctx, { teamId, address: customerAddress, reason: 'bounced' }));
  await desk.mailIn({ ...toConversation(conversationId), dmarc: 'fail' });
  expect(await suppressed()).toEqual(['bounced']);
  await desk.mailIn(toConversation(conversationId));
  expect(await suppressed()).toEqual([]);
  // What they complained about is not taken back by a word of theirs.
  await transact(desk.t, (ctx) => suppress(ctx, { teamId, address: customerAddress, reason: 'complained' }));
  await desk.mailIn(toConversation(conversationId));
  expect(await suppressed()).toEqual(['complained']);
});

test.each([
  ['bounced', { bounce: { type: 'Permanent' } }],
  ['complained', {}],
])(
  '[M2] [M4] a mail with copies that %s takes nothing from anybody whom the event does not name',
  async (how, more) => {
    const boss = 'boss@customer.test';
    const desk = await openThread({ cc: [{ address: boss, name: '' }] });
    await desk.agentAnswers('for both');
    await desk.pass(2_000);
    const sent = (await desk.all('mails')).find(({ direction }) => direction === 'out')!;
    const happens = async (to: string) => {
      const data = { email_id: sent.providerId, to: [to], tags: { message: sent.entryId }, ...more };
      const receipt = readReceipt(JSON.stringify({ type: `email.${how}`, data }))!;
      await transact(desk.t, async (ctx) => noteReceipt(ctx, (await ctx.db.get(desk.channelId))!, receipt));
      const entries = await desk.entries();
      const all = await desk.t.run((ctx) => ctx.db.query('mailSuppressions').collect());
      return {
        told: entries.flatMap(({ event }) =>
          event?.type === 'mailCameBack' ? (event.to ?? 'one of them') : [],
        ),
        suppressed: all.map(({ address }) => address),
        isNeverSent: entries.some(({ neverSent }) => neverSent),
      };
    };
    // Whoever of all it was: Resend says to whom the mail was written.
    expect(await happens(customerAddress)).toEqual({
      told: ['one of them'],
      suppressed: [],
      isNeverSent: false,
    });
    expect(await happens(boss)).toEqual({
      told: ['one of them', boss],
      suppressed: [boss],
      isNeverSent: false,
    });
  },
);

test('[M4] a report that names nobody blames nobody where the mail had copies', async () => {
  const desk = await openThread({ cc: [{ address: 'boss@customer.test', name: '' }] });
  await desk.agentAnswers('for both');
  await desk.pass(2_000);
  const sent = (await desk.all('mails')).find(({ direction }) => direction === 'out')!;
  await desk.t.run((ctx) => ctx.db.patch(sent._id, { messageId: '<sent@provider.test>' }));
  const report = { recipient: null, how: 'bounced' as const, originalMessageIds: ['<sent@provider.test>'] };
  await desk.mailIn({ automatic: { kind: 'bounce', reason: 'deliveryReport' }, cameBack: [report] });
  const entries = await desk.entries();
  expect(entries.some(({ event }) => event?.type === 'mailCameBack')).toBe(true);
  expect(entries.some(({ neverSent }) => neverSent)).toBe(false);
});

test('[E4] [M4] a report of a hundred recipients and a hundred ids is looked up once, and the mail it is about is found', async () => {
  const desk = await openThread();
  await desk.agentAnswers('to nobody');
  await desk.pass(2_000);
  const sent = (await desk.all('mails')).find(({ direction }) => direction === 'out')!;
  await desk.t.run((ctx) => ctx.db.patch(sent._id, { messageId: '<sent@provider.test>' }));
  const hundred = Array.from({ length: 100 }, (_, at) => at);
  const originalMessageIds = ['<sent@provider.test>', ...hundred.map((at) => `<${at}@evil.test>`)];
  const recipients = [...hundred.map((at) => `${at}@evil.test`), customerAddress];
  const cameBack = recipients.map((recipient) => ({
    recipient,
    how: 'bounced' as const,
    originalMessageIds,
  }));
  let queries = 0;
  await transact(desk.t, async (ctx) => {
    const query: typeof ctx.db.query = (table) => {
      queries++;
      return ctx.db.query(table);
    };
    const db = new Proxy(ctx.db, {
      get: (of, name) => (name === 'query' ? query : of[name as keyof typeof of]),
    });
    const mail = aMail({ automatic: { kind: 'bounce', reason: 'deliveryReport' }, cameBack });
    await acceptMail({ ...ctx, db }, (await ctx.db.get(desk.channelId))!, mail);
  });
  expect(queries).toBeLessThan(60);
  const told = (await desk.entries()).flatMap(({ event }) =>
    event?.type === 'mailCameBack' ? event.to : [],
  );
  expect(told).toEqual([customerAddress]);
});

test('[M2] a receipt that overtakes the answer to the send counts, and none goes backwards', async () => {
  const desk = await openThread();
  await desk.agentAnswers('one');
  const claim = await desk.t.mutation(internal.jobs.outbox.claim, { conversationId: desk.conversationId });
  const told = (type: string, more: object = {}) =>
    JSON.stringify({
      type,
      created_at: 'now',
      data: {
        email_id: 'mail-1',
        message_id: '<ses@provider.test>',
        tags: { message: claim!.entryId },
        ...more,
      },
    });
  const event = async (type: string, key: string) => {
    const { channelId, teamId } = desk;
    await desk.t.mutation(internal.delivery.receive.store, {
      channelId,
      teamId,
      key,
      type,
      payload: told(type),
    });
    await desk.pass(200);
  };
  await desk.t.action(internal.delivery.send.carry, { outboxId: claim!.outboxId, attempt: 1 });
  await desk.t.run((ctx) => ctx.db.patch(claim!.outboxId, { state: 'claimed' }));
  await event('email.delivered', 'a');
  const state = () => desk.t.run(async (ctx) => (await ctx.db.query('outbox').first())!.state);
  expect(await state()).toBe('delivered');
  await event('email.sent', 'b');
  expect(await state()).toBe('delivered');
  const known = (await desk.all('mails')).map(({ messageId }) => messageId);
  expect(known).toContain('<ses@provider.test>');
});

test('[M1] [E2] events told one to five times in any order are stored once each', async () => {
  const desk = await openThread();
  const { channelId, teamId } = desk;
  const keys = Array.from({ length: 40 }, (_, each) => `event ${each}`);
  const told = keys.flatMap((key, at) => Array.from({ length: (at % 5) + 1 }, () => key)).toSorted();
  const fresh = [];
  for (const key of told) {
    fresh.push(
      await desk.t.mutation(internal.delivery.receive.store, {
        channelId,
        teamId,
        key,
        type: 'email.opened',
        payload: '{}',
      }),
    );
  }
  expect(fresh.filter(Boolean)).toHaveLength(keys.length);
  await desk.pass(500);
  const events = await desk.all('inboundEvents');
  expect(events.map(({ state }) => state)).toEqual(keys.map(() => 'ignored'));
});

test('[M4] whoever was blocked is not heard', async () => {
  const desk = await openThread();
  const { teamId } = desk;
  await transact(desk.t, (ctx) => suppress(ctx, { teamId, address: customerAddress, reason: 'blocked' }));
  expect(await desk.mailIn(toConversation(desk.conversationId))).toEqual({ state: 'ignored' });
});

test('[E2] a mail without text, with a long one or an odd sender is ordinary input', async () => {
  const desk = await openThread();
  await desk.mailIn({ text: '', subject: '', from: null });
  await desk.mailIn({ text: '', subject: 'Only a subject' });
  const [long, whole] = ['x'.repeat(maxTextLength + 1), 'x'.repeat(90_000)];
  await desk.mailIn({ text: long, whole });
  const texts = await desk.t.run(async (ctx) =>
    (await ctx.db.query('entries').collect()).map(({ text = '' }) => text),
  );
  expect(texts).toContain('An empty mail.');
  expect(texts).toContain('Only a subject');
  // Its start is the message, and all of it is kept.
  expect(texts).toContain('x'.repeat(maxTextLength));
  expect((await desk.all('mails')).map((mail) => mail.whole)).toContain(whole);
});

test('[M9] a page shows what went by mail only to a browser that opened the link in a mail to that address', async () => {
  const desk = await openThread();
  await desk.takesOver(desk.ana);
  await desk.replies(desk.ana, 'a secret answer');
  await desk.pass(2_000);
  const { t, teamId, conversationId } = desk;
  const { customerId } = (await t.run((ctx) => ctx.db.get(conversationId)))!;
  const web = await t.run((ctx) =>
    ctx.db.insert('channels', {
      teamId,
      agentId: desk.agentId,
      kind: 'web',
      name: 'Site',
      publicId: 'site',
      active: true,
    }),
  );
  const fields = { teamId, channelId: web, customerId, conversationId, expiresAt: Date.now() + 1e6 };
  const stranger = await t.run((ctx) => ctx.db.insert('customerSessions', { ...fields, tokenHash: 'a' }));
  const seenBy = async (sessionId: typeof stranger) => {
    const page = await t
      .withIdentity(customerIdentity(sessionId))
      .query(api.web.entries, { paginationOpts: { numItems: 20, cursor: null } });
    return page.page.map(({ text }) => text);
  };
  expect(await seenBy(stranger)).not.toContain('a secret answer');
  expect(await seenBy(stranger)).toContain('Answered by email.');
  expect(await seenBy(stranger)).not.toContain('first');

  const mailId = (await desk.all('mails')).find(({ direction }) => direction === 'out')!._id;
  await transact(t, (ctx) =>
    makeMailLink(ctx, { token: 'mailed', conversationId, address: customerAddress, mailId }),
  );
  const mint = (mailToken: string) =>
    t.mutation(internal.http.widgetSessions.create, {
      publicId: 'site',
      tokenHash: `hash of ${mailToken}`,
      source: null,
      writes: false,
      mailToken,
    });
  expect(await refusal(mint('guessed'))).toBe('LINK_INVALID');
  const proven = await mint('mailed');
  expect(await seenBy(proven)).toEqual(expect.arrayContaining(['a secret answer', 'first']));
  const [identity] = await t.run((ctx) => ctx.db.query('customerIdentities').collect());
  expect(identity).toMatchObject({ value: customerAddress, proof: 'verified' });
});

test('[M3] a stranger’s mail is for the team alone: unanswered, unquoted, unseen by the customer, and a person looks', async () => {
  const desk = await openThread();
  await desk.agentAnswers('first answer');
  await desk.pass(1_000);
  const asked = desk.provider.asked.length;
  const from = { address: 'mallory@evil.test', name: 'Mallory' };
  await desk.mailIn({ from, text: 'Send it to my account', ...toConversation(desk.conversationId) });
  await desk.pass(60_000);
  expect(desk.provider.asked).toHaveLength(asked);
  const head = await desk.read();
  expect(head.preview).toMatch(/^mallory@evil\.test: /);
  expect(head.answeredThrough).toBeGreaterThanOrEqual(head.lastCustomerSequence!);
  expect(await desk.tickets()).toMatchObject([{ reason: 'outsider' }]);
  await desk.takesOver(desk.ana);
  await desk.replies(desk.ana, 'Hello');
  await desk.pass(2_000);
  expect(desk.provider.asked.at(-1)!.body).not.toContain('my account');
});

test('[M3] only whom their domain vouches for brings others along, or is found by the number in a subject', async () => {
  const desk = await openThread();
  const { number } = await desk.handsOver();
  const cc = [{ address: 'eve@elsewhere.test', name: '' }];
  const candidates = [{ by: 'subject' as const, ticketNumber: number }];
  const forged = await desk.mailIn({ dmarc: 'none', cc, candidates });
  expect(forged.conversationId).not.toBe(desk.conversationId);
  await desk.mailIn({ dmarc: 'none', cc, ...toConversation(desk.conversationId) });
  const threads = await desk.t.run((ctx) => ctx.db.query('mailThreads').collect());
  expect(threads.flatMap((thread) => thread.cc)).toEqual([]);
});

test('[M9] the link in a mail that never left opens its conversation and proves nothing: only staff can have read it', async () => {
  const desk = await openThread({ apiKey: '', dmarc: 'none' });
  const { t, teamId, agentId, conversationId } = desk;
  const site = { kind: 'web' as const, name: 'Site', publicId: 'site', active: true };
  await t.run((ctx) => ctx.db.insert('channels', { teamId, agentId, ...site }));
  await desk.takesOver(desk.ana);
  await desk.replies(desk.ana, 'an answer');
  await desk.pass(2_000);
  const mail = (await desk.all('mails')).find(({ direction }) => direction === 'out')!;
  const [, mailToken] = /#mail=([\w-]{43})"/.exec(JSON.parse((await requestOf(mail))!).html as string)!;
  let opened = 0;
  const open = () =>
    t.mutation(internal.http.widgetSessions.create, {
      publicId: 'site',
      tokenHash: `hash ${opened++}`,
      source: null,
      writes: false,
      mailToken: mailToken!,
    });
  const known = async () => (await t.run((ctx) => ctx.db.query('customerIdentities').first()))!.proof;
  const sessionId = await open();
  expect(await t.run((ctx) => ctx.db.get(sessionId))).toMatchObject({ conversationId });
  expect(await known()).toBe('claimed');
  // Had a provider taken it, nobody but its recipient would have been shown the link.
  await t.run((ctx) => ctx.db.patch(mail._id, { providerId: 'p' }));
  await open();
  expect(await known()).toBe('verified');
});

test('[M9] a link that is opened from a chat proves the browser, and not whoever typed the address there', async () => {
  const desk = await openThread();
  const { t, teamId, agentId, conversationId } = desk;
  await t.run(async (ctx) => {
    await ctx.db.patch(conversationId, { channel: 'web' });
    const [identity] = await ctx.db.query('customerIdentities').collect();
    const { customerId } = identity!;
    await ctx.db.patch(identity!._id, { proof: 'claimed', scope: customerId });
  });
  await t.run((ctx) =>
    ctx.db.insert('channels', { teamId, agentId, kind: 'web', name: 'Site', publicId: 'shop', active: true }),
  );
  await desk.agentAnswers('by mail');
  await desk.pass(2_000);
  await transact(t, async (ctx) => {
    const { _id: mailId } = (await ctx.db.query('mails').order('desc').first())!;
    await makeMailLink(ctx, { token: 'mailed', conversationId, address: customerAddress, mailId });
  });
  await t.mutation(internal.http.widgetSessions.create, {
    publicId: 'shop',
    tokenHash: 'hash',
    source: null,
    writes: false,
    mailToken: 'mailed',
  });
  const [identity] = await t.run((ctx) => ctx.db.query('customerIdentities').collect());
  expect(identity).toMatchObject({ proof: 'claimed' });
});

test('[M3] a customer of before, whose address no migration has come to yet, takes part in their own conversation', async () => {
  const desk = await openThread();
  const { t, teamId } = desk;
  const customerId = await t.run((ctx) => ctx.db.insert('customers', { teamId, email: 'of@before.test' }));
  const { conversationId } = await startThread({ ...desk, customerId }, 'web');
  const from = { address: 'of@before.test', name: '' };
  await desk.mailIn({ from, ...toConversation(conversationId) });
  const { as } = desk.ana;
  await as.mutation(api.mails.block, { teamId, conversationId, address: 'of@before.test' });
  const sent = (await desk.all('mails')).filter((mail) => mail.conversationId === conversationId);
  expect(sent).toMatchObject([{ sender: 'proven' }]);
});

const form = { address: 'noreply@shop.test', name: 'Shop form' };

test('[M3] [M9] a form that writes for somebody is answered to them, and nobody is known by it', async () => {
  const desk = await openThread();
  const writes = (answersTo: string) => desk.mailIn({ from: form, answersTo, text: `for ${answersTo}` });
  const [ann, bob] = [await writes('ann@people.test'), await writes('bob@people.test')];
  const customers = await Promise.all(
    [ann, bob].map(async ({ conversationId }) => (await desk.t.run((ctx) => ctx.db.get(conversationId!)))!),
  );
  expect(new Set(customers.map(({ customerId }) => customerId)).size).toBe(2);
  const identities = await desk.t.run((ctx) => ctx.db.query('customerIdentities').collect());
  const ofThem = identities.filter(({ value }) => value !== customerAddress);
  // Not by the form, which a person who blocks one of them would block for all.
  expect(ofThem.map(({ value, proof }) => [value, proof])).toEqual([
    ['ann@people.test', 'claimed'],
    ['bob@people.test', 'claimed'],
  ]);
  const thread = threadOf(desk, ann.conversationId!);
  await thread.agentAnswers('to Ann alone');
  await desk.pass(2_000);
  expect((JSON.parse(desk.provider.asked.at(-1)!.body) as { to: string[] }).to).toEqual(['ann@people.test']);
  const mail = (await desk.all('mails')).find(({ entryId }) => entryId === ann.entryId);
  expect(mail).toMatchObject({ from: form, sender: 'claimed', answersTo: 'ann@people.test' });
  // Ann answers from there and is no stranger. Whoever joins is one, whatever they ask: anybody may name her there.
  const from = { address: 'ann@people.test', name: 'Ann' };
  await desk.mailIn({ from, ...toConversation(ann.conversationId!) });
  for (const answersTo of ['ann@people.test', 'eve@people.test'])
    await desk.mailIn({ from: form, answersTo, ...toConversation(ann.conversationId!) });
  const senders = (await desk.all('mails')).filter((each) => each.conversationId === ann.conversationId);
  expect(senders.map(({ direction, sender }) => [direction, sender])).toEqual([
    ['in', 'claimed'],
    ['out', undefined],
    ['in', 'proven'],
    ['in', 'foreign'],
    ['in', 'foreign'],
  ]);
});

test('[M4] a busy form is no flood, whom it writes for may be, and a blocked one is not heard by it', async () => {
  const desk = await openThread();
  const isOwed = async (answersTo: string) => {
    const { conversationId } = await desk.mailIn({ from: form, answersTo, text: `for ${answersTo}` });
    return (await threadOf(desk, conversationId!).read()).answerDueAt !== undefined;
  };
  for (let each = 0; each < 30; each++) expect(await isOwed(`c${each}@people.test`)).toBe(true);
  for (let each = 1; each < 20; each++) await isOwed('c0@people.test');
  expect(await isOwed('c0@people.test')).toBe(false);
  const { teamId } = desk;
  await transact(desk.t, (ctx) => suppress(ctx, { teamId, address: 'eve@people.test', reason: 'blocked' }));
  expect(await desk.mailIn({ from: form, answersTo: 'eve@people.test' })).toEqual({ state: 'ignored' });
});

test('[M3] [M9] who asks for answers elsewhere gets them there from the start; later only within their own domain, and proven', async () => {
  const desk = await openThread();
  const { conversationId } = await desk.mailIn({ answersTo: 'desk@customer.test' });
  const threadAt = async (id = conversationId) =>
    (await desk.all('mailThreads')).find((each) => each.conversationId === id)!.to;
  expect(await threadAt()).toBe('desk@customer.test');
  const customerOf = async (id: Id<'conversations'>) =>
    (await desk.t.run((ctx) => ctx.db.get(id)))!.customerId;
  expect(await customerOf(conversationId!)).toBe(await customerOf(desk.conversationId));
  const first = toConversation(desk.conversationId);
  await desk.mailIn({ ...first, answersTo: 'eve@elsewhere.test' });
  await desk.mailIn({ ...first, answersTo: 'eve@customer.test', dmarc: 'fail' });
  const stranger = { address: 'ann@customer.test', name: '' };
  await desk.mailIn({ ...first, from: stranger, answersTo: 'eve@customer.test' });
  expect(await threadAt(desk.conversationId)).toBe(customerAddress);
  await desk.mailIn({ ...first, answersTo: 'eve@evilcustomer.test' });
  expect(await threadAt(desk.conversationId)).toBe(customerAddress);
  await desk.mailIn({ ...first, answersTo: 'team@in.customer.test' });
  expect(await threadAt(desk.conversationId)).toBe('team@in.customer.test');
  const told = (await desk.all('mails')).flatMap(({ answersTo }) => answersTo ?? []);
  expect(told).toEqual(['desk@customer.test', 'team@in.customer.test']);
});
