/** The safety net under routing (docs/rules.md A6): it finds nothing, unless a pass was lost or forgotten. */
import type { Doc } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import type { CaseCtx } from '../conversation/case';
import { lostAfterMs } from '../kit/alarms';
import { maxAssignmentsPerPass, planPass } from '../../shared/routing/routing';
import { memberFacts, pendingPass } from './routing';
import { asked, waitingTickets } from './routingPass';

const teamsPerPage = 20;

/** Looks at one page of teams; `next`: where the following page starts, null after the last. */
export async function sweepRouting(
  ctx: CaseCtx,
  cursor: string | null,
): Promise<{ found: number; next: string | null }> {
  const teams = await ctx.db.query('teams').paginate({ cursor, numItems: teamsPerPage });
  let found = 0;
  for (const team of teams.page) {
    if (!(await isForgotten(ctx, team))) continue;
    found += 1;
    const lost = await pendingPass(ctx, team._id);
    if (lost !== null) await ctx.db.delete(lost._id);
    ctx.unsettled.bells.add(team._id);
  }
  return { found, next: teams.isDone ? null : teams.continueCursor };
}

/** A pass is due, and none is on its way. */
async function isForgotten(ctx: MutationCtx, team: Doc<'teams'>): Promise<boolean> {
  const now = Date.now();
  const pending = await pendingPass(ctx, team._id);
  if (pending !== null) return pending.requestedAt < now - lostAfterMs;
  if (team.assignmentMode === 'manual') return false;
  const tickets = await waitingTickets(ctx, team._id, maxAssignmentsPerPass);
  if (tickets.length === 0) return false;
  const facts = await memberFacts(ctx, team._id, now);
  const start = { mode: team.assignmentMode, lastTurn: 0, candidates: facts };
  return (
    planPass(
      start,
      tickets.map((ticket) => asked(ticket, now)),
    ).given.length > 0
  );
}
