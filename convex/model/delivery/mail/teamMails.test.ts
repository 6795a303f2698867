/// <reference types="vite/client" />
/** Rules C13, M4: a copy of what somebody of the team wrote to the customer in a mail program, and what only looks like one. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { threadOf } from '../../../desk.setup';
import { customerAddress, openMailDesk, toConversation } from '../../../mail.setup';
import { passTime } from '../../../test.setup';
import type { ReceivedMail } from '../../../shared/delivery/receivedMail';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 9) });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const loop = { kind: 'loop', reason: 'ownAddress' };

/** A customer has written by mail; a minute later somebody answers from a mail program, with a copy to the desk. */
async function openThread() {
  const desk = await openMailDesk();
  const { conversationId } = await desk.mailIn({ text: 'Where is my order?' });
  await passTime(desk.t, 60_000, 1_000);
  const thread = threadOf(desk, conversationId!);
  const teamWrites = (more: Partial<ReceivedMail> = {}) =>
    desk.mailIn({
      from: { address: 'help@shop.test', name: 'Max of Shop' },
      to: [{ address: customerAddress, name: 'Jo' }],
      cc: [{ address: 'help@in.shop.test', name: '' }],
      text: 'It comes today. Max',
      automatic: loop,
      byTeam: true,
      receivedAt: Date.now(),
      ...toConversation(conversationId!),
      ...more,
    });
  const pass = (ms: number) => passTime(desk.t, ms, 100);
  const mails = () => desk.t.run((ctx) => ctx.db.query('mails').collect());
  return { ...desk, ...thread, conversationId: conversationId!, teamWrites, pass, mails };
}

test('[C13] [M3] a mail of the team from a mail program takes over, stands in the thread as what it is, and answers find it', async () => {
  const desk = await openThread();
  expect(await desk.teamWrites({ messageId: '<max@shop.test>' })).toMatchObject({ state: 'done' });
  expect(await desk.control()).toMatchObject({
    holder: 'operator',
    epoch: 2,
    outside: { channel: 'email' },
  });
  expect((await desk.entries()).findLast(({ kind }) => kind === 'message')).toMatchObject({
    author: { kind: 'operator' },
    text: 'It comes today. Max',
    outside: { sentAt: Date.now() },
  });
  expect((await desk.mails()).at(-1)).toMatchObject({ direction: 'out', messageId: '<max@shop.test>' });
  // The customer answers Max, and it belongs here; nobody of ours speaks.
  const answer = await desk.mailIn({ candidates: [{ by: 'messageId', id: '<max@shop.test>' }] });
  expect(answer.conversationId).toBe(desk.conversationId);
  await desk.pass(5_000);
  expect(desk.provider.asked).toEqual([]);
  expect((await desk.read()).answerDueAt).toBeUndefined();
});

test('[C13] [C11] an answer of the agent that has not left is kept back; one that has is the one before', async () => {
  const desk = await openThread();
  await desk.agentAnswers('Let me see.');
  await desk.teamWrites();
  await desk.pass(2_000);
  expect(desk.provider.asked).toEqual([]);
  expect(await desk.suppressed()).toMatchObject([{ text: 'Let me see.' }]);
});

test.each<[string, Partial<ReceivedMail>]>([
  ['no domain vouches for', { dmarc: 'none' }],
  ['is forged', { dmarc: 'fail' }],
  ['says itself that a machine wrote it, or that Baton sent it', { byTeam: undefined }],
  ['the customer is no recipient of', { to: [{ address: 'boss@shop.test', name: '' }] }],
  ['comes from an address that is not the team’s', { from: { address: 'max@other.test', name: 'Max' } }],
])('[C13] [M4] what %s takes nothing over: it is stored as what no person wrote', async (_what, more) => {
  const desk = await openThread();
  const before = await desk.read();
  await desk.teamWrites(more);
  expect(await desk.control()).toMatchObject({ holder: 'agent', epoch: 1 });
  expect((await desk.entries()).at(-1)).toMatchObject({ event: { type: 'automaticMail' } });
  expect(await desk.read()).toEqual({ ...before, lastSequence: before.lastSequence + 1 });
});

test('[C13] [M1] a copy of what Baton sent, and a second copy of the same, change nothing', async () => {
  const desk = await openThread();
  await desk.agentAnswers('It left on Monday, and comes tomorrow.');
  await desk.pass(2_000);
  expect(desk.provider.asked).toHaveLength(1);
  const entries = (await desk.entries()).length;
  const [, ours] = await desk.mails();
  await desk.t.run((ctx) => ctx.db.patch(ours!._id, { messageId: '<ses@amazonses.com>' }));
  expect(await desk.teamWrites({ messageId: '<ses@amazonses.com>' })).toEqual({ state: 'ignored' });
  expect((await desk.entries()).length).toBe(entries);
  await desk.teamWrites({ messageId: '<max@shop.test>' });
  expect(await desk.teamWrites({ messageId: '<max@shop.test>', providerId: 'again' })).toEqual({
    state: 'ignored',
  });
  expect((await desk.entries()).filter(({ text }) => text?.startsWith('It comes'))).toHaveLength(1);
  expect((await desk.control()).epoch).toBe(2);
});

test('[C13] an old mail that is sent to the desk now, and one that was on its way when somebody took over, are stored alone', async () => {
  const desk = await openThread();
  const long = Date.now() - 86_400_000;
  await desk.teamWrites({ date: long });
  expect(await desk.control()).toMatchObject({ holder: 'agent', epoch: 1 });
  const receivedAt = Date.now();
  await desk.pass(1_000);
  await desk.takesOver(desk.ana);
  await desk.teamWrites({ receivedAt });
  expect(await desk.control()).toMatchObject({ operatorId: desk.ana.memberId, epoch: 2 });
  const late = (await desk.entries()).filter(({ outside }) => outside?.isLate);
  expect(late.map(({ outside }) => outside!.sentAt)).toEqual([long + 600_000, receivedAt]);
});

test('[C13] what was answered from a mail program while the desk was off is answered', async () => {
  const desk = await openThread();
  const now = Date.now();
  const { conversationId } = await desk.mailIn({ text: 'And my other order?', receivedAt: now - 600_000 });
  expect(conversationId).not.toBe(desk.conversationId);
  await desk.teamWrites({ ...toConversation(conversationId!), receivedAt: now - 300_000 });
  const thread = threadOf(desk, conversationId!);
  expect(await thread.control()).toMatchObject({ holder: 'operator', outside: { channel: 'email' } });
  expect((await thread.read()).answerDueAt).toBeUndefined();
});
