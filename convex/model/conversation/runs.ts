/** The agent's turn in a conversation, as everybody reads it; model/control/agentRuns.ts writes it through the case. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';

/** The one row of a conversation; data of before may hold older ones beside it. */
export function newestRun(
  ctx: Pick<QueryCtx, 'db'>,
  conversationId: Id<'conversations'>,
): Promise<Doc<'agentRuns'> | null> {
  return ctx.db
    .query('agentRuns')
    .withIndex('by_conversationId', (q) => q.eq('conversationId', conversationId))
    .order('desc')
    .first();
}
