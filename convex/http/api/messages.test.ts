/** Rules P1, P3 and M2 over HTTP: what people say is fetched or reported on, and who waits is found. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { api } from '../../_generated/api';
import type { Id } from '../../_generated/dataModel';
import { type OutboxState, outboxTransitions } from '../../shared/conversation/outbox';
import { createTeam, passTime, setupTest } from '../../test.setup';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Json = Record<string, any>;

async function openApi() {
  const t = setupTest();
  const team = await createTeam(t);
  const { teamId, owner, operator } = team;
  const agentId = await owner.as.mutation(api.agents.create, { teamId, name: 'Outsider', kind: 'external' });
  const { key } = await owner.as.mutation(api.agents.createKey, { teamId, agentId, name: 'production' });
  const call = async (
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Json }> => {
    const response = await t.fetch(`/api/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Json) };
  };
  const start = async (externalId: string) => {
    const { body } = await call('POST', '/conversations', { externalId, customer: { externalId } });
    const path = `/conversations/${body.id}`;
    const write = (text = 'Where is my order?') => call('POST', `${path}/customer-messages`, { text });
    return { id: body.id as Id<'conversations'>, path, write };
  };
  return { t, teamId, agentId, owner, operator, call, start };
}

/** A conversation that a person has taken over and answered in. */
async function openTalk() {
  const desk = await openApi();
  const { id: conversationId, path, write } = await desk.start('chat-1');
  await write();
  const { teamId, operator } = desk;
  const { epoch } = await operator.as.mutation(api.tickets.takeOverConversation, { teamId, conversationId });
  let replied = 0;
  const reply = async (text: string) => {
    const { body } = await desk.call('GET', path);
    const said = { teamId, conversationId, text, clientMessageId: `r${++replied}`, epoch };
    await operator.as.mutation(api.messages.reply, { ...said, seenThrough: body.lastSequence as number });
  };
  const rows = () => desk.t.run((ctx) => ctx.db.query('outbox').collect());
  const states = async () => (await rows()).map(({ state }) => state);
  const read = async (query = '') => (await desk.call('GET', `${path}/entries${query}`)).body;
  const idOf = async (text: string) => {
    const entries = await desk.t.run((ctx) => ctx.db.query('entries').collect());
    return entries.find((entry) => entry.text === text)!._id;
  };
  const receipt = (messageId: string, body: Json) =>
    desk.call('POST', `${path}/messages/${messageId}/receipt`, body);
  return { ...desk, conversationId, path, write, reply, rows, states, read, idOf, receipt };
}

describe('where nobody is told', () => {
  test('[P3] [M2] what a person says waits until the platform fetches it, and is sent then', async () => {
    const { states, reply, read, t } = await openTalk();
    await reply('I am here.');
    await passTime(t, 5_000);
    expect(await states()).toEqual(['queued', 'queued']);
    const { entries } = await read();
    expect(entries.at(-1)).toMatchObject({ from: 'operator', text: 'I am here.', id: expect.any(String) });
    expect(await states()).toEqual(['sent', 'sent']);
    await read();
    expect(await states()).toEqual(['sent', 'sent']);
  });

  test('[P3] [M2] only what was on the page that was read', async () => {
    const { states, reply, read, rows } = await openTalk();
    for (const text of ['one', 'two', 'three']) await reply(text);
    const first = (await rows())[0]!.sequence;
    await read(`?limit=${first}`);
    expect(await states()).toEqual(['sent', 'queued', 'queued', 'queued']);
    const second = (await rows())[1]!.sequence;
    await read(`?after=${first}&limit=${second - first}`);
    expect(await states()).toEqual(['sent', 'sent', 'queued', 'queued']);
    await read(`?after=${first}`);
    expect(await states()).toEqual(['sent', 'sent', 'sent', 'sent']);
  });

  test('[P5] another agent that reads nothing of it moves nothing', async () => {
    const { t, teamId, owner, path, states } = await openTalk();
    const agentId = await owner.as.mutation(api.agents.create, { teamId, name: 'Other', kind: 'external' });
    const { key } = await owner.as.mutation(api.agents.createKey, { teamId, agentId, name: 'other' });
    const asked = await t.fetch(`/api/v1${path}/entries`, { headers: { Authorization: `Bearer ${key}` } });
    expect(asked.status).toBe(404);
    expect(await states()).toEqual(['queued']);
  });
});

describe('receipts', () => {
  test('[P3] [M2] the platform says what became of a message, from wherever it stands', async () => {
    const { reply, idOf, receipt, states, rows } = await openTalk();
    await reply('one');
    await reply('two');
    expect(await receipt(await idOf('one'), { state: 'delivered' })).toEqual({
      status: 200,
      body: { state: 'delivered' },
    });
    expect(await states()).toEqual(['sent', 'delivered', 'queued']);
    expect((await receipt(await idOf('one'), { state: 'read' })).body).toEqual({ state: 'read' });
    expect(
      (await receipt(await idOf('two'), { state: 'failed', failure: 'Blocked by the customer.' })).body,
    ).toEqual({
      state: 'failed',
    });
    expect((await rows()).at(-1)).toMatchObject({ state: 'failed', failure: 'Blocked by the customer.' });
  });

  test('[M2] property: whatever comes in whatever order, a state never goes backwards', async () => {
    const given = fc.constantFrom('sent', 'delivered', 'read', 'failed');
    await fc.assert(
      fc.asyncProperty(fc.array(given, { maxLength: 6 }), async (all) => {
        const { reply, idOf, receipt, rows } = await openTalk();
        await reply('one');
        const id = await idOf('one');
        const row = async () => (await rows()).find(({ entryId }) => entryId === id)!.state;
        let before = 'queued' as OutboxState;
        for (const state of all) {
          const { body } = await receipt(id, { state });
          const reached = before === 'queued' ? 'sent' : before;
          const expected = reached === state || outboxTransitions[reached][state] ? state : reached;
          expect(body.state).toBe(expected);
          expect(await row()).toBe(expected);
          before = expected;
        }
      }),
      { numRuns: 15 },
    );
  });

  test('[P3] [P5] there is none for what is not brought by the platform, nor for what is not its own', async () => {
    const { call, path, start, write, reply, idOf, receipt } = await openTalk();
    await write('Are you there?');
    await reply('I am here.');
    const other = await start('chat-2');
    const mine = await idOf('I am here.');
    for (const id of [await idOf('Are you there?'), 'nonsense', 'x'.repeat(100)])
      expect(await receipt(id, { state: 'read' })).toMatchObject({
        status: 404,
        body: { code: 'NOT_FOUND' },
      });
    expect((await call('POST', `${other.path}/messages/${mine}/receipt`, { state: 'read' })).status).toBe(
      404,
    );
    expect((await call('POST', `${path}/messages/${mine}/receipt`, { state: 'read' })).status).toBe(200);
  });

  test.each([[{}], [{ state: 'queued' }], [{ state: 'failed', failure: '' }], [{ state: 'read', more: 1 }]])(
    '[E2] %j is no receipt',
    async (body) => {
      const { receipt, idOf, reply, states } = await openTalk();
      await reply('one');
      expect(await receipt(await idOf('one'), body)).toMatchObject({
        status: 400,
        body: { code: 'INVALID_INPUT' },
      });
      expect(await states()).toEqual(['queued', 'queued']);
    },
  );
});

describe('who waits', () => {
  test('[P1] those that owe an answer now, who waits longest first, in pages', async () => {
    const { call, start } = await openApi();
    const threads: Awaited<ReturnType<typeof start>>[] = [];
    for (let at = 0; at < 7; at++) threads.push(await start(`chat-${at}`));
    const order = [3, 0, 6, 1, 5];
    for (const at of order) {
      // Two of them in the same millisecond.
      if (at !== 6) vi.advanceTimersByTime(10);
      await threads[at]!.write();
    }
    await threads[0]!.write('And?');
    const page = async (query = '') => (await call('GET', `/conversations?mustAnswer=true${query}`)).body;
    const all = await page();
    expect(all.nextCursor).toBeNull();
    expect(all.conversations.map(({ id }: Json) => id)).toEqual(order.map((at) => threads[at]!.id));
    expect(all.conversations[0]).toMatchObject({ mustAnswer: true, externalId: 'chat-3' });
    const paged: Json[] = [];
    let cursor = '';
    do {
      const next = await page(`&limit=2${cursor}`);
      paged.push(...next.conversations);
      cursor = next.nextCursor === null ? '' : `&cursor=${next.nextCursor}`;
    } while (cursor !== '');
    expect(paged).toEqual(all.conversations);
  });

  test('[P1] [C4] [C10] property: the list is what each conversation says of itself, whatever happened', async () => {
    const step = fc.record({
      act: fc.constantFrom('write', 'answer', 'takeOver', 'return'),
      at: fc.nat({ max: 2 }),
      now: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { call, start, teamId, operator } = await openApi();
        const threads = [await start('a'), await start('b'), await start('c')];
        for (const { act, at, now } of steps) {
          const { path, write, id: conversationId } = threads[at]!;
          const { lastSequence: seenThrough, control } = (await call('GET', path)).body;
          if (act === 'write') await write();
          if (act === 'answer')
            await call('POST', `${path}/answers`, { text: 'x', epoch: control.epoch, seenThrough });
          if (act === 'takeOver')
            await operator.as.mutation(api.tickets.takeOverConversation, { teamId, conversationId });
          if (act === 'return' && control.holder === 'operator') {
            const of = {
              teamId,
              conversationId,
              expectedEpoch: control.epoch,
              seenThrough,
              agentAnswersNow: now,
            };
            await operator.as.mutation(api.tickets.returnToAgent, of);
          }
        }
        const owed = [];
        for (const { path, id } of threads) if ((await call('GET', path)).body.mustAnswer) owed.push(id);
        const { body } = await call('GET', '/conversations?mustAnswer=true');
        expect(body.conversations.map(({ id }: Json) => id).toSorted()).toEqual(owed.toSorted());
      }),
      { numRuns: 25 },
    );
  });

  test.each([
    '',
    '?mustAnswer=false',
    '?mustAnswer=true&cursor=x',
    '?mustAnswer=true&limit=0',
    '?mustAnswer=true&all=1',
  ])('[E2] /conversations%s is refused', async (query) => {
    const { call } = await openApi();
    expect(await call('GET', `/conversations${query}`)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_INPUT' },
    });
  });
});
