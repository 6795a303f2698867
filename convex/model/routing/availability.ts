/** Who is there (docs/rules.md H5). */
import type { Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';

/** [H5] Somebody is online or busy: a person may answer soon. */
export async function isSomebodyHere(ctx: Pick<QueryCtx, 'db'>, teamId: Id<'teams'>): Promise<boolean> {
  for (const effective of ['online', 'busy'] as const) {
    const here = await ctx.db
      .query('memberStatuses')
      .withIndex('by_teamId_and_effective', (q) => q.eq('teamId', teamId).eq('effective', effective))
      .first();
    if (here !== null) return true;
  }
  return false;
}
