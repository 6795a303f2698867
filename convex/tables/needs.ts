/** What each person has to see to. */
import { defineTable } from 'convex/server';
import { v } from 'convex/values';
import { vNoticeChoices } from '../shared/needs/choices';
import { vNeedKind } from '../shared/needs/needs';

export const needTables = {
  /**
   * One row a person, ticket and kind while it is not handled. Written by model/needs/needs.ts, when the case it follows from is settled;
   * read by that person alone. Gone once handled, with the membership, and after two weeks.
   */
  needs: defineTable({
    teamId: v.id('teams'),
    memberId: v.id('members'),
    ticketId: v.id('tickets'),
    number: v.number(),
    kind: vNeedKind,
    /** When it last came up. */
    at: v.number(),
    /** Whose doing it was; absent: the desk's, or the customer's. */
    byMemberId: v.optional(v.id('members')),
    /** Its ticket was urgent then. */
    isUrgent: v.optional(v.literal(true)),
    /** When a mail about it was made: there is no second. */
    mailedAt: v.optional(v.number()),
    /** When it was pushed: not again before they have looked. */
    pushedAt: v.optional(v.number()),
  })
    .index('by_memberId_and_at', ['memberId', 'at'])
    .index('by_memberId_and_mailedAt_and_at', ['memberId', 'mailedAt', 'at'])
    .index('by_ticketId_and_memberId', ['ticketId', 'memberId'])
    .index('by_at', ['at']),

  /**
   * In which tickets somebody was mentioned, and when last. One row a person and ticket, written by model/needs/mentions.ts with the
   * need; stays when that is handled. Gone after half a year.
   */
  mentions: defineTable({
    teamId: v.id('teams'),
    memberId: v.id('members'),
    ticketId: v.id('tickets'),
    number: v.number(),
    at: v.number(),
  })
    .index('by_memberId_and_at', ['memberId', 'at'])
    .index('by_ticketId_and_memberId', ['ticketId', 'memberId'])
    .index('by_at', ['at']),

  /**
   * Browsers that are told while Baton is closed in them, at most ten a person. Written by model/needs/pushSubscriptions.ts; one goes
   * with the membership, and once its push service knows it no more. Where its session has ended nothing is sent.
   */
  pushSubscriptions: defineTable({
    teamId: v.id('teams'),
    memberId: v.id('members'),
    userId: v.id('users'),
    sessionId: v.id('authSessions'),
    endpointHash: v.string(),
    /** Endpoint and keys, sealed for this row. */
    sealed: v.string(),
    /** A notice may hold what a customer wrote. */
    showsWords: v.boolean(),
    /** In a row. */
    failures: v.number(),
    at: v.number(),
  })
    .index('by_memberId', ['memberId'])
    .index('by_endpointHash', ['endpointHash']),

  /** By which push services know this desk: one row, written by model/needs/pushSubscriptions.ts. The private one is sealed. */
  pushKeys: defineTable({ publicKey: v.string(), privateKey: v.string() }),

  /** How a person wants to be told, by kind; those they left as they were are absent. Written by model/needs/choices.ts; cool. */
  noticeChoices: defineTable({
    teamId: v.id('teams'),
    memberId: v.id('members'),
    choices: vNoticeChoices,
  }).index('by_memberId', ['memberId']),
};
