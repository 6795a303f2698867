/**
 * What one message costs in calls of the database (docs/rules.md E3; docs/style.md, "The case"): every read and write that
 * a transaction asks the engine's `ComponentDb` for, its scheduler's included. Here they are cheap; on Convex Cloud each
 * is billed and widens what may conflict.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import { until } from '../engine/harness.ts';
import { startTestDesk, type TestDesk } from '../journeys/harness.ts';
import { countDatabaseCalls, type Run } from './counter.ts';
import { openShop, type Shop } from './shop.ts';
import { readShared } from '../../convex/readShared.setup.ts';

let desk: TestDesk;
let shop: Shop;
let runs: Run[];
let sent = 0;

beforeAll(async () => {
  runs = countDatabaseCalls();
  desk = await startTestDesk({ app: false });
  shop = await openShop(desk);
  // The first message also makes the conversation.
  await say('Hello');
}, 60_000);
afterAll(() => desk?.dispose());

/** Sends a customer's message and waits for the agent's turn to end; gives what either cost. */
async function say(text: string): Promise<{ message: Run; turn: Run[] }> {
  runs.length = 0;
  await shop.customer.mutation(api.web.send, { text, clientMessageId: `m${++sent}` });
  const turn = () => runs.filter(({ name }) => name.startsWith('agents/knowledge:'));
  await until(() => turn().some(({ name }) => name.endsWith(':carryOut')), 'the agent had its turn');
  return { message: runs.find(({ name }) => name === 'web:send')!, turn: turn() };
}

const total = (of: Run[]) => of.reduce((sum, { calls }) => sum + calls.length, 0);
const show = (of: Run[]) =>
  of.map(({ name, calls }) => `${name} ${calls.length}: ${calls.join(', ')}`).join('\n');
/** Printed, so that a change that costs is seen before it breaks a bound. */
const report = (of: Run[]) => console.log(of.map(({ name, calls }) => `${name} ${calls.length}`).join(', '));

test('[E3] a customer’s question from the widget costs at most 17 calls, the agent’s turn at most 23', async () => {
  const { message, turn } = await say('How long does delivery take?');
  report([message, ...turn]);
  // One of each makes what was said findable (T9).
  expect(message.calls.length, show([message])).toBeLessThanOrEqual(17);
  // Three are for how hot the conversation is (B5): what is at stake, what it was, and where it has changed what it is. A message
  // itself costs nothing for it.
  expect(total(turn), show(turn)).toBeLessThanOrEqual(23);
  expect(message.calls.filter((call) => call.includes('liveConversations'))).toEqual([]);
});

test('[E3] [B2] an answer that hands over costs at most 37 calls, its whole turn 48, and counting it less than a third of what it costs without', async () => {
  const { turn } = await say('I want a refund, I bought it 45 days ago');
  report(turn);
  const answer = turn.filter(({ name }) => name.endsWith(':carryOut'));
  expect(total(answer), show(answer)).toBeLessThanOrEqual(37);
  // One of them looks whether its heat has changed (B5), one for the address of a customer who gave no name; two count for its agent, and three stand for its tag,
  // two make what it says, and the subject, findable (T9).
  expect(total(turn), show(turn)).toBeLessThanOrEqual(48);
  const counting = answer.flatMap(({ calls }) => calls.filter((call) => call.includes('measure')));
  expect(counting.length, show(answer)).toBeGreaterThan(0);
  expect(total(answer) / (total(answer) - counting.length), show(answer)).toBeLessThanOrEqual(1.3);
  const ticket = await readShared(shop.owner, api.tickets.get, { teamId: shop.teamId, number: 1 });
  expect(ticket?.ticket.priority).toBe('high');
});

test('[E3] [E5] a customer’s message on an open ticket costs at most 23 calls, and asks for no place in a list', async () => {
  const { message } = await say('How long does delivery take to Norway?');
  report([message]);
  // Two of them are measured, two say to whom it is news, one makes it findable (T9).
  expect(message.calls.length, show([message])).toBeLessThanOrEqual(23);
  expect(message.calls.filter((call) => call.includes('ticketPlaces'))).toEqual([]);
});

test('[E3] [A6] a pass that gives one ticket with a tag costs at most 40 calls, one that finds nothing waiting 5', async () => {
  const passes = () => runs.filter(({ name }) => name === 'jobs/routing:pass');
  const { ticket } = (await readShared(shop.owner, api.tickets.get, { teamId: shop.teamId, number: 1 }))!;
  const of = { teamId: shop.teamId, ticketId: ticket._id };
  runs.length = 0;
  await shop.owner.mutation(api.tickets.assign, { ...of, memberId: null });
  await until(() => passes().length === 1, 'the pass gives it back');
  await shop.owner.mutation(api.tickets.setWaiting, { ...of, waitingOn: 'customer' });
  await until(() => passes().length === 2, 'a load that fell is looked at');
  report(passes());
  const [giving, idle] = passes();
  // Two of them tell whom it comes to, two move its tag along, five see that it is picked up, two count to whom it came (B7).
  expect(giving!.calls.length, show([giving!])).toBeLessThanOrEqual(40);
  expect(idle!.calls.length, show([idle!])).toBeLessThanOrEqual(5);
});
