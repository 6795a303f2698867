/** From version 4: what was kept for members who had left goes with them. */
import { forgetOwn } from '../../model/people/removal';
import { batchSize, migrations } from '../migrations';

export const leavers = migrations.define({
  table: 'members',
  batchSize,
  migrateOne: async (ctx, member) => {
    if (member.removedAt !== undefined) await forgetOwn(ctx, member);
  },
});
