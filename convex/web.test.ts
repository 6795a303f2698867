import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { api, internal } from './_generated/api';
import { handOver } from './model/agents/handover';
import { openCaseOf } from './model/conversation/case';
import { sessionLifetimeMs } from './model/customer/customerSessions';
import { limits } from './shared/kit/limits';
import { replayTicket } from './shared/tickets/ticketState';
import {
  addMember,
  createTeam,
  customerIdentity,
  refusal,
  setupTest,
  type TestDesk,
  testSiteUrl,
  transact,
} from './test.setup';
import { readShared } from './readShared.setup';

const pageOf = { paginationOpts: { numItems: 20, cursor: null } };
let publicKey: CryptoKey;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const pair = (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ])) as CryptoKeyPair;
  publicKey = pair.publicKey;
  const der = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey));
  const body = btoa(String.fromCharCode(...der))
    .match(/.{1,64}/g)!
    .join(' ');
  process.env.CUSTOMER_JWT_PRIVATE_KEY = `-----BEGIN PRIVATE KEY----- ${body} -----END PRIVATE KEY-----`;
  process.env.CUSTOMER_JWKS = JSON.stringify({
    keys: [{ kid: 'k1', ...(await crypto.subtle.exportKey('jwk', publicKey)) }],
  });
});
afterEach(() => vi.useRealTimers());

function post(t: Pick<TestDesk, 'fetch'>, path: string, body: unknown, headers: Record<string, string> = {}) {
  return t.fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** All that a customer could change, the counts of their calls included. */
function everything(t: TestDesk) {
  return t.run(async (ctx) => ({
    customers: await ctx.db.query('customers').collect(),
    entries: await ctx.db.query('entries').collect(),
    heads: await ctx.db.query('threadHeads').collect(),
    tickets: await ctx.db.query('tickets').collect(),
    typing: await ctx.db.query('typing').collect(),
    windows: await ctx.db.query('requestWindows').collect(),
    scheduled: await ctx.db.system.query('_scheduled_functions').collect(),
  }));
}

const bytes = (part: string) =>
  Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
const jsonOf = (part: string) => JSON.parse(new TextDecoder().decode(bytes(part))) as Record<string, unknown>;

async function openChat() {
  const t = setupTest();
  const team = await createTeam(t, 'Blue Shop');
  const publicId = `public-${team.teamId}`;
  const response = await post(t, '/widget/sessions', { channel: publicId });
  const { sessionToken, jwt } = (await response.json()) as { sessionToken: string; jwt: string };
  const { sub } = jsonOf(jwt.split('.')[1]!) as { sub: string };
  const customer = t.withIdentity(customerIdentity(sub as Parameters<typeof customerIdentity>[0]));
  return { t, team, publicId, response, sessionToken, jwt, sub, customer };
}

describe('POST /widget/sessions', () => {
  test('[M9] mints 256 random bits, keeps only their hash, and signs a ten-minute ES256 token', async () => {
    const { t, response, sessionToken, jwt, sub } = await openChat();
    expect(response.status).toBe(201);
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(sessionToken).toMatch(/^vs_[\w-]{43}$/);
    const rows = await t.run((ctx) => ctx.db.query('customerSessions').take(5));
    expect(rows).toMatchObject([{ _id: sub }]);
    expect(JSON.stringify(rows)).not.toContain(sessionToken.slice(3));

    const [header, claims, signature] = jwt.split('.') as [string, string, string];
    expect(jsonOf(header)).toEqual({ alg: 'ES256', typ: 'JWT', kid: 'k1' });
    const { iat, exp, ...named } = jsonOf(claims) as { iat: number; exp: number };
    expect(named).toEqual({ iss: `${testSiteUrl}/customers`, aud: 'baton-customer', sub });
    expect(exp - iat).toBe(600);
    const signed = new TextEncoder().encode(`${header}.${claims}`);
    const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
    expect(await crypto.subtle.verify(algorithm, publicKey, bytes(signature), signed)).toBe(true);
  });

  test.each([
    ['an unknown channel', { channel: 'nope' }, 404, 'NOT_FOUND'],
    ['no channel', {}, 400, 'INVALID_INPUT'],
    ['an unknown field', { channel: 'x', admin: true }, 400, 'INVALID_INPUT'],
    ['no JSON', 'channel=x', 400, 'MALFORMED_JSON'],
    ['a huge body', 'x'.repeat(200_000), 413, 'BODY_TOO_LARGE'],
  ])('[E2] %s is a clear refusal and changes nothing', async (_name, body, status, code) => {
    const { t } = await openChat();
    const response = await post(t, '/widget/sessions', body);
    expect(response.status).toBe(status);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(await response.json()).toMatchObject({ status, code });
    expect(await t.run((ctx) => ctx.db.query('customerSessions').take(5))).toHaveLength(1);
  });

  test('[E2] another content type is refused', async () => {
    const { t, publicId } = await openChat();
    const response = await post(
      t,
      '/widget/sessions',
      { channel: publicId },
      { 'Content-Type': 'text/plain' },
    );
    expect(response.status).toBe(415);
  });

  test.each([
    ['Asia/Tokyo', 'Asia/Tokyo'],
    ['Moon/Base', undefined],
    [7, undefined],
    ['x'.repeat(5_000), undefined],
  ])('[H5] [M9] a browser that says it is in %s is let in; only a zone is kept', async (said, kept) => {
    const { t, publicId } = await openChat();
    expect((await post(t, '/widget/sessions', { channel: publicId, timeZone: said })).status).toBe(201);
    const customers = await t.run((ctx) => ctx.db.query('customers').order('desc').take(1));
    expect(customers[0]!.timeZone).toBe(kept);
  });

  test('[M9] a channel that is switched off lets nobody in', async () => {
    const { t, team, publicId } = await openChat();
    const { teamId, channelId } = team;
    await team.manager.as.mutation(api.channels.update, { teamId, channelId, active: false });
    expect((await post(t, '/widget/sessions', { channel: publicId })).status).toBe(404);
  });

  /** Opens a chat from an address; null: through a proxy that names none. */
  const openFrom = (t: TestDesk, channel: string, ip: string | null, writes?: boolean) =>
    post(t.withRequestMetadata({ ip }), '/widget/sessions', { channel, ...(writes && { writes }) });
  const most = limits.chatsOfAddress.most;
  const openedOn = (t: TestDesk) =>
    t.run(async (ctx) => {
      const rows = await ctx.db.query('requestWindows').take(50);
      return rows.find(({ key }) => key.startsWith('chatsOnChannel:'))?.count;
    });

  test('[M9] [E4] one address may open 20 chats in ten minutes; others and later ones are free', async () => {
    const { t, publicId } = await openChat();
    for (let count = 0; count < most; count++)
      expect((await openFrom(t, publicId, '192.0.2.1')).status).toBe(201);
    vi.advanceTimersByTime(60_000);
    const refused = await openFrom(t, publicId, '192.0.2.1');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('Retry-After')).toBe('540');
    expect(refused.headers.get('Access-Control-Expose-Headers')).toBe('Retry-After');
    expect((await openFrom(t, publicId, '192.0.2.2')).status).toBe(201);
    vi.advanceTimersByTime(9 * 60_000);
    expect((await openFrom(t, publicId, '192.0.2.1')).status).toBe(201);
  });

  test('[E4] a /64 of IPv6 is one address: 600 chats from it leave the channel open to others', async () => {
    const { t, publicId } = await openChat();
    const answers: number[] = [];
    for (let host = 1; host <= 600; host++)
      answers.push((await openFrom(t, publicId, `2001:db8:1:2::${host.toString(16)}`)).status);
    expect(answers.filter((status) => status === 201)).toHaveLength(most);
    expect((await openFrom(t, publicId, '2001:db8:1:3::1')).status).toBe(201);
    expect((await openFrom(t, publicId, '203.0.113.9')).status).toBe(201);
  });

  test('[E4] visitors behind a proxy that names no address are not one address', async () => {
    const { t, publicId } = await openChat();
    for (let count = 0; count < 24; count++) expect((await openFrom(t, publicId, null)).status).toBe(201);
  });

  test('[E4] whoever writes is let in past a flood of chats that are only opened, of an address and of a channel', async () => {
    const { t, publicId } = await openChat();
    for (let count = 0; count < most; count++) await openFrom(t, publicId, '192.0.2.1');
    expect((await openFrom(t, publicId, '192.0.2.1')).status).toBe(429);
    const ofChannel = await openedOn(t);
    expect((await openFrom(t, publicId, '192.0.2.1', true)).status).toBe(201);
    // All places or none: what the address was refused was not taken from the channel.
    expect(await openedOn(t)).toBe(ofChannel);
    const [key, window] = ['chatsOnChannel', limits.chatsOnChannel];
    await t.run(async (ctx) => {
      const rows = await ctx.db.query('requestWindows').take(50);
      const row = rows.find((each) => each.key.startsWith(`${key}:`))!;
      await ctx.db.patch(row._id, { count: window.most });
    });
    expect((await openFrom(t, publicId, '192.0.2.7')).status).toBe(429);
    expect((await openFrom(t, publicId, '192.0.2.7', true)).status).toBe(201);
  });

  test('browsers are answered before they ask', async () => {
    const { t } = await openChat();
    const response = await t.fetch('/widget/token', { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(response.headers.get('Access-Control-Allow-Headers')).toBe('Content-Type');
  });
});

describe('POST /widget/token', () => {
  test('[M9] exchanges the session for a token of the same session and moves its end on', async () => {
    const { t, sessionToken, sub } = await openChat();
    vi.advanceTimersByTime(59 * 86_400_000);
    const response = await post(t, '/widget/token', { sessionToken });
    expect(response.status).toBe(200);
    const { jwt } = (await response.json()) as { jwt: string };
    expect(jsonOf(jwt.split('.')[1]!)).toMatchObject({ sub });
    vi.advanceTimersByTime(59 * 86_400_000);
    expect((await post(t, '/widget/token', { sessionToken })).status).toBe(200);
  });

  test('[E4] a page that fetches tokens in a loop is slowed down, and keeps its session', async () => {
    const { t, sessionToken } = await openChat();
    for (let at = 0; at < limits.tokensOfSession.most; at++) await post(t, '/widget/token', { sessionToken });
    const refused = await post(t, '/widget/token', { sessionToken });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('Retry-After')).toBe('60');
    vi.advanceTimersByTime(60_000);
    expect((await post(t, '/widget/token', { sessionToken })).status).toBe(200);
  });

  test('[M9] an unknown and an ended session get the same answer', async () => {
    const { t, sessionToken } = await openChat();
    const unknown = await post(t, '/widget/token', { sessionToken: 'vs_unknown' });
    vi.advanceTimersByTime(sessionLifetimeMs + 1);
    const ended = await post(t, '/widget/token', { sessionToken });
    expect(unknown.status).toBe(401);
    expect(ended.status).toBe(401);
    expect(await ended.text()).toBe(await unknown.text());
  });
});

describe('web', () => {
  test('[M9] without a token, and with an ended session, nothing is said and nothing done', async () => {
    const { t, sub, customer } = await openChat();
    expect(await refusal(t.query(api.web.conversation, {}))).toBe('NOT_SIGNED_IN');
    expect(await refusal(t.mutation(api.web.send, { text: 'hi', clientMessageId: 'a' }))).toBe(
      'NOT_SIGNED_IN',
    );
    vi.advanceTimersByTime(sessionLifetimeMs + 1);
    expect(await refusal(customer.mutation(api.web.send, { text: 'hi', clientMessageId: 'a' }))).toBe(
      'NOT_SIGNED_IN',
    );
    await t.run((ctx) => ctx.db.delete(sub as Parameters<typeof customerIdentity>[0]));
    expect(await refusal(customer.query(api.web.conversation, {}))).toBe('NOT_SIGNED_IN');
  });

  test('[M8] there is a header before the first word, and one thread after it', async () => {
    const { t, customer } = await openChat();
    expect(await customer.query(api.web.conversation, {})).toMatchObject({
      teamName: 'Blue Shop',
      agentName: 'Robin',
      conversationId: null,
      speakingWith: 'agent',
      personAsked: false,
      somebodyHere: true,
    });
    expect((await customer.query(api.web.entries, pageOf)).page).toEqual([]);
    await customer.mutation(api.web.send, { text: 'hello', clientMessageId: 'a' });
    await customer.mutation(api.web.send, { text: 'again', clientMessageId: 'b' });
    expect(await t.run((ctx) => ctx.db.query('conversations').take(5))).toHaveLength(1);
    expect((await customer.query(api.web.entries, pageOf)).page.map(({ text }) => text)).toEqual([
      'again',
      'hello',
    ]);
  });

  test('[M2] a double click sends once', async () => {
    const { customer } = await openChat();
    const first = await customer.mutation(api.web.send, { text: 'hello', clientMessageId: 'a' });
    expect(await customer.mutation(api.web.send, { text: 'hello', clientMessageId: 'a' })).toEqual(first);
    expect((await customer.query(api.web.entries, pageOf)).page).toHaveLength(1);
  });

  test.each([
    ['', 'a'],
    ['   ', 'a'],
    ['x'.repeat(20_001), 'a'],
    ['hello', ''],
    ['hello', 'x'.repeat(101)],
  ])('[E2] a message that cannot be one is refused', async (text, clientMessageId) => {
    const { customer } = await openChat();
    expect(await refusal(customer.mutation(api.web.send, { text, clientMessageId }))).toBe('INVALID_INPUT');
  });

  test('[E2] a script that floods is slowed down', async () => {
    const { customer } = await openChat();
    const send = (at: number) => customer.mutation(api.web.send, { text: 'x', clientMessageId: `m${at}` });
    for (let at = 0; at < 60; at++) await send(at);
    expect(await refusal(send(60))).toBe('RATE_LIMITED');
    vi.advanceTimersByTime(60_000);
    expect(await refusal(send(60))).toBeUndefined();
  });

  test('[H1] [M8] asking for a person opens one ticket and says so once; while a person speaks there is nothing to ask', async () => {
    const { t, team, customer } = await openChat();
    expect(await customer.mutation(api.web.askForPerson, {})).toEqual({ outcome: 'asked', place: 1 });
    expect(await customer.mutation(api.web.askForPerson, {})).toMatchObject({ outcome: 'askedBefore' });
    expect(await t.run((ctx) => ctx.db.query('tickets').take(5))).toMatchObject([
      { reason: 'customerAsked' },
    ]);
    expect((await customer.query(api.web.entries, pageOf)).page).toMatchObject([{ from: 'system' }]);
    const { conversationId } = await customer.query(api.web.conversation, {});
    const { teamId } = team;
    await team.operator.as.mutation(api.tickets.takeOverConversation, {
      teamId,
      conversationId: conversationId!,
    });
    expect(await customer.mutation(api.web.askForPerson, {})).toEqual({
      outcome: 'personIsHere',
      place: null,
    });
  });

  test('[H5] with nobody online the customer is told the truth and may leave an address', async () => {
    const { t, customer, team } = await openChat();
    for (const { _id } of await t.run((ctx) => ctx.db.query('memberStatuses').take(20))) {
      await t.run((ctx) => ctx.db.patch(_id, { declared: 'offline', effective: 'offline' }));
    }
    await customer.mutation(api.web.askForPerson, {});
    expect((await customer.query(api.web.entries, pageOf)).page[0]?.text).toContain(
      'Nobody from the team is online',
    );
    expect(await customer.query(api.web.conversation, {})).toMatchObject({
      somebodyHere: false,
      hasEmail: false,
    });
    expect(await refusal(customer.mutation(api.web.leaveEmail, { email: 'not an address' }))).toBe(
      'INVALID_INPUT',
    );
    await customer.mutation(api.web.leaveEmail, { email: ' Ann@Example.test ' });
    expect(await customer.query(api.web.conversation, {})).toMatchObject({ hasEmail: true });
    const known = await t.run((ctx) => ctx.db.query('customerIdentities').take(5));
    expect(known).toMatchObject([{ teamId: team.teamId, value: 'ann@example.test', proof: 'claimed' }]);
  });

  test('[R2] [M8] the customer sees people by first name and nothing that is for the team', async () => {
    const { t, team, customer } = await openChat();
    const ana = await addMember(t, team.teamId, 'Ana Maria Lopez', 'operator');
    await customer.mutation(api.web.send, { text: 'hello', clientMessageId: 'a' });
    const { conversationId } = await customer.query(api.web.conversation, {});
    const { teamId } = team;
    await ana.as.mutation(api.tickets.takeOverConversation, { teamId, conversationId: conversationId! });
    await ana.as.mutation(api.messages.note, {
      teamId,
      conversationId: conversationId!,
      text: 'a difficult one',
      clientMessageId: 'n1',
    });
    const head = (await t.run((ctx) => ctx.db.query('threadHeads').first()))!;
    await ana.as.mutation(api.messages.reply, {
      teamId,
      conversationId: conversationId!,
      text: 'I am here',
      clientMessageId: 'r1',
      epoch: 2,
      seenThrough: head.lastSequence,
    });
    const shown = await customer.query(api.web.conversation, {});
    expect(shown).toMatchObject({ speakingWith: 'person', personName: 'Ana' });
    const { page } = await customer.query(api.web.entries, pageOf);
    expect(page[0]).toMatchObject({
      from: 'operator',
      name: 'Ana',
      text: 'I am here',
      clientMessageId: null,
    });
    const all = JSON.stringify([shown, page]);
    for (const secret of ['difficult', 'Lopez', ana.memberId, ana.userId, teamId])
      expect(all).not.toContain(secret);
  });

  test('[R2] pages are full of what the customer may see, however much the team does in between', async () => {
    const { team, customer } = await openChat();
    await customer.mutation(api.web.send, { text: 'first', clientMessageId: 'a' });
    const { conversationId } = await customer.query(api.web.conversation, {});
    for (let at = 0; at < 10; at++) {
      const note = {
        teamId: team.teamId,
        conversationId: conversationId!,
        text: 'note',
        clientMessageId: `n${at}`,
      };
      await team.operator.as.mutation(api.messages.note, note);
    }
    await customer.mutation(api.web.send, { text: 'second', clientMessageId: 'b' });
    const { page } = await customer.query(api.web.entries, { paginationOpts: { numItems: 2, cursor: null } });
    expect(page.map(({ text }) => text)).toEqual(['second', 'first']);
  });

  test('[M9] one customer never sees or writes into another thread', async () => {
    const { t, publicId, customer } = await openChat();
    await customer.mutation(api.web.send, { text: 'secret of one', clientMessageId: 'a' });
    const response = await post(t, '/widget/sessions', { channel: publicId });
    const { jwt } = (await response.json()) as { jwt: string };
    const { sub } = jsonOf(jwt.split('.')[1]!) as { sub: string };
    const other = t.withIdentity(customerIdentity(sub as Parameters<typeof customerIdentity>[0]));
    expect((await other.query(api.web.entries, pageOf)).page).toEqual([]);
    await other.mutation(api.web.send, { text: 'mine', clientMessageId: 'a' });
    expect((await other.query(api.web.entries, pageOf)).page).toHaveLength(1);
    expect((await customer.query(api.web.entries, pageOf)).page).toMatchObject([{ text: 'secret of one' }]);
  });

  test('[E4] 200 wishes for a person are one event, and asking again changes nothing', async () => {
    const { t, customer } = await openChat();
    await customer.mutation(api.web.send, { text: 'hello', clientMessageId: 'a' });
    expect(await customer.mutation(api.web.askForPerson, {})).toEqual({ outcome: 'asked', place: 1 });
    await vi.waitFor(async () => expect((await everything(t)).tickets[0]!.brief).toBeDefined());
    await t.finishInProgressScheduledFunctions();
    const before = await everything(t);
    for (let at = 0; at < 199; at++)
      expect(await customer.mutation(api.web.askForPerson, {})).toMatchObject({ outcome: 'askedBefore' });
    expect(await everything(t)).toEqual(before);
    expect(before.entries.flatMap(({ event }) => event?.type ?? [])).toEqual(['ticketOpened', 'briefed']);
  });

  test('[H2] [T8] whoever asks for a person past the agent is briefed from what was said; a brief of before stays', async () => {
    const { t, customer } = await openChat();
    await customer.mutation(api.web.send, { text: 'Where is order 48213?', clientMessageId: 'a' });
    await customer.mutation(api.web.askForPerson, {});
    const ticket = async () => (await everything(t)).tickets[0]!;
    await vi.waitFor(async () => expect((await ticket()).brief).toBeDefined());
    const { brief, briefThrough, _id: ticketId } = await ticket();
    expect(brief).toEqual({
      asked: 'Where is order 48213?',
      facts: [{ text: 'Order number: 48213', sequence: 1 }],
      tried: [],
    });
    const { entries } = await everything(t);
    expect(briefThrough).toBe(entries.at(-1)!.sequence - 1);
    expect(replayTicket(entries, ticketId)).toMatchObject({ brief, briefThrough });
    const other = { asked: 'Something else', facts: [], tried: [] };
    await t.mutation(internal.agents.briefs.add, { ticketId, brief: other, through: 1 });
    expect((await ticket()).brief).toEqual(brief);
    expect((await customer.query(api.web.entries, pageOf)).page.map(({ from }) => from)).not.toContain(
      'event',
    );
  });

  test('[H2] who asks for a person before a word gets no empty brief', async () => {
    const { t, customer } = await openChat();
    await customer.mutation(api.web.askForPerson, {});
    await vi.waitFor(async () =>
      expect(
        (await everything(t)).scheduled.some(
          ({ name, state }) => name.includes('briefs') && state.kind === 'success',
        ),
      ).toBe(true),
    );
    expect((await everything(t)).tickets[0]!.brief).toBeUndefined();
  });

  test('[E4] a customer whose ticket the agent opened is noted once as asking for a person', async () => {
    const { t, customer } = await openChat();
    await customer.mutation(api.web.send, { text: 'hello', clientMessageId: 'a' });
    const { conversationId } = await customer.query(api.web.conversation, {});
    await transact(t, async (ctx) => {
      const opened = await openCaseOf(ctx, conversationId!);
      const actor = { kind: 'agent' as const, agentId: opened.conversation.agentId };
      await handOver(ctx, opened, { reason: 'noAnswer', actor, farewell: { by: 'nobody' } });
    });
    for (let at = 0; at < 5; at++)
      expect(await customer.mutation(api.web.askForPerson, {})).toMatchObject({ outcome: 'askedBefore' });
    const { entries } = await everything(t);
    expect(entries.flatMap(({ event }) => event?.type ?? [])).toEqual(['ticketOpened', 'reasonAdded']);
  });

  test('[E4] an address left again, a mark set again and a text sent again change nothing and cost nothing', async () => {
    const { t, customer } = await openChat();
    const again: Record<string, () => Promise<unknown>> = {
      send: () => customer.mutation(api.web.send, { text: 'hello', clientMessageId: 'a' }),
      leaveEmail: () => customer.mutation(api.web.leaveEmail, { email: 'ann@example.test' }),
      setTyping: () => customer.mutation(api.web.setTyping, { isTyping: true }),
      markRead: () => customer.mutation(api.web.markRead, { through: 1 }),
    };
    for (const [name, call] of Object.entries(again)) {
      await call();
      const before = await everything(t);
      for (let at = 0; at < 200; at++) await call();
      expect(await everything(t), name).toEqual(before);
    }
    await customer.mutation(api.web.setTyping, { isTyping: false });
    const before = await everything(t);
    await customer.mutation(api.web.setTyping, { isTyping: false });
    expect(await everything(t)).toEqual(before);
  });

  test('[H5] [T7] the place in line is told, and who was answered and asks again waits anew', async () => {
    const { t, team, publicId, customer } = await openChat();
    const { jwt } = (await (await post(t, '/widget/sessions', { channel: publicId })).json()) as {
      jwt: string;
    };
    const { sub } = jsonOf(jwt.split('.')[1]!) as { sub: string };
    const second = t.withIdentity(customerIdentity(sub as Parameters<typeof customerIdentity>[0]));
    const ask = (who: typeof customer) => who.mutation(api.web.askForPerson, {});
    expect(await ask(customer)).toEqual({ outcome: 'asked', place: 1 });
    vi.advanceTimersByTime(1000);
    expect(await ask(second)).toEqual({ outcome: 'asked', place: 2 });
    expect(await ask(second)).toEqual({ outcome: 'askedBefore', place: 2 });
    const { teamId, operator } = team;
    const { conversationId, lastSequence } = await customer.query(api.web.conversation, {});
    const at = { teamId, conversationId: conversationId! };
    const text = { text: 'Here.', clientMessageId: 'b', seenThrough: lastSequence };
    const { takenOver } = await operator.as.mutation(api.messages.takeOverAndSend, { ...at, ...text });
    expect(await ask(second)).toEqual({ outcome: 'askedBefore', place: 1 });
    const seen = await customer.query(api.web.conversation, {});
    const back = { expectedEpoch: takenOver.epoch, seenThrough: seen.lastSequence };
    await operator.as.mutation(api.tickets.returnToAgent, { ...at, ...back });
    // The person has come, answered and left: nobody waits, though the ticket is open.
    expect(await customer.query(api.web.conversation, {})).toMatchObject({ personAsked: false });
    vi.advanceTimersByTime(1000);
    expect(await ask(customer)).toEqual({ outcome: 'asked', place: 2 });
    expect(await customer.query(api.web.conversation, {})).toMatchObject({ personAsked: true });
    const { tickets } = await everything(t);
    expect(tickets).toHaveLength(2);
  });

  test('[E4] a read mark opens no case', async () => {
    const { t, customer } = await openChat();
    await customer.mutation(api.web.send, { text: 'hello', clientMessageId: 'a' });
    // What a case cannot be opened without.
    const { _id, _creationTime, ...control } = (await t.run((ctx) => ctx.db.query('controls').first()))!;
    await t.run((ctx) => ctx.db.delete(_id));
    await customer.mutation(api.web.markRead, { through: 1 });
    await t.run((ctx) => ctx.db.insert('controls', control));
    expect((await t.run((ctx) => ctx.db.query('threadHeads').first()))?.customerReadThrough).toBe(1);
  });

  test('read marks only move forward and never past the end; typing is shown to the team', async () => {
    const { team, customer } = await openChat();
    await customer.mutation(api.web.send, { text: 'hello', clientMessageId: 'a' });
    const readThrough = async () => (await customer.query(api.web.conversation, {})).readThrough;
    await customer.mutation(api.web.markRead, { through: 99 });
    expect(await readThrough()).toBe(1);
    await customer.mutation(api.web.markRead, { through: 0 });
    expect(await readThrough()).toBe(1);
    vi.advanceTimersByTime(1);
    await customer.mutation(api.web.setTyping, { isTyping: true });
    const { conversationId } = await customer.query(api.web.conversation, {});
    const seen = async () => {
      const of = { teamId: team.teamId, conversationId: conversationId! };
      const marks = await readShared(team.operator.as, api.conversations.typing, of);
      return marks.filter(({ who }) => who === 'customer');
    };
    expect(await seen()).toHaveLength(1);
    vi.advanceTimersByTime(1);
    await customer.mutation(api.web.send, { text: 'more', clientMessageId: 'b' });
    expect(await seen()).toEqual([]);
  });

  test('[M8] [C6] only who holds is seen typing, and not after what they wrote has come', async () => {
    const { t, team, customer } = await openChat();
    await customer.mutation(api.web.send, { text: 'hello', clientMessageId: 'a' });
    await customer.mutation(api.web.askForPerson, {});
    const { teamId, operator } = team;
    const { conversationId } = await customer.query(api.web.conversation, {});
    const at = { teamId, conversationId: conversationId! };
    const seenThrough = async () => (await customer.query(api.web.conversation, {})).lastSequence;
    const ticket = (await t.run((ctx) => ctx.db.query('tickets').first()))!;
    const types = () => operator.as.mutation(api.typing.set, { ...at, isTyping: true });
    const name = 'BlueShopOtto';
    const seen = async () => (await customer.query(api.web.conversation, {})).typing.map((mark) => mark.name);
    await types();
    expect(await seen()).not.toContain(name);
    const { epoch } = await operator.as.mutation(api.tickets.takeOver, { teamId, ticketId: ticket._id });
    expect(await seen()).toEqual([name]);
    const reply = { ...at, text: 'Here I am.', clientMessageId: 'b', epoch };
    const sent = { ...reply, seenThrough: await seenThrough() };
    expect(await operator.as.mutation(api.messages.reply, sent)).toHaveProperty('sent');
    expect(await seen()).toEqual([]);
    await types();
    await operator.as.mutation(api.tickets.returnToAgent, {
      ...at,
      expectedEpoch: epoch,
      seenThrough: await seenThrough(),
    });
    expect(await seen()).not.toContain(name);
  });

  test('windows of counting go with the sweep', async () => {
    const { t } = await openChat();
    vi.advanceTimersByTime(11 * 60_000);
    await t.mutation(internal.jobs.sweeps.expired, {});
    expect(await t.run((ctx) => ctx.db.query('requestWindows').take(5))).toEqual([]);
  });
});

describe('how the chat looks and speaks', () => {
  const get = (t: TestDesk, channel: string) => t.fetch(`/widget/look?channel=${channel}`);

  test('[ux A2] is what its channel says, for the page and for its launcher, and ours for every other', async () => {
    const { t, team } = await openChat();
    const publicId = `public-${team.teamId}`;
    const usual = { css: '', language: 'auto', name: null, greetings: {} };
    expect(await (await get(t, publicId)).json()).toEqual(usual);
    expect(await (await get(t, 'nothing')).json()).toEqual(usual);
    expect(await (await get(t, 'x'.repeat(5_000))).json()).toEqual(usual);
    const [channel] = await readShared(team.manager.as, api.channels.list, { teamId: team.teamId });
    const change = { teamId: team.teamId, channelId: channel!._id };
    const look = { name: 'Blue help', colour: '#0A7F5A', language: 'de' as const, side: 'left' as const };
    await team.manager.as.mutation(api.channels.update, { ...change, look });
    const answer = await get(t, publicId);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(await answer.json()).toMatchObject({ name: 'Blue help', language: 'de' });
    expect(await t.query(internal.http.embedding.launcher, { publicId })).toMatchObject({
      words: { '': 'Chatten Sie mit uns' },
    });
    const bad = team.manager.as.mutation(api.channels.update, { ...change, look: { colour: '</style>' } });
    await expect(bad).rejects.toThrow('INVALID_INPUT');
    expect(await readShared(team.manager.as, api.channels.list, { teamId: team.teamId })).toMatchObject([
      { look: { name: 'Blue help', colour: '#0a7f5a', language: 'de', side: 'left' } },
    ]);
  });

  test('a chat that is called otherwise says so in place of the team', async () => {
    const { team, customer } = await openChat();
    const [channel] = await readShared(team.manager.as, api.channels.list, { teamId: team.teamId });
    const change = { teamId: team.teamId, channelId: channel!._id, look: { name: 'Blue help' } };
    await team.manager.as.mutation(api.channels.update, change);
    expect((await customer.query(api.web.conversation, {})).teamName).toBe('Blue help');
  });
});
