/** What people may write, on a whole desk, by each way in: the widget's session, an agent's key, an operator's reply. */
import { ConvexHttpClient } from 'convex/browser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { setUpDesk, startTestDesk, type TestDesk } from './harness.ts';
import { readShared, readTicket } from '../../convex/readShared.setup.ts';

let desk: TestDesk;
let operator: ConvexHttpClient;
let teamId: Id<'teams'>;
let customer: ConvexHttpClient;
let key: string;

beforeAll(async () => {
  desk = await startTestDesk({ app: false });
  ({ operator, teamId } = await setUpDesk(desk));
  const agentId = await operator.mutation(api.agents.create, { teamId, name: 'Outsider', kind: 'external' });
  ({ key } = await operator.mutation(api.agents.createKey, { teamId, agentId, name: 'journey' }));
  customer = await openWidget();
});

afterAll(() => desk?.dispose());

async function post(path: string, body: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${desk.settings.siteUrl}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  // oxlint-disable-next-line typescript/no-explicit-any -- what the wire says is what the test looks at
  return { status: response.status, body: (await response.json()) as any };
}

async function openWidget(): Promise<ConvexHttpClient> {
  const [channel] = await readShared(operator, api.channels.list, { teamId });
  const { body } = await post('/widget/sessions', { channel: channel!.publicId });
  const client = new ConvexHttpClient(desk.settings.url);
  client.setAuth(body.jwt);
  return client;
}

const withKey = (path: string, body: object) =>
  post(`/api/v1${path}`, body, { Authorization: `Bearer ${key}` });
const thread = async (client: ConvexHttpClient) =>
  (await client.query(api.web.entries, { paginationOpts: { numItems: 50, cursor: null } })).page;
const heard = async (client: ConvexHttpClient) => (await thread(client))[0]!;

it('[E2] an emoji at the place where the preview ends is stored exactly, by widget, API and operator', async () => {
  const text = `${'a'.repeat(139)}😀 please help`;
  await customer.mutation(api.web.send, { text, clientMessageId: 'c1' });
  const { body: started } = await withKey('/conversations', {
    externalId: 'e1',
    customer: { externalId: 'u1' },
  });
  expect(await withKey(`/conversations/${started.id}/customer-messages`, { text })).toMatchObject({
    status: 201,
  });
  const answer = { text, epoch: 1, seenThrough: 1 };
  expect((await withKey(`/conversations/${started.id}/answers`, answer)).body.outcome).toBe('accepted');

  const { conversationId } = await customer.query(api.web.conversation, {});
  const at = { teamId, conversationId: conversationId! };
  await operator.mutation(api.tickets.takeOverConversation, at);
  const { control, lastSequence: seenThrough } = (await readTicket(operator, {
    teamId,
    number: 1,
  }))!;
  const reply = { ...at, text, clientMessageId: 'o1', epoch: control.epoch, seenThrough };
  expect(await operator.mutation(api.messages.reply, reply)).toHaveProperty('sent');
  const said = (await thread(customer)).filter(({ from }) => from === 'customer' || from === 'operator');
  expect(said.map((entry) => entry.text)).toEqual([text, text]);
});

it('[P4] four walls of text are handed over, and meanwhile another customer is answered', async () => {
  const wall = 'return? '.repeat(2_487);
  const writers = await Promise.all(Array.from({ length: 4 }, openWidget));
  await Promise.all(
    writers.map((each, at) => each.mutation(api.web.send, { text: wall, clientMessageId: `w${at}` })),
  );
  const innocent = await openWidget();
  await innocent.mutation(api.web.send, { text: 'Do you deliver to Norway?', clientMessageId: 'i1' });
  await expect
    .poll(() => heard(innocent))
    .toMatchObject({ from: 'agent', text: expect.stringContaining('Norway') });
  for (const each of writers) await expect.poll(async () => (await heard(each)).from).toBe('agent');
  for (const each of writers) {
    expect(await each.query(api.web.conversation, {})).toMatchObject({ personAsked: true });
  }
});

it('[P4] 退款 finds the article about refunds, by the words of the dictionary', async () => {
  const body = '收到商品后30天内可以申请退款。退款会在5个工作日内退回到您的银行卡。';
  await operator.action(api.articles.save, { teamId, title: '退款政策', body });
  const asker = await openWidget();
  await asker.mutation(api.web.send, { text: '退款', clientMessageId: 'z1' });
  await expect.poll(() => heard(asker)).toMatchObject({ from: 'agent', sources: ['退款政策'] });
});

it('[H1] a date is a time gone by: a refund for what was bought 60 days ago goes to a person', async () => {
  const day = new Date(Date.now() - 60 * 86_400_000).toISOString().slice(0, 10);
  const asker = await openWidget();
  const text = `I want a refund, I bought it on ${day}`;
  await asker.mutation(api.web.send, { text, clientMessageId: 'd1' });
  await expect.poll(async () => (await asker.query(api.web.conversation, {})).personAsked).toBe(true);
  expect((await heard(asker)).text).toContain('outside our 30 days');
});
