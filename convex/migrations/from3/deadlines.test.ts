import { expect, test } from 'vitest';
import { internal } from '../../_generated/api';
import { openDesk } from '../../desk.setup';

test('[T7] a place of version 3 comes behind what is due; one that has a deadline keeps it, and again changes nothing', async () => {
  const former = await openDesk();
  const { t } = former;
  const due = await openDesk({ beside: t });
  for (const desk of [former, due]) await desk.handsOver();
  const places = () => t.run((ctx) => ctx.db.query('ticketPlaces').collect());
  await t.run(async (ctx) => {
    const [first, second] = await ctx.db.query('ticketPlaces').collect();
    await ctx.db.patch(first!._id, { dueAt: undefined });
    await ctx.db.patch(second!._id, { dueAt: 5 });
  });
  for (let turn = 1; turn <= 2; turn++) {
    await t.mutation(internal.migrations.from3.deadlines.deadlines, {
      cursor: null,
      dryRun: false,
      oneBatchOnly: true,
    });
    expect((await places()).map(({ dueAt }) => dueAt)).toEqual([Number.MAX_SAFE_INTEGER, 5]);
  }
});
