import { v } from 'convex/values';
import { internalMutation } from '../functions';
import { lookAtHolder } from '../model/control/vanished';

/** [C12] Scheduled for the instant at which a vanished holder could begin to strand a customer. */
export const look = internalMutation({
  args: { conversationId: v.id('conversations'), dueAt: v.number() },
  returns: v.null(),
  handler: async (ctx, { conversationId, dueAt }) => {
    await lookAtHolder(ctx, conversationId, dueAt);
    return null;
  },
});
