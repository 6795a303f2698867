/** The table of refusals, row by row: against this server, and what has no effect against the real host. */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Provocation, type Refusal, refusals } from './refusals.rows.ts';
import { type LocalResend, startResend } from './start.ts';

interface Heard {
  status: number;
  headers: Record<string, unknown>;
  text: string;
}

interface Host {
  url: string;
  keys: Record<NonNullable<Provocation['key']>, string | null>;
}

const proper = {
  from: 'Acme <support@acme.example>',
  to: 'you@customer.example',
  subject: 'Hello',
  text: 'Hello.',
};

function bodyOf({ body, attachmentBytes = 0 }: Provocation): string | undefined {
  if (body === undefined || typeof body === 'string') return body;
  const attachments = [{ filename: 'a.bin', content: Buffer.alloc(attachmentBytes).toString('base64') }];
  return JSON.stringify({ ...proper, ...(attachmentBytes > 0 ? { attachments } : {}), ...body });
}

/** By Node's own client, which adds no User-Agent. */
function ask({ url, keys }: Host, provocation: Provocation): Promise<Heard> {
  const key = keys[provocation.key ?? 'full'];
  const body = bodyOf(provocation);
  const headers = {
    ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    ...(provocation.withoutUserAgent ? {} : { 'user-agent': 'baton-tests' }),
    ...(body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    ...provocation.headers,
  };
  const target = `${url}${provocation.path}`;
  return new Promise((resolve, reject) => {
    const request = (url.startsWith('https:') ? requestHttps : requestHttp)(
      target,
      { method: provocation.method, headers },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** The last answer. `arrived`: resolves when so many requests are under way or over. */
async function provoke(
  host: Host,
  provocations: Provocation[],
  arrived: (count: number) => Promise<void>,
): Promise<Heard> {
  for (const [at, each] of provocations.entries()) {
    const answer = ask(host, each);
    if (at === provocations.length - 1) return answer;
    if (!each.atOnce) await answer;
    else {
      // One that is never answered ends with the server.
      answer.catch(() => {});
      await arrived(at + 1);
    }
  }
  throw new Error('Nothing was asked.');
}

const hostOf = ({ url, apiKey, sendingKey }: LocalResend): Host => ({
  url,
  keys: { full: apiKey, sending: sendingKey, wrong: 're_wrong', none: null },
});

const rows = Object.entries<Refusal>(refusals);

describe('the local Resend', () => {
  it.each(rows)('refuses what the real one refuses: %s', async (_, row) => {
    const local = await startResend(row.options);
    onTestFinished(() => local.stop());
    const arrived = (count: number) =>
      vi.waitFor(
        () => {
          const read = local.log.requests.filter(({ bodySha256 }) => bodySha256 !== '');
          expect(read).toHaveLength(count);
        },
        { timeout: 10_000, interval: 5 },
      );
    const { status, text } = await provoke(hostOf(local), row.provokedBy, arrived);
    const wording = new RegExp(row.message.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '.+'));
    expect(status).toBe(row.status);
    if (row.name === null) expect(text).toMatch(wording);
    else {
      const body = JSON.parse(text) as { statusCode: number; name: string; message: string };
      expect(body).toMatchObject({ statusCode: row.status, name: row.name });
      expect(body.message).toMatch(wording);
    }
  });

  it('takes what differs from a refused request only in what is refused', async () => {
    const local = await startResend();
    onTestFinished(() => local.stop());
    const heard = await ask(hostOf(local), { method: 'POST', path: '/emails', body: {} });
    expect(heard.status).toBe(200);
    expect(heard.headers).toMatchObject({ 'ratelimit-limit': '5', 'ratelimit-remaining': '4' });
  });

  it('says with a refused sixth request of a second when the next may come, and takes it then', async () => {
    let now = 1_000_000;
    const local = await startResend({ now: () => now });
    onTestFinished(() => local.stop());
    const send = () => ask(hostOf(local), { method: 'POST', path: '/emails', body: {} });
    for (let at = 0; at < 5; at++) expect((await send()).status).toBe(200);
    const sixth = await send();
    expect(sixth).toMatchObject({ status: 429, headers: { 'retry-after': '1', 'ratelimit-remaining': '0' } });
    now += 1_000;
    expect((await send()).status).toBe(200);
    expect(local.log.accepted).toHaveLength(6);
  });

  it('names a source for each row', () => {
    for (const [name, { source, known }] of rows)
      expect(`${name}: ${source} ${known}`).toMatch(/https?:|RFC /);
  });
});

const realKey = process.env.RESEND_API_KEY;
const realUrl = process.env.RESEND_BASE_URL ?? 'https://api.resend.com';
const real: Host = {
  url: realUrl,
  keys: { full: realKey ?? null, sending: null, wrong: 're_wrong_00000000000000000000', none: null },
};

// Set RESEND_API_KEY, of full access, to hold the table against the real host. Nothing is sent or changed there.
describe.skipIf(!realKey)('the real Resend', () => {
  const harmless = rows.filter(
    ([, { readOnly, provokedBy }]) => readOnly && provokedBy.every(({ method }) => method === 'GET'),
  );
  it.each(harmless)('refuses it as the table says: %s', async (_, row) => {
    // Its limit is 2 to 5 a second.
    await new Promise((resolve) => setTimeout(resolve, 600));
    const { status, text } = await provoke(real, row.provokedBy, () => Promise.resolve());
    expect(status).toBe(row.status);
    if (row.name !== null) expect(JSON.parse(text)).toMatchObject({ name: row.name });
  });
});
