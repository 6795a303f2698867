/**
 * Customers whom their site says to be somebody (docs/rules.md M9): by a signed token, in the middle of a talk, on another
 * browser, and what is never shown to whom.
 */
import { SignJWT } from 'jose';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeAuthKeys } from '../scripts/authKeys';
import { api } from './_generated/api';
import type { Doc, Id } from './_generated/dataModel';
import { limits } from './shared/kit/limits';
import { createTeam, customerIdentity, refusal, setupTest, type TestDesk, type TestTeam } from './test.setup';
import { readShared, readTicket } from './readShared.setup';

beforeAll(() => {
  Object.assign(process.env, makeAuthKeys(), { AUTH_LOG_LEVEL: 'ERROR' });
});
beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

const pageOf = { paginationOpts: { numItems: 20, cursor: null } };

interface Shop {
  t: TestDesk;
  team: TestTeam;
  publicId: string;
  secret: string;
}

async function openShop(t = setupTest(), name = 'Blue Shop'): Promise<Shop> {
  const team = await createTeam(t, name);
  const { teamId, channelId } = team;
  const { secret } = await team.manager.as.mutation(api.identitySecrets.make, { teamId, channelId });
  return { t, team, publicId: `public-${teamId}`, secret };
}

function sign(
  { secret, publicId }: Pick<Shop, 'secret' | 'publicId'>,
  sub: string,
  more: Record<string, unknown> = {},
): Promise<string> {
  const claims = { sub, aud: publicId, exp: Math.floor(Date.now() / 1_000) + 3_600, ...more };
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));
}

interface Browser {
  sessionToken: string;
  as: ReturnType<TestDesk['withIdentity']>;
  sessionId: Id<'customerSessions'>;
}

async function post(t: TestDesk, path: string, body: object) {
  const response = await t.fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, string>;
  return { status: response.status, answer };
}

function browserOf(t: TestDesk, { sessionToken, jwt }: Record<string, string>): Browser {
  const { sub } = JSON.parse(atob(jwt!.split('.')[1]!)) as { sub: Id<'customerSessions'> };
  return { sessionToken: sessionToken!, as: t.withIdentity(customerIdentity(sub)), sessionId: sub };
}

async function open({ t, publicId }: Shop, identity?: string): Promise<Browser> {
  const asked = { channel: publicId, ...(identity !== undefined && { identity }) };
  const { status, answer } = await post(t, '/widget/sessions', asked);
  expect(status).toBe(201);
  return browserOf(t, answer);
}

async function identify({ t }: Shop, { sessionToken }: Browser, identity: string): Promise<Browser> {
  const { status, answer } = await post(t, '/widget/identity', { sessionToken, identity });
  expect(status, answer.detail).toBe(200);
  return browserOf(t, answer);
}

const say = ({ as }: Browser, text: string) =>
  as.mutation(api.web.send, { text, clientMessageId: crypto.randomUUID() });
const thread = async ({ as }: Browser) =>
  (await as.query(api.web.entries, pageOf)).page.map(({ text }) => text);
const customerOf = ({ t }: Shop, { sessionId }: Browser): Promise<Doc<'customers'>> =>
  t.run(async (ctx) => (await ctx.db.get((await ctx.db.get(sessionId))!.customerId))!);
const everything = ({ t }: Shop) =>
  t.run(async (ctx) => ({
    customers: await ctx.db.query('customers').collect(),
    identities: await ctx.db.query('customerIdentities').collect(),
    sessions: await ctx.db.query('customerSessions').collect(),
    conversations: await ctx.db.query('conversations').collect(),
    entries: await ctx.db.query('entries').collect(),
  }));

describe('[M9] a signed identity', () => {
  test('in the middle of a talk makes it theirs: it goes on, verified, for the team in its list and on its page', async () => {
    const shop = await openShop();
    const anonymous = await open(shop);
    await say(anonymous, 'Where is my order?');
    await anonymous.as.mutation(api.web.askForPerson, {});
    const attributes = { plan: 'pro', order_value: 129 };
    const token = await sign(shop, 'u1', { name: 'Lena Berg', email: 'lena@shop.example', attributes });
    const lena = await identify(shop, anonymous, token);
    expect(await thread(lena)).toContain('Where is my order?');
    await say(lena, 'It is a tent.');
    expect(await thread(lena)).toContain('It is a tent.');
    // Whoever noted the former token, on a machine that several use, has nothing of it.
    expect(await refusal(anonymous.as.query(api.web.entries, pageOf))).toBe('NOT_SIGNED_IN');
    expect((await post(shop.t, '/widget/token', { sessionToken: anonymous.sessionToken })).status).toBe(401);

    const { teamId, operator } = shop.team;
    const { customer } = (await readTicket(operator.as, { teamId, number: 1 }))!;
    expect(customer).toMatchObject({
      called: 'Lena Berg',
      isNameProven: true,
      userId: 'u1',
      email: 'lena@shop.example',
      emailProof: 'verified',
      attributes: [
        { name: 'plan', value: 'pro', isProven: true },
        { name: 'order_value', value: 129, isProven: true },
      ],
    });
    const row = await shop.t.run((ctx) => ctx.db.query('ticketRows').first());
    expect(row).toMatchObject({ customerName: 'Lena Berg', isCustomerProven: true });
  });

  test('[T9] of two talks is one person who is found, however each began', async () => {
    const shop = await openShop();
    const token = await sign(shop, 'u1', { name: 'Lena Berg', email: 'lena@shop.example' });
    for (const text of ['Where is my order?', 'Me again']) {
      const anonymous = await open(shop);
      await say(anonymous, text);
      await identify(shop, anonymous, token);
    }
    const other = await open(shop, await sign(shop, 'u2', { name: 'Lena Holm' }));
    await say(other, 'Hello');
    const { teamId, operator } = shop.team;
    const asked = { teamId, text: 'lena', now: Date.now(), minutesBehind: 0 };
    const { people } = await operator.as.query(api.search.find, asked);
    expect(people.map(({ name }) => name).toSorted()).toEqual(['Lena Berg', 'Lena Holm']);
  });

  test('again, on each page, is the same session, and writes nothing that has not changed', async () => {
    const shop = await openShop();
    const token = await sign(shop, 'u1', { name: 'Lena Berg', attributes: { plan: 'pro' } });
    const lena = await open(shop, token);
    const before = await everything(shop);
    const again = await identify(shop, lena, token);
    expect(again).toMatchObject({ sessionToken: lena.sessionToken, sessionId: lena.sessionId });
    expect(await everything(shop)).toEqual(before);
    await identify(
      shop,
      lena,
      await sign(shop, 'u1', { name: 'Lena Berg-Holm', attributes: { plan: null } }),
    );
    expect(await customerOf(shop, lena)).toMatchObject({ name: 'Lena Berg-Holm', attributes: [] });
  });

  test('on another browser finds the person’s own talks of this channel, and goes on with the newest', async () => {
    const shop = await openShop();
    const phone = await open(shop, await sign(shop, 'u1'));
    await say(phone, 'Asked on the phone');
    vi.advanceTimersByTime(60_000);
    const laptop = await open(shop, await sign(shop, 'u1'));
    expect(await thread(laptop)).toEqual(['Asked on the phone']);
    await say(laptop, 'And on the laptop');
    expect(await thread(phone)).toEqual(['And on the laptop', 'Asked on the phone']);
  });

  test('of a talk that was begun before: it goes on, and the earlier ones can be gone back to', async () => {
    const shop = await openShop();
    const phone = await open(shop, await sign(shop, 'u1', { name: 'Lena' }));
    await say(phone, 'Asked on the phone');
    vi.advanceTimersByTime(60_000);
    const anonymous = await open(shop);
    await say(anonymous, 'Begun before signing in');
    await anonymous.as.mutation(api.web.askForPerson, {});
    expect(await anonymous.as.query(api.web.talks, {})).toEqual([]);
    const laptop = await identify(shop, anonymous, await sign(shop, 'u1', { name: 'Lena' }));
    expect(await thread(laptop)).toContain('Begun before signing in');
    const talks = await laptop.as.query(api.web.talks, {});
    expect(talks.map(({ isOpen }) => isOpen)).toEqual([true, false]);
    expect(talks[1]!.preview).toBe('Asked on the phone');
    await laptop.as.mutation(api.web.goBack, { conversationId: talks[1]!.conversationId });
    await say(laptop, 'I am back');
    expect(await thread(phone)).toEqual(['I am back', 'Asked on the phone']);
    // The team sees that it is one person.
    await phone.as.mutation(api.web.askForPerson, {});
    const { teamId, operator } = shop.team;
    const { ticket } = (await readShared(operator.as, api.tickets.get, { teamId, number: 1 }))!;
    const { customerId } = ticket;
    const page = { teamId, customerId, most: 10 };
    const { conversations } = await readShared(operator.as, api.customers.conversations, page);
    expect(conversations.flatMap(({ tickets }) => tickets.map(({ number }) => number)).sort()).toEqual([
      1, 2,
    ]);
    const { parts } = await readShared(operator.as, api.customers.person, { teamId, customerId });
    expect(parts.map(({ merged }) => merged)).toEqual([null, null]);
  });

  test('[E5] of somebody else in the middle of a talk shows them nothing of it, nor the former one anything of theirs', async () => {
    const shop = await openShop();
    const { t } = shop;
    const elsewhere = await open(shop, await sign(shop, 'u2', { name: 'Omar' }));
    await say(elsewhere, 'A secret of Omar');
    const lena = await open(shop, await sign(shop, 'u1', { name: 'Lena' }));
    await say(lena, 'A secret of Lena');
    const omar = await identify(shop, lena, await sign(shop, 'u2', { name: 'Omar' }));
    expect(await thread(omar)).toEqual(['A secret of Omar']);
    expect((await omar.as.query(api.web.talks, {})).map(({ preview }) => preview)).toEqual([
      'A secret of Omar',
    ]);
    expect(await refusal(lena.as.query(api.web.entries, pageOf))).toBe('NOT_SIGNED_IN');
    expect(await refusal(lena.as.mutation(api.web.send, { text: 'x', clientMessageId: 'x' }))).toBe(
      'NOT_SIGNED_IN',
    );
    // Of Lena nothing has changed: her talk is hers on her next browser.
    expect(await thread(await open(shop, await sign(shop, 'u1')))).toEqual(['A secret of Lena']);
    const conversations = await t.run((ctx) => ctx.db.query('conversations').collect());
    for (const { _id } of conversations) {
      const foreign = omar.as.mutation(api.web.goBack, { conversationId: _id });
      const isOwn = (await omar.as.query(api.web.talks, {})).some((talk) => talk.conversationId === _id);
      expect(await refusal(foreign)).toBe(isOwn ? undefined : 'NOT_FOUND');
    }
  });

  test('[E5] whoever came by a link from a mail is not made its owner: the link may have been passed on', async () => {
    const shop = await openShop();
    const linked = await open(shop);
    await say(linked, 'Opened by a link');
    await shop.t.run((ctx) => ctx.db.patch(linked.sessionId, { provenEmail: 'lena@shop.example' }));
    const omar = await identify(shop, linked, await sign(shop, 'u2'));
    expect(await thread(omar)).toEqual([]);
    expect(await omar.as.query(api.web.talks, {})).toEqual([]);
  });

  test('a link from a mail replaces no address, name or attribute: the link may have been passed on', async () => {
    const shop = await openShop();
    const lena = await open(shop);
    await lena.as.mutation(api.web.describe, { name: 'Lena', attributes: [{ name: 'plan', value: 'pro' }] });
    await say(lena, 'Hello');
    const { customerId, conversationId } = (await shop.t.run((ctx) => ctx.db.get(lena.sessionId)))!;
    const friend = await open(shop);
    const letIn = { customerId, conversationId, provenEmail: 'friend@mail.example' };
    await shop.t.run((ctx) => ctx.db.patch(friend.sessionId, letIn));
    const claims = {
      name: 'The King',
      email: 'king@mail.example',
      attributes: [{ name: 'plan', value: 'free' }],
    };
    await friend.as.mutation(api.web.describe, claims);
    expect(await customerOf(shop, lena)).toMatchObject({ name: 'Lena', attributes: [{ value: 'pro' }] });
    const emails = async () =>
      (await everything(shop)).identities.filter(({ kind }) => kind === 'email').map(({ value }) => value);
    expect(await emails()).toEqual([]);
    // Where none is known there is none to take the place of.
    await friend.as.mutation(api.web.leaveEmail, { email: 'lena@shop.example' });
    const replaced = friend.as.mutation(api.web.leaveEmail, { email: 'friend@mail.example' });
    expect(await refusal(replaced)).toBe('INVALID_INPUT');
    expect(await emails()).toEqual(['lena@shop.example']);
    // Whoever began the talk still may.
    await lena.as.mutation(api.web.leaveEmail, { email: 'lena@home.example' });
    expect(await emails()).toEqual(['lena@home.example']);
  });

  test('[E5] a link from a mail opens the one talk that it is for, and none of the others of whoever is known there', async () => {
    const shop = await openShop();
    const lena = await open(shop, await sign(shop, 'u1'));
    await say(lena, 'A secret of Lena');
    vi.advanceTimersByTime(60_000);
    const anonymous = await open(shop);
    await say(anonymous, 'Passed on to a friend');
    const talking = await identify(shop, anonymous, await sign(shop, 'u1'));
    const [newest, secret] = await talking.as.query(api.web.talks, {});
    expect(secret).toMatchObject({ preview: 'A secret of Lena' });
    const friend = await open(shop);
    await shop.t.run(async (ctx) => {
      const { customerId } = (await ctx.db.get(talking.sessionId))!;
      const opened = {
        customerId,
        conversationId: newest!.conversationId,
        provenEmail: 'friend@mail.example',
      };
      await ctx.db.patch(friend.sessionId, opened);
    });
    expect(await thread(friend)).toEqual(['Passed on to a friend']);
    expect(await friend.as.query(api.web.talks, {})).toEqual([]);
    const { conversationId } = secret!;
    expect(await refusal(friend.as.mutation(api.web.goBack, { conversationId }))).toBe('NOT_FOUND');
  });

  test('[E5] nothing of another channel is shown, nor what went by mail', async () => {
    const shop = await openShop();
    const lena = await open(shop, await sign(shop, 'u1', { email: 'lena@shop.example' }));
    await say(lena, 'In the chat');
    const { customerId, conversationId } = (await shop.t.run((ctx) => ctx.db.get(lena.sessionId)))!;
    await shop.t.run(async (ctx) => {
      const { _id, _creationTime, ...talk } = (await ctx.db.get(conversationId!))!;
      const other = await ctx.db.insert('conversations', { ...talk, channel: 'email', channelId: undefined });
      const { _id: __, _creationTime: ___, ...head } = (await ctx.db.query('threadHeads').first())!;
      await ctx.db.insert('threadHeads', { ...head, conversationId: other, preview: 'by mail' });
      expect(talk.customerId).toBe(customerId);
    });
    expect((await lena.as.query(api.web.talks, {})).map(({ preview }) => preview)).toEqual(['In the chat']);
    await shop.t.run(async (ctx) => {
      const { _id, _creationTime, ...entry } = (await ctx.db.query('entries').first())!;
      await ctx.db.insert('entries', { ...entry, sequence: 2, channel: 'email', text: 'Only by mail' });
    });
    expect((await lena.as.query(api.web.talks, {}))[0]!.preview).toBe('Written by email.');
  });
});

describe('[M9] [E2] a token that is not right changes nothing', () => {
  async function refused(shop: Shop, browser: Browser, token: string): Promise<string> {
    const before = await everything(shop);
    const { status, answer } = await post(shop.t, '/widget/identity', {
      sessionToken: browser.sessionToken,
      identity: token,
    });
    expect([status, answer.code]).toEqual([403, 'IDENTITY_REFUSED']);
    const begun = await post(shop.t, '/widget/sessions', { channel: shop.publicId, identity: token });
    expect([begun.status, begun.answer.code]).toEqual([403, 'IDENTITY_REFUSED']);
    expect(await everything(shop)).toEqual(before);
    return answer.detail!;
  }

  test('of another channel of the team, also signed by its secret for this one', async () => {
    const shop = await openShop();
    const { teamId, agentId, manager } = shop.team;
    const channelId = await manager.as.mutation(api.channels.create, { teamId, name: 'Second', agentId });
    const { secret } = await manager.as.mutation(api.identitySecrets.make, { teamId, channelId });
    const { publicId } = (await shop.t.run((ctx) => ctx.db.get(channelId)))!;
    const second = { ...shop, secret, publicId };
    const lena = await open(shop);
    await say(lena, 'Hello');
    const own = await sign(second, 'u1');
    expect(await refused(shop, lena, own)).toMatch(/signature/);
    expect(await refused(shop, lena, await sign({ ...shop, secret }, 'u1'))).toMatch(/signature/);
    expect(await refused(shop, lena, await sign({ ...shop, publicId }, 'u1'))).toMatch(/^aud/);
    // There it is good, and the same user is somebody else: each chat has its own.
    await open(shop, await sign(shop, 'u1'));
    const there = await open(second, own);
    expect(await thread(there)).toEqual([]);
  });

  test('once its secret is withdrawn; meanwhile two are taken, and never three', async () => {
    const shop = await openShop();
    const { teamId, channelId, manager } = shop.team;
    const make = () => manager.as.mutation(api.identitySecrets.make, { teamId, channelId });
    const { secret } = await make();
    expect(await refusal(make())).toBe('INVALID_INPUT');
    const lena = await open(shop, await sign(shop, 'u1'));
    await identify(shop, lena, await sign({ ...shop, secret }, 'u1'));
    const [older] = await manager.as.query(api.identitySecrets.list, { teamId, channelId });
    expect(older).toMatchObject({ usedAt: Date.now() });
    await manager.as.mutation(api.identitySecrets.withdraw, { teamId, secretId: older!._id });
    expect(await refused(shop, lena, await sign(shop, 'u1'))).toMatch(/signature/);
    await identify(shop, lena, await sign({ ...shop, secret }, 'u1'));
  });

  test('[R3] a secret is shown once, kept sealed, and told apart by its end', async () => {
    const shop = await openShop();
    const { teamId, channelId, manager } = shop.team;
    const kept = await shop.t.run((ctx) => ctx.db.query('identitySecrets').collect());
    expect(JSON.stringify(kept)).not.toContain(shop.secret.slice(3));
    const [shown] = await manager.as.query(api.identitySecrets.list, { teamId, channelId });
    expect(shop.secret.endsWith(shown!.ending)).toBe(true);
    expect(shown!.ending).toHaveLength(4);
    const acts = await shop.t.run((ctx) => ctx.db.query('auditLog').collect());
    expect(acts.map(({ action }) => action)).toContain('channel.identitySecretMade');
    expect(JSON.stringify(acts)).not.toContain(shop.secret);
  });

  test('[E4] tries are counted before anything is checked, against the one session', async () => {
    const shop = await openShop();
    const [lena, omar] = [await open(shop), await open(shop)];
    const bad = (browser: Browser) =>
      post(shop.t, '/widget/identity', { sessionToken: browser.sessionToken, identity: 'x.y.z' });
    for (let at = 0; at < limits.identitiesOfSession.most; at++) expect((await bad(lena)).status).toBe(403);
    expect((await bad(lena)).status).toBe(429);
    expect((await bad(omar)).status).toBe(403);
    expect((await post(shop.t, '/widget/identity', { sessionToken: 'vs_none', identity: 'x' })).status).toBe(
      401,
    );
  });
});

describe('[M9] what only a page says', () => {
  const claims = { name: 'Lena', email: 'lena@shop.example', attributes: [{ name: 'plan', value: 'pro' }] };

  test('is claimed, and shows nothing of whoever has proven the same', async () => {
    const shop = await openShop();
    const lena = await open(shop, await sign(shop, 'u1', { name: 'Lena', email: 'lena@shop.example' }));
    await say(lena, 'A secret of Lena');
    const stranger = await open(shop);
    await stranger.as.mutation(api.web.describe, claims);
    expect(await thread(stranger)).toEqual([]);
    expect(await stranger.as.query(api.web.talks, {})).toEqual([]);
    await say(stranger, 'Hello');
    await stranger.as.mutation(api.web.askForPerson, {});
    const { teamId, operator } = shop.team;
    const { customer } = (await readTicket(operator.as, { teamId, number: 1 }))!;
    expect(customer).toMatchObject({
      called: 'Lena',
      isNameProven: false,
      userId: null,
      emailProof: 'claimed',
      attributes: [{ name: 'plan', value: 'pro' }],
    });
    const identities = await shop.t.run((ctx) => ctx.db.query('customerIdentities').collect());
    const proven = identities.filter(({ proof }) => proof === 'verified').map(({ customerId }) => customerId);
    expect(new Set(proven)).toEqual(new Set([(await customerOf(shop, lena))._id]));
  });

  test('takes the place of nothing that was signed', async () => {
    const shop = await openShop();
    const lena = await open(shop, await sign(shop, 'u1', { name: 'Lena', attributes: { plan: 'free' } }));
    await lena.as.mutation(api.web.describe, { ...claims, name: 'The King' });
    expect(await customerOf(shop, lena)).toMatchObject({
      name: 'Lena',
      attributes: [{ name: 'plan', value: 'free', isProven: true }],
    });
  });

  test.each([
    ['a name of 10,000 characters', { name: 'n'.repeat(10_000), attributes: [] }],
    ['an address that is none', { email: 'lena', attributes: [] }],
    ['an attribute called as what objects have', { attributes: [{ name: '__proto__', value: 'x' }] }],
    ['a value of 10,000 characters', { attributes: [{ name: 'plan', value: 'x'.repeat(10_000) }] }],
    ['half a character', { attributes: [], name: '\ud800' }],
    ['a number that is none', { attributes: [{ name: 'plan', value: Number.NaN }] }],
    [
      'more than twenty',
      { attributes: Array.from({ length: 21 }, (_, at) => ({ name: `a${at}`, value: at })) },
    ],
  ])('[E2] %s is refused, and changes nothing', async (_what, said) => {
    const shop = await openShop();
    const lena = await open(shop);
    const before = await everything(shop);
    expect(await refusal(lena.as.mutation(api.web.describe, said))).toBe('INVALID_INPUT');
    expect(await everything(shop)).toEqual(before);
  });
});

test('[M9] whoever leaves a browser takes their session along', async () => {
  const shop = await openShop();
  const lena = await open(shop, await sign(shop, 'u1'));
  await say(lena, 'A secret of Lena');
  expect((await post(shop.t, '/widget/end', { sessionToken: lena.sessionToken })).status).toBe(200);
  expect(await refusal(lena.as.query(api.web.entries, pageOf))).toBe('NOT_SIGNED_IN');
  expect((await post(shop.t, '/widget/token', { sessionToken: lena.sessionToken })).status).toBe(401);
  expect((await post(shop.t, '/widget/end', { sessionToken: lena.sessionToken })).status).toBe(200);
  expect(await thread(await open(shop))).toEqual([]);
  expect(await thread(await open(shop, await sign(shop, 'u1')))).toEqual(['A secret of Lena']);
});
