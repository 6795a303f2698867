/** The table of refusals, row by row, against this server. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Provocation, type Refusal, refusals } from './refusals.rows.ts';
import { type LocalWhatsapp, startWhatsapp } from './start.ts';

const jo = '4915112345678';
const proper = { messaging_product: 'whatsapp', to: jo, type: 'text', text: { body: 'Hello' } };

function ask(
  local: LocalWhatsapp,
  { at, token, body, upload, mediaId = '' }: Provocation,
): Promise<Response> {
  const tokens = { wrong: 'EAAwrong', none: null } as const;
  const bearer = token === undefined ? local.token : tokens[token];
  const headers: Record<string, string> = bearer === null ? {} : { authorization: `Bearer ${bearer}` };
  const version = `${local.url}/v26.0`;
  if (at === 'read') return fetch(`${version}/${mediaId}`, { headers });
  if (at === 'templates') return fetch(`${version}/${local.accountId}/message_templates`, { headers });
  const number = `${version}/${local.phoneNumberId}`;
  if (at === 'media') {
    const form = new FormData();
    form.set('messaging_product', 'whatsapp');
    form.set('type', upload!.type);
    form.set('file', new Blob([new Uint8Array(upload!.bytes)], { type: upload!.type }), 'a.bin');
    return fetch(`${number}/media`, { method: 'POST', headers, body: form });
  }
  return fetch(`${number}/messages`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ ...proper, ...body }),
  });
}

/** The last answer. */
async function provoke(provocations: Provocation[], options: Refusal['options']): Promise<Response> {
  let now = Date.now();
  const local = await startWhatsapp({ ...options, now: () => now });
  onTestFinished(() => local.stop());
  let answer = new Response();
  for (const each of provocations) {
    local.person(jo, { fate: each.isNotThere ? 'notThere' : 'read' });
    local.write(jo, 'Hello?');
    now += each.wroteMsAgo ?? 1_000;
    answer = await ask(local, each);
  }
  return answer;
}

const rows = Object.entries<Refusal>(refusals);

describe('the local WhatsApp', () => {
  it.each(rows)('refuses what the real one refuses: %s', async (_, row) => {
    const answer = await provoke(row.provokedBy, row.options);
    const { error } = (await answer.json()) as {
      error: { code: number; message: string; fbtrace_id: string };
    };
    expect(answer.status).toBe(row.status);
    expect(error).toMatchObject({ code: row.code, fbtrace_id: expect.any(String) });
    expect(error.message).toContain(`(#${row.code})`);
  });

  it('takes what differs from a refused send only in what is refused', async () => {
    const answer = await provoke([{ at: 'messages' }], undefined);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      contacts: [{ input: jo, wa_id: jo }],
      messages: [{ id: expect.any(String) }],
    });
  });

  it('names a source for each row', () => {
    for (const [name, { source, known }] of rows) expect(`${name}: ${source} ${known}`).toMatch(/https?:/);
  });
});
