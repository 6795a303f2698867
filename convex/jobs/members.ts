/** What is scheduled about a member: the rest of a removal (docs/rules.md R1). */
import { v } from 'convex/values';
import { deadlineMutation } from '../functions';
import { releaseWork } from '../model/control/release';

/** The rest of a removed member's work, in batches. */
export const release = deadlineMutation({
  args: { memberId: v.id('members'), actorId: v.id('members') },
  returns: v.null(),
  handler: async (ctx, { memberId, actorId }) => {
    await releaseWork(ctx, memberId, actorId);
    return null;
  },
});
