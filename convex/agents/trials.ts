/** What trying and rehearsing an agent's rules reads, in parts that hold nobody up (docs/rules.md H3, E4). */
import { v } from 'convex/values';
import type { Doc } from '../_generated/dataModel';
import { internalQuery, type QueryCtx } from '../functions';
import { findArticles } from '../model/agents/articles';
import { listRules } from '../model/agents/handover';
import { listPastConversations, pageOfArticles, pageOfPast } from '../model/agents/rehearsal';
import { loadAgentFor, loadConversationFor } from '../model/kit/access';
import { calendarOfAgent } from '../model/kit/calendars';

const ofAgent = { teamId: v.id('teams'), agentId: v.id('agents') };

async function judgedBy(ctx: Pick<QueryCtx, 'db'>, agent: Doc<'agents'>) {
  return { rules: await listRules(ctx, agent._id), calendar: await calendarOfAgent(ctx, agent) };
}

/** `text` has been cut to what is judged. */
export const forOne = internalQuery({
  args: { ...ofAgent, text: v.string() },
  returns: v.any(),
  handler: async (ctx, { teamId, agentId, text }) => {
    const agent = await loadAgentFor(ctx, { teamId }, agentId);
    const articles = await findArticles(ctx, teamId, [text]);
    return { kind: agent.kind, articles, ...(await judgedBy(ctx, agent)) };
  },
});

export const conversations = internalQuery({
  args: ofAgent,
  returns: v.any(),
  handler: async (ctx, { teamId, agentId }) => {
    const agent = await loadAgentFor(ctx, { teamId }, agentId);
    return { conversations: await listPastConversations(ctx, agent), ...(await judgedBy(ctx, agent)) };
  },
});

export const articles = internalQuery({
  args: { teamId: v.id('teams'), cursor: v.union(v.string(), v.null()) },
  returns: v.any(),
  handler: (ctx, { teamId, cursor }) => pageOfArticles(ctx, teamId, cursor),
});

/** As many of the conversations, from the first on, as one read takes. */
export const past = internalQuery({
  args: { teamId: v.id('teams'), conversationIds: v.array(v.id('conversations')) },
  returns: v.any(),
  handler: async (ctx, { teamId, conversationIds }) => {
    const loaded: Doc<'conversations'>[] = [];
    for (const id of conversationIds) loaded.push(await loadConversationFor(ctx, { teamId }, id));
    return pageOfPast(ctx, loaded);
  },
});
