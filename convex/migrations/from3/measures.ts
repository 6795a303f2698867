/** From version 3, in which nothing was measured (docs/rules.md B2). */
import { beginRecount } from '../../model/measures/recount';
import { batchSize, migrations } from '../migrations';

/** What happened is counted from its threads, by jobs that hold nobody up. */
export const teams = migrations.define({
  table: 'teams',
  batchSize,
  migrateOne: async (ctx, { _id: teamId }) => {
    await beginRecount(ctx, teamId, undefined);
  },
});
