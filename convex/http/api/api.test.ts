import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { api } from '../../_generated/api';
import { windowKeys } from '../../model/kit/requestWindows';
import { limits } from '../../shared/kit/limits';
import { problemCodes } from '../../shared/kit/problemCodes';
import { createTeam, setupTest, type TestDesk } from '../../test.setup';
import { readShared } from '../../readShared.setup';

type Json = Record<string, unknown> & { code?: string };
interface Reply {
  status: number;
  headers: Headers;
  body: Json;
}

/** An outside agent's platform: nothing but HTTP. */
function client(t: TestDesk, key: string) {
  return async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> => {
    const response = await t.fetch(`/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? {} : (JSON.parse(text) as Json),
    };
  };
}

async function openApi(t = setupTest(), name = 'Blue Shop') {
  const team = await createTeam(t, name);
  const { teamId, owner } = team;
  const agentId = await owner.as.mutation(api.agents.create, { teamId, name: 'Outsider', kind: 'external' });
  const { key, keyId } = await owner.as.mutation(api.agents.createKey, {
    teamId,
    agentId,
    name: 'production',
  });
  const call = client(t, key);
  const start = (externalId = 'conv-1') =>
    call('POST', '/conversations', {
      externalId,
      customer: { externalId: 'cust-1', name: 'Carla' },
      subject: 'Boots',
    });
  return { t, team, teamId, agentId, key, keyId, call, start };
}

/** A conversation in which the customer has asked something. */
async function openTalk() {
  const desk = await openApi();
  const { body } = await desk.start();
  const path = `/conversations/${String(body.id)}`;
  await desk.call('POST', `${path}/customer-messages`, { text: 'Where is my order?' });
  const answer = (more: Json = {}, headers: Record<string, string> = {}) =>
    desk.call('POST', `${path}/answers`, { text: 'On its way.', epoch: 1, seenThrough: 1, ...more }, headers);
  const takeOver = () =>
    desk.team.operator.as.mutation(api.tickets.takeOverConversation, {
      teamId: desk.teamId,
      conversationId: String(body.id) as never,
    });
  return { ...desk, path, id: String(body.id), answer, takeOver };
}

describe('keys', () => {
  test('[P1] [R3] a key is shown once, kept as a hash, and names its agent', async () => {
    const { t, team, teamId, agentId, key, call } = await openApi();
    expect(key).toMatch(/^baton_live_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}$/);
    const listed = await team.operator.as.query(api.agents.listKeys, { teamId, agentId });
    expect(listed).toMatchObject([{ name: 'production', prefix: key.slice(0, 19), revokedAt: null }]);
    const stored = JSON.stringify(await t.run((ctx) => ctx.db.query('agentKeys').take(5)));
    expect(stored + JSON.stringify(listed)).not.toContain(key.slice(20));
    expect((await call('GET', '/me')).body).toEqual({
      agent: { id: agentId, name: 'Outsider' },
      team: { name: 'Blue Shop' },
      key: { name: 'production', prefix: key.slice(0, 19) },
    });
    expect(
      (await team.operator.as.query(api.agents.listKeys, { teamId, agentId }))[0]?.lastUsedAt,
    ).not.toBeNull();
  });

  test('[P1] missing, malformed, unknown and revoked keys and those of a switched-off agent get one and the same 401', async () => {
    const { t, team, teamId, agentId, key, keyId, call } = await openApi();
    const answers: Reply[] = [];
    answers.push(await client(t, '')('GET', '/me'));
    answers.push(await client(t, 'nonsense')('GET', '/me'));
    answers.push(await client(t, `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`)('GET', '/me'));
    await team.owner.as.mutation(api.agents.update, { teamId, agentId, active: false });
    answers.push(await call('GET', '/me'));
    await team.owner.as.mutation(api.agents.update, { teamId, agentId, active: true });
    expect((await call('GET', '/me')).status).toBe(200);
    await team.owner.as.mutation(api.agents.revokeKey, { teamId, keyId });
    answers.push(await call('GET', '/me'));
    answers.push(await call('POST', '/conversations', 'not even JSON'));
    answers.push(await call('GET', '/no/such/path'));
    for (const { status, headers, body } of answers) {
      expect(status).toBe(401);
      expect(headers.get('WWW-Authenticate')).toBe('Bearer');
      expect(body).toEqual(answers[0]!.body);
      expect(body.code).toBe('NOT_SIGNED_IN');
    }
  });

  test('[P2] [E4] a key that has used up its calls gets 429 with Retry-After and changes nothing; other keys go on', async () => {
    const { t, team, teamId, agentId, call, start } = await openApi();
    const second = await team.owner.as.mutation(api.agents.createKey, { teamId, agentId, name: 'second' });
    const { body } = await start();
    const { most, withinMs } = limits.callsOfKey;
    const leave = (left: number) =>
      t.run(async (ctx) => {
        const [key] = await ctx.db.query('agentKeys').collect();
        for (const { _id } of await ctx.db.query('requestWindows').collect()) await ctx.db.delete(_id);
        const rows = windowKeys('callsOfKey', key!._id);
        const window = { count: most / rows.length - left, expiresAt: Date.now() + withinMs };
        for (const row of rows) await ctx.db.insert('requestWindows', { key: row, ...window });
      });
    await leave(1);
    const write = (as: typeof call) =>
      as('POST', `/conversations/${String(body.id)}/customer-messages`, { text: 'Where is it?' });
    expect((await write(call)).status).toBe(201);
    await leave(0);
    const before = await t.run((ctx) => ctx.db.query('entries').collect());
    const refused = await write(call);
    expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED', status: 429 } });
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect(Number(refused.headers.get('Retry-After'))).toBeLessThanOrEqual(withinMs / 1_000);
    for (const [method, path] of [
      ['GET', '/me'],
      ['GET', '/no/such/path'],
      ['POST', '/conversations'],
    ] as const)
      expect((await call(method, path)).status, path).toBe(429);
    expect(await t.run((ctx) => ctx.db.query('entries').collect())).toEqual(before);
    expect((await write(client(t, second.key))).status).toBe(201);
  });

  test('[P4] a built-in agent has no keys; only owners make them', async () => {
    const { team, teamId, agentId } = await openApi();
    const make = (who: typeof team.owner, id = agentId) =>
      who.as.mutation(api.agents.createKey, { teamId, agentId: id, name: 'x' });
    await expect(make(team.owner, team.agentId)).rejects.toThrow(/built-in/);
    await expect(make(team.manager)).rejects.toThrow(/role/);
  });
});

describe('conversations', () => {
  test('[P1] start or find: one id is one conversation, whoever asks twice', async () => {
    const { t, start, call } = await openApi();
    const first = await start();
    const again = await start();
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body.id).toBe(first.body.id);
    expect(first.body).toMatchObject({
      externalId: 'conv-1',
      subject: 'Boots',
      customer: { externalId: 'cust-1', name: 'Carla', email: null },
      control: { holder: 'agent', epoch: 1 },
      lastSequence: 0,
      mustAnswer: false,
      ticket: null,
    });
    expect((await call('GET', `/conversations/${String(first.body.id)}`)).body).toEqual(first.body);
    const at = await Promise.all([start('conv-2'), start('conv-2'), start('conv-2')]);
    expect(at.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    expect(await t.run((ctx) => ctx.db.query('customers').take(9))).toHaveLength(1);
  });

  test('[P1] a known conversation cannot be claimed for another customer', async () => {
    const { start, call } = await openApi();
    await start();
    const other = await call('POST', '/conversations', {
      externalId: 'conv-1',
      customer: { externalId: 'cust-2' },
    });
    expect(other).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT' } });
  });

  test('[P1] [E2] attributes are kept with a conversation, replaced by name, taken back by null, and bounded', async () => {
    const { t, call } = await openApi();
    const customer = { externalId: 'cust-1' };
    const begin = (attributes: unknown) =>
      call('POST', '/conversations', { externalId: 'conv-1', customer, attributes });
    const { body } = await begin({ order_value: 80, plan: 'club', vip: true });
    const path = `/conversations/${body.id as string}/customer-messages`;
    const says = (attributes: unknown) => call('POST', path, { text: 'Hello?', attributes });
    const kept = async () => (await t.run((ctx) => ctx.db.query('conversations').first()))!.attributes;
    expect(await kept()).toEqual({ order_value: 80, plan: 'club', vip: true });
    expect((await says({ order_value: 1_240, vip: null })).status).toBe(201);
    expect(await kept()).toEqual({ order_value: 1_240, plan: 'club' });
    expect((await begin({ plan: 'gold' })).status).toBe(200);
    expect(await kept()).toEqual({ order_value: 1_240, plan: 'gold' });
    const many = (count: number, from = 0) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`n${from + at}`, at]));
    for (const bad of [many(21), { Plan: 1 }, { 'a b': 1 }, { a: 'x'.repeat(201) }, { a: {} }, []])
      expect((await says(bad)).status, JSON.stringify(bad)).toBe(400);
    expect((await says(many(18))).status).toBe(201);
    expect((await says(many(1, 18))).status).toBe(400);
    expect(Object.keys((await kept())!)).toHaveLength(20);
  });

  test('[E2] [E6] a subject hides nothing, and a refusal repeats little of what was sent', async () => {
    const { call } = await openApi();
    const customer = { externalId: 'c' };
    for (const subject of ['\u202e\u200e', '\u200b', 'a\u001b[31mred', '\u0000'])
      expect((await call('POST', '/conversations', { externalId: 'x', customer, subject })).status).toBe(400);
    const many = Object.fromEntries(Array.from({ length: 9_000 }, (_, at) => [`k${at}`, 0]));
    const refused = await call('POST', '/conversations', { externalId: 'x', customer, ...many });
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.body).length).toBeLessThan(1_000);
  });

  test('[P1] [M1] a customer message stands in the thread and is owed an answer', async () => {
    const { call, path } = await openTalk();
    const { body } = await call('GET', path);
    expect(body).toMatchObject({ lastSequence: 1, answeredThrough: 0, mustAnswer: true });
    const again = await call('POST', `${path}/customer-messages`, { text: 'Hello?', clientMessageId: 'm2' });
    const twice = await call('POST', `${path}/customer-messages`, { text: 'Hello?', clientMessageId: 'm2' });
    expect(again).toMatchObject({ status: 201, body: { sequence: 2, mustAnswer: true } });
    expect(twice.body.sequence).toBe(2);
    expect((await call('GET', path)).body.lastSequence).toBe(2);
  });

  test('[P1] the history comes in pages, complete and in order', async () => {
    const { call, path, answer, takeOver, t } = await openTalk();
    await answer();
    await takeOver();
    for (let at = 0; at < 5; at++) await call('POST', `${path}/customer-messages`, { text: `more ${at}` });
    const whole = await call('GET', `${path}/entries?limit=200`);
    const entries = whole.body.entries as { kind: string; sequence: number; text?: string }[];
    expect(entries.map(({ kind }) => kind).filter((kind) => kind !== 'message')).toEqual(['takenOver']);
    expect(whole.body).toMatchObject({ nextCursor: null, control: { holder: 'operator', epoch: 2 } });
    const paged: unknown[] = [];
    let cursor: unknown = '0';
    while (cursor !== null) {
      const { body } = await call('GET', `${path}/entries?limit=2&cursor=${String(cursor)}`);
      paged.push(...(body.entries as unknown[]));
      cursor = body.nextCursor;
    }
    expect(paged).toEqual(entries);
    const after = await call('GET', `${path}/entries?after=${entries.at(-2)!.sequence}`);
    expect(after.body.entries).toEqual(entries.slice(-1));
    expect(JSON.stringify(entries)).not.toContain(
      (await t.run((ctx) => ctx.db.query('members').first()))!._id,
    );
  });

  test('[P1] typing is shown while the agent holds, and to nobody after a takeover', async () => {
    const { t, call, path, takeOver } = await openTalk();
    const marks = () => t.run((ctx) => ctx.db.query('typing').take(5));
    expect((await call('POST', `${path}/typing`, {})).status).toBe(204);
    expect(await marks()).toMatchObject([{ who: 'agent' }]);
    await takeOver();
    await call('POST', `${path}/typing`, { isTyping: true });
    expect(await marks()).toEqual([]);
  });
});

describe('answers', () => {
  test('[P1] [C2] an answer passes the door and is accepted', async () => {
    const { answer, call, path } = await openTalk();
    expect(await answer()).toMatchObject({ status: 200, body: { outcome: 'accepted', sequence: 2 } });
    expect((await call('GET', path)).body).toMatchObject({ mustAnswer: false, answeredThrough: 1 });
  });

  test('[C7] [E1] after a takeover it is refused with STALE_EPOCH and kept as a suppressed draft', async () => {
    const { t, answer, takeOver } = await openTalk();
    await takeOver();
    expect(await answer()).toMatchObject({
      status: 200,
      body: { outcome: 'refused', code: 'STALE_EPOCH', control: { holder: 'operator', epoch: 2 } },
    });
    expect(await t.run((ctx) => ctx.db.query('suppressedDrafts').take(5))).toMatchObject([
      { text: 'On its way.', epoch: 1 },
    ]);
    const messages = await t.run((ctx) => ctx.db.query('entries').take(50));
    expect(messages.some(({ author, kind }) => kind === 'message' && author.kind === 'agent')).toBe(false);
  });

  test('[C8] when the customer has written since, it is refused with SUPERSEDED and what there is to read', async () => {
    const { answer, call, path } = await openTalk();
    await call('POST', `${path}/customer-messages`, { text: 'And when?' });
    expect(await answer()).toMatchObject({
      body: { outcome: 'refused', code: 'SUPERSEDED', lastSequence: 2 },
    });
    expect(await answer({ seenThrough: 2 })).toMatchObject({ body: { outcome: 'accepted' } });
  });

  test('[C8] property: whatever the order of messages and answers, no two answers stand on the same reading', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('write', 'read', 'answer'), { maxLength: 14 }),
        async (steps) => {
          const { call, path } = await openTalk();
          let seen = 1;
          const accepted: number[] = [];
          for (const step of steps) {
            const { body } = await call('GET', path);
            if (step === 'write') await call('POST', `${path}/customer-messages`, { text: 'more' });
            if (step === 'read') seen = Number(body.lastSequence);
            if (step !== 'answer') continue;
            const { body: answered } = await call('POST', `${path}/answers`, {
              text: 'x',
              epoch: 1,
              seenThrough: seen,
            });
            if (answered.outcome === 'accepted') accepted.push(seen);
            else expect(answered.code).toBe('SUPERSEDED');
          }
          const { body } = await call('GET', path);
          expect(Number(body.answeredThrough)).toBe(Math.max(0, ...accepted));
        },
      ),
      { numRuns: 20 },
    );
  });

  test.each([
    [{ seenThrough: 99 }, 'INVALID_INPUT'],
    [{ seenThrough: -1 }, 'INVALID_INPUT'],
    [{ epoch: 'one' }, 'INVALID_INPUT'],
    [{ text: '  ' }, 'INVALID_INPUT'],
    [{ text: 'x'.repeat(20_001) }, 'INVALID_INPUT'],
    [{ unknown: true }, 'INVALID_INPUT'],
  ])('[E2] %j is refused and nothing is sent', async (more, code) => {
    const { answer, call, path } = await openTalk();
    expect(await answer(more)).toMatchObject({ status: 400, body: { code, status: 400 } });
    expect((await call('GET', path)).body.lastSequence).toBe(1);
  });
});

describe('handovers', () => {
  test('[P1] [C3] a handover opens a ticket, says the farewell once, and leaves control with the agent', async () => {
    const { call, path, teamId, agentId, team } = await openTalk();
    const brief = {
      asked: 'Where is it?',
      facts: [{ text: 'Order 12', sequence: 1 }],
      tried: ['Looked it up'],
    };
    const handover = {
      brief,
      priority: 'urgent',
      tags: ['lost'],
      farewell: { text: 'A person will look.', epoch: 1, seenThrough: 1 },
    };
    const done = await call('POST', `${path}/handovers`, handover);
    expect(done).toMatchObject({
      status: 200,
      body: {
        outcome: 'handedOver',
        how: 'opened',
        ticket: { number: 1, status: 'new', priority: 'urgent', tags: ['lost'], reason: 'agentAsked' },
        farewell: { outcome: 'accepted', sequence: 2 },
      },
    });
    const again = await call('POST', `${path}/handovers`, handover);
    expect(again.body).toMatchObject({ how: 'added', farewell: null, ticket: { number: 1 } });
    const { body } = await call('GET', path);
    expect(body).toMatchObject({
      control: { holder: 'agent', epoch: 1 },
      ticket: { number: 1 },
      mustAnswer: false,
    });
    expect((await call('GET', '/tickets')).body).toMatchObject({
      tickets: [{ number: 1 }],
      nextCursor: null,
    });
    expect((await call('GET', '/tickets/1')).body).toMatchObject({ number: 1 });
    expect((await call('GET', '/tickets/2')).body.code).toBe('NOT_FOUND');
    const shown = await readShared(team.operator.as, api.tickets.get, { teamId, number: 1 });
    expect(shown?.ticket).toMatchObject({ brief, agentId });
  });

  test('[H1] the agent reports a condition and its own rules decide', async () => {
    const { call, path, team, teamId, agentId } = await openTalk();
    const as = team.manager.as;
    const rule = (name: string, condition: string, outcome: Parameters<typeof save>[0]['outcome']) => ({
      teamId,
      agentId,
      name,
      when: [{ type: 'reported' as const, condition }],
      outcome,
    });
    const save = (args: {
      teamId: typeof teamId;
      agentId: typeof agentId;
      name: string;
      when: { type: 'reported'; condition: string }[];
      outcome:
        | { handOver: false }
        | { handOver: true; priority: 'high'; tags: string[]; textToCustomer?: string };
    }) => as.mutation(api.handoverRules.save, args);
    await save(rule('No', 'weather', { handOver: false }));
    await save(
      rule('Late', 'refundTooLate', {
        handOver: true,
        priority: 'high',
        tags: ['refund'],
        textToCustomer: 'A person decides.',
      }),
    );
    expect((await call('POST', `${path}/handovers`, { reported: ['weather'] })).body).toEqual({
      outcome: 'declined',
      rule: 'No',
    });
    expect((await call('GET', '/tickets')).body.tickets).toEqual([]);
    const farewell = { text: 'Bye', epoch: 1, seenThrough: 1 };
    const done = await call('POST', `${path}/handovers`, { reported: ['refundTooLate'], farewell });
    expect(done.body).toMatchObject({
      rule: 'Late',
      ticket: { priority: 'high', tags: ['refund'], rule: 'Late' },
    });
    const { body } = await call('GET', `${path}/entries`);
    expect(body.entries).toMatchObject([{}, { from: 'agent', text: 'A person decides.' }]);
    expect(
      (await call('POST', `${path}/handovers`, { reason: 'customerAsked', reported: ['weather'] })).body,
    ).toMatchObject({
      outcome: 'handedOver',
      how: 'added',
    });
  });

  test('[H4] without a farewell the system says a fixed line, once', async () => {
    const { call, path } = await openTalk();
    await call('POST', `${path}/handovers`, {});
    await call('POST', `${path}/handovers`, { reason: 'noAnswer' });
    const { body } = await call('GET', `${path}/entries`);
    expect((body.entries as { from?: string }[]).filter(({ from }) => from === 'system')).toHaveLength(1);
  });

  test('[C7] a farewell after a takeover is refused and kept; the reason still reaches the ticket', async () => {
    const { t, call, path, takeOver } = await openTalk();
    await takeOver();
    const done = await call('POST', `${path}/handovers`, {
      farewell: { text: 'Bye', epoch: 1, seenThrough: 1 },
    });
    expect(done.body).toMatchObject({ how: 'added', farewell: { outcome: 'refused', code: 'STALE_EPOCH' } });
    expect(await t.run((ctx) => ctx.db.query('suppressedDrafts').take(5))).toMatchObject([{ text: 'Bye' }]);
  });

  test('[H2] a fact names a message that exists', async () => {
    const { call, path } = await openTalk();
    const brief = { asked: 'x', facts: [{ text: 'y', sequence: 9 }], tried: [] };
    expect((await call('POST', `${path}/handovers`, { brief })).body.code).toBe('INVALID_INPUT');
    expect((await call('GET', '/tickets')).body.tickets).toEqual([]);
  });

  test('[P1] own tickets come in pages, newest first', async () => {
    const { call, start } = await openApi();
    for (let at = 1; at <= 5; at++) {
      const { body } = await start(`conv-${at}`);
      await call('POST', `/conversations/${String(body.id)}/handovers`, {});
    }
    const first = await call('GET', '/tickets?limit=2');
    const second = await call('GET', `/tickets?limit=2&cursor=${String(first.body.nextCursor)}`);
    const third = await call('GET', `/tickets?limit=2&cursor=${String(second.body.nextCursor)}`);
    const numbers = [first, second, third].map(({ body }) =>
      (body.tickets as { number: number }[]).map(({ number }) => number),
    );
    expect(numbers).toEqual([[5, 4], [3, 2], [1]]);
    expect(third.body.nextCursor).toBeNull();
  });
});

describe('one agent among others', () => {
  test('[P5] [R2] a foreign conversation, one of another team and one that never was get the same 404 everywhere', async () => {
    const { t, team, teamId, path: own, id } = await openTalk();
    const sibling = await team.owner.as.mutation(api.agents.create, {
      teamId,
      name: 'Sibling',
      kind: 'external',
    });
    const { key } = await team.owner.as.mutation(api.agents.createKey, {
      teamId,
      agentId: sibling,
      name: 'k',
    });
    const other = await openApi(t, 'Other Team');
    const calls = [client(t, key), other.call];
    const operations: [string, string, unknown?][] = [
      ['GET', ''],
      ['GET', '/entries'],
      ['POST', '/customer-messages', { text: 'x' }],
      ['POST', '/answers', { text: 'x', epoch: 1, seenThrough: 1 }],
      ['POST', '/handovers', {}],
      ['POST', '/typing', {}],
    ];
    for (const call of calls) {
      for (const [method, rest, body] of operations) {
        const foreign = await call(method, `${own}${rest}`, body);
        const missing = await call(method, `/conversations/${'0'.repeat(id.length)}${rest}`, body);
        expect(foreign.status).toBe(404);
        expect(foreign.body).toEqual(missing.body);
      }
      expect((await call('GET', '/tickets')).body.tickets).toEqual([]);
    }
    expect(await t.run((ctx) => ctx.db.query('entries').take(9))).toHaveLength(1);
    expect(await t.run((ctx) => ctx.db.query('tickets').take(9))).toEqual([]);
  });

  test('[P5] two agents may use the same external ids and never meet', async () => {
    const first = await openApi();
    const second = await openApi(first.t, 'Other Team');
    const one = await first.start();
    const two = await second.start();
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(one.body.id).not.toBe(two.body.id);
  });

  test('[P5] a ticket of another agent is not found by its number', async () => {
    const { t, team, teamId, call, path } = await openTalk();
    await call('POST', `${path}/handovers`, {});
    const sibling = await team.owner.as.mutation(api.agents.create, {
      teamId,
      name: 'Sibling',
      kind: 'external',
    });
    const { key } = await team.owner.as.mutation(api.agents.createKey, {
      teamId,
      agentId: sibling,
      name: 'k',
    });
    expect((await client(t, key)('GET', '/tickets/1')).status).toBe(404);
  });
});

describe('idempotency', () => {
  const withKey = (key: string) => ({ 'Idempotency-Key': key });

  test('[P2] the same key and body give the same answer and one effect', async () => {
    const { call, path, answer } = await openTalk();
    const first = await answer({}, withKey('"k-1"'));
    const again = await answer({}, withKey('k-1'));
    expect(again.body).toEqual(first.body);
    expect(first.headers.get('Idempotent-Replayed')).toBeNull();
    expect(again.headers.get('Idempotent-Replayed')).toBe('true');
    expect((await call('GET', path)).body.lastSequence).toBe(2);
  });

  test('[P2] the same key with another body is refused with 422', async () => {
    const { answer } = await openTalk();
    await answer({}, withKey('k-1'));
    expect(await answer({ text: 'Other.' }, withKey('k-1'))).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  });

  test('[P2] a key belongs to one operation on one path and to one agent key', async () => {
    const { call, path, start, answer } = await openTalk();
    await answer({}, withKey('k-1'));
    const other = await start('conv-9');
    const elsewhere = await call(
      'POST',
      `/conversations/${String(other.body.id)}/customer-messages`,
      { text: 'x' },
      withKey('k-1'),
    );
    expect(elsewhere.status).toBe(201);
    expect((await call('POST', `${path}/handovers`, {}, withKey('k-1'))).status).toBe(200);
  });

  test('[P2] [H4] of many at once exactly one has the effect, and all get its answer', async () => {
    const { t, call, path } = await openTalk();
    const handovers = await Promise.all(
      Array.from({ length: 8 }, () => call('POST', `${path}/handovers`, { tags: ['a'] }, withKey('k-1'))),
    );
    expect(new Set(handovers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(handovers.filter(({ headers }) => headers.get('Idempotent-Replayed') === null)).toHaveLength(1);
    const messages = await Promise.all(
      Array.from({ length: 8 }, () =>
        call('POST', `${path}/customer-messages`, { text: 'again' }, withKey('k-2')),
      ),
    );
    expect(new Set(messages.map(({ body }) => body.sequence)).size).toBe(1);
    expect(await t.run((ctx) => ctx.db.query('tickets').take(9))).toHaveLength(1);
    expect(await t.run((ctx) => ctx.db.query('idempotencyKeys').take(9))).toHaveLength(2);
  });

  test('[P2] a refused call keeps nothing: the repaired one may use the key', async () => {
    const { answer } = await openTalk();
    expect((await answer({ seenThrough: 50 }, withKey('k-1'))).status).toBe(400);
    expect((await answer({}, withKey('k-1'))).body.outcome).toBe('accepted');
  });

  test('[P2] a key that cannot be one is refused', async () => {
    const { answer } = await openTalk();
    expect((await answer({}, withKey('""'))).body.code).toBe('INVALID_INPUT');
    expect((await answer({}, withKey('x'.repeat(257)))).body.code).toBe('INVALID_INPUT');
  });
});

describe('the edge', () => {
  test('[P2] every refusal is a problem document with its code', async () => {
    const { t, key, call, path } = await openTalk();
    const raw = (headers: Record<string, string>, body: string) =>
      t.fetch(`/api/v1${path}/answers`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${key}`, ...headers },
        body,
      });
    const answers: [Response | Reply, number, string][] = [
      [await raw({ 'Content-Type': 'text/plain' }, '{}'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
      [await raw({ 'Content-Type': 'application/json' }, '{'), 400, 'MALFORMED_JSON'],
      [await raw({ 'Content-Type': 'application/json' }, `"${'x'.repeat(140_000)}"`), 413, 'BODY_TOO_LARGE'],
      [await raw({ 'Content-Type': 'application/json; charset=utf-8' }, '{}'), 400, 'INVALID_INPUT'],
      [await call('DELETE', path), 405, 'METHOD_NOT_ALLOWED'],
      [await call('GET', '/nothing'), 404, 'NOT_FOUND'],
      [await call('GET', `${path}/entries?limit=0`), 400, 'INVALID_INPUT'],
      [await call('GET', `${path}/entries?cursor=x`), 400, 'INVALID_INPUT'],
      [await call('GET', '/tickets/zero'), 400, 'INVALID_INPUT'],
    ];
    for (const [answer, status, code] of answers) {
      const body = (answer instanceof Response ? await answer.json() : answer.body) as Json;
      expect(body).toMatchObject({ type: `urn:baton:problem:${code}`, status, code });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
      expect(problemCodes).toContain(body.code);
    }
    expect((await call('DELETE', path)).headers.get('Allow')).toBe('GET');
  });

  test('[E2] faults point at what is wrong', async () => {
    const { call } = await openApi();
    const { body } = await call('POST', '/conversations', { externalId: '', customer: { email: 'no' } });
    expect((body.faults as { at: string }[]).map(({ at }) => at)).toEqual([
      '/externalId',
      '/customer/externalId',
      '/customer/email',
    ]);
  });

  test('the API tells that it lives, without a key', async () => {
    const response = await setupTest().fetch('/api/v1/health');
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
  });
});

describe('the OpenAPI document', () => {
  interface Document {
    openapi: string;
    paths: Record<string, Record<string, { operationId: string; responses: Record<string, unknown> }>>;
    components: { schemas: Record<string, unknown> };
  }

  test('[P1] is served, is 3.1, and every operation it names answers', async () => {
    const { t, call, path, id } = await openTalk();
    const response = await t.fetch('/api/v1/openapi.json');
    const document = (await response.json()) as Document;
    expect(document.openapi).toBe('3.1.0');
    for (const [template, methods] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const real = template.replace('{conversationId}', id).replace('{number}', '1');
        const answer = await call(method.toUpperCase(), real, method === 'post' ? {} : undefined);
        expect([200, 201, 204, 400, 404]).toContain(answer.status);
        expect(Object.keys(operation.responses)).toContain(String(answer.status));
        expect(answer.body.code).not.toBe('METHOD_NOT_ALLOWED');
      }
    }
    expect(path).toContain(id);
  });

  test('[P1] has a schema for everything it refers to', async () => {
    const text = await (await setupTest().fetch('/api/v1/openapi.json')).text();
    const { components } = JSON.parse(text) as Document;
    const refs = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!);
    expect(refs.length).toBeGreaterThan(10);
    for (const name of refs) expect(components.schemas).toHaveProperty(name);
    expect(components.schemas).toHaveProperty('Answer');
    expect(components.schemas).toHaveProperty('Problem');
  });
});
