/// <reference types="vite/client" />
/** Rules M1, E2 and E4 at the door where Telegram tells. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeSealingKey } from '../../scripts/authKeys';
import { openDesk } from '../desk.setup';
import { setSecret } from '../model/delivery/channelSecrets';
import { transact } from '../test.setup';

const secret = 'a-secret-of-enough-letters';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 9) });
  vi.stubEnv('SEALING_KEY', makeSealingKey());
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

async function openDoor() {
  const { t, teamId, agentId } = await openDesk();
  await transact(t, async (ctx) => {
    const bot = { teamId, agentId, kind: 'telegram' as const, name: 'Shop', publicId: 'bot', active: true };
    const telegram = { botId: '5', username: 'shop_bot' };
    await setSecret(ctx, await ctx.db.insert('channels', { ...bot, telegram }), 'webhookSecret', secret);
  });
  const tell = (update: object) =>
    t.fetch('/channels/telegram/bot', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'X-Telegram-Bot-Api-Secret-Token': secret },
      body: JSON.stringify(update),
    });
  return { tell, events: () => t.run((ctx) => ctx.db.query('inboundEvents').collect()) };
}

test('[E4] what a busy group says is acknowledged and not kept; what a customer says is, once', async () => {
  const { tell, events } = await openDoor();
  const person = { id: 7, is_bot: false, first_name: 'Jo' };
  const said = (chat: object) => ({ message_id: 1, date: 1_790_000_000, from: person, text: 'Hello', chat });
  for (let each = 1; each <= 3; each++) {
    const message = said({ id: -100, type: 'supergroup' });
    expect((await tell({ update_id: each, message })).status).toBe(200);
  }
  expect(await events()).toEqual([]);
  const own = { update_id: 9, message: said({ id: 7, type: 'private' }) };
  for (let each = 0; each < 2; each++) expect((await tell(own)).status).toBe(200);
  expect(await events()).toMatchObject([{ key: '5/9', type: 'message' }]);
});
