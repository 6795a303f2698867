import { expect, test } from 'vitest';
import { api, internal } from '../../_generated/api';
import { openDesk } from '../../desk.setup';
import { noticeOf } from '../../shared/needs/choices';

test('[R1] of version 4: who left before keeps neither views nor choices; who is there keeps theirs', async () => {
  const { t, teamId, ana, ben } = await openDesk();
  for (const who of [ana, ben]) {
    await who.as.mutation(api.savedViews.save, { teamId, name: 'VIPs', list: { view: 'all', tag: 'vip' } });
    await who.as.mutation(api.needs.choose, { teamId, kind: 'woke', notice: noticeOf([], 'woke') });
  }
  await t.run((ctx) => ctx.db.patch(ana.memberId, { removedAt: Date.now() }));
  const { leavers } = internal.migrations.from4.leavers;
  for (let turn = 1; turn <= 2; turn++) {
    await t.mutation(leavers, { cursor: null, dryRun: false, oneBatchOnly: true });
    const kept = await t.run(async (ctx) => [
      ...(await ctx.db.query('savedViews').collect()),
      ...(await ctx.db.query('noticeChoices').collect()),
    ]);
    expect(kept.map(({ memberId }) => memberId)).toEqual([ben.memberId, ben.memberId]);
  }
});
