import { expect, test } from 'vitest';
import { internal } from '../../_generated/api';
import { openDesk } from '../../desk.setup';

test('[P1] a customer of version 2 who waits for the agent is found, one whom a person answers is not; again changes nothing', async () => {
  const waiting = await openDesk();
  const { t, agentId } = waiting;
  const held = await openDesk({ beside: t });
  const answered = await openDesk({ beside: t });
  for (const { customerWrites } of [waiting, held, answered]) await customerWrites('Hello?');
  await held.takesOver(held.ana);
  await held.customerWrites('Anybody?');
  await answered.agentAnswers('Hello!');
  await t.run(async (ctx) => {
    for (const { _id } of await ctx.db.query('threadHeads').collect())
      await ctx.db.patch(_id, { awaitedAgentId: undefined });
  });
  const migrate = () =>
    t.mutation(internal.migrations.from2.awaited.awaited, {
      cursor: null,
      dryRun: false,
      oneBatchOnly: true,
    });
  const all = async () => {
    const heads = [];
    for (const { read } of [waiting, held, answered]) heads.push((await read()).awaitedAgentId);
    return heads;
  };
  for (let turn = 1; turn <= 2; turn++) {
    await migrate();
    expect(await all()).toEqual([agentId, undefined, undefined]);
  }
});
