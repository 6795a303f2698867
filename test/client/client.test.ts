/** The typed client against a desk that answers as the test says; its types against the schemas of the API. */
import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import * as client from '../../client/client.ts';
import type * as schemas from '../../convex/shared/agents/agentApi.ts';
import type { SentType } from '../../convex/shared/webhooks/events.ts';

interface Sent {
  method: string;
  path: string;
  body: Record<string, unknown>;
  headers: Record<string, string>;
}
/** `cut`: its body breaks off; `silent`: none comes. */
type Reply =
  | { status?: number; headers?: Record<string, string>; body?: unknown }
  | 'lost'
  | 'cut'
  | 'silent';

const brokenOff = () =>
  new ReadableStream({
    start: (to) => to.enqueue(new TextEncoder().encode('{"id":')),
    pull: (to) => to.error(new TypeError('terminated')),
  });

/** Answers in their order, the last one for ever. */
function deskThat(...replies: Reply[]) {
  const sent: Sent[] = [];
  const fetched = async (
    url: string | URL | Request,
    { method, body, headers, signal }: RequestInit = {},
  ) => {
    const reply = replies[Math.min(sent.length, replies.length - 1)]!;
    const path = String(url).replace('https://site.test/api/v1', '');
    const said = body === undefined ? {} : (JSON.parse(body as string) as Sent['body']);
    sent.push({ method: method!, path, body: said, headers: headers as Record<string, string> });
    if (reply === 'lost') throw new TypeError('fetch failed');
    if (reply === 'silent')
      return new Promise<never>((_done, fail) =>
        signal?.addEventListener('abort', () => fail(signal.reason as Error)),
      );
    if (reply === 'cut') return new Response(brokenOff());
    const { status = 200, body: answer = {} } = reply;
    return new Response(status === 204 ? null : JSON.stringify(answer), {
      status,
      headers: reply.headers ?? {},
    });
  };
  const baton = new client.Baton({
    site: 'https://site.test',
    key: 'baton_live_x',
    fetch: fetched as typeof fetch,
    timeoutMs: 50,
  });
  return { baton, sent };
}

const control = { holder: 'agent' as const, epoch: 3, since: '2026-11-28T09:00:00.000Z' };
const message = (sequence: number) => ({ kind: 'message', sequence, from: 'customer', text: `${sequence}` });
const page = (sequences: number[], more: object = {}) => ({
  body: {
    entries: sequences.map(message),
    control,
    lastSequence: sequences.at(-1) ?? 0,
    mustAnswer: true,
    nextCursor: null,
    ...more,
  },
});
const refused = { outcome: 'refused', code: 'SUPERSEDED', detail: '', control, lastSequence: 3 };

async function openTurn(...replies: Reply[]) {
  const desk = deskThat(page([1, 2]), ...replies);
  const turn = await desk.baton.conversation('c1').read();
  if (!turn.mustAnswer) throw new Error('The customer waits');
  return { ...desk, turn };
}

describe('a turn', () => {
  it('[P1] [C8] carries the epoch and how far was read', async () => {
    const { turn, sent } = await openTurn({ body: { outcome: 'accepted', sequence: 3 } });
    expect(await turn.answer('Hello')).toEqual({ outcome: 'accepted', sequence: 3 });
    expect(sent[1]).toMatchObject({
      path: '/conversations/c1/answers',
      body: { text: 'Hello', epoch: 3, seenThrough: 2, clientMessageId: 'turn-3-2' },
    });
  });

  it('[P1] answers once', async () => {
    const { turn } = await openTurn({ body: { outcome: 'accepted', sequence: 3 } });
    await turn.answer('Hello');
    await expect(turn.answer('Hello again')).rejects.toThrow(client.TurnIsOver);
    await expect(turn.handOver()).rejects.toThrow(client.TurnIsOver);
  });

  it('[C8] that was superseded reads on and answers all of it, under a name of its own', async () => {
    const { turn, sent } = await openTurn({ body: refused }, page([3]), {
      body: { outcome: 'accepted', sequence: 4 },
    });
    expect(await turn.answer('Hello')).toMatchObject({ outcome: 'refused', code: 'SUPERSEDED' });
    const next = await turn.readOn();
    expect(next.entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(sent[2]!.path).toContain('after=2');
    if (next.mustAnswer) await next.answer('Hello to all');
    expect(sent[3]!.body).toMatchObject({ seenThrough: 3, clientMessageId: 'turn-3-3' });
  });

  it('[C4] there is none while a person speaks: nothing that could answer', async () => {
    const held = { ...control, holder: 'operator' as const };
    const { baton } = deskThat(page([1], { mustAnswer: false, control: held }));
    const read = await baton.conversation('c1').read();
    expect(read.mustAnswer).toBe(false);
    expect(read).not.toHaveProperty('answer');
    // @ts-expect-error -- only what waits can answer
    expect(() => read.answer('Hello')).toThrow(TypeError);
  });

  it('[H4] hands over under a key, with its farewell as an answer', async () => {
    const { turn, sent } = await openTurn({ body: { outcome: 'declined', rule: 'Never' } });
    const brief = { asked: 'Money back', facts: [], tried: [] };
    expect(await turn.handOver({ brief, farewell: 'I ask a person.' })).toEqual({
      outcome: 'declined',
      rule: 'Never',
    });
    expect(sent[1]).toMatchObject({
      body: { brief, farewell: { text: 'I ask a person.', epoch: 3, seenThrough: 2 } },
      headers: { 'idempotency-key': 'handover-3-2' },
    });
  });

  it('[H4] [P2] that another process has handed over with a brief of its own gets what came of that', async () => {
    const other = { status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED', detail: 'Another body.' } };
    const ticket = { number: 7, status: 'new', rule: null };
    const { turn, sent } = await openTurn(other, { body: { id: 'c1', ticket } });
    const outcome = { outcome: 'handedOver', how: 'added', ticket, rule: null, farewell: null };
    expect(await turn.handOver({ tags: ['angry'] })).toEqual(outcome);
    expect(sent).toHaveLength(3);
  });

  it('[H4] [P2] that another process could not hand over is asked anew, under a key of its own', async () => {
    const other = { status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED', detail: 'Another body.' } };
    const declined = { outcome: 'declined', rule: 'Never' };
    const { turn, sent } = await openTurn(other, { body: { id: 'c1', ticket: null } }, { body: declined });
    expect(await turn.handOver({ tags: ['angry'] })).toEqual(declined);
    expect(sent[3]!.body).toEqual(sent[1]!.body);
    expect(sent[3]!.headers['idempotency-key']).toMatch(/^handover-3-2-.+/);
  });

  it('[P1] a long conversation is read to its end, and the last page says how it stands', async () => {
    const later = { ...control, epoch: 5 };
    const { baton, sent } = deskThat(page([1, 2], { nextCursor: '2' }), page([3], { control: later }));
    const turn = await baton.conversation('c1').read();
    expect(turn).toMatchObject({ seenThrough: 3, control: { epoch: 5 } });
    expect(turn.entries).toHaveLength(3);
    expect(sent[1]!.path).toContain('cursor=2');
  });
});

describe('a call', () => {
  it('[P2] is made again where no answer came or the desk asks for it, and then no more', async () => {
    const again: Reply[] = [
      'lost',
      { status: 503, headers: { 'retry-after': '0.01' } },
      { body: { id: 'c1' } },
    ];
    const { baton, sent } = deskThat(...again);
    const start = { externalId: 'e', customer: { externalId: 'u' } };
    expect((await baton.start(start)).id).toBe('c1');
    expect(sent.map(({ body }) => body)).toEqual([start, start, start]);
    const closed = deskThat({
      status: 429,
      headers: { 'retry-after': '0.01' },
      body: { code: 'RATE_LIMITED' },
    });
    await expect(closed.baton.me()).rejects.toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    expect(closed.sent).toHaveLength(4);
  });

  it.each([
    ['breaks off', 'cut' as const],
    ['never comes', 'silent' as const],
    ['is of a proxy without a desk behind it', { status: 502 }],
    ['is of a proxy that waited in vain', { status: 504 }],
  ])('[P2] is made again where its answer %s', async (_what, reply) => {
    const { baton, sent } = deskThat(reply, { body: { id: 'c1' } });
    expect((await baton.start({ externalId: 'e', customer: { externalId: 'u' } })).id).toBe('c1');
    expect(sent).toHaveLength(2);
  });

  it('[P2] that is wrong is a problem with its code, and is not made again', async () => {
    const { baton, sent } = deskThat({
      status: 404,
      body: { code: 'NOT_FOUND', detail: 'No such conversation.' },
    });
    await expect(baton.conversation('x').get()).rejects.toMatchObject({
      name: 'BatonProblem',
      code: 'NOT_FOUND',
      message: 'No such conversation.',
    });
    expect(sent).toHaveLength(1);
  });

  it('[P1] who waits comes page by page', async () => {
    const { baton, sent } = deskThat(
      { body: { conversations: [{ id: 'a' }, { id: 'b' }], nextCursor: '1-2.5' } },
      { body: { conversations: [{ id: 'c' }], nextCursor: null } },
    );
    const ids = [];
    for await (const { id } of baton.waiting()) ids.push(id);
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(sent.map(({ path }) => path)).toEqual([
      '/conversations?mustAnswer=true',
      '/conversations?mustAnswer=true&cursor=1-2.5',
    ]);
  });
});

describe('a webhook', () => {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const body =
    '{"type":"webhook.test","timestamp":"2026-11-28T09:00:00.000Z","data":{"agent":{"id":"a","name":"Robin"}}}';
  const signed = (at = new Date(), by = secret) => ({
    'Webhook-Id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(by).sign('msg_1', at, body),
  });

  it('[P3] is an event with its id once its signature fits', () => {
    const event = client.readWebhook(secret, { headers: signed(), body });
    expect(event).toMatchObject({ id: 'msg_1', type: 'webhook.test', data: { agent: { name: 'Robin' } } });
  });

  it('[P3] that is forged, altered, old or unsigned is none', () => {
    const other = `whsec_${randomBytes(32).toString('base64')}`;
    const read =
      (headers: Record<string, string>, text = body) =>
      () =>
        client.readWebhook(secret, { headers, body: text });
    expect(read(signed(new Date(), other))).toThrow();
    expect(read(signed(), body.replace('Robin', 'Rubin'))).toThrow();
    expect(read({ ...signed(), 'Webhook-Id': 'msg_2' })).toThrow();
    expect(read(signed(new Date(Date.now() - 6 * 60_000)))).toThrow();
    expect(read({})).toThrow();
  });
});

describe('the types', () => {
  it('[P1] are those of the schemas that check the requests and make the OpenAPI document', () => {
    expectTypeOf<client.ConversationState>().toEqualTypeOf<z.output<typeof schemas.zConversation>>();
    expectTypeOf<client.EntryPage>().toEqualTypeOf<z.output<typeof schemas.zEntryPage>>();
    expectTypeOf<client.Answered>().toEqualTypeOf<z.output<typeof schemas.zAnswered>>();
    expectTypeOf<client.HandedOver>().toEqualTypeOf<z.output<typeof schemas.zHandedOver>>();
    expectTypeOf<client.Start>().toEqualTypeOf<z.input<typeof schemas.zStartConversation>>();
    expectTypeOf<client.Handover>().toEqualTypeOf<Omit<z.input<typeof schemas.zHandover>, 'farewell'>>();
    expectTypeOf<client.ReceiptState>().toEqualTypeOf<z.input<typeof schemas.zReceipt>['state']>();
    expectTypeOf<client.WebhookEvent['type']>().toEqualTypeOf<SentType>();
  });
});
