/// <reference types="vite/client" />
import { afterEach, expect, test, vi } from 'vitest';
import { internal } from '../../_generated/api';
import { customerAddress, openMailDesk, toConversation } from '../../mail.setup';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

test('[M3] [M9] what somebody in copy wrote past the customer is the team’s after the upgrade; what all could read stays theirs', async () => {
  const desk = await openMailDesk();
  const boss = { address: 'boss@customer.test', name: 'Bo' };
  const { conversationId } = await desk.mailIn({ cc: [boss], text: 'Mine' });
  const thread = toConversation(conversationId!);
  await desk.mailIn({ ...thread, from: boss, cc: [{ address: customerAddress, name: '' }], text: 'To all' });
  await desk.mailIn({ ...thread, from: boss, text: 'Past them' });
  const entries = () => desk.t.run((ctx) => ctx.db.query('entries').collect());
  const shown = async () =>
    (await entries()).flatMap(({ text, isForeign }) => (text === undefined ? [] : [[text, isForeign]]));
  // As it was.
  await desk.t.run(async (ctx) => {
    for (const { _id } of await ctx.db.query('entries').collect())
      await ctx.db.patch(_id, { isForeign: undefined });
  });
  for (let turn = 1; turn <= 2; turn++) {
    const all = { cursor: null, dryRun: false, oneBatchOnly: true };
    await desk.t.mutation(internal.migrations.from3.pastMails.pastMails, all);
    expect(await shown()).toEqual([
      ['Mine', undefined],
      ['To all', undefined],
      ['Past them', true],
    ]);
  }
});
