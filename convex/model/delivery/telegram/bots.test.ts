/** A bot is one team's (docs/rules.md R3, M1): which, and what the other sees. */
import { beforeEach, expect, test, vi } from 'vitest';
import { internal } from '../../../_generated/api';
import { type OpenDesk, openDesk } from '../../../desk.setup';

const bot = { id: '7000001', username: 'shop_bot', name: 'Shop' };

beforeEach(() => {
  vi.stubEnv('SEALING_KEY', btoa('0123456789abcdef0123456789abcdef'));
  vi.stubEnv('CONVEX_SITE_URL', 'https://desk.test');
});

const connect = ({ manager, teamId, agentId }: OpenDesk, token: string) =>
  manager.as.mutation(internal.delivery.telegram.connecting.keep, { teamId, agentId, token, bot });

async function twoTeams() {
  const blue = await openDesk();
  const red = await openDesk({ beside: blue.t });
  const { channelId } = await connect(blue, '7000001:old');
  const blues = () => blue.t.run((ctx) => ctx.db.get(channelId));
  return { blue, red, blues };
}

test('[R3] a bot that another team has connected is refused under the same token', async () => {
  const { blue, red, blues } = await twoTeams();
  await expect(connect(red, '7000001:old')).rejects.toThrow('connected by another team of this desk already');
  await expect(connect(blue, '7000001:new')).rejects.toThrow('connected as “Shop” already');
  expect(await blues()).toMatchObject({ active: true });
});

test('[R3] under a renewed token, which alone works from then on, it becomes the other team’s, and the first is told why', async () => {
  const { blue, red, blues } = await twoTeams();
  expect(await connect(red, '7000001:new')).toMatchObject({ wasOthers: true });
  expect(await blues()).toMatchObject({
    active: false,
    trouble: { said: expect.stringContaining('Another team of this desk has connected @shop_bot') },
  });
  const secrets = await blue.t.run((ctx) => ctx.db.query('channelSecrets').collect());
  expect(secrets.filter(({ name }) => name === 'botToken')).toHaveLength(1);
  // Told once, and not again when they renew theirs.
  const again = await red.t.run((ctx) => ctx.db.query('channels').order('desc').first());
  const renewed = { teamId: red.teamId, agentId: red.agentId, bot, channelId: again!._id };
  const kept = await red.manager.as.mutation(internal.delivery.telegram.connecting.keep, {
    ...renewed,
    token: '7000001:newest',
  });
  expect(kept).toMatchObject({ wasOthers: false });
});
