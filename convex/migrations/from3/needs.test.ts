import { expect, test } from 'vitest';
import { api, internal } from '../../_generated/api';
import { openDesk } from '../../desk.setup';

test('[T7] of version 3: that a customer waits for who is away becomes a need, who wanted no mail gets none, no row of before is left', async () => {
  const { t, teamId, ana, ben, customerWrites, handsOver } = await openDesk();
  await customerWrites('Hello?');
  const { ticketId } = await handsOver();
  const { memberId } = ana;
  await t.run(async (ctx) => {
    await ctx.db.patch(ticketId, { assigneeId: memberId });
    await ctx.db.insert('alarms', { kind: 'wait', subject: ticketId, dueAt: Date.now() + 60_000 });
    await ctx.db.insert('waitMails', { teamId, ticketId, memberId });
    await ctx.db.patch(ben.memberId, { noWaitMails: true });
  });
  const { waits, mailed, choices } = internal.migrations.from3.needs;
  for (let turn = 1; turn <= 2; turn++) {
    for (const migration of [waits, mailed, choices])
      await t.mutation(migration, { cursor: null, dryRun: false, oneBatchOnly: true });
    const { needs } = await ana.as.query(api.needs.mine, { teamId });
    expect(needs).toMatchObject([{ kind: 'replied', ticketId }]);
    expect(await ben.as.query(api.needs.choices, { teamId })).toMatchObject([
      { kind: 'replied', notice: { mailAfterMin: null } },
    ]);
    const left = await t.run(async (ctx) => ({
      alarms: (await ctx.db.query('alarms').collect()).filter(({ kind }) => kind === 'wait'),
      mails: await ctx.db.query('waitMails').collect(),
      members: (await ctx.db.query('members').collect()).filter(
        ({ noWaitMails }) => noWaitMails !== undefined,
      ),
    }));
    expect(left).toEqual({ alarms: [], mails: [], members: [] });
  }
});
