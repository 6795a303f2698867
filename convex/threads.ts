/**
 * The thread's three inward ways as functions of their own, for edges that are not mutations (HTTP actions, built-in
 * agents that call a model) and for the simulation, which drives the desk through them.
 */
import { v } from 'convex/values';
import type { Doc, Id } from './_generated/dataModel';
import { appError } from './model/kit/errors';
import { internalMutation, type MutationCtx } from './functions';
import { startConversation } from './model/conversation/conversations';
import { receiveCustomerMessage } from './model/control/customerMessages';
import { sendToCustomer } from './model/control/door';
import { getHead } from './model/conversation/entries';
import { openOrAddReason } from './model/tickets/tickets';
import { vChannelKind } from './shared/conversation/channels';
import { vDoorOutcome } from './shared/conversation/door';
import { vBrief, vHandoverReason } from './shared/tickets/reasons';
import { vPriority } from './shared/tickets/tickets';

async function load(ctx: MutationCtx, id: Id<'conversations'>): Promise<Doc<'conversations'>> {
  const conversation = await ctx.db.get(id);
  if (conversation === null) throw appError('NOT_FOUND', 'No such conversation.');
  return conversation;
}

export const start = internalMutation({
  args: {
    agentId: v.id('agents'),
    customerId: v.id('customers'),
    channel: vChannelKind,
    channelId: v.optional(v.id('channels')),
    subject: v.optional(v.string()),
    externalId: v.optional(v.string()),
  },
  returns: v.id('conversations'),
  handler: async (ctx, args) => {
    const agent = await ctx.db.get(args.agentId);
    const customer = await ctx.db.get(args.customerId);
    if (agent === null || customer?.teamId !== agent.teamId)
      throw appError('NOT_FOUND', 'No such agent or customer.');
    const conversation = await startConversation(ctx, { ...args, teamId: agent.teamId });
    return conversation._id;
  },
});

/** What the customer wrote; on their last channel unless said otherwise. */
export const receive = internalMutation({
  args: {
    conversationId: v.id('conversations'),
    text: v.string(),
    channel: v.optional(vChannelKind),
    clientMessageId: v.optional(v.string()),
  },
  returns: v.object({ entryId: v.id('entries'), sequence: v.number() }),
  handler: async (ctx, { conversationId, channel, ...message }) => {
    const conversation = await load(ctx, conversationId);
    const { customerChannel } = await getHead(ctx, conversationId);
    return receiveCustomerMessage(ctx, { ...message, conversation, channel: channel ?? customerChannel });
  },
});

/** The agent's answer through the one door (C2). */
export const answer = internalMutation({
  args: {
    conversationId: v.id('conversations'),
    agentId: v.id('agents'),
    epoch: v.number(),
    seenThrough: v.number(),
    text: v.string(),
    clientMessageId: v.optional(v.string()),
    articleIds: v.optional(v.array(v.id('articles'))),
  },
  returns: vDoorOutcome,
  handler: async (ctx, { conversationId, agentId, epoch, seenThrough, ...message }) => {
    const conversation = await load(ctx, conversationId);
    const author = { kind: 'agent' as const, agentId, epoch, seenThrough };
    return sendToCustomer(ctx, { ...message, conversation, author });
  },
});

/** The ticket half of a handover (T5); an agent's rules are applied before it (model/agents/handover.ts). */
export const openTicket = internalMutation({
  args: {
    conversationId: v.id('conversations'),
    reason: vHandoverReason,
    brief: v.optional(vBrief),
    priority: v.optional(vPriority),
    tags: v.optional(v.array(v.string())),
  },
  returns: v.object({
    ticketId: v.id('tickets'),
    number: v.number(),
    how: v.union(v.literal('opened'), v.literal('reopened'), v.literal('added')),
  }),
  handler: async (ctx, { conversationId, ...why }) => {
    const conversation = await load(ctx, conversationId);
    const actor = { kind: 'agent' as const, agentId: conversation.agentId };
    const { ticket, how } = await openOrAddReason(ctx, { ...why, conversation, actor });
    return { ticketId: ticket._id, number: ticket.number, how };
  },
});
