/** The per-team counter that orders whose turn it is (docs/rules.md A4). */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';

export function turnCounter(
  ctx: Pick<QueryCtx, 'db'>,
  teamId: Id<'teams'>,
): Promise<Doc<'turnCounters'> | null> {
  return ctx.db
    .query('turnCounters')
    .withIndex('by_teamId', (q) => q.eq('teamId', teamId))
    .unique();
}
