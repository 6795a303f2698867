/** From version 4, in which who asked once more while a person was awaited was counted as a handover each time (docs/rules.md B3). */
import { beginRecount } from '../../model/measures/recount';
import { batchSize, migrations } from '../migrations';

/** Counted anew from its threads, by jobs that hold nobody up. */
export const handovers = migrations.define({
  table: 'teams',
  batchSize,
  migrateOne: async (ctx, { _id: teamId }) => {
    await beginRecount(ctx, teamId, undefined);
  },
});
