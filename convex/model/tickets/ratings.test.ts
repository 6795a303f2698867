/// <reference types="vite/client" />
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api } from '../../_generated/api';
import type { Id } from '../../_generated/dataModel';
import { openDesk, refused } from '../../desk.setup';
import { readKeyOf, readShared } from '../../readShared.setup';
import { customerIdentity, transact } from '../../test.setup';
import { beginRecount } from '../measures/recount';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A desk with the chat of its customer. */
async function openChat() {
  const desk = await openDesk();
  const { t, teamId, agentId, customerId, conversationId } = desk;
  const sessionId = await t.run(async (ctx) => {
    const channel = { teamId, kind: 'web' as const, name: 'Shop', agentId, publicId: 'shop', active: true };
    const channelId = await ctx.db.insert('channels', channel);
    const session = { teamId, channelId, customerId, conversationId, tokenHash: 'x' };
    return ctx.db.insert('customerSessions', { ...session, expiresAt: Date.now() + 1e9 });
  });
  const chat = t.withIdentity(customerIdentity(sessionId));
  const rates = async () => (await chat.query(api.web.conversation, {})).rates;
  const rate = (score: number, comment?: string) =>
    chat.mutation(api.web.rate, { score, ...(comment !== undefined && { comment }) });
  const resolved = async (ticketId: Id<'tickets'>) => {
    await desk.takesOver(desk.ana);
    await desk.replies(desk.ana, 'On its way.');
    await desk.resolves(desk.ana, ticketId);
  };
  return { ...desk, chat, rates, rate, resolved };
}

test('[B3] a customer rates once for each time that a person resolved, and never what an agent did alone', async () => {
  const { rates, rate, resolved, handsOver, customerWrites, agentAnswers, ...desk } = await openChat();
  await customerWrites('Where is my order?');
  await agentAnswers('In the post.');
  expect(await rates()).toBeNull();
  expect(await refused(rate(5))).toMatchObject({ message: 'There is nothing to rate.' });
  const { ticketId } = await handsOver();
  expect(await rates()).toBeNull();
  await resolved(ticketId);
  expect(await rates()).toMatchObject({ name: 'Ana' });
  await rate(4, '  Thank you ');
  expect(await rates()).toBeNull();
  expect(await refused(rate(1))).toMatchObject({ message: 'There is nothing to rate.' });
  const rated = (await desk.entries()).filter(({ event }) => event?.type === 'rated');
  expect(rated).toMatchObject([
    { audience: 'team', event: { score: 4, comment: 'Thank you', memberId: desk.ana.memberId }, ticketId },
  ]);
  // Handed over and resolved again: once more.
  await customerWrites('It is still not here');
  await handsOver('notSolved');
  expect(await rates()).toBeNull();
  await resolved(ticketId);
  expect(await rates()).toMatchObject({ name: 'Ana' });
});

test('[B3] a ticket that was resolved without a word to the customer is not asked about, nor once they write on', async () => {
  const { rates, rate, handsOver, customerWrites, resolves, resolved, ana } = await openChat();
  await customerWrites('Hello');
  const { ticketId } = await handsOver();
  await resolves(ana, ticketId);
  expect(await rates()).toBeNull();
  await handsOver();
  await resolved(ticketId);
  await customerWrites('One more thing');
  expect(await rates()).toBeNull();
  // Whoever had it before them may still send it, for a week.
  vi.setSystemTime(Date.now() + 8 * 86_400_000);
  expect(await refused(rate(5))).toMatchObject({ message: 'There is nothing to rate.' });
  vi.setSystemTime(Date.now() - 2 * 86_400_000);
  await rate(5);
});

test('[E2] what is no rating is refused and changes nothing', async () => {
  const { rate, rates, handsOver, resolved, customerWrites, ...desk } = await openChat();
  await customerWrites('Hello');
  await resolved((await handsOver()).ticketId);
  const before = await desk.entries();
  for (const score of [0, 6, 2.5, NaN, -1])
    expect(await refused(rate(score))).toMatchObject({ code: 'INVALID_INPUT' });
  expect(await refused(rate(3, 'a'.repeat(1_001)))).toMatchObject({ code: 'INVALID_INPUT' });
  expect(await desk.entries()).toEqual(before);
  expect(await rates()).not.toBeNull();
});

test('[B2] [B3] ratings are counted for the team and for who resolved, and the same when all is counted anew', async () => {
  const desk = await openChat();
  const { t, teamId, ana, manager, rate, resolved, handsOver, customerWrites } = desk;
  await customerWrites('Hello');
  const { ticketId } = await handsOver();
  await resolved(ticketId);
  await rate(5);
  await handsOver();
  await resolved(ticketId);
  await rate(2);
  const pass = async () => {
    vi.advanceTimersByTime(11_000);
    await t.finishInProgressScheduledFunctions();
  };
  const readKey = await readKeyOf(manager.as, teamId, 'manager');
  const today = Math.floor(Date.now() / 86_400_000);
  const figures = async (by: 'team' | 'operator' | 'priority') =>
    (await t.query(api.reports.figures, { teamId, readKey, by, from: today, to: today })).rows;
  for (let left = 4; left > 0; left--) await pass();
  const told = { counts: { rated: 2, scores: 7 } };
  const all = async () => [await figures('team'), await figures('operator'), await figures('priority')];
  const before = await all();
  expect(before[0]).toMatchObject([told]);
  expect(before[1]).toMatchObject([{ of: ana.memberId, ...told }]);
  expect(before[2]).toMatchObject([told]);
  await transact(t, (ctx) => beginRecount(ctx, teamId, undefined));
  for (let left = 6; left > 0; left--) await pass();
  expect(await all()).toEqual(before);
  expect(await t.run((ctx) => ctx.db.query('measureTeams').first())).toMatchObject({ generation: 1 });
});

test('[E4] however many look, the first mark is the one that is written, and the customer is told', async () => {
  const { chat, ana, ben, teamId, conversationId, customerWrites, handsOver, read } = await openChat();
  await customerWrites('Hello');
  await handsOver();
  const seen = async () => (await chat.query(api.web.conversation, {})).seenThrough;
  expect(await seen()).toBe(0);
  const mark = (who: typeof ana, through: number) =>
    who.as.mutation(api.conversations.markSeen, { teamId, conversationId, through });
  await mark(ana, 1);
  const head = await read();
  await mark(ben, 1);
  await mark(ben, 0);
  await mark(ben, NaN);
  expect(await read()).toEqual(head);
  expect(await seen()).toBe(1);
  await mark(ben, 99);
  expect(await seen()).toBe((await read()).lastSequence);
  expect(await readShared(ana.as, api.conversations.head, { teamId, conversationId })).toMatchObject({
    teamReadThrough: (await read()).lastSequence,
    customerReadThrough: 0,
  });
});
