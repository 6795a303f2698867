/** What it sends and takes, held against the collected material beside the repository (../shared/fixtures). */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { mail, startForTest, startReceiver } from './testKit.ts';

const folder = fileURLToPath(new URL('../../../shared/fixtures/', import.meta.url));
const isThere = existsSync(folder);

type Json = Record<string, unknown>;

/** The names of all fields, inside of lists too, without those that the SDK's types do not have. */
function fieldsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return fieldsOf(value[0], `${path}[]`);
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, inner]) =>
    ['headers', 'diagnosticCode', 'tags'].includes(name) || `${path}.${name}` === '.data.suppressed.reason'
      ? []
      : fieldsOf(inner, `${path}.${name}`),
  );
}

describe.skipIf(!isThere)('the collected material (../shared/fixtures)', () => {
  it('has the fields of our events, and no others', async () => {
    const { events } = JSON.parse(readFileSync(`${folder}resend/webhook-samples.json`, 'utf8')) as {
      events: Record<string, Json>;
    };
    const receiver = await startReceiver();
    const { local, sdk } = await startForTest({ webhook: { endpoint: receiver.url } });
    for (const fate of ['delayed', 'bounced', 'complained', 'failed', 'suppressed'] as const) {
      local.setFate(`${fate}@customer.example`, fate);
      await sdk.emails.send({ ...mail, to: `${fate}@customer.example` });
    }
    await local.receive({
      from: 'Jo Customer <jo@customer.example>',
      to: 'support@in.acme.example',
      cc: 'max@customer.example',
      html: '<img src="cid:img001">',
      attachments: [{ filename: 'photo.png', content: Buffer.from('png'), contentId: 'img001' }],
    });
    await local.settled();
    const ours = new Map(receiver.events().map((event) => [event.type, fieldsOf(event).toSorted()]));
    for (const name of [
      'sent',
      'delivered',
      'delivery_delayed',
      'complained',
      'failed',
      'suppressed',
      'received',
    ])
      expect([name, ours.get(`email.${name}`)]).toEqual([name, fieldsOf(events[name]).toSorted()]);
    expect(ours.get('email.bounced')).toEqual(fieldsOf(events.bounced_permanent).toSorted());
  });

  it('has the body and headers of our refusals', async () => {
    const { items } = JSON.parse(readFileSync(`${folder}resend/recorded-error-responses.json`, 'utf8')) as {
      items: { body: Json; rateLimitHeaders: Json }[];
    };
    const { local } = await startForTest();
    const answer = await fetch(`${local.url}/emails`, {
      method: 'POST',
      headers: { authorization: `Bearer ${local.apiKey}` },
      body: '{}',
    });
    const body = (await answer.json()) as Json;
    for (const { body: recorded, rateLimitHeaders } of items) {
      expect(Object.keys(body).toSorted()).toEqual(Object.keys(recorded).toSorted());
      for (const name of Object.keys(rateLimitHeaders)) expect(answer.headers.get(name)).toMatch(/^\d/);
    }
    expect(items.length).toBeGreaterThan(0);
  });

  it('comes in whole, each mail of it, byte for byte', async () => {
    const files = globSync(`${folder}email/**/*.eml`);
    const { local, sdk } = await startForTest();
    for (const file of files) {
      const bytes = readFileSync(file);
      const { id } = await local.receiveRaw(bytes, {
        from: 'jo@customer.example',
        to: 'support@in.acme.example',
        asIs: true,
      });
      const { data, error } = await sdk.emails.receiving.get(id, { html_format: 'cid' });
      expect([file, error]).toEqual([file, null]);
      const raw = await fetch(data?.raw?.download_url ?? '').then((answer) => answer.arrayBuffer());
      expect([file, Buffer.from(raw).equals(bytes)]).toEqual([file, true]);
    }
    expect(files.length).toBeGreaterThan(50);
  });
});
