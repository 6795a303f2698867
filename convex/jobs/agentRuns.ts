/** [H6] The deadline of a customer message that the agent should have answered. */
import { v } from 'convex/values';
import { internalMutation } from '../functions';
import { isOverdue } from '../model/control/agentRuns';
import { handOver } from '../model/agents/handover';

export const answerOverdue = internalMutation({
  args: { conversationId: v.id('conversations'), sequence: v.number() },
  returns: v.null(),
  handler: async (ctx, { conversationId, sequence }) => {
    const conversation = await ctx.db.get(conversationId);
    if (conversation === null || !(await isOverdue(ctx, conversationId, sequence))) return null;
    const actor = { kind: 'system' as const };
    await handOver(ctx, { conversation, reason: 'agentFailed', actor, farewell: { by: 'system' } });
    return null;
  },
});
