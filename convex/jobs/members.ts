/** What is scheduled about a member: the check of their presence (docs/rules.md A2), and the rest of a removal (R1). */
import { v } from 'convex/values';
import { internalMutation } from '../functions';
import { runScheduledCheck } from '../model/people/presence';
import { releaseWork } from '../model/people/removal';

export const checkPresence = internalMutation({
  args: { memberId: v.id('members'), dueAt: v.number() },
  returns: v.null(),
  handler: async (ctx, { memberId, dueAt }) => {
    await runScheduledCheck(ctx, memberId, dueAt);
    return null;
  },
});

/** The rest of a removed member's work, in batches. */
export const release = internalMutation({
  args: { memberId: v.id('members'), actorId: v.id('members') },
  returns: v.null(),
  handler: async (ctx, { memberId, actorId }) => {
    await releaseWork(ctx, memberId, actorId);
    return null;
  },
});
