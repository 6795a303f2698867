/** What is scheduled about a member: what takes more than one transaction (docs/rules.md R1, C12). */
import { v } from 'convex/values';
import { deadlineMutation, internalMutation } from '../functions';
import { handleAll as handleAllOf } from '../model/needs/needs';
import { watchHeldBy } from '../model/control/holderWatch';
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

/** What somebody holds who is gone, in batches. */
export const watchHeld = deadlineMutation({
  args: { memberId: v.id('members'), cursor: v.union(v.string(), v.null()) },
  returns: v.null(),
  handler: async (ctx, { memberId, cursor }) => {
    await watchHeldBy(ctx, memberId, cursor);
    return null;
  },
});

/** The rest of somebody's needs, in batches. */
export const handleAll = internalMutation({
  args: { memberId: v.id('members'), through: v.number() },
  returns: v.null(),
  handler: async (ctx, { memberId, through }) => {
    await handleAllOf(ctx, memberId, through);
    return null;
  },
});
