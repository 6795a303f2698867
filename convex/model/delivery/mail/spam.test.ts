/// <reference types="vite/client" />
/** What a person marks as spam (docs/rules.md M4, C10, R3): nobody is written to, nothing follows from it, and it can be undone. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api } from '../../../_generated/api';
import { refused, textsToCustomer, threadOf } from '../../../desk.setup';
import { customerAddress, openMailDesk, toConversation } from '../../../mail.setup';
import { readShared } from '../../../readShared.setup';
import { replayTicket } from '../../../shared/tickets/ticketState';
import type { TestMember } from '../../../test.setup';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 9) });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function openSpam(more: Parameters<Awaited<ReturnType<typeof openMailDesk>>['mailIn']>[0] = {}) {
  const desk = await openMailDesk();
  const { conversationId } = await desk.mailIn({ text: 'Cheap watches!', ...more });
  const thread = threadOf(desk, conversationId!);
  const { ticketId } = await thread.handsOver();
  const { teamId } = desk;
  const marks = async (who: TestMember, confirmSteal?: boolean) =>
    who.as.mutation(api.mails.markAsSpam, { teamId, ticketId, ...(await thread.shown()), confirmSteal });
  const lifts = (who: TestMember) =>
    who.as.mutation(api.mails.lift, { teamId, conversationId: conversationId!, address: customerAddress });
  const sends = async () => {
    for (let step = 0; step < 10; step++) {
      vi.advanceTimersByTime(100);
      await desk.t.finishInProgressScheduledFunctions();
    }
  };
  const ticket = () => desk.t.run((ctx) => ctx.db.get(ticketId));
  const log = async () =>
    (await desk.t.run((ctx) => ctx.db.query('auditLog').collect())).map((e) => e.action);
  const events = async () => (await thread.entries()).flatMap(({ event }) => event ?? []);
  return {
    ...desk,
    ...thread,
    sends,
    conversationId: conversationId!,
    ticketId,
    marks,
    lifts,
    ticket,
    log,
    events,
  };
}

test('[M4] [C10] [R3] spam: the ticket is closed, nobody is told anything, nobody owes an answer; thread and log say so', async () => {
  const desk = await openSpam();
  await desk.agentAnswers('I look for a person.');
  const before = textsToCustomer(await desk.entries());
  expect(await desk.marks(desk.ana)).toEqual({ done: { epoch: 3 } });
  await desk.work();
  expect(await desk.ticket()).toMatchObject({ status: 'closed' });
  expect(await desk.control()).toMatchObject({ holder: 'agent', epoch: 3 });
  expect(textsToCustomer(await desk.entries())).toEqual(before);
  expect(desk.provider.asked).toEqual([]);
  const { unansweredSince, answerDueAt, awaitedAgentId } = await desk.read();
  expect([unansweredSince, answerDueAt, awaitedAgentId]).toEqual([undefined, undefined, undefined]);
  expect((await desk.events()).at(-1)).toMatchObject({ type: 'markedAsSpam' });
  expect(await desk.log()).toContain('sender.markedAsSpam');
  // What was made of it before comes too late.
  expect(await desk.agentAnswers('Our watches…', { epoch: 1 })).toMatchObject({ refused: 'STALE_EPOCH' });
  expect(replayTicket(await desk.entries(), desk.ticketId)?.status).toBe('closed');
});

test('[M4] what a spammer writes later is kept in that thread, and starts nothing: no agent, no ticket, no clock', async () => {
  const desk = await openSpam();
  await desk.marks(desk.ana);
  const before = await desk.read();
  const far = { from: { address: customerAddress, name: 'Win' }, subject: 'You won' };
  expect(await desk.mailIn({ ...far, text: 'A whole new thread' })).toMatchObject({
    state: 'done',
    conversationId: desk.conversationId,
  });
  await desk.mailIn({ ...far, text: 'In the old one', ...toConversation(desk.conversationId) });
  const kept = (await desk.entries()).slice(-2);
  expect(kept).toMatchObject([
    { text: 'A whole new thread', audience: 'team', event: { type: 'spamMail', subject: 'You won' } },
    { text: 'In the old one', audience: 'team', event: { type: 'spamMail', from: customerAddress } },
  ]);
  const { lastSequence: _, ...after } = await desk.read();
  const { lastSequence: __, ...same } = before;
  expect(after).toEqual(same);
  expect(await desk.ticket()).toMatchObject({ status: 'closed' });
  expect(await desk.t.run((ctx) => ctx.db.query('conversations').collect())).toHaveLength(2);
  expect(await desk.t.run((ctx) => ctx.db.query('tickets').collect())).toHaveLength(1);
});

test('[M4] [H6] [R3] what was no spam lives again: the ticket is open, the agent owes what waited, mail is taken in', async () => {
  const desk = await openSpam();
  const since = (await desk.read()).unansweredSince;
  await desk.marks(desk.ana);
  await desk.lifts(desk.ben);
  expect(await desk.ticket()).toMatchObject({ status: 'open' });
  expect(await desk.read()).toMatchObject({ unansweredSince: since, awaitedAgentId: desk.agentId });
  expect((await desk.read()).answerDueAt).toBeDefined();
  expect((await desk.events()).map(({ type }) => type).slice(-2)).toEqual(['notSpam', 'statusChanged']);
  expect(await desk.mailIn({ text: 'Hello?', ...toConversation(desk.conversationId) })).toMatchObject({
    state: 'done',
    isMessage: true,
  });
  expect(await desk.log()).toEqual(expect.arrayContaining(['sender.notSpam']));
  expect(replayTicket(await desk.entries(), desk.ticketId)?.status).toBe('open');
});

test.each([true, false])(
  '[M4] [T7] what was no spam waits as it had waited, and no mail of the time between moves that (waited: %s)',
  async (waited) => {
    const desk = await openSpam();
    if (!waited) {
      await desk.takesOver(desk.ana);
      await desk.replies(desk.ana, 'Which watches?');
    }
    const { waitingSince } = (await desk.ticket())!;
    expect(waitingSince !== undefined).toBe(waited);
    for (let round = 0; round < 2; round++) {
      vi.advanceTimersByTime(60_000);
      await desk.marks(desk.ana);
      vi.advanceTimersByTime(60_000);
      await desk.mailIn({ text: 'Are you there?' });
      await desk.lifts(desk.ana);
      expect((await desk.ticket())!.waitingSince).toBe(waitingSince);
    }
    expect(replayTicket(await desk.entries(), desk.ticketId)?.waitingSince).toBe(waitingSince);
  },
);

test('[M4] what somebody has answered since is not owed again, and a ticket that had ended stays so', async () => {
  const desk = await openSpam();
  const { ticketId } = desk;
  await desk.resolves(desk.ana, ticketId, { agentAnswersNow: false });
  await desk.agentAnswers('You are welcome.');
  await desk.sends();
  expect(await desk.ticket()).toMatchObject({ status: 'resolved' });
  await desk.marks(desk.ana);
  await desk.lifts(desk.ana);
  expect(await desk.ticket()).toMatchObject({ status: 'closed' });
  expect(await desk.read()).not.toHaveProperty('answerDueAt');
  const again = await openSpam();
  await again.marks(again.ana);
  await again.takesOver(again.ana);
  await again.replies(again.ana, 'Who are you?');
  await again.lifts(again.ana);
  expect(await again.read()).not.toHaveProperty('unansweredSince');
});

test('[C5] over another operator who holds it is a steal, and they are told', async () => {
  const desk = await openSpam();
  await desk.takesOver(desk.ben);
  expect(await refused(desk.marks(desk.ana))).toMatchObject({ code: 'CONTROL_HELD' });
  await desk.marks(desk.ana, true);
  const losses = await desk.t.run((ctx) => ctx.db.query('controlLosses').collect());
  expect(losses).toMatchObject([{ memberId: desk.ben.memberId }]);
  expect(textsToCustomer(await desk.entries())).toEqual(['Ben joined the conversation.']);
});

test('[M4] only what came by mail can be spam', async () => {
  const desk = await openMailDesk();
  await desk.customerWrites('Hello');
  const { ticketId } = await desk.handsOver();
  const { teamId } = desk;
  const mark = desk.ana.as.mutation(api.mails.markAsSpam, { teamId, ticketId, ...(await desk.shown()) });
  expect(await refused(mark)).toMatchObject({ code: 'INVALID_INPUT' });
});

test.each(['as spam', 'alone'])(
  '[M4] [M9] who is blocked %s under an address that nobody had checked takes it away from nobody: its owner is heard',
  async (how) => {
    const desk = await openSpam({ dmarc: 'none' });
    const { teamId, conversationId } = desk;
    const blocks = () =>
      desk.ana.as.mutation(api.mails.block, { teamId, conversationId, address: customerAddress });
    if (how === 'as spam') await desk.marks(desk.ana);
    else await blocks();
    const later = (more: Parameters<typeof desk.mailIn>[0]) => desk.mailIn({ text: 'Where is it?', ...more });
    const owners = await later({});
    expect(owners).toMatchObject({ state: 'done', isMessage: true });
    expect(owners.conversationId).not.toBe(conversationId);
    expect(await later({ dmarc: 'none' })).not.toHaveProperty('isMessage');
    // A form may name anybody.
    const form = { from: { address: 'form@shop.other', name: '' }, answersTo: customerAddress };
    expect(await later(form)).not.toHaveProperty('isMessage');
    const reader = { teamId, conversationId: owners.conversationId! };
    const ways = await readShared(desk.ana.as, api.conversations.replyWays, reader);
    expect(ways.email).toMatchObject({ address: customerAddress, suppressed: null });
    // Once its owner is blocked, too, nothing weaker takes that back.
    await desk.ana.as.mutation(api.mails.block, { ...reader, address: customerAddress });
    await blocks();
    expect(await later({})).not.toHaveProperty('isMessage');
  },
);
