/** A conversation as a messenger has it (Telegram, WhatsApp): where it goes on, and its messages under the provider's ids. */
import { defineTable } from 'convex/server';
import { v } from 'convex/values';
import { vCost } from '../shared/whatsapp/costs';
import { vPricing, vStatusKind } from '../shared/whatsapp/statuses';

export const chatTables = {
  /**
   * Where answers go, and where what is written there belongs: one row a conversation and channel, and one a chat. Written by
   * model/delivery/chatThreads.ts; kept as long as the conversation.
   */
  chatThreads: defineTable({
    teamId: v.id('teams'),
    conversationId: v.id('conversations'),
    channelId: v.id('channels'),
    /** As the provider addresses it: a Telegram chat; the id or number of whom WhatsApp is written to. */
    chat: v.string(),
    /** Of the customer's last message there: answers go into it (a topic of a private chat on Telegram). */
    topic: v.optional(v.string()),
    /** When the customer last wrote there, by the provider's clock: some take answers only so long after it (M7). */
    lastReceivedAt: v.optional(v.number()),
    /** When it was last called for anything there: providers take only so much of one chat. */
    lastSentAt: v.optional(v.number()),
    /** What its provider bills of it, by categories (WhatsApp). */
    costs: v.optional(v.array(vCost)),
  })
    .index('by_conversationId_and_channelId', ['conversationId', 'channelId'])
    .index('by_channelId_and_chat', ['channelId', 'chat']),

  /**
   * M1, M2: a message under the id its provider gave it, in or out. One of ours may be several there, in order: parts of a long
   * text, files. Written by model/delivery/chatMessages.ts; kept as long as the conversation.
   */
  chatMessages: defineTable({
    teamId: v.id('teams'),
    conversationId: v.id('conversations'),
    channelId: v.id('channels'),
    entryId: v.id('entries'),
    chat: v.string(),
    direction: v.union(v.literal('in'), v.literal('out')),
    /** From 0; one call of ours each. */
    part: v.number(),
    /** Absent while it is called for, and where nobody knows what came of it. */
    providerId: v.optional(v.string()),
    /** How far it is, as its provider tells where it does, and what it costs (WhatsApp). */
    status: v.optional(vStatusKind),
    pricing: v.optional(vPricing),
    /** When it was called for, or came in, by our clock. */
    at: v.number(),
  })
    .index('by_entryId_and_part', ['entryId', 'part'])
    .index('by_channelId_and_chat_and_providerId', ['channelId', 'chat', 'providerId']),
};
