/** The main job once more, through /api/v1 with a key and nothing but HTTP: no browser, no socket. */
import type { ConvexHttpClient } from 'convex/browser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api';
import type { Id } from '../../convex/_generated/dataModel';
import { owner, setUpDesk, startTestDesk, type TestDesk } from './harness.ts';
import { readShared, readTicket } from '../../convex/readShared.setup.ts';

let desk: TestDesk;
let operator: ConvexHttpClient;
let teamId: Id<'teams'>;
let key: string;
let conversationId: string;

interface Answer {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- what the wire says is what the test looks at
  body: any;
}

async function call(
  method: 'GET' | 'POST',
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${desk.settings.siteUrl}/api/v1${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${key}`,
      ...(body && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

const inConversation = (path: string) => `/conversations/${conversationId}${path}`;
const customerWrites = (text: string) => call('POST', inConversation('/customer-messages'), { text });
const ticket = () => readTicket(operator, { teamId, number: 1 }).then((found) => found!);

beforeAll(async () => {
  desk = await startTestDesk({ app: false });
  ({ operator, teamId } = await setUpDesk(desk));
  await operator.mutation(api.members.heartbeat, { teamId, sessionId: 'http', idleMs: 0 });
  await operator.mutation(api.members.setStatus, { teamId, status: 'online' });
  const agentId = await operator.mutation(api.agents.create, { teamId, name: 'Outsider', kind: 'external' });
  await operator.mutation(api.handoverRules.save, {
    teamId,
    agentId,
    name: 'Refund outside the window',
    when: [{ type: 'reported', condition: 'refundTooLate' }],
    outcome: { handOver: true, priority: 'high', tags: ['refund'] },
  });
  ({ key } = await operator.mutation(api.agents.createKey, { teamId, agentId, name: 'journey' }));
});

afterAll(() => desk?.dispose());

it('[P1] an outside agent starts a conversation, and finds the same one again', async () => {
  const start = { externalId: 'chat-77', customer: { externalId: 'u-12', name: 'Carla' }, subject: 'Boots' };
  const first = await call('POST', '/conversations', start);
  expect(first).toMatchObject({ status: 201, body: { control: { holder: 'agent', epoch: 1 } } });
  const again = await call('POST', '/conversations', start);
  expect(again).toMatchObject({ status: 200, body: { id: first.body.id } });
  conversationId = first.body.id;
});

it('[P1] it answers "where is my order" and no ticket opens', async () => {
  expect((await customerWrites('Where is my order?')).body).toMatchObject({ sequence: 1, mustAnswer: true });
  const answer = { text: 'It is on its way.', epoch: 1, seenThrough: 1 };
  const sent = await call('POST', inConversation('/answers'), answer, { 'Idempotency-Key': '"turn-1"' });
  expect(sent.body).toMatchObject({ outcome: 'accepted', sequence: 2 });
  expect(
    (await call('POST', inConversation('/answers'), answer, { 'Idempotency-Key': '"turn-1"' })).body,
  ).toEqual(sent.body);
  expect((await call('GET', '/tickets')).body.tickets ?? []).toEqual([]);
});

it('[H1] [T1] [A4] a refund outside the window opens ticket #1, high priority, assigned by load', async () => {
  await customerWrites('I want a refund, I bought them 45 days ago');
  const handed = await call('POST', inConversation('/handovers'), {
    reason: 'agentAsked',
    reported: ['refundTooLate'],
    brief: { asked: 'A refund after 45 days', facts: [{ text: '45 days ago', sequence: 3 }], tried: [] },
    farewell: { text: 'I have asked a person to look at it.', epoch: 1, seenThrough: 3 },
  });
  expect(handed.body).toMatchObject({
    outcome: 'handedOver',
    how: 'opened',
    rule: 'Refund outside the window',
  });
  expect(handed.body.ticket).toMatchObject({ number: 1, status: 'new', priority: 'high' });
  await expect.poll(async () => (await ticket()).assignee?.name).toBe(owner.name);
});

it('[C3] the agent still answers the next question', async () => {
  const { body } = await customerWrites('And how long does shipping take?');
  const answer = { text: 'Two to four working days.', epoch: 1, seenThrough: body.sequence };
  expect((await call('POST', inConversation('/answers'), answer)).body.outcome).toBe('accepted');
});

it('[C6] [C4] [C7] the operator cannot send before taking over; then the late answer is refused and kept', async () => {
  const { ticket: open, control, lastSequence } = await ticket();
  const reply = {
    teamId,
    conversationId: open.conversationId,
    text: 'Hi',
    clientMessageId: 'm1',
    epoch: control.epoch,
    seenThrough: lastSequence,
  };
  expect(await operator.mutation(api.messages.reply, reply)).toMatchObject({ refused: 'TAKE_OVER_FIRST' });
  const { body } = await customerWrites('Are you there?');
  await operator.mutation(api.tickets.takeOver, { teamId, ticketId: open._id });
  const late = await call('POST', inConversation('/answers'), {
    text: 'I am here',
    epoch: 1,
    seenThrough: body.sequence,
  });
  expect(late.body).toMatchObject({
    outcome: 'refused',
    code: 'STALE_EPOCH',
    control: { holder: 'operator', epoch: 2 },
  });
  const drafts = await readShared(operator, api.conversations.suppressedDrafts, {
    teamId,
    conversationId: open.conversationId,
  });
  expect(drafts.map(({ text }) => text)).toEqual(['I am here']);
});

it('[C10] resolving hands back; the next message is the agent’s, whose context holds what the operator did', async () => {
  const { ticket: open, control, lastSequence } = await ticket();
  const at = { teamId, conversationId: open.conversationId };
  await operator.mutation(api.messages.reply, {
    ...at,
    text: 'I refunded 89 euro.',
    clientMessageId: 'm2',
    epoch: control.epoch,
    seenThrough: lastSequence,
  });
  const now = await ticket();
  await operator.mutation(api.tickets.resolve, {
    teamId,
    ticketId: open._id,
    expectedEpoch: now.control.epoch,
    seenThrough: now.lastSequence,
    agentShouldKnow: 'Refund of 89 euro done by hand',
    promised: 'Money within three days',
  });
  const next = await customerWrites('Thanks! And where is my second parcel?');
  expect(next.body).toMatchObject({ mustAnswer: true, control: { holder: 'agent', epoch: 3 } });
  const { body } = await call('GET', inConversation('/entries?after=0&limit=100'));
  const texts = JSON.stringify(body);
  for (const known of [
    'I refunded 89 euro.',
    'Refund of 89 euro done by hand',
    'Money within three days',
    'handedBack',
  ]) {
    expect(texts).toContain(known);
  }
  const answer = { text: 'It left our warehouse today.', epoch: 3, seenThrough: next.body.sequence };
  expect((await call('POST', inConversation('/answers'), answer)).body.outcome).toBe('accepted');
  expect((await ticket()).ticket.status).toBe('resolved');
});

it('[T4] the ticket can be reopened under its number', async () => {
  const { ticket: resolved } = await ticket();
  await operator.mutation(api.tickets.reopen, { teamId, ticketId: resolved._id });
  expect((await ticket()).ticket).toMatchObject({ number: 1, status: 'open' });
});

it('[P2] [P5] a wrong key, a foreign id and a reused key each get their problem and change nothing', async () => {
  const right = key;
  key = right.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'));
  expect(await call('GET', '/tickets')).toMatchObject({ status: 401, body: { code: 'NOT_SIGNED_IN' } });
  key = right;
  expect(await call('GET', '/conversations/nothing')).toMatchObject({
    status: 404,
    body: { code: 'NOT_FOUND' },
  });
  const other = { text: 'Something else', epoch: 1, seenThrough: 1 };
  const reused = await call('POST', inConversation('/answers'), other, { 'Idempotency-Key': '"turn-1"' });
  expect(reused).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
});

it('[P2] [E2] a full disk is a 503 with a code of its own, and nothing is changed; the health page says so', async () => {
  const { store } = desk.engine.backend;
  const health = async () => (await fetch(`${desk.settings.url}/health`)).json();
  const sequences = async () => (await call('GET', inConversation('/entries'))).body.lastSequence;
  const before = await sequences();
  store.db.exec(`PRAGMA max_page_count=${store.db.get('PRAGMA page_count')![0]}`);
  try {
    let refused: Response;
    do {
      refused = await fetch(`${desk.settings.siteUrl}/api/v1${inConversation('/customer-messages')}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ text: 'x'.repeat(10_000) }),
      });
    } while (refused.status === 201);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('Retry-After')).toBe('60');
    expect(await refused.json()).toMatchObject({ code: 'DISK_FULL', status: 503 });
    expect(await health()).toMatchObject({ writes: false });
  } finally {
    store.db.exec('PRAGMA max_page_count=1000000');
  }
  expect((await customerWrites('Is there room again?')).status).toBe(201);
  expect(await health()).toMatchObject({ writes: true });
  expect(await sequences()).toBeGreaterThan(before);
});
