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
  return { ways, newest, previews };
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
        expect(preview.length).toBeLessThanOrEqual(140 * 12);
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
