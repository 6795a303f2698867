/** From version 3: where a ticket stands says its agent, channel and tags, so that lists can be narrowed by them. */
import { getHead } from '../../model/conversation/case';
import { settled } from '../../model/settle';
import { ensurePlace } from '../../model/tickets/ticketPlaces';
import { batchSize, migrations } from '../migrations';

/** [E5] [B2] With the counts of agents and tags; those of the lists stay as they are. */
export const places = migrations.define({
  table: 'tickets',
  batchSize,
  migrateOne: (ctx, ticket) =>
    settled(ctx, async (open) => {
      await ensurePlace(open, ticket, () => getHead(open, ticket.conversationId));
    }),
});
