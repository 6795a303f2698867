/** Automatic assignment: pending passes, turns and the reasons for every decision. */
import { defineTable } from 'convex/server';
import { v } from 'convex/values';
import { vMemberStatus } from '../shared/people/people';
import { vAssignmentMode, vSkipReason } from '../shared/routing/routing';

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

  /** A5: why a ticket went to whom, or to nobody. Recomputing from `candidates` gives the same winner. */
  assignmentDecisions: defineTable({
    teamId: v.id('teams'),
    ticketId: v.id('tickets'),
    at: v.number(),
    mode: vAssignmentMode,
    urgent: v.boolean(),
    candidates: v.array(
      v.object({
        memberId: v.id('members'),
        mayReply: v.boolean(),
        status: vMemberStatus,
        connected: v.boolean(),
        load: v.number(),
        limit: v.number(),
        turn: v.number(),
        rampLeft: v.optional(v.number()),
        /** Absent: eligible. */
        skipped: v.optional(vSkipReason),
      }),
    ),
    winnerId: v.optional(v.id('members')),
  }).index('by_ticketId_and_at', ['ticketId', 'at']),
};
