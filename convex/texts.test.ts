/** Rule E6: whatever people write is stored as they wrote it, by each way in, and what is cut from it stays text. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { api } from './_generated/api';
import { openDesk } from './desk.setup';
import { addMember, customerIdentity } from './test.setup';

async function openWays() {
  const desk = await openDesk();
  const { t, teamId, agentId, customerId } = desk;
  const owner = await addMember(t, teamId, 'Olga', 'owner');
  const { key } = await owner.as.mutation(api.agents.createKey, { teamId, agentId, name: 'k' });
  const withKey = async (path: string, body: object) => {
    const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
    const response = await t.fetch(`/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as { id?: string } };
  };
  const sessionId = await t.run(async (ctx) => {
    const channelId = await ctx.db.insert('channels', {
      teamId,
      kind: 'web',
      name: 'Web',
      agentId,
      publicId: 'p',
      active: true,
    });
    return ctx.db.insert('customerSessions', {
      teamId,
      channelId,
      customerId: await ctx.db.insert('customers', { teamId }),
      tokenHash: 'x',
      expiresAt: Date.now() + 86_400_000,
    });
  });
  const widget = t.withIdentity(customerIdentity(sessionId));
  const { body: started } = await withKey('/conversations', {
    externalId: 'e',
    customer: { externalId: customerId },
  });
  let made = 0;
  const ways = {
    widget: (text: string) => widget.mutation(api.web.send, { text, clientMessageId: `w${++made}` }),
    api: (text: string) => withKey(`/conversations/${started.id}/customer-messages`, { text }),
    operator: (text: string) => desk.replies(desk.ana, text),
  };
  await desk.takesOver(desk.ana);
  const newest = () => t.run(async (ctx) => (await ctx.db.query('entries').order('desc').first())!);
  const previews = () =>
    t.run(async (ctx) => (await ctx.db.query('threadHeads').take(10)).map(({ preview }) => preview));
  const raw = (path: string, body: BodyInit) =>
    t.fetch(`/api/v1${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body,
    });
  const entries = () => t.run((ctx) => ctx.db.query('entries').take(50));
  return {
    ...desk,
    ways,
    newest,
    previews,
    withKey,
    raw,
    entries,
    widget,
    path: `/conversations/${started.id}`,
  };
}

test.each(['widget', 'api', 'operator'] as const)(
  '[E2] property: by %s, a message with any code point at any place is stored, and its preview is whole characters',
  async (way) => {
    const { ways, newest, previews } = await openWays();
    const sends = async (text: string) => {
      await ways[way](text);
      expect((await newest()).text).toBe(text);
      for (const preview of await previews()) {
        expect(preview.isWellFormed()).toBe(true);
        expect(preview.length).toBeLessThanOrEqual(140 * 12 + 1_024);
      }
    };
    await sends(`${'a'.repeat(139)}😀 please help`);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 120, max: 145 }),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        (place, point) => sends(`${'a'.repeat(place)}${point}b`),
      ),
      { numRuns: 12 },
    );
  },
  60_000,
);

const unseen = ['\u200b\u200c\u200d', '\u2060\ufeff ', '\u3164', '\u2800\n', '\u202e\u202c', '\0\u0007', ''];

test('[E6] text that nobody can see is no message, on any way in, and changes nothing', async () => {
  const { ways, entries, path, withKey, t, teamId, conversationId, ana } = await openWays();
  const before = await entries();
  const note = (text: string) =>
    ana.as.mutation(api.messages.note, { teamId, conversationId, text, clientMessageId: 'n' });
  for (const text of unseen) {
    for (const refused of [ways.widget(text), ways.operator(text), note(text)])
      await expect(refused, JSON.stringify(text)).rejects.toMatchObject({ data: { code: 'INVALID_INPUT' } });
    for (const [to, body] of [
      ['/customer-messages', { text }],
      ['/answers', { text, epoch: 1, seenThrough: 0 }],
      ['/handovers', { brief: { asked: text, facts: [], tried: [] } }],
      ['/handovers', { farewell: { text, epoch: 1, seenThrough: 0 } }],
    ] as const)
      expect((await withKey(path + to, body)).status, `${to} ${JSON.stringify(text)}`).toBe(400);
  }
  expect(await entries()).toEqual(before);
  expect(await t.run((ctx) => ctx.db.query('suppressedDrafts').take(1))).toEqual([]);
});

test('[E6] [E2] half a character and bytes that are no text get a 4xx with a code; NUL is stored as it came', async () => {
  const { raw, entries, path, newest } = await openWays();
  const to = `${path}/customer-messages`;
  const before = await entries();
  const bytes = (...parts: (string | number)[]) =>
    new Uint8Array(
      parts.flatMap((part) => (typeof part === 'number' ? [part] : [...new TextEncoder().encode(part)])),
    );
  for (const [body, code] of [
    ['{"text":"half \\ud83d of it"}', 'INVALID_INPUT'],
    ['{"text":"\\ude00"}', 'INVALID_INPUT'],
    ['{"text":"a","clientMessageId":"\\ud83d"}', 'INVALID_INPUT'],
    ['{"text":"a","\\ud83d":1}', 'INVALID_INPUT'],
    [bytes('{"text":"', 0xff, '"}'), 'MALFORMED_JSON'],
    [bytes('{"text":"', 0xc3, 0x28, '"}'), 'MALFORMED_JSON'],
    [bytes('{"text":"', 0xed, 0xa0, 0x80, '"}'), 'MALFORMED_JSON'],
    [`${'['.repeat(60_000)}`, 'MALFORMED_JSON'],
    [`${'['.repeat(60_000)}${']'.repeat(60_000)}`, 'INVALID_INPUT'],
  ] as const) {
    const answer = await raw(to, body);
    expect([answer.status, (await answer.json()).code], String(body).slice(0, 40)).toEqual([400, code]);
  }
  expect(await entries()).toEqual(before);
  expect((await raw(to, '{"text":"one\\u0000two \\ud83d\\ude00"}')).status).toBe(201);
  expect((await newest()).text).toBe('one\0two 😀');
});

test('[E6] [M9] an address or a name in disguise is refused where a customer or a platform says it', async () => {
  const { widget, withKey, t } = await openWays();
  for (const email of [
    'x\u202emoc.knab@eciffo.ku',
    'le\u200bna@example.com',
    'suppоrt@bank.com',
    'ｌena@bank.com',
  ])
    await expect(widget.mutation(api.web.leaveEmail, { email })).rejects.toMatchObject({
      data: { code: 'INVALID_INPUT' },
    });
  for (const customer of [
    { name: 'Аnna' },
    { name: 'An\u200bna' },
    { name: '\u3164' },
    { name: 'a\u202eb' },
    { email: 'suppоrt@bank.com' },
  ])
    expect(
      (await withKey('/conversations', { externalId: 'n', customer: { externalId: 'n', ...customer } }))
        .status,
      JSON.stringify(customer),
    ).toBe(400);
  const customers = await t.run((ctx) => ctx.db.query('customers').take(50));
  expect(customers.filter(({ email }) => email !== undefined)).toEqual([]);
});
