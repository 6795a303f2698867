/** Who is there, people and agents (docs/rules.md H5, H6). */
import type { Doc, Id } from '../../_generated/dataModel';
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

/**
 * [H6] An agent that is switched off, or an outside one without a key that works, will not answer: no need to wait for it.
 */
export async function canAnswer(ctx: Pick<QueryCtx, 'db'>, agent: Doc<'agents'> | null): Promise<boolean> {
  if (agent === null || !agent.active) return false;
  if (agent.kind !== 'external') return true;
  // What can be used stands before what was withdrawn.
  const key = await ctx.db
    .query('agentKeys')
    .withIndex('by_agentId_and_revokedAt', (q) => q.eq('agentId', agent._id))
    .first();
  return key !== null && key.revokedAt === undefined;
}
