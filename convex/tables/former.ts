/** Tables and fields of before: emptied by convex/migrations/, gone in the release after the one that emptied them. */
import { defineTable } from 'convex/server';
import { v } from 'convex/values';
import { candidateFields, vAssignmentMode, vSkipReason } from '../shared/routing/routing';
import { vBucket } from '../shared/tickets/places';
import { vWaitingOn } from '../shared/tickets/tickets';

/** Of `ticketRows` in version 1; where a ticket stands is now in `ticketPlaces`. */
export const formerRowFields = {
  conversationId: v.optional(v.id('conversations')),
  bucket: v.optional(vBucket),
  assignee: v.optional(v.string()),
  agentName: v.optional(v.string()),
  operatorId: v.optional(v.id('members')),
  waitingOn: v.optional(vWaitingOn),
  waitingSince: v.optional(v.number()),
  lastMessageAt: v.optional(v.number()),
};

/** Of `members`: in version 1 what is now in `memberLoads`, in version 3 what is now in `noticeChoices`. */
export const formerMemberFields = { turn: v.optional(v.number()), noWaitMails: v.optional(v.boolean()) };

/** Of `customers` in version 2; now in `customerIdentities`. */
export const formerCustomerFields = {
  email: v.optional(v.string()),
  externalId: v.optional(v.string()),
  agentId: v.optional(v.id('agents')),
};

/** Of `assignmentDecisions` in version 1, each with all its candidates; now in `routingPasses`. */
export const formerDecisionFields = {
  mode: v.optional(vAssignmentMode),
  candidates: v.optional(v.array(v.object({ ...candidateFields, skipped: v.optional(vSkipReason) }))),
  winnerId: v.optional(v.id('members')),
};

export const formerTables = {
  /** Of version 3: who was mailed that a customer waits; now `mailedAt` of needs. */
  waitMails: defineTable({
    teamId: v.id('teams'),
    ticketId: v.id('tickets'),
    memberId: v.id('members'),
  }).index('by_ticketId', ['ticketId']),

  /** Of version 1; now `answerDueAt` of heads and entries. */
  answerDeadlines: defineTable({
    conversationId: v.id('conversations'),
    teamId: v.id('teams'),
    sequence: v.number(),
    dueAt: v.number(),
    scheduledId: v.id('_scheduled_functions'),
  }).index('by_conversationId_and_sequence', ['conversationId', 'sequence']),

  /** Of version 1; now tries. */
  signInTries: defineTable({
    emailHash: v.string(),
    left: v.number(),
    at: v.number(),
  })
    .index('by_emailHash', ['emailHash'])
    .index('by_at', ['at']),

  /** Of version 1; now alarms. */
  holderWatches: defineTable({
    conversationId: v.id('conversations'),
    dueAt: v.number(),
  }).index('by_conversationId', ['conversationId']),

  /** Of version 1; now alarms. */
  presenceChecks: defineTable({
    memberId: v.id('members'),
    dueAt: v.number(),
  })
    .index('by_memberId', ['memberId'])
    .index('by_dueAt', ['dueAt']),
};
