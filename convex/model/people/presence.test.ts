import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Id } from '../../_generated/dataModel';
import { api, internal } from '../../_generated/api';
import { createTeam, passTime, setupTest, type TestDesk } from '../../test.setup';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const minute = 60_000;

async function openDesk() {
  const t = setupTest();
  const team = await createTeam(t, 'Blue Shop', { status: 'offline' });
  const { teamId, operator } = team;
  const statusOf = (memberId: Id<'members'>) =>
    t.run((ctx) =>
      ctx.db
        .query('memberStatuses')
        .withIndex('by_memberId', (q) => q.eq('memberId', memberId))
        .unique(),
    );
  return {
    t,
    ...team,
    status: async () => (await statusOf(operator.memberId))!,
    beat: (idleMs = 0, sessionId = 'laptop') =>
      operator.as.mutation(api.members.heartbeat, { teamId, sessionId, idleMs }),
    declare: (status: 'online' | 'busy' | 'away' | 'offline') =>
      operator.as.mutation(api.members.setStatus, { teamId, status }),
    leave: (sessionId = 'laptop') => operator.as.mutation(api.members.disconnect, { teamId, sessionId }),
  };
}

/** Heartbeats every 20 s, as the Worker sends them. */
async function beatFor(t: TestDesk, ms: number, beat: () => Promise<unknown>) {
  for (let left = ms; left > 0; left -= 20_000) {
    await beat();
    await passTime(t, Math.min(20_000, left));
  }
}

test('[A2] being signed in is never availability: a heartbeat alone makes nobody online', async () => {
  const { t, beat, status } = await openDesk();
  await beatFor(t, 2 * minute, beat);
  expect(await status()).toMatchObject({ declared: 'offline', effective: 'offline', connected: true });
});

test('[A2] silence shows as away after 75 s and offline after 5 minutes, exactly, and a return restores the status', async () => {
  const { t, beat, declare, status } = await openDesk();
  await beat();
  await declare('online');
  expect(await status()).toMatchObject({ effective: 'online', connected: true });
  await passTime(t, 74_000);
  expect(await status()).toMatchObject({ effective: 'online' });
  await passTime(t, 1_000);
  expect(await status()).toMatchObject({
    declared: 'online',
    effective: 'away',
    downgrade: 'disconnected',
    connected: false,
  });
  const awaySince = (await status()).since;
  await passTime(t, 5 * minute - 76_000);
  expect(await status()).toMatchObject({ effective: 'away', since: awaySince });
  await passTime(t, 1_000);
  expect(await status()).toMatchObject({ effective: 'offline', downgrade: 'disconnected' });
  await beat();
  expect(await status()).toMatchObject({ effective: 'online', connected: true });
  expect((await status()).downgrade).toBeUndefined();
});

test('[A2] ten idle minutes show as away though the tab lives, and the first touch brings the status back', async () => {
  const { t, beat, declare, status } = await openDesk();
  await beat();
  await declare('online');
  const start = Date.now();
  await beatFor(t, 10 * minute - 1_000, () => beat(Date.now() - start));
  expect(await status()).toMatchObject({ effective: 'online' });
  await passTime(t, 1_000);
  expect(await status()).toMatchObject({ effective: 'away', downgrade: 'idle', connected: true });
  await beat(Date.now() - start);
  expect(await status()).toMatchObject({ effective: 'away' });
  await beat(0);
  expect(await status()).toMatchObject({ effective: 'online' });
});

test('[A2] busy and away people are lowered only below what they declared', async () => {
  const { t, beat, declare, status } = await openDesk();
  await beat();
  await declare('away');
  await passTime(t, 80_000);
  expect(await status()).toMatchObject({ declared: 'away', effective: 'away', connected: false });
  expect((await status()).downgrade).toBeUndefined();
  await passTime(t, 4 * minute);
  expect(await status()).toMatchObject({ effective: 'offline', downgrade: 'disconnected' });
});

test('[A2] a closed tab is gone after seconds, a reload is not noticed, and another tab keeps the person there', async () => {
  const { t, beat, declare, leave, status } = await openDesk();
  await beat(0, 'one');
  await declare('online');
  await leave('one');
  await passTime(t, 2_000);
  await beat(0, 'two');
  await passTime(t, 20_000);
  expect(await status()).toMatchObject({ effective: 'online' });
  await beat(0, 'two');
  await beat(0, 'three');
  await leave('three');
  await passTime(t, 30_000);
  expect(await status()).toMatchObject({ effective: 'online' });
  await leave('two');
  await passTime(t, 4_000);
  expect(await status()).toMatchObject({ effective: 'online' });
  await passTime(t, 1_000);
  expect(await status()).toMatchObject({ effective: 'away', downgrade: 'disconnected' });
});

test('[E3] a heartbeat that changes nothing writes its connection row alone', async () => {
  const { t, beat, declare } = await openDesk();
  await beat();
  await declare('online');
  const rest = () =>
    t.run(async (ctx) => ({
      statuses: await ctx.db.query('memberStatuses').collect(),
      checks: await ctx.db.query('alarms').collect(),
      scheduled: (await ctx.db.system.query('_scheduled_functions').collect()).length,
      routing: await ctx.db.query('routing').collect(),
    }));
  const before = await rest();
  vi.setSystemTime(Date.now() + 20_000);
  await beat();
  expect(await rest()).toEqual(before);
});

test('[A2] one check per person is pending, however many tabs and heartbeats there were', async () => {
  const { t, beat, declare } = await openDesk();
  await beat();
  await declare('online');
  await beatFor(t, 5 * minute, async () => {
    await beat(0, 'one');
    await beat(0, 'two');
  });
  const pending = await t.run(async (ctx) => {
    const checks = await ctx.db.query('alarms').collect();
    const scheduled = await ctx.db.system.query('_scheduled_functions').collect();
    return {
      checks: checks.length,
      scheduled: scheduled.filter((job) => job.state.kind === 'pending').length,
    };
  });
  expect(pending).toEqual({ checks: 1, scheduled: 1 });
});

test('[A2] the presence sweep finds nothing while all is well, repairs a lost check and deletes silent tabs', async () => {
  const { t, beat, declare, status } = await openDesk();
  await beat();
  await declare('online');
  await beatFor(t, 3 * minute, beat);
  expect(await t.mutation(internal.jobs.sweeps.presence, {})).toEqual({ overdue: 0, deletedTabs: 0 });
  // A check that was lost: its time passes and nothing runs.
  vi.setSystemTime(Date.now() + 11 * minute);
  expect(await t.mutation(internal.jobs.sweeps.presence, {})).toEqual({ overdue: 1, deletedTabs: 1 });
  await passTime(t, 1_000);
  expect(await status()).toMatchObject({ effective: 'offline' });
});

test("[A2] a manager's setting is recorded, and the person sees who set it", async () => {
  const { t, teamId, manager, operator, beat, status } = await openDesk();
  await beat();
  await manager.as.mutation(api.members.setStatusOf, { teamId, memberId: operator.memberId, status: 'busy' });
  expect(await status()).toMatchObject({ declared: 'busy', effective: 'busy', setBy: manager.memberId });
  const log = await t.run((ctx) => ctx.db.query('auditLog').collect());
  expect(log).toMatchObject([
    { action: 'member.statusSetByManager', subject: operator.memberId, detail: 'busy' },
  ]);
});
