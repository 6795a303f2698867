/** [C5] [lesson L23] Unsent text belongs to operator and conversation and outlives every change. The only writer of `drafts`. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { appError } from '../kit/errors';
import { maxTextLength } from '../../shared/conversation/door';

export async function getDraft(
  ctx: Pick<QueryCtx, 'db'>,
  memberId: Id<'members'>,
  conversationId: Id<'conversations'>,
): Promise<Doc<'drafts'> | null> {
  return ctx.db
    .query('drafts')
    .withIndex('by_memberId_and_conversationId', (q) =>
      q.eq('memberId', memberId).eq('conversationId', conversationId),
    )
    .unique();
}

/** An empty text removes the draft. */
export async function saveDraft(
  ctx: MutationCtx,
  { _id: memberId, teamId }: Doc<'members'>,
  conversationId: Id<'conversations'>,
  { text, mode }: Pick<Doc<'drafts'>, 'text' | 'mode'>,
): Promise<void> {
  if (text.length > maxTextLength) {
    throw appError('INVALID_INPUT', `A draft has at most ${maxTextLength} characters.`);
  }
  const draft = await getDraft(ctx, memberId, conversationId);
  const fields = { memberId, conversationId, teamId, text, mode, updatedAt: Date.now() };
  if (draft === null) {
    if (text !== '') await ctx.db.insert('drafts', fields);
  } else if (text === '') await ctx.db.delete(draft._id);
  else if (draft.text !== text || draft.mode !== mode) await ctx.db.patch(draft._id, fields);
}

/** What has gone out is no draft any more. */
export async function clearDraft(
  ctx: MutationCtx,
  memberId: Id<'members'>,
  conversationId: Id<'conversations'>,
  mode: Doc<'drafts'>['mode'],
): Promise<void> {
  const draft = await getDraft(ctx, memberId, conversationId);
  if (draft?.mode === mode) await ctx.db.delete(draft._id);
}
