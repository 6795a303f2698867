/** AI agents of a team, what they know and when they hand over. */
import { defineTable } from 'convex/server';
import { v } from 'convex/values';
import { vRuleCondition, vRuleOutcome } from '../shared/agents/handover';
import { vOpeningHours } from '../shared/agents/openingHours';

export const agentTables = {
  agents: defineTable({
    teamId: v.id('teams'),
    name: v.string(),
    /** `knowledge` is built in (P4); `external` answers through /api/v1 with a key (P1). */
    kind: v.union(v.literal('knowledge'), v.literal('external')),
    active: v.boolean(),
    /** How long a built-in agent reads and types before it answers; a burst that comes meanwhile gets one answer (C8). */
    thinkMs: v.optional(v.number()),
    /** H1, H5: its own hours, kept from before the team's calendar (tables/people.ts); absent: the calendar counts. */
    openingHours: v.optional(vOpeningHours),
    /** P3: an endpoint of it is called. Kept by model/webhooks/endpoints.ts, so that who has none costs no look-up. */
    hasWebhooks: v.optional(v.boolean()),
  }).index('by_teamId', ['teamId']),

  /** P1: shown once, stored hashed (SHA-256 of 256 random bits). */
  agentKeys: defineTable({
    teamId: v.id('teams'),
    agentId: v.id('agents'),
    name: v.string(),
    /** The readable start of the key, for lists. */
    prefix: v.string(),
    hash: v.string(),
    createdBy: v.id('members'),
    lastUsedAt: v.optional(v.number()),
    revokedAt: v.optional(v.number()),
  })
    .index('by_hash', ['hash'])
    .index('by_agentId_and_revokedAt', ['agentId', 'revokedAt']),

  /** H1: ordered by `position`; the first match wins. */
  handoverRules: defineTable({
    teamId: v.id('teams'),
    agentId: v.id('agents'),
    position: v.number(),
    name: v.string(),
    /** Every condition must hold. */
    when: v.array(vRuleCondition),
    outcome: vRuleOutcome,
  }).index('by_agentId_and_position', ['agentId', 'position']),

  articles: defineTable({
    teamId: v.id('teams'),
    title: v.string(),
    body: v.string(),
    /** The terms of title and body, a line each sentence (shared/agents/library.ts): what search and ranking read. */
    searchText: v.string(),
    updatedAt: v.number(),
  })
    .index('by_teamId_and_updatedAt', ['teamId', 'updatedAt'])
    .searchIndex('search_searchText', { searchField: 'searchText', filterFields: ['teamId'] }),

  /** P2: the answer to an unsafe call, kept with its effect for at least 24 h; swept by `expiresAt`. */
  idempotencyKeys: defineTable({
    agentKeyId: v.id('agentKeys'),
    /** Method, path and the caller's key. */
    scope: v.string(),
    bodyHash: v.string(),
    status: v.number(),
    response: v.string(),
    expiresAt: v.number(),
  })
    .index('by_agentKeyId_and_scope', ['agentKeyId', 'scope'])
    .index('by_expiresAt', ['expiresAt']),
};
