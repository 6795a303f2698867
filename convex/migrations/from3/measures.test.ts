/// <reference types="vite/client" />
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api, internal } from '../../_generated/api';
import { openDesk } from '../../desk.setup';
import { readKeyOf } from '../../readShared.setup';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('[B2] what happened before anything was measured is counted after the upgrade, and what comes meanwhile is, too', async () => {
  const desk = await openDesk();
  const { t, teamId, ana } = desk;
  await desk.customerWrites('Where is my order?');
  await desk.handsOver();
  // As it was: nothing was measured.
  await t.run(async (ctx) => {
    for (const table of ['measureFacts', 'measureCounters', 'measureTeams'] as const)
      for (const { _id } of await ctx.db.query(table).collect()) await ctx.db.delete(_id);
    for (const { _id } of await ctx.db.query('threadHeads').collect())
      await ctx.db.patch(_id, { measured: undefined, settlesAt: undefined });
  });
  await t.mutation(internal.migrations.from3.measures.teams, {
    cursor: null,
    dryRun: false,
    oneBatchOnly: true,
  });
  await desk.takesOver(ana);
  await desk.replies(ana, 'On its way.');
  for (let left = 6; left > 0; left--) {
    vi.advanceTimersByTime(11_000);
    await t.finishInProgressScheduledFunctions();
  }
  const readKey = await readKeyOf(desk.manager.as, teamId, 'manager');
  const today = Math.floor(Date.now() / 86_400_000);
  const asked = { teamId, readKey, by: 'team' as const, from: today, to: today };
  const { rows } = await t.query(api.reports.figures, asked);
  expect(rows).toMatchObject([
    {
      counts: { customerMessage: 1, begun: 1, handover: 1, operatorMessage: 1, firstReply: 1, withPerson: 1 },
    },
  ]);
  expect(await t.run((ctx) => ctx.db.query('measureTeams').first())).toMatchObject({ generation: 1 });
});
