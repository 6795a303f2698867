/** The customer ends the chat (docs/rules.md M8, C8, H6, T8). */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isChatEnded } from '../../shared/conversation/ended';
import { replayTicket } from '../../shared/tickets/ticketState';
import { openDesk, textsToCustomer } from '../../desk.setup';
import { endChat } from './endChat';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

type Desk = Awaited<ReturnType<typeof openDesk>>;
const end = (desk: Desk) => desk.inCase((ctx, opened) => endChat(ctx, opened));
const endings = async (desk: Desk) =>
  (await desk.entries()).filter(({ event }) => event?.type === 'chatEnded');
async function pass(desk: Desk, ms: number) {
  vi.advanceTimersByTime(ms);
  await desk.t.finishInProgressScheduledFunctions();
}

test('[M8] [H6] the agent rests: it owes nothing more, nobody is asked in its place, and a late answer is not said', async () => {
  const desk = await openDesk();
  await desk.customerWrites('Never mind');
  const { lastSequence } = await desk.read();
  await end(desk);
  expect(isChatEnded(await desk.read())).toBe(true);
  expect(await desk.agentAnswers('Here is how', { seenThrough: lastSequence })).toMatchObject({
    refused: 'SUPERSEDED',
  });
  await pass(desk, 10 * 60_000);
  expect(await desk.tickets()).toEqual([]);
  expect(textsToCustomer(await desk.entries())).toEqual([]);
  expect(await desk.read()).toMatchObject({ answeredThrough: lastSequence });
  expect(await desk.read()).not.toHaveProperty('unansweredSince');
});

test('[M8] writing again goes on in the same thread, and is owed an answer as ever', async () => {
  const desk = await openDesk();
  await desk.customerWrites('Never mind');
  await end(desk);
  vi.advanceTimersByTime(60_000);
  await desk.customerWrites('One more thing');
  expect(isChatEnded(await desk.read())).toBe(false);
  expect(await desk.agentAnswers('Yes?')).toHaveProperty('sent');
  await end(desk);
  expect(isChatEnded(await desk.read())).toBe(true);
  expect(await endings(desk)).toHaveLength(2);
});

test('[M8] [T8] an open ticket is told, stays as it is and waits on; its replay is the ticket', async () => {
  const desk = await openDesk();
  await desk.customerWrites('A person, please');
  const { ticketId } = await desk.handsOver();
  const [before] = await desk.tickets();
  await end(desk);
  const [told] = await endings(desk);
  expect(told).toMatchObject({ ticketId, audience: 'team', author: { kind: 'customer' } });
  const [after] = await desk.tickets();
  expect(after).toEqual(before);
  expect(replayTicket(await desk.entries(), ticketId)).toMatchObject({
    status: after!.status,
    waitingSince: after!.waitingSince,
  });
  // What a person was asked for is theirs to see.
  expect((await desk.read()).unansweredSince).toBeDefined();
});

test('[C1] whoever holds control keeps it, and may still answer', async () => {
  const desk = await openDesk();
  await desk.customerWrites('Hello');
  await desk.takesOver(desk.ana);
  const before = await desk.control();
  await end(desk);
  expect(await desk.control()).toEqual(before);
  expect(await desk.replies(desk.ana, 'All the best')).toHaveProperty('sent');
});

test('where there is nothing to end nothing happens, however often it is asked', async () => {
  const desk = await openDesk();
  await end(desk);
  expect(await desk.entries()).toEqual([]);
  await desk.customerWrites('Hello');
  await end(desk);
  const before = await desk.entries();
  await end(desk);
  expect(await desk.entries()).toEqual(before);
});
