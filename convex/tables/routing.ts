/** Automatic assignment: pending passes, turns and the reasons for every decision. */
import { defineTable } from 'convex/server';
import { v } from 'convex/values';
import { candidateFields, vAssignmentMode } from '../shared/routing/routing';
import { formerDecisionFields } from './former';

export const routingTables = {
  /** A4: one row a team. */
  turnCounters: defineTable({
    teamId: v.id('teams'),
    lastTurn: v.number(),
  }).index('by_teamId', ['teamId']),

  /**
   * A4: what each member of now carries, the sum over their assigned active tickets, and the team's turn counter when they last
   * got automatic work. Written by model/routing/load.ts in the transaction that moves a ticket or control; gone with the
   * membership.
   */
  memberLoads: defineTable({
    teamId: v.id('teams'),
    memberId: v.id('members'),
    load: v.number(),
    turn: v.number(),
  })
    .index('by_teamId', ['teamId'])
    .index('by_memberId', ['memberId']),

  /** A6: present while a pass is due. Requesters create it only if absent; the pass clears it first. */
  routing: defineTable({
    teamId: v.id('teams'),
    requestedAt: v.number(),
  }).index('by_teamId', ['teamId']),

  /**
   * A5: what a pass decided from, as it was when it began, and what it gave to whom in its order: the facts of each of its
   * decisions follow (shared/routing). Written by model/routing/decisions.ts once a pass, when it decides something new; gone
   * with the last decision that names it.
   */
  routingPasses: defineTable({
    teamId: v.id('teams'),
    at: v.number(),
    mode: vAssignmentMode,
    lastTurn: v.number(),
    candidates: v.array(v.object(candidateFields)),
    given: v.array(v.object({ memberId: v.id('members'), urgent: v.boolean(), weight: v.number() })),
  }),

  /** A5: why a ticket went to whom, or to nobody: the decision of a pass at a place. Written by model/routing/decisions.ts. */
  assignmentDecisions: defineTable({
    teamId: v.id('teams'),
    ticketId: v.id('tickets'),
    at: v.number(),
    urgent: v.boolean(),
    /** A9: who was skipped for having let it go by. Absent: nobody. */
    passedOver: v.optional(v.array(v.id('members'))),
    /** Absent, with its place: of before, until the migration has come to it. */
    passId: v.optional(v.id('routingPasses')),
    /** How many the pass had given by then; all of them where nobody was found. */
    place: v.optional(v.number()),
    ...formerDecisionFields,
  })
    .index('by_ticketId_and_at', ['ticketId', 'at'])
    .index('by_passId', ['passId']),
};
