/// <reference types="vite/client" />
/** Rules P3, C4, C10 and M2: an agent is told what happens, once for all who listen, whatever its endpoint does. */
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeSealingKey } from '../../../scripts/authKeys';
import { api, internal } from '../../_generated/api';
import type { Id } from '../../_generated/dataModel';
import { readShared } from '../../readShared.setup';
import { type OpenDesk, openDesk, refused } from '../../desk.setup';
import { nobodyKnows } from '../../shared/delivery/outcome';
import { passTime, transact } from '../../test.setup';
import { readConversation } from '../conversation/case';
import { bodyOf } from './bodies';
import { type EventType, eventTypes } from '../../shared/webhooks/events';
import type { Call, CallOutcome } from '../../webhooks/call';

interface Received {
  url: string;
  headers: Record<string, string>;
  body: { type: string; timestamp: string; data: Record<string, any> };
  text: string;
}

let received: Received[];
let answer: (call: Received) => Partial<CallOutcome> | Promise<Partial<CallOutcome>>;

vi.mock('../../webhooks/call', () => ({
  postTo: async ({ url, headers, body: text }: Call) => {
    const call = { url, headers, text, body: JSON.parse(text) as Received['body'] };
    received.push(call);
    return { status: 200, ms: 3, answer: '', ...(await answer(call)) };
  },
}));

beforeEach(() => {
  process.env.SEALING_KEY = makeSealingKey();
  received = [];
  answer = () => ({});
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Of a wait for a fact: a busy machine takes its time. */
const patient = { timeout: 10_000 };
const minute = 60_000;
const day = 24 * 60 * minute;

async function openListening(
  options: Parameters<typeof openDesk>[0] & { events?: EventType[]; url?: string } = {},
) {
  const { events = [...eventTypes], url = 'https://agent.example.com/hook', ...of } = options;
  const desk = await openDesk(of);
  const { teamId, agentId, owner } = desk;
  const add = (more: { url?: string; events?: EventType[] } = {}) =>
    owner.as.mutation(api.webhooks.create, { teamId, agentId, url, events, ...more });
  return { ...desk, ...(await add()), add };
}

/** Lets pass what is due now. */
const pass = (desk: Pick<OpenDesk, 't'>) => passTime(desk.t, 200, 20);
/** Of one conversation, as it happened: two calls at once may arrive in either order. */
const inOrder = () =>
  received.toSorted(
    (one, other) => Number(one.body.data.sequence ?? 0) - Number(other.body.data.sequence ?? 0),
  );
const types = () => inOrder().map(({ body }) => body.type);
const eventsIn = (desk: Pick<OpenDesk, 't'>) => desk.t.run((ctx) => ctx.db.query('webhookEvents').collect());
const rowsIn = (desk: Pick<OpenDesk, 't'>) => desk.t.run((ctx) => ctx.db.query('outbox').collect());

describe('what is told', () => {
  test('[P3] a customer’s message is told once committed, with all that an answer carries', async () => {
    const desk = await openListening();
    await desk.customerWrites('Where is my order?');
    await pass(desk);
    expect(received).toHaveLength(1);
    const { body, url } = received[0]!;
    expect(url).toBe('https://agent.example.com/hook');
    expect(body).toMatchObject({
      type: 'message.toAnswer',
      data: {
        sequence: 1,
        conversation: { id: desk.conversationId, channel: 'web' },
        control: { holder: 'agent', epoch: 1 },
        lastSequence: 1,
        mustAnswer: true,
        entry: { kind: 'message', from: 'customer', sequence: 1, text: 'Where is my order?' },
        links: { conversation: expect.stringContaining(`/api/v1/conversations/${desk.conversationId}`) },
      },
    });
  });

  test('[P3] [C4] a takeover says stop, and what is written then is nobody’s to answer', async () => {
    const desk = await openListening();
    await desk.customerWrites('Hello?');
    await desk.takesOver(desk.ana);
    await desk.customerWrites('Are you there?');
    await pass(desk);
    // Two calls at once may arrive in either order.
    const told = ['message.toAnswer', 'ticket.opened', 'conversation.takenOver'];
    expect(types().toSorted()).toEqual(told.toSorted());
    const stop = received.find(({ body }) => body.type === 'conversation.takenOver')!.body.data;
    expect(stop).toMatchObject({
      control: { holder: 'operator', epoch: 2 },
      mustAnswer: false,
      entry: { kind: 'takenOver', epoch: 2, by: 'Ana' },
    });
    expect(stop.sequence).toBeGreaterThan(1);
  });

  test('[P3] [C10] a handback says what the agent should know, and asks for the answer that waits', async () => {
    const desk = await openListening();
    const { ticketId } = await desk.takesOver(desk.ana);
    await desk.customerWrites('And my refund?');
    await pass(desk);
    received = [];
    const shown = await desk.shown();
    await desk.ana.as.mutation(api.tickets.resolve, {
      teamId: desk.teamId,
      ticketId,
      ...shown,
      agentShouldKnow: 'The refund is on its way.',
    });
    await pass(desk);
    expect(types()).toEqual(['ticket.resolved', 'conversation.handedBack', 'message.toAnswer']);
    expect(inOrder()[1]!.body.data).toMatchObject({
      mustAnswer: true,
      entry: { kind: 'handedBack', outcome: 'resolved', agentShouldKnow: 'The refund is on its way.' },
    });
    expect(inOrder()[2]!.body.data).toMatchObject({
      entry: { text: 'And my refund?' },
      control: { epoch: 3 },
    });
  });

  test('[P3] [C10] a message that an operator leaves is not asked for', async () => {
    const desk = await openListening();
    const { ticketId } = await desk.takesOver(desk.ana);
    await desk.customerWrites('Never mind');
    await desk.resolves(desk.ana, ticketId, { agentAnswersNow: false });
    await pass(desk);
    expect(types()).not.toContain('message.toAnswer');
  });

  test('[P3] a ticket’s way is told step by step, what changes in between with its name', async () => {
    const desk = await openListening();
    await desk.customerWrites('Help');
    const { ticketId } = await desk.handsOver();
    await desk.ana.as.mutation(api.tickets.setPriority, { teamId: desk.teamId, ticketId, priority: 'high' });
    await pass(desk);
    expect(types()).toEqual(['message.toAnswer', 'ticket.opened', 'ticket.changed']);
    expect(inOrder()[2]!.body.data).toMatchObject({
      ticket: { number: 1, priority: 'high', status: 'new' },
      changes: ['priority'],
    });
    received = [];
    await desk.resolves(desk.ana, ticketId);
    await desk.ana.as.mutation(api.tickets.reopen, { teamId: desk.teamId, ticketId });
    await desk.ana.as.mutation(api.tickets.close, { teamId: desk.teamId, ticketId, ...(await desk.shown()) });
    await pass(desk);
    expect(types()).toEqual(['ticket.resolved', 'ticket.reopened', 'ticket.closed']);
  });

  test('[P3] what one transaction does to a ticket is one event of it', async () => {
    const desk = await openListening();
    await desk.customerWrites('Help');
    await desk.handsOver();
    await desk.handsOver('customerAsked', { priority: 'urgent', tags: ['angry'] });
    await pass(desk);
    expect(types()).toEqual(['message.toAnswer', 'ticket.opened', 'ticket.changed']);
    expect(inOrder()[2]!.body.data.changes).toEqual(['reason', 'priority', 'tags']);
  });

  test('[P3] [P5] an agent is told of its own conversations only, and one without an endpoint of none', async () => {
    const desk = await openListening();
    const other = await openDesk({ beside: desk.t });
    await other.customerWrites('For somebody else');
    await other.takesOver(other.ana);
    await pass(desk);
    expect(received).toEqual([]);
    expect(await eventsIn(desk)).toEqual([]);
  });

  test('[P3] an endpoint hears what it asked for, each of several', async () => {
    const desk = await openListening({ events: ['conversation.takenOver'] });
    await desk.add({ url: 'https://other.example.com/', events: ['message.toAnswer', 'ticket.opened'] });
    await desk.customerWrites('Hello');
    await desk.takesOver(desk.ana);
    await pass(desk);
    const heard = received.map(({ url, body }) => `${new URL(url).hostname} ${body.type}`);
    expect(heard.toSorted()).toEqual([
      'agent.example.com conversation.takenOver',
      'other.example.com message.toAnswer',
      'other.example.com ticket.opened',
    ]);
  });

  test('[P3] [E6] a body stays below 20 kB whatever is written, and says that its text is cut', async () => {
    const desk = await openListening();
    for (const text of [
      'x'.repeat(20_000),
      '😀'.repeat(10_000),
      '\u0001'.repeat(19_999) + 'x',
      '"\\'.repeat(10_000),
    ])
      await desk.customerWrites(text);
    await pass(desk);
    expect(received).toHaveLength(4);
    for (const { text, body } of received) {
      expect(new TextEncoder().encode(text).length).toBeLessThan(20_000);
      expect(body.data.entry.isCut).toBe(true);
      expect(body.data.entry.text.isWellFormed()).toBe(true);
    }
  });

  test.each([
    [1, 'short'],
    [10, 'short'],
    [10, '写'.repeat(9_000)],
    [50, 'x'.repeat(20_000)],
  ])(
    '[P3] a body stays below 20 kB with %i files of long names, and says how many it leaves out',
    async (count, text) => {
      const desk = await openListening();
      const { teamId, conversationId, customerId, t } = desk;
      await desk.customerWrites(text);
      const body = await transact(t, async (ctx) => {
        const file = {
          teamId,
          conversationId,
          contentType: 'application/pdf',
          size: 1,
          state: 'sent' as const,
        };
        const attachmentIds = [];
        for (let at = 0; at < count; at++)
          attachmentIds.push(
            await ctx.db.insert('attachments', {
              ...file,
              storageId: await ctx.storage.store(new Blob(['x'])),
              name: `${at}-${'写'.repeat(110)}.pdf`,
              by: { kind: 'customer', customerId },
              createdAt: 0,
              key: `${at}-${'k'.repeat(43)}`,
            }),
          );
        const entry = { ...(await ctx.db.query('entries').first())!, attachmentIds };
        const conversation = (await ctx.db.get(conversationId))!;
        const about = { type: 'message.toAnswer' as const, sequence: 1, about: { entry } };
        return bodyOf(ctx, await readConversation(ctx, conversation), about, 0);
      });
      expect(new TextEncoder().encode(body).length).toBeLessThan(20_000);
      const { entry } = (JSON.parse(body) as Received['body']).data;
      const { attachments, attachmentsLeftOut = 0 } = entry;
      expect(attachments.length + attachmentsLeftOut).toBe(count);
      expect(attachments.length).toBeGreaterThan(count === 1 ? 0 : 4);
      expect(attachments[0].name).toMatch(/^0-/);
      if (text === 'short') expect(entry.text).toBe(text);
      else expect(entry).toMatchObject({ isCut: true });
    },
  );

  test('[P3] [E6] a body stays below 20 kB whatever a person writes for the agent', async () => {
    const desk = await openListening();
    const { ticketId } = await desk.takesOver(desk.ana);
    const long = '\u0001'.repeat(1_999) + 'x';
    await desk.ana.as.mutation(api.tickets.resolve, {
      teamId: desk.teamId,
      ticketId,
      ...(await desk.shown()),
      agentShouldKnow: long,
      promised: long,
    });
    await pass(desk);
    const { text, body } = received.find((call) => call.body.type === 'conversation.handedBack')!;
    expect(new TextEncoder().encode(text).length).toBeLessThan(20_000);
    expect(body.data.entry.isCut).toBe(true);
    expect(long.startsWith(body.data.entry.promised as string)).toBe(true);
  });

  test('[P3] what was rolled back is not told', async () => {
    const desk = await openListening();
    await refused(desk.customerWrites(' '));
    await pass(desk);
    expect(await eventsIn(desk)).toEqual([]);
  });

  test('[P3] an agent that is switched off is told nothing', async () => {
    const desk = await openListening();
    const { teamId, agentId } = desk;
    await desk.owner.as.mutation(api.agents.update, { teamId, agentId, active: false });
    await desk.customerWrites('Hello');
    await pass(desk);
    expect(received).toEqual([]);
  });
});

describe('how it is sent', () => {
  test('[P3] it is signed as Standard Webhooks says, and changed by nobody', async () => {
    const desk = await openListening();
    await desk.customerWrites('Hello');
    await pass(desk);
    const [{ text, headers, body }] = received as [Received];
    expect(new Webhook(desk.secret).verify(text, headers)).toEqual(body);
    expect(desk.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(headers['webhook-id']).toMatch(/^msg_[^.]+$/);
    expect(() => new Webhook(desk.secret).verify(text.replace('Hello', 'Hullo'), headers)).toThrow();
  });

  test('[P3] [R3] a changed secret signs beside the old one for a day; neither is stored as it is', async () => {
    const desk = await openListening();
    const { teamId, endpointId } = desk;
    const { secret } = await desk.owner.as.mutation(api.webhooks.rotateSecret, { teamId, endpointId });
    expect(secret).not.toBe(desk.secret);
    await desk.customerWrites('Hello');
    await pass(desk);
    for (const each of [secret, desk.secret])
      new Webhook(each).verify(received[0]!.text, received[0]!.headers);
    vi.setSystemTime(Date.now() + day);
    await desk.customerWrites('Hello again');
    await pass(desk);
    const { text, headers } = received.at(-1)!;
    new Webhook(secret).verify(text, headers);
    expect(() => new Webhook(desk.secret).verify(text, headers)).toThrow();
    const stored = await desk.t.run(async (ctx) => [
      await ctx.db.query('webhookEndpoints').collect(),
      await ctx.db.query('auditLog').collect(),
    ]);
    for (const each of [secret, desk.secret]) expect(JSON.stringify(stored)).not.toContain(each.slice(6));
  });

  test('[P3] [R3] a secret that was changed more than once still signs for its day, and goes with its endpoint', async () => {
    const desk = await openListening();
    const { teamId, endpointId, owner } = desk;
    const change = async () =>
      (await owner.as.mutation(api.webhooks.rotateSecret, { teamId, endpointId })).secret;
    const signsNow = async (secret: string) => {
      await desk.customerWrites('Hello');
      await pass(desk);
      const { text, headers } = received.at(-1)!;
      try {
        return new Webhook(secret).verify(text, headers) !== undefined;
      } catch {
        return false;
      }
    };
    const second = await change();
    await passTime(desk.t, day / 2, day / 2);
    const third = await change();
    for (const each of [desk.secret, second, third]) expect(await signsNow(each)).toBe(true);
    vi.setSystemTime(Date.now() + day / 2);
    expect(await signsNow(desk.secret)).toBe(false);
    for (const each of [second, third]) expect(await signsNow(each)).toBe(true);
    // As it stood before there was a list.
    await desk.t.run(async (ctx) => {
      const { formerSecrets } = (await ctx.db.get(endpointId))!;
      const [{ secret: previousSecret, until: previousUntil }] = formerSecrets as [
        { secret: string; until: number },
      ];
      await ctx.db.patch(endpointId, { previousSecret, previousUntil, formerSecrets: undefined });
    });
    for (const each of [second, third]) expect(await signsNow(each)).toBe(true);
    // However often it is changed: of those before, the newest three.
    for (let times = 0; times < 3; times++) await change();
    expect(await signsNow(second)).toBe(false);
    expect(await signsNow(third)).toBe(true);
    await owner.as.mutation(api.webhooks.remove, { teamId, endpointId });
    const [removed] = await desk.t.run((ctx) => ctx.db.query('webhookEndpoints').collect());
    expect(removed).toMatchObject({ secret: '', formerSecrets: [] });
  });

  test('[P3] a try that failed comes again under the same id with the same bytes, ten times over three days', async () => {
    const desk = await openListening();
    answer = () => ({ status: 500, answer: 'broken' });
    await desk.customerWrites('Hello');
    await pass(desk);
    expect(received).toHaveLength(1);
    await passTime(desk.t, 7_000);
    expect(received).toHaveLength(2);
    await passTime(desk.t, 4 * day, 30 * minute);
    const [event] = (await eventsIn(desk)).filter(({ type }) => type === 'message.toAnswer');
    expect(event).toMatchObject({ state: 'failed', attempts: 10 });
    const calls = received.filter(({ body }) => body.type === 'message.toAnswer');
    expect(new Set(calls.map(({ text }) => text)).size).toBe(1);
    expect(new Set(calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(calls.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(10);
  });

  test('[P3] 410 switches the endpoint off, which stands in the audit log; switched on, what waited goes', async () => {
    const desk = await openListening();
    const { teamId, agentId, endpointId, owner } = desk;
    answer = () => ({ status: 410 });
    await desk.customerWrites('Hello');
    await pass(desk);
    const shown = async () => (await owner.as.query(api.webhooks.list, { teamId, agentId }))[0]!;
    expect(await shown()).toMatchObject({ active: false, disabledBy: 'gone' });
    const log = await desk.t.run((ctx) => ctx.db.query('auditLog').collect());
    expect(log.at(-1)).toMatchObject({ action: 'webhook.disabled', subject: endpointId, detail: 'gone' });
    await desk.customerWrites('Not told');
    await passTime(desk.t, 10_000);
    expect(received).toHaveLength(1);
    answer = () => ({});
    await owner.as.mutation(api.webhooks.update, { teamId, endpointId, active: true });
    await pass(desk);
    expect(received.map(({ body }) => body.data.entry.text)).toEqual(['Hello', 'Hello']);
    expect(await shown()).toMatchObject({ active: true, disabledBy: null, failingSince: null });
    await desk.customerWrites('Told again');
    await pass(desk);
    expect(received).toHaveLength(3);
  });

  test('[P3] five days of nothing but failures switch it off', async () => {
    const desk = await openListening();
    const { teamId, agentId, owner } = desk;
    answer = () => ({ status: null, failure: 'Nobody listens there.' });
    const shown = async () => (await owner.as.query(api.webhooks.list, { teamId, agentId }))[0]!;
    for (let at = 0; at < 4; at++) {
      await desk.customerWrites('Hello');
      await passTime(desk.t, day, 60 * minute);
    }
    expect(await shown()).toMatchObject({ active: true, disabledBy: null });
    await desk.customerWrites('Hello');
    await passTime(desk.t, day + 60 * minute, 60 * minute);
    await desk.customerWrites('Hello');
    await passTime(desk.t, minute);
    expect(await shown()).toMatchObject({ active: false, disabledBy: 'failing' });
  });

  test('[P3] an endpoint that rests is left alone until then, and then gets what waits', async () => {
    const desk = await openListening({ events: ['message.toAnswer'] });
    answer = () => ({ status: 429, retryAfter: '60' });
    await desk.customerWrites('one');
    await pass(desk);
    answer = () => ({});
    for (const text of ['two', 'three']) await desk.customerWrites(text);
    await passTime(desk.t, 50_000);
    expect(received).toHaveLength(1);
    await passTime(desk.t, 20_000);
    expect(
      received
        .slice(1)
        .map(({ body }) => body.data.entry.text)
        .toSorted(),
    ).toEqual(['one', 'three', 'two']);
  });

  test('[P3] what becomes due while it rests waits for the end of the rest, too', async () => {
    const desk = await openListening({ events: ['message.toAnswer'] });
    answer = () => ({ status: 500 });
    await desk.customerWrites('one');
    await pass(desk);
    answer = () => ({ status: 429, retryAfter: '60' });
    await desk.customerWrites('two');
    await pass(desk);
    answer = () => ({});
    await passTime(desk.t, 50_000);
    expect(received).toHaveLength(2);
    await passTime(desk.t, 20_000);
    expect(received).toHaveLength(4);
  });

  test('[P3] of one endpoint eight calls are under way, the rest follows; others go on beside it', async () => {
    vi.useRealTimers();
    const desk = await openListening({ events: ['message.toAnswer'] });
    await desk.add({ url: 'https://well.example.com/', events: ['message.toAnswer'] });
    let release!: () => void;
    const held = new Promise<void>((done) => (release = done));
    answer = async ({ url }) => {
      if (url.includes('agent.')) await held;
      return {};
    };
    for (let at = 0; at < 20; at++) await desk.customerWrites(`message ${at}`);
    const of = (host: string) => received.filter(({ url }) => url.includes(host));
    await vi.waitFor(() => expect(of('well.')).toHaveLength(20), patient);
    expect(of('agent.')).toHaveLength(8);
    expect((await eventsIn(desk)).filter(({ state }) => state === 'sending')).toHaveLength(8);
    release();
    await vi.waitFor(async () => {
      expect((await eventsIn(desk)).every(({ state }) => state === 'delivered')).toBe(true);
    }, patient);
    expect(of('agent.')).toHaveLength(20);
  });

  test('[P3] an endpoint that fails is called one at a time', async () => {
    vi.useRealTimers();
    const desk = await openListening({ events: ['message.toAnswer'] });
    answer = () => ({ status: 500 });
    await desk.customerWrites('first');
    await vi.waitFor(
      async () => expect((await eventsIn(desk))[0]).toMatchObject({ state: 'waiting', attempts: 1 }),
      patient,
    );
    await desk.add({ url: 'https://well.example.com/', events: ['message.toAnswer'] });
    let release!: () => void;
    const held = new Promise<void>((done) => (release = done));
    answer = ({ url }) => (url.includes('agent.') ? held.then(() => ({ status: 500 })) : {});
    for (let at = 0; at < 5; at++) await desk.customerWrites(`message ${at}`);
    const of = (host: string) => received.filter(({ url }) => url.includes(host));
    // One that is well has been told of all by then.
    await vi.waitFor(() => expect(of('well.')).toHaveLength(5), patient);
    await vi.waitFor(() => expect(of('agent.')).toHaveLength(2), patient);
    expect((await eventsIn(desk)).filter(({ state }) => state === 'sending')).toHaveLength(1);
    release();
  });

  test('[P3] a call of which nothing was heard is made again by the safety net', async () => {
    const desk = await openListening({ events: ['message.toAnswer'] });
    await desk.customerWrites('Hello');
    const [event] = await eventsIn(desk);
    expect(await desk.t.mutation(internal.jobs.webhooks.claim, { eventId: event!._id })).not.toBeNull();
    expect(await desk.t.mutation(internal.jobs.webhooks.claim, { eventId: event!._id })).toBeNull();
    await pass(desk);
    expect(received).toEqual([]);
    expect(await desk.t.mutation(internal.jobs.webhooks.sweep, {})).toEqual({ lost: 0, behind: 0 });
    await passTime(desk.t, 60_000, 30_000);
    expect(await desk.t.mutation(internal.jobs.webhooks.sweep, {})).toEqual({ lost: 1, behind: 0 });
    // What is heard of the lost one after all, while the next is under way.
    answer = async () => {
      const late = { status: 410, ms: 1, answer: '' };
      await desk.t.mutation(internal.jobs.webhooks.record, {
        eventId: event!._id,
        attempt: 1,
        outcome: late,
      });
      return {};
    };
    await passTime(desk.t, 7_000);
    expect(received).toHaveLength(1);
    expect((await eventsIn(desk))[0]).toMatchObject({ state: 'delivered', attempts: 2 });
    const late = { status: 500, ms: 1, answer: '' };
    await desk.t.mutation(internal.jobs.webhooks.record, { eventId: event!._id, attempt: 1, outcome: late });
    expect((await eventsIn(desk))[0]).toMatchObject({ state: 'delivered', attempts: 2 });
  });

  test('[P3] what waits although nothing is under way, the safety net finds', async () => {
    const desk = await openListening({ events: ['message.toAnswer'] });
    await desk.customerWrites('Hello');
    await desk.t.run(async (ctx) => {
      for (const job of await ctx.db.system.query('_scheduled_functions').collect())
        await ctx.scheduler.cancel(job._id);
    });
    await passTime(desk.t, 61_000, 61_000);
    expect(received).toEqual([]);
    expect(await desk.t.mutation(internal.jobs.webhooks.sweep, {})).toEqual({ lost: 0, behind: 1 });
    await pass(desk);
    expect(received).toHaveLength(1);
    expect(await desk.t.mutation(internal.jobs.webhooks.sweep, {})).toEqual({ lost: 0, behind: 0 });
  });

  test('[P3] the log shows each call, and an event is sent again as it was', async () => {
    const desk = await openListening();
    const { teamId, endpointId, owner } = desk;
    answer = () => ({ status: 503, answer: 'out for lunch', ms: 7 });
    await desk.customerWrites('Hello');
    await pass(desk);
    const log = async () =>
      (
        await owner.as.query(api.webhooks.events, {
          teamId,
          endpointId,
          paginationOpts: { numItems: 9, cursor: null },
        })
      ).page;
    const [event] = await log();
    expect(event).toMatchObject({ type: 'message.toAnswer', state: 'waiting', attempts: 1 });
    const shown = await owner.as.query(api.webhooks.event, { teamId, eventId: event!._id });
    expect(shown).toMatchObject({
      body: received[0]!.text,
      attempts: [{ status: 503, answer: 'out for lunch', ms: 7 }],
    });
    answer = () => ({});
    for (let turn = 1; turn <= 2; turn++) {
      await owner.as.mutation(api.webhooks.replay, { teamId, eventId: event!._id });
      await pass(desk);
      expect(received).toHaveLength(1 + turn);
      expect(received.at(-1)).toMatchObject({ text: received[0]!.text });
      expect(received.at(-1)!.headers['webhook-id']).toBe(received[0]!.headers['webhook-id']);
    }
    expect(await log()).toMatchObject([{ state: 'delivered', attempts: 3 }]);
  });

  test('[P3] events and calls are kept for 14 days', async () => {
    const desk = await openListening();
    await desk.customerWrites('Hello');
    await pass(desk);
    const left = () =>
      desk.t.run(async (ctx) => [
        (await ctx.db.query('webhookEvents').collect()).length,
        (await ctx.db.query('webhookAttempts').collect()).length,
      ]);
    const sweepAt = async (days: number) => {
      vi.setSystemTime(Date.now() + days * day);
      await desk.t.mutation(internal.jobs.sweeps.expired, {});
      return left();
    };
    expect(await sweepAt(13)).toEqual([1, 1]);
    expect(await sweepAt(1.1)).toEqual([0, 0]);
  });

  test('[P3] a test event comes whatever was asked for, and not to one that is switched off', async () => {
    const desk = await openListening({ events: ['ticket.closed'] });
    const { teamId, endpointId, owner } = desk;
    await owner.as.mutation(api.webhooks.sendTest, { teamId, endpointId });
    await pass(desk);
    expect(received[0]!.body).toMatchObject({ type: 'webhook.test', data: { agent: { name: 'Robin' } } });
    await owner.as.mutation(api.webhooks.update, { teamId, endpointId, active: false });
    expect(await refused(owner.as.mutation(api.webhooks.sendTest, { teamId, endpointId }))).toMatchObject({
      code: 'INVALID_INPUT',
    });
  });

  test('[P3] a removed endpoint hears nothing more and is gone when its log is', async () => {
    const desk = await openListening();
    const { teamId, agentId, endpointId, owner } = desk;
    await owner.as.mutation(api.webhooks.remove, { teamId, endpointId });
    await desk.customerWrites('Hello');
    await pass(desk);
    expect(received).toEqual([]);
    expect(await owner.as.query(api.webhooks.list, { teamId, agentId })).toEqual([]);
    const again = owner.as.mutation(api.webhooks.update, { teamId, endpointId, active: true });
    expect(await refused(again)).toMatchObject({ code: 'NOT_FOUND' });
    await passTime(desk.t, 16 * day, day);
    expect(await desk.t.run((ctx) => ctx.db.query('webhookEndpoints').collect())).toEqual([]);
  });

  test.each(['http://agent.example.com/', 'https://127.0.0.1/', 'https://localhost/', 'nonsense', ''])(
    '[P3] [E2] %s is no endpoint',
    async (url) => {
      const desk = await openListening();
      expect(await refused(desk.add({ url }))).toMatchObject({ code: 'INVALID_INPUT' });
    },
  );
});

describe('messages of people on an api conversation', () => {
  async function openTalk(options: Parameters<typeof openListening>[0] = {}) {
    const desk = await openListening({ channel: 'api', ...options });
    await desk.customerWrites('May I speak to a person?');
    await desk.takesOver(desk.ana);
    await pass(desk);
    const delivered = () =>
      received.flatMap(({ body }) =>
        body.type === 'message.toDeliver' ? [body.data.entry.text as string] : [],
      );
    return { ...desk, delivered };
  }
  const joined = 'Ana joined the conversation.';
  const states = async (desk: Pick<OpenDesk, 't'>) => (await rowsIn(desk)).map(({ state }) => state);

  test('[P3] [M2] each is brought with its id, and a 2xx is sent', async () => {
    const desk = await openTalk();
    await desk.replies(desk.ana, 'I am here.');
    await pass(desk);
    expect(desk.delivered()).toEqual([joined, 'I am here.']);
    expect(await states(desk)).toEqual(['sent', 'sent']);
    const { entry } = received.at(-1)!.body.data;
    expect(entry).toMatchObject({ from: 'operator', name: 'Ana', kind: 'message' });
    expect((await rowsIn(desk)).map(({ entryId }) => entryId)).toContain(entry.id as Id<'entries'>);
  });

  test('[M2] one at a time and in order: what failed holds the later ones back until it went', async () => {
    const desk = await openListening({ channel: 'api', events: ['message.toDeliver'] });
    await desk.customerWrites('May I speak to a person?');
    answer = ({ body }) => (body.data.entry.text === 'one' && received.length < 4 ? { status: 500 } : {});
    await desk.takesOver(desk.ana);
    await pass(desk);
    for (const text of ['one', 'two', 'three']) await desk.replies(desk.ana, text);
    await pass(desk);
    expect(await states(desk)).toEqual(['sent', 'failed', 'queued', 'queued']);
    await passTime(desk.t, 12 * minute, 10_000);
    expect(received.map(({ body }) => body.data.entry.text)).toEqual([
      joined,
      'one',
      'one',
      'one',
      'two',
      'three',
    ]);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(4);
    expect(await states(desk)).toEqual(['sent', 'sent', 'sent', 'sent']);
  });

  test('[M2] operators see what is tried again and when, and that the rest waits for it', async () => {
    const desk = await openTalk();
    const { teamId, conversationId, endpointId } = desk;
    answer = () => ({ status: 500 });
    for (const text of ['one', 'two']) await desk.replies(desk.ana, text);
    await pass(desk);
    const shown = async (text: string) => {
      const page = await readShared(desk.ana.as, api.conversations.page, { teamId, conversationId, page: 0 });
      return page.find((entry) => entry.text === text)!.delivery;
    };
    expect(await shown('one')).toMatchObject({
      state: 'failed',
      failure: 'The platform answered 500.',
      nextTryAt: expect.any(Number),
    });
    expect(await shown('two')).toMatchObject({ state: 'queued', isFetched: false });
    await desk.owner.as.mutation(api.webhooks.update, { teamId, endpointId, events: ['message.toAnswer'] });
    expect(await shown('two')).toMatchObject({ state: 'queued', isFetched: true });
  });

  test('[M2] given up after the last try it says so, and the next one goes', async () => {
    const desk = await openTalk();
    answer = ({ body }) => (body.data.entry?.text === 'one' ? { status: 400 } : {});
    await desk.replies(desk.ana, 'one');
    await desk.replies(desk.ana, 'two');
    await passTime(desk.t, 4 * day, 30 * minute);
    const rows = await rowsIn(desk);
    expect(rows.map(({ state }) => state).slice(0, 3)).toEqual(['sent', 'failed', 'sent']);
    expect(rows[1]).toMatchObject({ failure: 'The platform answered 400.' });
    expect(rows[1]!.nextTryAt).toBeUndefined();
  });

  test('[M2] a call of which nothing was heard ends no conversation: it is asked again', async () => {
    const desk = await openTalk();
    await desk.t.run(async (ctx) => {
      for (const job of await ctx.db.system.query('_scheduled_functions').collect())
        await ctx.scheduler.cancel(job._id);
    });
    await desk.replies(desk.ana, 'one');
    const { conversationId } = desk;
    await desk.t.mutation(internal.jobs.webhooks.deliver, { conversationId });
    const event = (await eventsIn(desk)).at(-1)!;
    await desk.t.mutation(internal.jobs.webhooks.claim, { eventId: event._id });
    await passTime(desk.t, 61_000, 10_000);
    expect(await states(desk)).toEqual(['sent', 'unknown']);
    await desk.t.mutation(internal.jobs.webhooks.sweep, {});
    await passTime(desk.t, 20_000);
    expect(desk.delivered()).toEqual([joined, 'one']);
    expect(await states(desk)).toEqual(['sent', 'sent']);
  });

  test('[P3] [M2] a delivered message that is sent again by hand and fails stays sent, and what comes after it goes', async () => {
    const desk = await openTalk();
    const { teamId, owner } = desk;
    await desk.replies(desk.ana, 'one');
    await pass(desk);
    const event = (await eventsIn(desk)).at(-1)!;
    answer = ({ body }) => (body.data.entry?.text === 'one' ? { status: 500 } : {});
    await owner.as.mutation(api.webhooks.replay, { teamId, eventId: event._id });
    await pass(desk);
    expect(await states(desk)).toEqual(['sent', 'sent']);
    await desk.replies(desk.ana, 'two');
    await pass(desk);
    expect(await states(desk)).toEqual(['sent', 'sent', 'sent']);
    // Its own tries go on, and at their end nothing is taken back.
    await passTime(desk.t, 4 * day, 30 * minute);
    expect(desk.delivered().filter((text) => text === 'one')).toHaveLength(11);
    expect(await states(desk)).toEqual(['sent', 'sent', 'sent']);
    expect((await desk.entries()).filter(({ neverSent }) => neverSent)).toEqual([]);
  });

  test('[P3] of several endpoints that ask, one brings it: the oldest that is switched on', async () => {
    const desk = await openListening({ channel: 'api' });
    const { teamId, endpointId } = desk;
    await desk.add({ url: 'https://second.example.com/' });
    await desk.customerWrites('Hello');
    await desk.takesOver(desk.ana);
    await pass(desk);
    const hosts = () =>
      received
        .filter(({ body }) => body.type === 'message.toDeliver')
        .map(({ url }) => new URL(url).hostname);
    expect(hosts()).toEqual(['agent.example.com']);
    await desk.owner.as.mutation(api.webhooks.update, { teamId, endpointId, active: false });
    await desk.replies(desk.ana, 'I am here.');
    await pass(desk);
    expect(hosts()).toEqual(['agent.example.com', 'second.example.com']);
  });

  const cancelJobs = (desk: Pick<OpenDesk, 't'>) =>
    desk.t.run(async (ctx) => {
      for (const job of await ctx.db.system.query('_scheduled_functions').collect())
        await ctx.scheduler.cancel(job._id);
    });
  const sweep = (desk: Pick<OpenDesk, 't'>) => desk.t.mutation(internal.jobs.webhooks.sweep, {});
  const nothing = { lost: 0, behind: 0 };

  test('[P3] [M2] an endpoint that is switched on again gets what waited, each once and in order', async () => {
    const desk = await openTalk();
    const { teamId, endpointId, owner } = desk;
    answer = () => ({ status: 500 });
    for (const text of ['one', 'two', 'three']) await desk.replies(desk.ana, text);
    await pass(desk);
    await owner.as.mutation(api.webhooks.update, { teamId, endpointId, active: false });
    await passTime(desk.t, 10 * minute, 10_000);
    expect(await states(desk)).toEqual(['sent', 'queued', 'queued', 'queued']);
    answer = () => ({});
    received = [];
    await owner.as.mutation(api.webhooks.update, { teamId, endpointId, active: true });
    // A call that has waited somewhere is not its turn before the send is claimed.
    const eventId = (await eventsIn(desk)).at(-1)!._id;
    expect(await desk.t.mutation(internal.jobs.webhooks.claim, { eventId })).toBeNull();
    await passTime(desk.t, 10_000);
    expect(desk.delivered()).toEqual(['one', 'two', 'three']);
    expect(await states(desk)).toEqual(['sent', 'sent', 'sent', 'sent']);
    expect(await sweep(desk)).toEqual(nothing);
  });

  test.each([
    ['an endpoint begins to ask', 'changed'],
    ['an endpoint is added', 'added'],
    ['the agent is switched on', 'agent'],
  ])('[P3] [M2] what waited to be fetched is brought when %s', async (_when, how) => {
    const desk = await openTalk({ events: how === 'agent' ? [...eventTypes] : ['message.toAnswer'] });
    const { teamId, agentId, endpointId, owner } = desk;
    if (how === 'agent') {
      received = [];
      await owner.as.mutation(api.agents.update, { teamId, agentId, active: false });
    }
    for (const text of ['one', 'two']) await desk.replies(desk.ana, text);
    await passTime(desk.t, minute, 10_000);
    expect(desk.delivered()).toEqual([]);
    if (how === 'changed')
      await owner.as.mutation(api.webhooks.update, { teamId, endpointId, events: [...eventTypes] });
    else if (how === 'added') await desk.add({ events: ['message.toDeliver'] });
    else await owner.as.mutation(api.agents.update, { teamId, agentId, active: true });
    await passTime(desk.t, 10_000);
    expect(desk.delivered()).toEqual(how === 'agent' ? ['one', 'two'] : [joined, 'one', 'two']);
    expect(await states(desk)).toEqual(['sent', 'sent', 'sent']);
  });

  test.each([
    ['before its lease has ended', 0],
    ['long after', 5 * minute],
  ])(
    '[P3] [M2] a call that was lost with its endpoint is made at the next one, added %s',
    async (_when, ms) => {
      const desk = await openTalk();
      const { teamId, conversationId, endpointId, owner } = desk;
      await desk.replies(desk.ana, 'one');
      await desk.t.mutation(internal.jobs.webhooks.deliver, { conversationId });
      await desk.t.run(async (ctx) => {
        for (const job of await ctx.db.system.query('_scheduled_functions').collect())
          if (job.state.kind === 'pending' && job.name.includes('post')) await ctx.scheduler.cancel(job._id);
      });
      await owner.as.mutation(api.webhooks.remove, { teamId, endpointId });
      if (ms > 0) await passTime(desk.t, ms, 10_000);
      await desk.add({ url: 'https://new.example.com/' });
      await passTime(desk.t, minute, 10_000);
      await desk.replies(desk.ana, 'two');
      await passTime(desk.t, minute, 10_000);
      expect(desk.delivered()).toEqual([joined, 'one', 'two']);
      expect(await states(desk)).toEqual(['sent', 'sent', 'sent']);
      expect(await sweep(desk)).toEqual(nothing);
    },
  );

  test('[P3] a message that is fetched now holds up nothing else of the endpoint that was called with it', async () => {
    const desk = await openTalk();
    const { teamId, endpointId, owner } = desk;
    answer = () => ({ status: 500 });
    await desk.replies(desk.ana, 'one');
    await pass(desk);
    await owner.as.mutation(api.webhooks.update, { teamId, endpointId, events: ['conversation.takenOver'] });
    await passTime(desk.t, minute, 10_000);
    answer = () => ({});
    received = [];
    await desk.takesOver(desk.ben, { expectedEpoch: (await desk.control()).epoch });
    await cancelJobs(desk);
    await passTime(desk.t, 2 * minute, minute);
    expect(await sweep(desk)).toEqual({ lost: 0, behind: 1 });
    await pass(desk);
    expect(types()).toEqual(['conversation.takenOver']);
  });

  test('[M2] what nobody can ask about any more, because its event is gone, holds up nothing', async () => {
    const desk = await openTalk();
    const { conversationId } = desk;
    await desk.replies(desk.ana, 'one');
    await cancelJobs(desk);
    await desk.t.mutation(internal.jobs.webhooks.deliver, { conversationId });
    await desk.t.run(async (ctx) =>
      ctx.db.delete((await ctx.db.query('webhookEvents').collect()).at(-1)!._id),
    );
    await desk.replies(desk.ana, 'two');
    await passTime(desk.t, minute, 10_000);
    expect(await states(desk)).toEqual(['sent', 'failed', 'sent']);
    expect((await rowsIn(desk))[1]).toMatchObject({ failure: nobodyKnows });
    expect((await desk.entries()).filter(({ neverSent }) => neverSent)).toEqual([]);
  });

  test('[M2] what waits although nothing holds it back, the safety net finds, and what waits by rights it does not', async () => {
    const desk = await openTalk();
    await desk.replies(desk.ana, 'one');
    await cancelJobs(desk);
    await passTime(desk.t, 61_000, 61_000);
    expect(desk.delivered()).toEqual([joined]);
    expect(await sweep(desk)).toEqual({ lost: 0, behind: 1 });
    answer = ({ body }) => (body.data.entry?.text === 'two' ? { status: 400 } : {});
    for (const text of ['two', 'three']) await desk.replies(desk.ana, text);
    await passTime(desk.t, 2 * minute, 10_000);
    // Well again, with one that is refused.
    await desk.customerWrites('Hello?');
    await pass(desk);
    expect(desk.delivered()).toEqual([joined, 'one', 'two', 'two']);
    expect(await states(desk)).toEqual(['sent', 'sent', 'failed', 'queued']);
    expect(await sweep(desk)).toEqual(nothing);
  });

  test('[P3] where nobody asks it waits to be fetched, and is not tried', async () => {
    const desk = await openTalk({ events: ['message.toAnswer'] });
    await desk.replies(desk.ana, 'I am here.');
    await passTime(desk.t, 10 * minute, minute);
    expect(await states(desk)).toEqual(['queued', 'queued']);
    expect((await rowsIn(desk)).map(({ attempts }) => attempts)).toEqual([0, 0]);
  });
});
