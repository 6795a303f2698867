/** The table of refusals, row by row, against this server. */
import { expect, it, onTestFinished } from 'vitest';
import { type Provocation, type Refusal, refusals } from './refusals.rows.ts';
import { type LocalTelegram, startTelegram } from './start.ts';

const person = { id: 7, first_name: 'Jo' };

function png([width, height]: [number, number], bytes: number): Uint8Array<ArrayBuffer> {
  const picture = new Uint8Array(Math.max(bytes, 24));
  picture.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const view = new DataView(picture.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return picture;
}

async function ask(telegram: LocalTelegram, provocation: Provocation): Promise<Record<string, unknown>> {
  const { method, token, body = {}, file } = provocation;
  const shown = { wrong: `${telegram.token.split(':')[0]}:${'A'.repeat(35)}`, malformed: 'nothing' };
  const fields = { chat_id: person.id, ...body };
  let sent: RequestInit = { body: JSON.stringify(fields), headers: { 'content-type': 'application/json' } };
  if (file) {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
    form.set(file.field, new Blob([png(file.sides ?? [100, 100], file.bytes)]), 'a.png');
    sent = { body: form };
  }
  const address = `${telegram.url}/bot${token === undefined ? telegram.token : shown[token]}/${method}`;
  const response = await fetch(address, { method: 'POST', ...sent });
  const said = (await response.json()) as Record<string, unknown>;
  expect(response.status).toBe(said.ok === true ? 200 : said.error_code);
  return said;
}

it.each(Object.entries(refusals) as [string, Refusal][])(
  '%s is refused as the real one refuses it',
  async (name, { code, description, provokedBy }) => {
    const telegram = await startTelegram({ isStrict: name.startsWith('webhook') });
    onTestFinished(() => telegram.stop());
    if (provokedBy.person !== 'never') telegram.people.start(person);
    if (provokedBy.person === 'blocked') telegram.people.setBlocked(person, true);
    if (provokedBy.person === 'deactivated') telegram.people.setDeactivated(person);
    if (provokedBy.person === 'never') telegram.people.know(person);
    if (name === 'updatesByWebhook')
      await ask(telegram, { method: 'setWebhook', body: { url: 'http://127.0.0.1:9/' } });
    for (let times = 0; times < (provokedBy.after ?? 0); times++) await ask(telegram, provokedBy);
    const said = await ask(telegram, provokedBy);
    const parts = description.split(/\{\w+\}/);
    expect(said).toMatchObject({ ok: false, error_code: code });
    for (const part of parts) expect(said.description).toContain(part);
    if (code === 429) expect(said.parameters).toEqual({ retry_after: expect.any(Number) as number });
  },
);

it('an update is told again until it is taken, and a webhook is told its secret', async () => {
  const { createServer } = await import('node:http');
  const heard: { secret: string | undefined; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      heard.push({ secret: request.headers['x-telegram-bot-api-secret-token'] as string, body });
      response.writeHead(heard.length < 3 ? 500 : 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const telegram = await startTelegram({ retryScale: 0.001 });
  onTestFinished(async () => {
    await telegram.stop();
    server.close();
  });
  const { port } = server.address() as { port: number };
  await ask(telegram, {
    method: 'setWebhook',
    body: { url: `http://127.0.0.1:${port}/`, secret_token: 'quiet' },
  });
  telegram.people.write(person, 'Hello');
  await expect.poll(() => heard.length).toBe(3);
  expect(new Set(heard.map(({ body }) => body)).size).toBe(1);
  expect(heard[0]!.secret).toBe('quiet');
  await expect.poll(() => telegram.pending()).toBe(0);
  const { result } = (await ask(telegram, { method: 'getWebhookInfo' })) as { result: object };
  expect(result).toMatchObject({ last_error_message: 'Wrong response from the webhook: 500' });
});
