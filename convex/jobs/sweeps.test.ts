import { expect, test } from 'vitest';
import { internal } from '../_generated/api';
import { createTeam, passTime, setupTest } from '../test.setup';

const day = 86_400_000;

test('[R2] sweeps delete what has expired, batch after batch, and nothing else', async () => {
  const t = setupTest();
  const { teamId, channelId, agentId, owner } = await createTeam(t);
  const now = Date.now();
  await t.run(async (ctx) => {
    const customerId = await ctx.db.insert('customers', { teamId });
    const agentKeyId = await ctx.db.insert('agentKeys', {
      teamId,
      agentId,
      name: 'k',
      prefix: 'p',
      hash: 'h',
      createdBy: owner.memberId,
    });
    for (let i = 0; i < 150; i++) {
      const expiresAt = i < 149 ? now - 1 - i : now + day;
      await ctx.db.insert('customerSessions', {
        teamId,
        channelId,
        customerId,
        tokenHash: `${i}`,
        expiresAt,
      });
      await ctx.db.insert('idempotencyKeys', {
        agentKeyId,
        scope: `${i}`,
        bodyHash: '',
        status: 200,
        response: '',
        expiresAt,
      });
    }
    await ctx.db.insert('tries', { key: 'account:old', triedAt: [], lastAt: now - day });
    await ctx.db.insert('tries', { key: 'account:new', triedAt: [now], lastAt: now });
  });
  await t.mutation(internal.jobs.sweeps.expired, {});
  await passTime(t, 1_000);
  const left = await t.run(async (ctx) => ({
    sessions: (await ctx.db.query('customerSessions').collect()).map((each) => each.tokenHash),
    keys: (await ctx.db.query('idempotencyKeys').collect()).map((each) => each.scope),
    tries: (await ctx.db.query('tries').collect()).map((each) => each.key),
    users: (await ctx.db.query('authSessions').collect()).length,
  }));
  expect(left).toEqual({ sessions: ['149'], keys: ['149'], tries: ['account:new'], users: 3 });
});

test('[E4] what was told for two channels at once is one file, and swept with both', async () => {
  const t = setupTest();
  const { teamId, channelId } = await createTeam(t);
  const payloadFileId = await t.run((ctx) => ctx.storage.store(new Blob(['{}'])));
  await t.run(async (ctx) => {
    const told = { teamId, channelId, type: 'other', state: 'ignored' as const, attempts: 0, payloadFileId };
    for (const key of ['a', 'b'])
      await ctx.db.insert('inboundEvents', { ...told, key, receivedAt: Date.now() - 31 * day });
  });
  await t.mutation(internal.jobs.sweeps.expired, {});
  expect(await t.run((ctx) => ctx.db.query('inboundEvents').collect())).toEqual([]);
  expect(await t.run((ctx) => ctx.storage.getUrl(payloadFileId))).toBeNull();
});
