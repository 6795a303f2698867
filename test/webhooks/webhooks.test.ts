/** Webhooks on the engine: what the desk's functions schedule leaves this machine's Node workers and arrives. */
import type { ConvexHttpClient } from 'convex/browser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api.js';
import type { Id } from '../../convex/_generated/dataModel.js';
import { eventTypes } from '../../convex/shared/webhooks/events.ts';
import { countDatabaseCalls, type Run } from '../costs/counter.ts';
import { until } from '../engine/harness.ts';
import { setUpDesk, startTestDesk, type TestDesk } from '../journeys/harness.ts';
import { type Receiver, startReceiver, verified } from './receiver.ts';

let runs: Run[];
let desk: TestDesk;
let owner: ConvexHttpClient;
let teamId: Id<'teams'>;
let receiver: Receiver;

beforeAll(async () => {
  runs = countDatabaseCalls();
  receiver = await startReceiver();
  desk = await startTestDesk({ app: false });
  ({ operator: owner, teamId } = await setUpDesk(desk, { withSampleShop: false }));
}, 60_000);
afterAll(async () => {
  await desk?.dispose();
  await receiver?.close();
});

type Json = Record<string, any>;

async function addAgent(name: string) {
  const agentId = await owner.mutation(api.agents.create, { teamId, name, kind: 'external' });
  const { key } = await owner.mutation(api.agents.createKey, { teamId, agentId, name: 'production' });
  const call = async (method: string, path: string, body?: Json): Promise<Json> => {
    const response = await fetch(`${desk.settings.siteUrl}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    expect(response.status, text).toBeLessThan(300);
    return text === '' ? {} : (JSON.parse(text) as Json);
  };
  const start = async (externalId: string) => {
    const { id } = await call('POST', '/conversations', { externalId, customer: { externalId } });
    return `/conversations/${id}`;
  };
  const listen = () =>
    owner.mutation(api.webhooks.create, { teamId, agentId, url: receiver.url, events: [...eventTypes] });
  return { agentId, call, start, listen };
}

it('[P3] an address of this machine is an endpoint only where a setting says so', async () => {
  const { listen } = await addAgent('Careful');
  await expect(listen()).rejects.toMatchObject({ data: { code: 'INVALID_INPUT' } });
  await desk.engine.environment.set({ WEBHOOK_PRIVATE_ADDRESSES: 'allow' });
  expect(await listen()).toMatchObject({ secret: expect.stringMatching(/^whsec_/) });
});

it('[P3] what is told leaves signed, at once and in the words of the API; taken over says stop', async () => {
  const agent = await addAgent('Told');
  const { secret } = await agent.listen();
  const path = await agent.start('chat-1');
  const waits: number[] = [];
  for (let at = 0; at < 10; at++) {
    const text = `Where is order ${at}?`;
    await agent.call('POST', `${path}/customer-messages`, { text });
    const committed = performance.now();
    const told = await receiver.next('message.toAnswer', ({ data }) => data.entry.text === text);
    waits.push(Math.round(told.at - committed));
    expect(verified(told, secret)).toMatchObject({ data: { mustAnswer: true, sequence: at + 1 } });
  }
  console.log(`webhooks left ${waits.join(', ')} ms after the call that caused them was answered`);
  const [head] = (await agent.call('GET', `${path}/entries`)).entries as Json[];
  const first = await receiver.next('message.toAnswer');
  expect(first.data.entry).toEqual(head);
  expect(first.data.conversation.externalId).toBe('chat-1');
  const conversationId = first.data.conversation.id as Id<'conversations'>;
  await owner.mutation(api.tickets.takeOverConversation, { teamId, conversationId });
  const stop = await receiver.next('conversation.takenOver');
  expect(stop.data).toMatchObject({ control: { holder: 'operator', epoch: 2 }, mustAnswer: false });
  const joined = await receiver.next('message.toDeliver');
  expect(joined.data.entry).toMatchObject({ from: 'system', kind: 'message' });
});

it('[P3] an endpoint that never answers holds up nobody else', async () => {
  const [dead, well] = [await addAgent('Dead'), await addAgent('Well')];
  const silent = await startReceiver();
  silent.answer = () => {};
  const { agentId } = dead;
  await owner.mutation(api.webhooks.create, { teamId, agentId, url: silent.url, events: [...eventTypes] });
  await well.listen();
  const [deadPath, wellPath] = [await dead.start('dead'), await well.start('well')];
  for (let at = 0; at < 20; at++) await dead.call('POST', `${deadPath}/customer-messages`, { text: `${at}` });
  await until(() => silent.told.length === 8, 'as many calls as may be under way');
  for (let at = 0; at < 5; at++) {
    await well.call('POST', `${wellPath}/customer-messages`, { text: `well ${at}` });
    await receiver.next('message.toAnswer', ({ data }) => data.entry.text === `well ${at}`);
  }
  expect(silent.told).toHaveLength(8);
  await silent.close();
}, 60_000);

it('[P3] [E3] a desk without webhooks asks nothing for their sake: not one table of theirs is read', async () => {
  const agent = await addAgent('Quiet');
  const path = await agent.start('quiet');
  runs.length = 0;
  await agent.call('POST', `${path}/customer-messages`, { text: 'Where is my order?' });
  await agent.call('POST', `${path}/answers`, { text: 'On its way.', epoch: 1, seenThrough: 1 });
  await agent.call('POST', `${path}/handovers`, { reason: 'agentAsked' });
  // What the tests before have left to be tried again is not its own.
  const calls = runs.filter(({ name }) => name.startsWith('http/api/')).flatMap((run) => run.calls);
  expect(calls.length).toBeGreaterThan(20);
  expect(calls.filter((call) => /webhook/i.test(call) || call.includes('by_agentId_and_active'))).toEqual([]);
  const costs = (name: string) => runs.find((run) => run.name.endsWith(`:${name}`))!.calls.length;
  console.log(
    `customer message ${costs('addCustomerMessage')}, answer ${costs('addAnswer')}, handover ${costs('addHandover')}`,
  );
});
