/// <reference types="vite/client" />
/** Who gets a copy of a mail (docs/rules.md M3, M6): who reads along, but for whom its writer leaves out of this one. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api } from '../../../_generated/api';
import { threadOf } from '../../../desk.setup';
import { readShared } from '../../../readShared.setup';
import { customerAddress, openMailDesk, refuse, toConversation } from '../../../mail.setup';
import type { ReceivedMail } from '../../../shared/delivery/receivedMail';
import { passTime, transact } from '../../../test.setup';
import { briefOf } from '../../../shared/agents/brief';
import { readContext } from '../../agents/agentContext';
import { viewEntries } from '../../customer/customerViews';
import { receiveCustomerMessage } from '../../control/customerMessages';
import { suppress } from '../../mail/suppressions';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 9) });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const [boss, aunt] = ['boss@customer.test', 'aunt@customer.test'];
const person = (address: string) => ({ address, name: '' });

async function openWithCopies() {
  const desk = await openMailDesk();
  const { conversationId } = await desk.mailIn({ cc: [person(boss), person(aunt)] });
  const thread = threadOf(desk, conversationId!);
  await thread.takesOver(desk.ana);
  const { teamId } = desk;
  const replies = async (text: string, withoutCopyTo?: string[]) => {
    const { expectedEpoch: epoch, seenThrough } = await thread.shown();
    const message = { teamId, conversationId: conversationId!, text, clientMessageId: text, epoch };
    await desk.ana.as.mutation(api.messages.reply, { ...message, seenThrough, withoutCopyTo });
    await desk.work();
    return JSON.parse(desk.provider.asked.at(-1)!.body) as { cc?: string[] };
  };
  const entries = async () => (await thread.entries()).filter(({ author }) => author.kind === 'operator');
  return { ...desk, ...thread, conversationId: conversationId!, replies, entries };
}

test('[M3] a copy is left out of one mail, which says so; the next one goes to all again', async () => {
  const desk = await openWithCopies();
  expect(await desk.replies('To both')).toMatchObject({ cc: [boss, aunt] });
  expect(await desk.replies('Not to the boss', [boss.toUpperCase()])).toMatchObject({ cc: [aunt] });
  expect(await desk.replies('To both again')).toMatchObject({ cc: [boss, aunt] });
  const said = (await desk.entries()).filter(({ kind }) => kind === 'message');
  expect(said.map(({ text, withoutCopyTo }) => [text, withoutCopyTo])).toEqual([
    ['To both', undefined],
    ['Not to the boss', [boss]],
    ['To both again', undefined],
  ]);
  const mails = await desk.t.run((ctx) => ctx.db.query('mails').collect());
  const out = mails.filter(({ direction }) => direction === 'out');
  expect(out.map(({ cc }) => cc.map(({ address }) => address))).toEqual([[boss, aunt], [aunt], [boss, aunt]]);
});

test('[M3] with all copies left out it is to the customer alone', async () => {
  const desk = await openWithCopies();
  expect((await desk.replies('For you only', [boss, aunt])).cc).toBeUndefined();
});

test('[M3] only who reads along can be left out: other addresses are kept nowhere', async () => {
  const desk = await openWithCopies();
  expect(await desk.replies('To both', ['nobody@else.test'])).toMatchObject({ cc: [boss, aunt] });
  expect((await desk.entries()).at(-1)).not.toHaveProperty('withoutCopyTo');
});

/** A conversation that a mail with two copies began, and the agent still holds. */
async function openWithAgent() {
  const desk = await openMailDesk();
  const { conversationId } = await desk.mailIn({ cc: [person(boss), person(aunt)] });
  const thread = threadOf(desk, conversationId!);
  const writes = (more: Partial<ReceivedMail> = {}) =>
    desk.mailIn({ ...toConversation(conversationId!), ...more });
  const sent = async () => {
    await passTime(desk.t, 5_000, 100);
    const { to, cc = [], text } = JSON.parse(desk.provider.asked.at(-1)!.body) as Sent;
    return { to: [...to, ...cc], text };
  };
  return { ...desk, ...thread, writes, sent };
}
interface Sent {
  to: string[];
  cc?: string[];
  text: string;
}

test('[M3] whom the customer leaves out of a mail gets no copy of its answer, the agent’s or a person’s', async () => {
  const desk = await openWithAgent();
  await desk.agentAnswers('To all');
  expect((await desk.sent()).to).toEqual([customerAddress, boss, aunt]);
  await desk.writes();
  await desk.agentAnswers('To them alone');
  expect((await desk.sent()).to).toEqual([customerAddress]);
  await desk.writes({ cc: [person(aunt)] });
  await desk.agentAnswers('With one again');
  expect((await desk.sent()).to).toEqual([customerAddress, aunt]);
  // Nobody vouches for this one: it leaves people out, and brings nobody.
  await desk.writes({ dmarc: 'none', cc: [person(boss), person(aunt)] });
  await desk.takesOver(desk.ana);
  await desk.replies(desk.ana, 'A person');
  expect((await desk.sent()).to).toEqual([customerAddress, aunt]);
  await desk.writes({ dmarc: 'none' });
  await desk.replies(desk.ana, 'Alone');
  expect((await desk.sent()).to).toEqual([customerAddress]);
});

test('[M3] whoever is written to gets no copy besides, whoever of those in copy answers all', async () => {
  const desk = await openWithAgent();
  const { teamId, conversationId } = desk;
  const alone = [person(customerAddress), person(aunt)];
  const copies = async () => {
    const ways = await readShared(desk.ana.as, api.conversations.replyWays, { teamId, conversationId });
    return ways.addresses.map(({ cc }) => cc);
  };
  await desk.writes({ from: person(boss), to: alone });
  expect(await copies()).toEqual([[aunt, boss]]);
  await desk.agentAnswers('To all');
  expect((await desk.sent()).to).toEqual([customerAddress, aunt, boss]);
  // As it was kept before.
  await desk.t.run(async (ctx) => {
    const [thread] = await ctx.db.query('mailThreads').collect();
    await ctx.db.patch(thread!._id, { cc: [boss, customerAddress] });
  });
  expect(await copies()).toEqual([[boss]]);
  await desk.takesOver(desk.ana);
  await desk.replies(desk.ana, 'Once each');
  expect((await desk.sent()).to).toEqual([customerAddress, boss]);
});

test('[M3] [H2] what somebody in copy writes goes by their name: in the thread, in lists, quoted, and in what agents read', async () => {
  const desk = await openWithAgent();
  const { teamId, conversationId } = desk;
  const answersAll = { to: [person(customerAddress)], text: 'Bo here' };
  const names = async () => {
    const page = { teamId, conversationId, page: 0 };
    const entries = await readShared(desk.ana.as, api.conversations.page, page);
    return entries.map(({ authorName }) => authorName);
  };
  await desk.writes({ from: { address: boss, name: 'Bo' }, ...answersAll });
  expect(await names()).toEqual(['Jo', 'Bo']);
  expect((await desk.read()).customerPreview).toBe('Bo: Bo here');
  const { seenThrough } = await desk.shown();
  const { spoken } = await desk.inCase((ctx, opened) => readContext(ctx, opened, seenThrough));
  expect(spoken.map(({ by }) => by)).toEqual([undefined, 'Bo']);
  expect(briefOf(spoken, spoken.slice(-1), {}, 0).asked).toBe('Bo: Bo here');
  await desk.agentAnswers('To all');
  expect((await desk.sent()).text).toMatch(/Bo wrote:/);
  // A name that nobody vouches for may be anybody's.
  await desk.writes({ from: { address: boss, name: 'Ana' }, ...answersAll, dmarc: 'none' });
  expect((await names()).at(-1)).toBe(boss);
});

test('[M3] an answer that waits goes to nobody who was not on the mail it answers, and quotes that one', async () => {
  const desk = await openWithAgent();
  await desk.writes({ text: 'Between us' });
  const { seenThrough } = await desk.shown();
  await desk.agentAnswers('As you wish', { seenThrough });
  await desk.writes({ text: 'For everybody', cc: [person(boss)] });
  const { to, text } = await desk.sent();
  expect(to).toEqual([customerAddress]);
  expect(text).toContain('Between us');
});

test('[M3] [H6] what a copied person writes past the customer is for people: no agent answers it', async () => {
  const desk = await openWithAgent();
  await desk.agentAnswers('To all');
  await desk.sent();
  // By reply-all it is one conversation.
  await desk.writes({ from: person(boss), cc: [person(customerAddress), person(aunt)] });
  await desk.agentAnswers('To all again');
  expect((await desk.sent()).to).toEqual([customerAddress, aunt, boss]);
  expect(await desk.tickets()).toEqual([]);
  await desk.writes({ from: person(boss), text: 'Do not tell Jo' });
  expect((await desk.entries()).findLast(({ kind }) => kind === 'message')).not.toHaveProperty('answerDueAt');
  expect(await desk.tickets()).toMatchObject([{ reason: 'outsider' }]);
  // One that answers all the same reaches nobody.
  const asked = desk.provider.asked.length;
  await desk.agentAnswers('I tell Jo');
  await passTime(desk.t, 5_000, 100);
  expect(desk.provider.asked).toHaveLength(asked);
  expect((await desk.entries()).find(({ text }) => text === 'I tell Jo')).toMatchObject({ neverSent: true });
});

/** What a browser has of the thread that has proven this address. */
const pageOf = async (desk: Awaited<ReturnType<typeof openWithAgent>>, proven?: string) =>
  desk.t.run(async (ctx) => {
    const all = { cursor: null, numItems: 20 };
    const { page } = await viewEntries(ctx, desk.conversationId!, proven, all);
    return page.toReversed().map(({ from, name, text }) => [from, name, text]);
  });

test('[M3] [M9] what was written past the customer is on no page of theirs, in no quote, and nothing the agent knows', async () => {
  const desk = await openWithAgent();
  await desk.writes({ from: { address: boss, name: 'Bo' }, text: 'Do not tell Jo' });
  const asked = '<asked@customer.test>';
  await desk.writes({ text: 'Where is it?', cc: [person(boss), person(aunt)], messageId: asked });
  const { seenThrough } = await desk.shown();
  const { spoken, burst } = await desk.inCase((ctx, opened) => readContext(ctx, opened, seenThrough));
  for (const read of [spoken, burst]) {
    expect(read.at(-1)).toMatchObject({ text: 'Where is it?' });
    expect(JSON.stringify(read)).not.toContain('Do not');
  }
  expect(JSON.stringify(await pageOf(desk, customerAddress))).not.toMatch(/Do not|Bo/);
  await desk.writes({ from: { address: boss, name: 'Bo' }, text: 'Really do not' });
  await desk.takesOver(desk.ana);
  await desk.replies(desk.ana, 'On its way');
  const { to, text } = await desk.sent();
  expect(text).toContain('> Where is it?');
  expect(text).not.toMatch(/do not/i);
  // Nor does it move who reads along, or what is answered.
  expect(to).toEqual([customerAddress, boss, aunt]);
  const { headers } = JSON.parse(desk.provider.asked.at(-1)!.body) as { headers: Record<string, string> };
  expect(headers['In-Reply-To']).toBe(asked);
});

test.each([
  ['somebody in copy, past the customer', boss],
  ['a stranger', 'eve@else.test'],
])(
  '[M3] [C8] what the agent may not read supersedes no answer of its, and is owed none: by %s',
  async (_, by) => {
    const desk = await openWithAgent();
    const { seenThrough } = await desk.shown();
    await desk.writes({ from: person(by), text: 'For the team' });
    expect(await desk.agentAnswers('Here it is', { seenThrough })).toHaveProperty('sent');
    const { answeredThrough, lastCustomerSequence = 0, answerDueAt, unansweredSince } = await desk.read();
    expect(answeredThrough).toBeGreaterThanOrEqual(lastCustomerSequence);
    expect([answerDueAt, unansweredSince]).toEqual([undefined, undefined]);
  },
);

test.each([
  ['somebody in copy, past the customer', boss],
  ['a stranger', 'eve@else.test'],
])('[M3] [A5] whose ticket it is is told of a mail for the team alone: by %s', async (_, by) => {
  const desk = await openWithAgent();
  const { teamId } = desk;
  await desk.handsOver();
  await desk.takesOver(desk.ana);
  await desk.replies(desk.ana, 'I am looking.');
  const kinds = async () =>
    (await desk.ana.as.query(api.needs.mine, { teamId })).needs.map(({ kind }) => kind);
  expect(await kinds()).toEqual([]);
  await desk.writes({ from: person(by), text: 'For the team' });
  expect(await kinds()).toEqual(['outside']);
});

test('[M3] [M9] on the customer’s page somebody in copy goes by their name, and is nobody to who has not proven the address', async () => {
  const desk = await openWithAgent();
  await desk.writes({ from: { address: boss, name: 'Bo' }, cc: [person(customerAddress)], text: 'To all' });
  expect((await pageOf(desk, customerAddress)).at(-1)).toEqual(['copied', 'Bo', 'To all']);
  expect((await pageOf(desk)).at(-1)).toEqual(['customer', 'Jo', 'Written by email.']);
});

test('[M3] nobody in copy is quoted what was not written to them: a chat, or what came when they were left out', async () => {
  const desk = await openWithAgent();
  await desk.takesOver(desk.ana);
  const inChat = { text: 'Between us', channel: 'web' as const };
  await desk.inCase((ctx, opened) => receiveCustomerMessage(ctx, opened, inChat));
  const byMail = async (text: string, withoutCopyTo?: string[]) => {
    const { expectedEpoch: epoch, seenThrough } = await desk.shown();
    const { teamId, conversationId } = desk;
    const message = { teamId, conversationId: conversationId!, text, clientMessageId: text, epoch };
    await desk.ana.as.mutation(api.messages.reply, { ...message, seenThrough, byMail: {}, withoutCopyTo });
    return desk.sent();
  };
  const toAll = await byMail('To all');
  expect(toAll.to).toEqual([customerAddress, boss, aunt]);
  expect(toAll.text).not.toContain('Between us');
  expect((await byMail('To them alone', [boss, aunt])).text).toContain('> Between us');
});

test('[M3] [M2] what is sent again goes to whom it went before, and not to who has come since', async () => {
  const desk = await openWithAgent();
  const { teamId } = desk;
  await desk.writes({ text: 'Between us' });
  await desk.takesOver(desk.ana);
  desk.provider.answer(refuse(422, 'validation_error'));
  await desk.replies(desk.ana, 'For you alone');
  expect((await desk.sent()).to).toEqual([customerAddress]);
  await desk.writes({ text: 'For everybody', cc: [person(boss)] });
  const lost = (await desk.entries()).find(({ text }) => text === 'For you alone')!;
  expect(lost).toMatchObject({ neverSent: true });
  const { expectedEpoch: epoch, seenThrough } = await desk.shown();
  await desk.ana.as.mutation(api.messages.sendAgain, { teamId, entryId: lost._id, epoch, seenThrough });
  expect((await desk.sent()).to).toEqual([customerAddress]);
  expect((await desk.entries()).at(-1)).toMatchObject({ text: 'For you alone', withoutCopyTo: [boss] });
});

test('[M3] a mail that waits beside a chat goes to nobody who was not shown where it was written', async () => {
  const desk = await openWithAgent();
  const { teamId, conversationId } = desk;
  await desk.writes({ text: 'By mail' });
  await desk.takesOver(desk.ana);
  const inChat = { text: 'In the chat', channel: 'web' as const };
  await desk.inCase((ctx, opened) => receiveCustomerMessage(ctx, opened, inChat));
  const { expectedEpoch: epoch, seenThrough } = await desk.shown();
  const message = { teamId, conversationId: conversationId!, text: 'For you', clientMessageId: 'c', epoch };
  await desk.ana.as.mutation(api.messages.reply, { ...message, seenThrough, byMail: {} });
  await desk.writes({ text: 'For everybody', cc: [person(boss)] });
  expect((await desk.sent()).to).toEqual([customerAddress]);
});

test('[M4] [M3] a copy that mail does not go to any more gets none, and the mail says so', async () => {
  const desk = await openWithCopies();
  const { teamId, conversationId } = desk;
  for (const [address, reason] of [[boss, 'complained'] as const, [aunt, 'bounced'] as const]) {
    await transact(desk.t, (ctx) => suppress(ctx, { teamId, address, reason }));
    const without = address === boss ? [boss] : [boss, aunt];
    const ways = await readShared(desk.ana.as, api.conversations.replyWays, { teamId, conversationId });
    expect(ways.addresses.map(({ cc }) => cc)).toEqual([
      [boss, aunt].filter((each) => !without.includes(each)),
    ]);
    const { cc = [] } = await desk.replies(`Without ${without.join()}`);
    expect(cc).toEqual([boss, aunt].filter((each) => !without.includes(each)));
    expect((await desk.entries()).at(-1)).toMatchObject({ withoutCopyTo: without });
  }
});

test.each(['complained', 'bounced'] as const)(
  '[M4] [H6] the agent writes to no address that %s: its answer is owed, and a person looks',
  async (reason) => {
    const desk = await openMailDesk();
    const { conversationId } = await desk.mailIn({ dmarc: 'none' });
    const { teamId } = desk;
    await transact(desk.t, (ctx) => suppress(ctx, { teamId, address: customerAddress, reason }));
    const thread = threadOf(desk, conversationId!);
    await thread.agentAnswers('Hello again');
    await passTime(desk.t, 5_000, 100);
    expect(desk.provider.asked).toEqual([]);
    const said = (await thread.entries()).find(({ text }) => text === 'Hello again');
    expect(said).toMatchObject({ neverSent: true });
    expect(await thread.tickets()).toMatchObject([{ reason: 'agentFailed' }]);
    // A person may: they are warned where they write.
    await thread.takesOver(desk.ana);
    await thread.replies(desk.ana, 'It is me');
    await passTime(desk.t, 5_000, 100);
    expect(desk.provider.asked).toHaveLength(1);
  },
);

test('[M9] [C10] what an operator mailed beside a chat is not what the agent says in that chat; by mail it knows', async () => {
  const desk = await openMailDesk();
  const { teamId, conversationId } = desk;
  await desk.customerWrites('Where does my parcel go?');
  await desk.ana.as.mutation(api.mails.noteAddress, { teamId, conversationId, address: customerAddress });
  await desk.handsOver();
  await desk.takesOver(desk.ana);
  const replies = async (text: string, byMail?: object) => {
    const { expectedEpoch: epoch, seenThrough } = await desk.shown();
    const message = { teamId, conversationId, text, clientMessageId: text, epoch, seenThrough };
    await desk.ana.as.mutation(api.messages.reply, { ...message, ...(byMail && { byMail }) });
  };
  await replies('I have mailed you.');
  await replies('Your parcel goes to 12 Elm Street.', {});
  const [ticket] = await desk.tickets();
  await desk.resolves(desk.ana, ticket!._id);
  const known = async () => {
    const { seenThrough } = await desk.shown();
    const { spoken, operator } = await desk.inCase((ctx, opened) => readContext(ctx, opened, seenThrough));
    return JSON.stringify([spoken, operator]);
  };
  await desk.customerWrites('And where does it go?');
  expect(await known()).toContain('I have mailed you.');
  expect(await known()).not.toContain('Elm Street');
  await desk.mailIn({ text: 'Did you mail me?', ...toConversation(conversationId) });
  expect(await known()).toContain('Elm Street');
});

test('[M9] [C10] in a conversation that began by mail the agent knows of it on the page, too: who is there has the mailbox', async () => {
  const desk = await openWithAgent();
  await desk.handsOver();
  await desk.takesOver(desk.ana);
  await desk.replies(desk.ana, 'It goes to 12 Elm Street.');
  const [ticket] = await desk.tickets();
  await desk.resolves(desk.ana, ticket!._id);
  const onPage = { text: 'Where does it go?', channel: 'web' as const };
  await desk.inCase((ctx, opened) => receiveCustomerMessage(ctx, opened, onPage));
  const { seenThrough } = await desk.shown();
  const { operator } = await desk.inCase((ctx, opened) => readContext(ctx, opened, seenThrough));
  expect(operator?.said).toEqual(['It goes to 12 Elm Street.']);
});
