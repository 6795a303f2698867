/**
 * [H6] A customer may wait for the agent: the instant by which they were owed an answer, or should have had one, has come, or
 * the agent gives none any more.
 */
import { v } from 'convex/values';
import { deadlineMutation } from '../functions';
import { handOver } from '../model/agents/handover';
import { dismissTurns, isOverdue, thinkAgainIfLost } from '../model/control/agentRuns';
import { openCase } from '../model/conversation/case';

export const answerOverdue = deadlineMutation({
  args: { conversationId: v.id('conversations'), dueAt: v.number() },
  returns: v.null(),
  handler: async (ctx, { conversationId, dueAt }) => {
    const conversation = await ctx.db.get(conversationId);
    if (conversation === null) return null;
    const opened = await openCase(ctx, conversation);
    if (!(await isOverdue(ctx, opened, dueAt))) {
      await thinkAgainIfLost(ctx, opened);
      return null;
    }
    const actor = { kind: 'system' as const };
    await handOver(ctx, opened, { reason: 'agentFailed', actor, farewell: { by: 'system' } });
    return null;
  },
});

/** Who waits for an agent that gives no answer any more. */
export const dismiss = deadlineMutation({
  args: {
    agentId: v.id('agents'),
    state: v.union(v.literal('waiting'), v.literal('running')),
    cursor: v.union(v.string(), v.null()),
  },
  returns: v.null(),
  handler: async (ctx, turns) => {
    await dismissTurns(ctx, turns);
    return null;
  },
});
