/** The local WhatsApp from outside: messages both ways, files, statuses, webhooks. */
import { createHash, createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { startForTest, startReceiver, verifyToken, type Hook } from './testKit.ts';
import { malformedKinds } from './webhooks/malformed.ts';
import type { LocalWhatsapp } from './start.ts';

const jo = '4915112345678';

function post(local: LocalWhatsapp, body: object): Promise<Response> {
  return fetch(`${local.url}/v26.0/${local.phoneNumberId}/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${local.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ messaging_product: 'whatsapp', to: jo, ...body }),
  });
}
const say = (local: LocalWhatsapp, text: string, more: object = {}) =>
  post(local, { type: 'text', text: { body: text }, ...more });

const isProper = (local: LocalWhatsapp, { headers, body }: Hook): boolean =>
  headers['x-hub-signature-256'] ===
  `sha256=${createHmac('sha256', local.appSecret).update(body).digest('hex')}`;

type Value = Record<string, Record<string, unknown>[] | undefined>;
const valuesOf = ({ body }: Hook): Value[] =>
  (JSON.parse(body) as { entry: { changes: { value: Value }[] }[] }).entry.flatMap(({ changes }) =>
    changes.map(({ value }) => value),
  );

it('asks a webhook for what it knows before it tells it anything', async () => {
  const { local } = await startForTest();
  const other = await startReceiver();
  expect(await local.setWebhook({ url: other.url, verifyToken: 'wrong' })).toBe(false);
  local.write(jo, 'Hello?');
  await local.settled();
  expect(other.hooks).toEqual([]);
  expect(await local.setWebhook({ url: other.url, verifyToken })).toBe(true);
});

it('tells of a message signed, in the escaped form, with the number it came to', async () => {
  const { local, receiver } = await startForTest();
  local.person(jo, { name: 'Jo' });
  local.write(jo, 'Grüße 👋🏽');
  await local.settled();
  const [hook] = receiver.hooks;
  expect(isProper(local, hook!)).toBe(true);
  expect(hook!.body).toMatch(/Gr\\u00fc\\u00dfe/);
  expect(valuesOf(hook!)).toMatchObject([
    {
      metadata: { phone_number_id: local.phoneNumberId },
      contacts: [{ wa_id: jo, profile: { name: 'Jo' } }],
      messages: [{ from: jo, type: 'text', text: { body: 'Grüße 👋🏽' } }],
    },
  ]);
});

it('tells how far a message is, what it costs, and by what its sender named it; read when they look', async () => {
  const { local, receiver } = await startForTest();
  local.write(jo, 'Hello?');
  const answer = (await (await say(local, 'Hi', { biz_opaque_callback_data: 'k1' })).json()) as {
    messages: { id: string }[];
  };
  await local.settled();
  local.read(jo);
  await local.settled();
  const statuses = receiver.hooks.flatMap(valuesOf).flatMap((value) => value['statuses'] ?? []);
  expect(statuses.map(({ status }) => status)).toEqual(['sent', 'delivered', 'read']);
  expect(statuses[0]).toMatchObject({
    id: answer.messages[0]!.id,
    biz_opaque_callback_data: 'k1',
    pricing: { category: 'service', billable: true },
  });
});

it('a closed window and a number without WhatsApp fail after they were taken', async () => {
  const { local, receiver } = await startForTest();
  expect((await say(local, 'Anybody?')).status).toBe(200);
  await local.settled();
  local.person(jo, { fate: 'read' });
  expect((await say(local, 'And now?')).status).toBe(200);
  await local.settled();
  const failed = receiver.hooks.flatMap(valuesOf).flatMap((value) => value['statuses'] ?? []);
  expect(failed).toMatchObject([{ errors: [{ code: 131026 }] }, { errors: [{ code: 131047 }] }]);
});

it('a file comes by an address that needs the token and lives five minutes; one that goes is uploaded first', async () => {
  let now = Date.now();
  const { local, receiver } = await startForTest({ now: () => now });
  const content = Buffer.from('a picture');
  local.write(jo, { text: 'Look', file: { name: 'a.png', contentType: 'image/png', content } });
  await local.settled();
  const [message] = receiver.hooks.flatMap(valuesOf).flatMap((value) => value['messages'] ?? []);
  const { id, sha256 } = message!['image'] as { id: string; sha256: string };
  expect(sha256).toBe(createHash('sha256').update(content).digest('base64'));
  const headers = { authorization: `Bearer ${local.token}` };
  const { url } = (await (await fetch(`${local.url}/v26.0/${id}`, { headers })).json()) as { url: string };
  expect((await fetch(url)).status).toBe(401);
  expect(Buffer.from(await (await fetch(url, { headers })).arrayBuffer())).toEqual(content);
  now += 5 * 60_000 + 1;
  expect((await fetch(url, { headers })).status).toBe(404);
  const form = new FormData();
  form.set('messaging_product', 'whatsapp');
  form.set('type', 'application/pdf');
  form.set('file', new Blob(['%PDF-'], { type: 'application/pdf' }), 'bill.pdf');
  const uploaded = await fetch(`${local.url}/v26.0/${local.phoneNumberId}/media`, {
    method: 'POST',
    headers,
    body: form,
  });
  const document = {
    id: ((await uploaded.json()) as { id: string }).id,
    caption: 'Your bill',
    filename: 'bill.pdf',
  };
  expect((await post(local, { type: 'document', document })).status).toBe(200);
  expect(local.thread(jo).at(-1)).toMatchObject({ text: 'Your bill', file: { name: 'bill.pdf' } });
});

it('webhooks come batched, more than once, late and with forgeries where that was asked for; none is lost', async () => {
  const { local, receiver } = await startForTest({
    disorder: { duplicates: 0.7, delayMs: 40, batch: 4, malformed: 0.2 },
    seed: 7,
  });
  receiver.answer = (hook) => (isProper(local, hook) ? 200 : 401);
  for (let at = 0; at < 60; at++) local.write(jo, `${at}`);
  await local.settled();
  const proper = receiver.hooks.filter((hook) => isProper(local, hook));
  const texts = proper
    .flatMap(valuesOf)
    .flatMap((value) => value['messages'] ?? [])
    .map(({ text }) => (text as { body: string }).body);
  expect(new Set(texts).size).toBe(60);
  expect(texts.length).toBeGreaterThan(70);
  expect(proper.some((hook) => valuesOf(hook).length > 1)).toBe(true);
  expect(local.log.wronglyTaken()).toEqual([]);
});

it.each(malformedKinds)('a delivery that must be refused is: %s', async (kind) => {
  const { local, receiver } = await startForTest({ disorder: { malformed: 1, kinds: [kind] } });
  receiver.answer = (hook) => (isProper(local, hook) ? 200 : 401);
  local.write(jo, 'Hello?');
  await local.settled();
  expect(receiver.hooks.map((hook) => isProper(local, hook)).toSorted()).toEqual([false, true]);
});

it('what was not taken is told again, with the same bytes', async () => {
  const { local, receiver } = await startForTest();
  receiver.answer = (_, at) => (at < 2 ? 500 : 200);
  local.write(jo, 'Hello?');
  await local.settled();
  expect(receiver.hooks).toHaveLength(3);
  expect(new Set(receiver.hooks.map(({ body }) => body)).size).toBe(1);
});

it('a person moves to another number, edits, takes back and reacts; the business’s own phone is told of', async () => {
  const { local, receiver } = await startForTest();
  const id = local.write(jo, 'Helo');
  await local.settled();
  // Each is a webhook of its own, which none waits for.
  for (const act of [
    () => local.edit(jo, id, 'Hello'),
    () => local.react(jo, id, '👍'),
    () => local.revoke(jo, id),
    () => local.echo(jo, 'We call you.'),
    () => local.move(jo, '4915199999999'),
  ]) {
    act();
    await local.settled();
  }
  const told = receiver.hooks.flatMap(valuesOf);
  const types = told.flatMap((value) =>
    (value['messages'] ?? value['message_echoes'] ?? []).map(({ type }) => type),
  );
  expect(types).toEqual(['text', 'edit', 'reaction', 'revoke', 'text', 'system']);
  expect(told.at(-1)).toHaveProperty('user_id_update');
  expect(local.thread('4915199999999').map(({ by }) => by)).toEqual(['person', 'phone']);
});
