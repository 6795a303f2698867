import { expect, test } from 'vitest';
import { internal } from '../../_generated/api';
import { openDesk } from '../../desk.setup';
import { callNameOf } from '../../shared/customer/callNames';

test('[M9] of version 4: a row without a name gets the one by which the team calls whoever has said none', async () => {
  const { t, customerWrites, handsOver, conversationId } = await openDesk();
  const { customerId } = (await t.run((ctx) => ctx.db.get(conversationId)))!;
  await t.run((ctx) => ctx.db.patch(customerId, { name: undefined }));
  await customerWrites('Hello');
  await handsOver();
  const row = () => t.run(async (ctx) => (await ctx.db.query('ticketRows').first())!);
  const { _id } = await row();
  await t.run((ctx) => ctx.db.patch(_id, { customerName: '', isCustomerProven: undefined }));
  const { callNames } = internal.migrations.from4.callNames;
  for (let turn = 1; turn <= 2; turn++)
    await t.mutation(callNames, { cursor: null, dryRun: false, oneBatchOnly: true });
  expect(await row()).toMatchObject({ customerName: callNameOf(customerId), isCustomerProven: true });
});
