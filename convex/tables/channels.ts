/** Ways in, and the customers who use them. */
import { defineTable } from 'convex/server';
import { v } from 'convex/values';
import { vChannelKind } from '../shared/conversation/channels';

export const channelTables = {
  channels: defineTable({
    teamId: v.id('teams'),
    kind: vChannelKind,
    name: v.string(),
    agentId: v.id('agents'),
    /** Unguessable; what the widget snippet names. */
    publicId: v.string(),
    active: v.boolean(),
    /** Who may frame the chat (shared/setup/origins.ts); absent: every page. */
    origins: v.optional(v.array(v.string())),
  })
    .index('by_teamId', ['teamId'])
    .index('by_publicId', ['publicId'])
    .index('by_active', ['active']),

  customers: defineTable({
    teamId: v.id('teams'),
    name: v.optional(v.string()),
    email: v.optional(v.string()),
    /** As their browser says, such as "Europe/Berlin": what they read of times is by their clock (H5). */
    timeZone: v.optional(v.string()),
    /** The id an outside agent's platform knows this customer by, unique per agent. */
    externalId: v.optional(v.string()),
    agentId: v.optional(v.id('agents')),
  })
    .index('by_teamId', ['teamId'])
    .index('by_agentId_and_externalId', ['agentId', 'externalId']),

  /** M9: 256 random bits held by the customer's browser, stored hashed; sliding expiry. */
  customerSessions: defineTable({
    teamId: v.id('teams'),
    channelId: v.id('channels'),
    customerId: v.id('customers'),
    conversationId: v.optional(v.id('conversations')),
    tokenHash: v.string(),
    expiresAt: v.number(),
  })
    .index('by_tokenHash', ['tokenHash'])
    .index('by_expiresAt', ['expiresAt']),

  /** How much was asked for under a key in its running window; written by model/kit/requestWindows.ts, swept when over. */
  requestWindows: defineTable({
    key: v.string(),
    count: v.number(),
    expiresAt: v.number(),
  })
    .index('by_key', ['key'])
    .index('by_expiresAt', ['expiresAt']),
};
