/** What is kept of a team's targets (docs/rules.md T7, B3): it stands on the entry that kept it, so that it is counted from there. */
import type { Doc } from '../../_generated/dataModel';
import { targetKept } from '../../shared/tickets/clocks';
import type { TargetKind } from '../../shared/tickets/targets';
import { type Case, type CaseCtx, teamOf } from '../conversation/case';

/** For the entry that is about to be written. Nothing is read where the ticket has no clocks. */
export async function keptNow(
  ctx: CaseCtx,
  opened: Case,
  ticket: Doc<'tickets'> | null,
  by: 'reply' | 'end',
): Promise<{ kept?: TargetKind }> {
  if (ticket?.clocks === undefined) return {};
  const { targets } = await teamOf(ctx, opened);
  const kept = targets && targetKept(by, ticket, Date.now(), targets);
  return kept === undefined ? {} : { kept };
}
