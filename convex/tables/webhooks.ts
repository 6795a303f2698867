/** Webhooks: where agents are told what happens, what they are told, and how it went. */
import { defineTable } from 'convex/server';
import { v } from 'convex/values';
import { vDisabledBy, vEventState, vEventType, vSentType } from '../shared/webhooks/events';

export const webhookTables = {
  /**
   * P3: at most five of an agent. Written by model/webhooks/endpoints.ts; read by every transaction that has something to
   * tell an agent that has one. Its health is written only when it changes. A removed one goes when its events are gone.
   */
  webhookEndpoints: defineTable({
    teamId: v.id('teams'),
    agentId: v.id('agents'),
    url: v.string(),
    /** Sealed (model/kit/secrets.ts). */
    secret: v.string(),
    /** Those before it, newest first: each signs, too, for a day after it was changed. */
    formerSecrets: v.optional(v.array(v.object({ secret: v.string(), until: v.number() }))),
    /** The one before it, where it was changed before there was a list. */
    previousSecret: v.optional(v.string()),
    previousUntil: v.optional(v.number()),
    events: v.array(vEventType),
    /** Off: by choice, or by what `disabledBy` says. */
    active: v.boolean(),
    disabledBy: v.optional(vDisabledBy),
    /** Since when nothing was answered well. */
    failingSince: v.optional(v.number()),
    /** It asked to be left alone until then. */
    restsUntil: v.optional(v.number()),
    removedAt: v.optional(v.number()),
  })
    .index('by_agentId_and_active', ['agentId', 'active'])
    .index('by_agentId_and_removedAt', ['agentId', 'removedAt'])
    .index('by_active', ['active']),

  /** One event for one endpoint. Written by model/webhooks/events.ts; swept after 14 days. */
  webhookEvents: defineTable({
    teamId: v.id('teams'),
    agentId: v.id('agents'),
    endpointId: v.id('webhookEndpoints'),
    type: vSentType,
    /** Absent in a test. */
    conversationId: v.optional(v.id('conversations')),
    /** As it is sent, each time the same bytes. */
    body: v.string(),
    state: vEventState,
    /** Of the present round, and of all: by hand it begins anew. */
    tries: v.number(),
    attempts: v.number(),
    /** waiting: when it may go; sending: when it counts as lost. */
    dueAt: v.number(),
    /** M2: the send that is carried out by it. */
    outboxId: v.optional(v.id('outbox')),
  })
    // Newest first, for the log: the longer index would sort by the state.
    // oxlint-disable-next-line @convex-dev/no-duplicate-indexes
    .index('by_endpointId', ['endpointId'])
    .index('by_endpointId_and_state_and_dueAt', ['endpointId', 'state', 'dueAt'])
    .index('by_state_and_dueAt', ['state', 'dueAt'])
    .index('by_outboxId', ['outboxId']),

  /** What each call of an event came to; with its event at most 14 days. Written by model/webhooks/events.ts. */
  webhookAttempts: defineTable({
    teamId: v.id('teams'),
    eventId: v.id('webhookEvents'),
    at: v.number(),
    ms: v.number(),
    /** Null: no answer. */
    status: v.union(v.number(), v.null()),
    /** How the answer begins, at most 2 KB. */
    answer: v.string(),
    failure: v.optional(v.string()),
  }).index('by_eventId_and_at', ['eventId', 'at']),
};
