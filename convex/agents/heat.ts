/**
 * How hot an outside agent's conversation is (docs/rules.md B5, E4): asked for once for each burst of the customer's, judged here,
 * where it holds nobody up. A built-in agent judges it as it thinks (knowledge.ts).
 */
import { v } from 'convex/values';
import { internal } from '../_generated/api';
import { internalAction, internalMutation, internalQuery } from '../functions';
import { readForHeat } from '../model/agents/outsideAgents';
import { openCaseOf } from '../model/conversation/case';
import { noteHeat } from '../model/live/liveConversations';
import { judgeHeat, type HeatMaterial } from '../shared/agents/handoverJudging';
import { vHeat } from '../shared/agents/heat';

const ofConversation = { conversationId: v.id('conversations') };

export const look = internalAction({
  args: ofConversation,
  returns: v.null(),
  handler: async (ctx, { conversationId }) => {
    const material = (await ctx.runQuery(internal.agents.heat.read, {
      conversationId,
    })) as HeatMaterial | null;
    if (material === null) return null;
    await ctx.runMutation(internal.agents.heat.note, {
      conversationId,
      heat: judgeHeat(material, Date.now()),
    });
    return null;
  },
});

/** Null: a person holds it. Checking its shape would cost more than reading it. */
export const read = internalQuery({
  args: ofConversation,
  returns: v.any(),
  handler: (ctx, { conversationId }) => readForHeat(ctx, conversationId),
});

export const note = internalMutation({
  args: { ...ofConversation, heat: vHeat },
  returns: v.null(),
  handler: async (ctx, { conversationId, heat }) => {
    await noteHeat(ctx, await openCaseOf(ctx, conversationId), heat);
    return null;
  },
});
