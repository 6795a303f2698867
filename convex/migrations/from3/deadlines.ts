/** From version 3, whose places knew no deadlines. */
import { noDeadline } from '../../shared/tickets/places';
import { batchSize, migrations } from '../migrations';

/** [T7] [A6] No team had targets: nothing is due, and what is comes before it. */
export const deadlines = migrations.define({
  table: 'ticketPlaces',
  batchSize,
  migrateOne: (_ctx, { dueAt }) => (dueAt === undefined ? { dueAt: noDeadline } : undefined),
});
