/** Automatic assignment (docs/rules.md §4): the answers to "Why me?" and "Why not yet?". */
import { v } from 'convex/values';
import { sharedQuery } from './functions';
import { loadTicketFor } from './model/kit/access';
import { latestDecision, recall } from './model/routing/decisions';
import { bareFacts, memberFacts } from './model/routing/routing';
import { vMemberStatus } from './shared/people/people';
import { decide, vAssignmentMode, vSkipReason } from './shared/routing/routing';
import { passedOverAt } from './shared/routing/pickUp';
import { isActive } from './shared/tickets/tickets';

const vCandidate = v.object({
  memberId: v.id('members'),
  name: v.string(),
  status: vMemberStatus,
  load: v.number(),
  limit: v.number(),
  turn: v.number(),
  skipped: v.optional(vSkipReason),
});

/** [A5] Why the ticket went to whom it went, as it was decided then. Null: no automatic decision was ever made. */
export const decision = sharedQuery('ticket.read')({
  args: { ticketId: v.id('tickets') },
  returns: v.union(
    v.null(),
    v.object({
      at: v.number(),
      mode: vAssignmentMode,
      winnerId: v.optional(v.id('members')),
      winnerName: v.optional(v.string()),
      candidates: v.array(vCandidate),
    }),
  ),
  handler: async (ctx, { teamId, ticketId }) => {
    const ticket = await loadTicketFor(ctx, { teamId }, ticketId);
    const stored = await latestDecision(ctx, ticket._id);
    if (stored === null) return null;
    const { mode, winnerId, candidates: all } = await recall(ctx, stored);
    const candidates = await Promise.all(
      all.map(async ({ mayReply: _mayReply, connected: _connected, rampLeft: _rampLeft, ...facts }) => ({
        ...facts,
        name: (await ctx.db.get(facts.memberId))?.name ?? '',
      })),
    );
    const winnerName = candidates.find((candidate) => candidate.memberId === winnerId)?.name;
    return { at: stored.at, mode, winnerId, winnerName, candidates };
  },
});

/**
 * [A5] "Why not assigned yet?": the same decision, made for this ticket with what is true now. `minute` is the
 * caller's clock in whole minutes since 1970 (a query has none).
 */
export const whyNotAssigned = sharedQuery('ticket.read')({
  args: { ticketId: v.id('tickets'), minute: v.number() },
  returns: v.object({
    because: v.union(
      v.literal('assigned'),
      v.literal('ended'),
      v.literal('snoozed'),
      v.literal('manualMode'),
      v.literal('nobodyEligible'),
      v.literal('aboutToBe'),
    ),
    candidates: v.array(vCandidate),
  }),
  handler: async (ctx, { teamId, ticketId, minute }) => {
    const ticket = await loadTicketFor(ctx, { teamId }, ticketId);
    const team = await ctx.db.get(ticket.teamId);
    const mode = team?.assignmentMode ?? 'manual';
    const none = { candidates: [] };
    if (!isActive(ticket.status)) return { because: 'ended' as const, ...none };
    if (ticket.assigneeId !== undefined) return { because: 'assigned' as const, ...none };
    if (ticket.snoozedUntil !== undefined) return { because: 'snoozed' as const, ...none };
    if (mode === 'manual') return { because: 'manualMode' as const, ...none };
    const facts = await memberFacts(ctx, ticket.teamId, minute * 60_000);
    const passedOver = passedOverAt(ticket, minute * 60_000);
    const { candidates, winner } = decide(facts, mode, { urgent: ticket.priority === 'urgent', passedOver });
    return {
      because: winner === undefined ? ('nobodyEligible' as const) : ('aboutToBe' as const),
      candidates: candidates.map(({ skipped, ...fact }) => {
        const { memberId, status, load, limit, turn } = bareFacts(fact);
        return { memberId, name: fact.member.name, status, load, limit, turn, skipped };
      }),
    };
  },
});
