/** From version 2, whose heads did not say whose answer is awaited (model/agents/awaited.ts). */
import { openCaseOf } from '../../model/conversation/case';
import { settled } from '../../model/settle';
import { batchSize, migrations } from '../migrations';

/** [P1] Where a customer waits, the settling says for whom. */
export const awaited = migrations.define({
  table: 'threadHeads',
  batchSize,
  migrateOne: async (ctx, { conversationId, lastCustomerSequence = 0, answeredThrough, awaitedAgentId }) => {
    if (awaitedAgentId !== undefined || lastCustomerSequence <= answeredThrough) return;
    await settled(ctx, async (open) => {
      await openCaseOf(open, conversationId);
    });
  },
});
