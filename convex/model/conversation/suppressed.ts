/** [C7] What the agent was about to say when a person took over: never sent, never lost. The only writer of the table. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';

type Draft = Omit<Doc<'suppressedDrafts'>, '_id' | '_creationTime' | 'at' | 'teamId' | 'conversationId'>;

/** Keeps it once, however often the agent's platform retries under the same client message id. */
export async function keepSuppressed(
  ctx: MutationCtx,
  { conversationId, teamId }: { conversationId: Id<'conversations'>; teamId: Id<'teams'> },
  draft: Draft,
): Promise<{ draftId: Id<'suppressedDrafts'>; isNew: boolean }> {
  if (draft.clientMessageId !== undefined) {
    const kept = await ctx.db
      .query('suppressedDrafts')
      .withIndex('by_conversationId_and_clientMessageId', (q) =>
        q.eq('conversationId', conversationId).eq('clientMessageId', draft.clientMessageId),
      )
      .first();
    if (kept !== null) return { draftId: kept._id, isNew: false };
  }
  const kept = { ...draft, conversationId, teamId, at: Date.now() };
  return { draftId: await ctx.db.insert('suppressedDrafts', kept), isNew: true };
}
