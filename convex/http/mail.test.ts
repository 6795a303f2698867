/// <reference types="vite/client" />
/** Rules M1 and E2 at the door where providers tell: what is signed and new is stored once, everything else changes nothing. */
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { internal } from '../_generated/api';
import { openMailDesk } from '../mail.setup';
import { isSigned, mayBeSigned } from '../delivery/mail/signature';
import { setSecret } from '../model/delivery/channelSecrets';
import { connectMail } from '../model/delivery/channels';
import * as kit from '../model/kit/secrets';
import { transact } from '../test.setup';

const secret = `whsec_${btoa('a secret of twenty-four bytes or more')}`;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 9) });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function openDoor() {
  const desk = await openMailDesk();
  const { mail } = await desk.channel();
  await transact(desk.t, async (ctx) =>
    connectMail(ctx, (await ctx.db.get(desk.channelId))!, { settings: mail!, webhookSecret: secret }),
  );
  const events = () => desk.t.run((ctx) => ctx.db.query('inboundEvents').collect());
  const knock = (body: string, headers: Record<string, string>, publicId = 'help') =>
    desk.t.fetch(`/channels/email/${publicId}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
  return { ...desk, events, knock };
}

const event = (id: string) =>
  JSON.stringify({
    type: 'email.opened',
    created_at: '2026-11-28',
    data: { email_id: id, subject: 'grüße 👋' },
  });

function signed(body: string, { by = secret, at = new Date(), id = 'msg_1', prefix = 'svix' } = {}) {
  return {
    [`${prefix}-id`]: id,
    [`${prefix}-timestamp`]: String(Math.floor(at.getTime() / 1000)),
    [`${prefix}-signature`]: new Webhook(by).sign(id, at, body),
  };
}

test('[M1] [E2] a signed event is stored, under either name of the headers; told again it changes nothing', async () => {
  const { knock, events } = await openDoor();
  expect((await knock(event('a'), signed(event('a')))).status).toBe(200);
  expect((await knock(event('b'), signed(event('b'), { prefix: 'webhook' }))).status).toBe(200);
  expect((await knock(event('a'), signed(event('a'), { id: 'msg_other' }))).status).toBe(200);
  expect((await events()).map(({ payload }) => payload)).toEqual([event('a'), event('b')]);
});

test('[M1] what is told of mails that others send with the account is stored, and starts nothing', async () => {
  const { knock, events, t } = await openDoor();
  const data = { email_id: 'not-ours', to: ['jo@customer.example'] };
  const body = JSON.stringify({ type: 'email.delivered', created_at: '2026-11-28', data });
  expect((await knock(body, signed(body))).status).toBe(200);
  expect((await events()).map(({ state }) => state)).toEqual(['ignored']);
  const jobs = await t.run((ctx) => ctx.db.system.query('_scheduled_functions').collect());
  expect(jobs.filter(({ name }) => name.includes('receive'))).toEqual([]);
});

test('[M1] what is told of a mail goes with its job: nobody asks for its event again', async () => {
  const { knock, events, t, channelId } = await openDoor();
  const at = '2026-11-28T09:00:00.000Z';
  const data = { email_id: 'a mail', received_for: ['help@in.shop.test'], created_at: at };
  const body = JSON.stringify({ type: 'email.received', created_at: at, data });
  expect((await knock(body, signed(body))).status).toBe(200);
  const [stored] = await events();
  const jobs = await t.run((ctx) => ctx.db.system.query('_scheduled_functions').collect());
  const [job] = jobs.filter(({ name }) => name.includes('receive'));
  const receivedAt = Date.UTC(2026, 10, 28, 9);
  const told = { providerId: 'a mail', receivedFor: ['help@in.shop.test'], receivedAt };
  expect(job!.args).toEqual([{ eventId: stored!._id, mail: { channelId, told } }]);
});

test('[M1] [E2] [R3] of many webhooks of a channel one asks for its secrets, and by one that is out none is stored', async () => {
  const { knock, events, t, channelId } = await openDoor();
  const give = (given: string) => transact(t, (ctx) => setSecret(ctx, channelId, 'webhookSecret', given));
  const asked = vi.spyOn(kit, 'unseal');
  let sent = 0;
  const status = async () => {
    const body = event(`mail ${++sent}`);
    return (await knock(body, signed(body, { id: `msg_${sent}` }))).status;
  };
  await status();
  asked.mockClear();
  expect(await Promise.all([status(), status(), status()])).toEqual([200, 200, 200]);
  expect(asked).not.toHaveBeenCalled();
  await give('');
  expect(await status()).toBe(401);
  expect(await events()).toHaveLength(4);
  await give(secret);
  expect(await status()).toBe(200);
});

test('[E2] what is not signed by this channel’s secret, now, over these bytes, is refused and stored nowhere', async () => {
  const { knock, events } = await openDoor();
  const body = event('a');
  const hour = 3_600_000;
  const refused: Record<string, [string, Record<string, string>, string?]> = {
    'no headers': [body, {}],
    'another secret': [body, signed(body, { by: `whsec_${btoa('another secret of many bytes')}` })],
    'an old one': [body, signed(body, { at: new Date(Date.now() - hour) })],
    'one of the future': [body, signed(body, { at: new Date(Date.now() + hour) })],
    're-serialised': [JSON.stringify(JSON.parse(body), null, 1), signed(body)],
    'another id': [body, { ...signed(body), 'svix-id': 'msg_2' }],
    'another time': [body, { ...signed(body), 'svix-timestamp': String(Math.floor(Date.now() / 1000) + 1) }],
    'another channel': [body, signed(body), 'nobody'],
    'another version': [
      body,
      { ...signed(body), 'svix-signature': signed(body)['svix-signature']!.replace('v1,', 'v2,') },
    ],
  };
  for (const [why, [sent, headers, publicId]] of Object.entries(refused)) {
    const { status } = await knock(sent, headers, publicId);
    expect(status, why).toBe(401);
  }
  expect(await events()).toEqual([]);
});

test('[E2] [goals sec-4] of a signed body with any one of 10,000 bits turned none is taken', async () => {
  const body = event('a'.repeat(1_200));
  const bytes = new TextEncoder().encode(body);
  const { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': signature } = signed(body);
  const now = Date.now();
  const verify = (told: { body?: string; signature?: string }) => {
    const by = { id: id!, timestamp: timestamp!, signature: told.signature ?? signature! };
    return mayBeSigned(by, now) && isSigned(secret, told.body ?? body, by) ? true : null;
  };
  expect(verify({})).not.toBeNull();
  const taken: number[] = [];
  let forged = 0;
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const turned = bytes.slice();
    turned[bit >> 3]! ^= 1 << (bit & 7);
    const text = new TextDecoder().decode(turned);
    if (text === body) continue;
    forged++;
    if (verify({ body: text }) !== null) taken.push(bit);
  }
  expect(taken).toEqual([]);
  expect(forged).toBeGreaterThanOrEqual(10_000);
  for (let at = 3; at < signature!.length - 1; at++) {
    const other = signature![at] === 'A' ? 'B' : 'A';
    const forged = `${signature!.substring(0, at)}${other}${signature!.substring(at + 1)}`;
    expect(verify({ signature: forged })).toBeNull();
  }
}, 60_000);

test('[E2] a body that is no event, or too long, gets a clear 4xx; a long one that is signed is kept as a file', async () => {
  const { knock, events, t } = await openDoor();
  const odd = '[1,2]';
  expect((await knock(odd, signed(odd))).status).toBe(400);
  const huge = JSON.stringify({
    type: 'email.opened',
    data: { email_id: 'x', subject: 'x'.repeat(1_100_000) },
  });
  expect((await knock(huge, signed(huge))).status).toBe(413);
  expect(await events()).toEqual([]);
  const long = JSON.stringify({ type: 'email.opened', data: { email_id: 'x', subject: 'x'.repeat(90_000) } });
  expect((await knock(long, signed(long))).status).toBe(200);
  const [kept] = await events();
  const text = await t.run(async (ctx) => (await ctx.storage.get(kept!.payloadFileId!))!.text());
  expect(text).toBe(long);
});

test('[M1] [R3] who is given a new secret is still told by the old ones for a day, and by none once it is taken out', async () => {
  const { knock, t, channelId } = await openDoor();
  const secrets = [
    secret,
    ...['two', 'three'].map((which) => `whsec_${btoa(`${which} of many many bytes`)}`),
  ];
  const give = (given: string) => transact(t, (ctx) => setSecret(ctx, channelId, 'webhookSecret', given));
  let sent = 0;
  const isTaken = async (by: string) => {
    const body = event(`mail ${++sent}`);
    return (await knock(body, signed(body, { by, id: `msg_${sent}` }))).status === 200;
  };
  const taken = () => Promise.all(secrets.map(isTaken));
  expect(await taken()).toEqual([true, false, false]);
  await give(secrets[1]!);
  await give(secrets[1]!);
  expect(await taken()).toEqual([true, true, false]);
  const day = 86_400_000;
  vi.setSystemTime(Date.now() + day / 2);
  await give(secrets[2]!);
  expect(await taken()).toEqual([true, true, true]);
  vi.setSystemTime(Date.now() + day / 2);
  expect(await taken()).toEqual([false, true, true]);
  const kept = () => t.run((ctx) => ctx.db.query('channelSecrets').collect());
  expect(JSON.stringify(await kept())).not.toMatch(/whsec_/);
  expect(await kept()).toHaveLength(4);
  await t.mutation(internal.jobs.sweeps.expired, {});
  expect(await kept()).toHaveLength(3);
  expect(await taken()).toEqual([false, true, true]);
  // Another account with a secret of its own is heard alone.
  const { mail: settings } = (await t.run((ctx) => ctx.db.get(channelId)))!;
  await transact(t, async (ctx) =>
    connectMail(ctx, (await ctx.db.get(channelId))!, {
      settings: settings!,
      apiKey: 're_elsewhere',
      webhookSecret: secret,
    }),
  );
  expect(await taken()).toEqual([true, false, false]);
  await give(secrets[1]!);
  await give('');
  expect(await taken()).toEqual([false, false, false]);
  expect(await kept()).toMatchObject([{ name: 'apiKey' }]);
});
