/** From version 3, which had no board: who holds a conversation is counted. */
import { openCaseOf } from '../../model/conversation/case';
import { settled } from '../../model/settle';
import { ensureTakeover } from '../../model/tickets/liveTakeovers';
import { batchSize, migrations } from '../migrations';

/** [B1] */
export const takeovers = migrations.define({
  table: 'controls',
  batchSize,
  migrateOne: async (ctx, { holder, conversationId }) => {
    if (holder === 'agent') return;
    await settled(ctx, async (open) => ensureTakeover(open, await openCaseOf(open, conversationId)));
  },
});
