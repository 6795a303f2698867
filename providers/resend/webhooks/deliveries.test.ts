/** Webhooks as they arrive: signed as Svix signs, at least once, in no promised order. */
import { existsSync, readFileSync } from 'node:fs';
import { Resend } from 'resend';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { type Hook, mail, startForTest, startReceiver } from '../testKit.ts';
import { malformedKinds } from './malformed.ts';
import { sign } from './sign.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const incoming = { from: 'jo@customer.example', to: 'support@in.acme.example', text: 'Hello?' };

const ofSvix = ({ headers }: Hook) => ({
  'webhook-id': `${headers['svix-id'] ?? ''}`,
  'webhook-timestamp': `${headers['svix-timestamp'] ?? ''}`,
  'webhook-signature': `${headers['svix-signature'] ?? ''}`,
});

const isProper = (hook: Hook): boolean => {
  try {
    new Webhook(secret).verify(hook.body, ofSvix(hook));
    return true;
  } catch {
    return false;
  }
};

const fixtures = new URL('../../../../shared/fixtures/resend/signature-vectors.json', import.meta.url);

describe('a signature', () => {
  it.skipIf(!existsSync(fixtures))('is that of the published vectors (../shared/fixtures)', () => {
    const { vectors } = JSON.parse(readFileSync(fixtures, 'utf8')) as {
      vectors: { secret: string; id: string; timestamp: number; body: string; signature: string }[];
    };
    for (const each of vectors)
      expect(sign(each.secret, each.id, each.timestamp, each.body)).toBe(each.signature);
    expect(vectors.length).toBeGreaterThan(0);
  });

  it('is accepted by the SDK and by the library of the standard', async () => {
    const receiver = await startReceiver();
    const { local } = await startForTest({ webhook: { endpoint: receiver.url, secret } });
    await local.receive({ ...incoming, text: 'Grüße 👋🏽' });
    await local.settled();
    const [hook] = receiver.hooks;
    if (!hook) throw new Error('Nothing came.');
    expect(isProper(hook)).toBe(true);
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = ofSvix(hook);
    const verified = new Resend('re_1').webhooks.verify({
      payload: hook.body,
      headers: { id, timestamp, signature },
      webhookSecret: secret,
    });
    expect(verified.type).toBe('email.received');
  });

  it.each(malformedKinds)('a delivery that must be refused is: %s', async (kind) => {
    const receiver = await startReceiver();
    receiver.answer = (hook) => (isProper(hook) ? 200 : 401);
    const { local } = await startForTest({
      webhook: { endpoint: receiver.url, secret },
      disorder: { malformed: 1, kinds: [kind] },
    });
    await local.receive(incoming);
    await local.settled();
    expect(receiver.hooks.map((hook) => isProper(hook)).toSorted()).toEqual([false, true]);
    expect(local.log.deliveries.map(({ flaw, status }) => [flaw, status])).toContainEqual([kind, 401]);
    expect(local.log.wronglyTaken()).toEqual([]);
  });

  it('a receiver that takes what must be refused is found out', async () => {
    const receiver = await startReceiver();
    const { local } = await startForTest({
      webhook: { endpoint: receiver.url, secret },
      disorder: { malformed: 1, kinds: ['wrongSecret'] },
    });
    await local.receive(incoming);
    await local.settled();
    expect(local.log.wronglyTaken()).toMatchObject([{ flaw: 'wrongSecret', status: 200 }]);
  });
});

describe('deliveries', () => {
  it('are tried again until they are taken, with the same id and bytes', async () => {
    const receiver = await startReceiver();
    receiver.answer = (_, at) => (at < 2 ? 503 : 204);
    const { local } = await startForTest({ webhook: { endpoint: receiver.url, secret } });
    await local.receive(incoming);
    await local.settled();
    expect(receiver.hooks).toHaveLength(3);
    expect(new Set(receiver.hooks.map(({ headers, body }) => `${headers['svix-id']} ${body}`)).size).toBe(1);
    expect(receiver.hooks.every((hook) => isProper(hook))).toBe(true);
  });

  it('are given up after eight tries', async () => {
    const receiver = await startReceiver();
    receiver.answer = () => 500;
    const { local } = await startForTest({
      webhook: { endpoint: receiver.url, secret },
      retryScale: 0.000_000_1,
    });
    await local.receive(incoming);
    await local.settled();
    expect(local.log.deliveries.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 500));
  });

  it('reach only endpoints that are enabled and asked for the kind', async () => {
    const receiver = await startReceiver();
    const { local, sdk } = await startForTest();
    const { data } = await sdk.webhooks.create({ endpoint: receiver.url, events: ['email.delivered'] });
    await sdk.emails.send(mail);
    await local.settled();
    expect(receiver.events().map(({ type }) => type)).toEqual(['email.delivered']);
    await sdk.webhooks.update(data?.id ?? '', { status: 'disabled' });
    await sdk.emails.send(mail);
    await local.settled();
    expect(receiver.hooks).toHaveLength(1);
  });

  it('come more than once, late and out of order where that was asked for, the same way for the same seed', async () => {
    const run = async () => {
      const receiver = await startReceiver();
      const { local } = await startForTest({
        webhook: { endpoint: receiver.url, secret },
        disorder: { duplicates: 0.8, most: 5, delayMs: 60, malformed: 0.1 },
        seed: 7,
      });
      receiver.answer = (hook) => (isProper(hook) ? 200 : 400);
      for (let at = 0; at < 60; at++) await local.receive({ ...incoming, subject: `${at}` });
      await local.settled();
      const proper = receiver.hooks.filter((hook) => isProper(hook));
      const subjects = proper.map(({ body }) => Number(JSON.parse(body).data.subject));
      expect(local.log.wronglyTaken()).toEqual([]);
      return { hooks: receiver.hooks.length, proper: proper.length, subjects };
    };
    const [first, second] = [await run(), await run()];
    expect(new Set(first.subjects).size).toBe(60);
    expect(first.subjects).not.toEqual(first.subjects.toSorted((a, b) => a - b));
    expect(first.proper).toBeGreaterThan(100);
    expect(first.hooks).toBeGreaterThan(first.proper);
    expect([second.hooks, second.proper]).toEqual([first.hooks, first.proper]);
  });
});
