/** Stored reasons of automatic assignment (docs/rules.md A5): written by the pass, answered from by "Why me?". */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { type Decision } from '../../shared/routing/routing';
import { bareFacts, type MemberFacts } from './routing';

type Stored = Omit<Doc<'assignmentDecisions'>, '_id' | '_creationTime'>;

export function latestDecision(
  ctx: Pick<QueryCtx, 'db'>,
  ticketId: Id<'tickets'>,
): Promise<Doc<'assignmentDecisions'> | null> {
  return ctx.db
    .query('assignmentDecisions')
    .withIndex('by_ticketId_and_at', (q) => q.eq('ticketId', ticketId))
    .order('desc')
    .first();
}

/** Writes a decision that found somebody. */
export function storeDecision(
  ctx: MutationCtx,
  about: Omit<Stored, 'candidates' | 'winnerId'>,
  decision: Decision<MemberFacts>,
): Promise<Id<'assignmentDecisions'>> {
  return ctx.db.insert('assignmentDecisions', {
    ...about,
    candidates: storedCandidates(decision),
    winnerId: decision.winner?.memberId,
  });
}

/**
 * Writes that nobody could be found, once per set of reasons: a ticket that waits through many passes keeps one row
 * that says why, refreshed when the reasons change.
 */
export async function storeNobody(
  ctx: MutationCtx,
  about: Omit<Stored, 'candidates' | 'winnerId'>,
  decision: Decision<MemberFacts>,
): Promise<void> {
  const candidates = storedCandidates(decision);
  const latest = await latestDecision(ctx, about.ticketId);
  if (latest === null || latest.winnerId !== undefined) {
    await ctx.db.insert('assignmentDecisions', { ...about, candidates });
  } else if (reasons(latest.candidates) !== reasons(candidates)) {
    await ctx.db.patch(latest._id, { ...about, candidates });
  }
}

function storedCandidates(decision: Decision<MemberFacts>): Stored['candidates'] {
  return decision.candidates.map(({ skipped, ...facts }) => ({ ...bareFacts(facts), skipped }));
}

function reasons(candidates: Stored['candidates']): string {
  return JSON.stringify(candidates.map((candidate) => [candidate.memberId, candidate.skipped]));
}
