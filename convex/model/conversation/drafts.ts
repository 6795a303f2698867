/**
 * [C5] [lesson L23] Unsent text belongs to operator and conversation and outlives every change; a reply and a note are two
 * texts. The only writer of `drafts`.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { appError } from '../kit/errors';
import { maxTextLength } from '../../shared/kit/limits';
import { type WritingMode, writingModes } from '../../shared/conversation/drafts';

type Reader = Pick<QueryCtx, 'db'>;

export async function readDrafts(
  ctx: Reader,
  memberId: Id<'members'>,
  conversationId: Id<'conversations'>,
): Promise<Record<WritingMode, string> & { mode: WritingMode }> {
  const drafts = await ctx.db
    .query('drafts')
    .withIndex('by_memberId_and_conversationId_and_mode', (q) =>
      q.eq('memberId', memberId).eq('conversationId', conversationId),
    )
    .take(writingModes.length);
  const last = drafts.toSorted((a, b) => b.updatedAt - a.updatedAt)[0];
  const textOf = (mode: WritingMode) => drafts.find((draft) => draft.mode === mode)?.text ?? '';
  return { reply: textOf('reply'), note: textOf('note'), mode: last?.mode ?? 'reply' };
}

function getDraft(
  ctx: Reader,
  memberId: Id<'members'>,
  conversationId: Id<'conversations'>,
  mode: WritingMode,
): Promise<Doc<'drafts'> | null> {
  return ctx.db
    .query('drafts')
    .withIndex('by_memberId_and_conversationId_and_mode', (q) =>
      q.eq('memberId', memberId).eq('conversationId', conversationId).eq('mode', mode),
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
  if (text === '') return clearDraft(ctx, memberId, conversationId, mode);
  const draft = await getDraft(ctx, memberId, conversationId, mode);
  const fields = { memberId, conversationId, teamId, text, mode, updatedAt: Date.now() };
  if (draft === null) await ctx.db.insert('drafts', fields);
  else if (draft.text !== text) await ctx.db.patch(draft._id, fields);
}

/** What has gone out is no draft any more. */
export async function clearDraft(
  ctx: MutationCtx,
  memberId: Id<'members'>,
  conversationId: Id<'conversations'>,
  mode: WritingMode,
): Promise<void> {
  const draft = await getDraft(ctx, memberId, conversationId, mode);
  if (draft !== null) await ctx.db.delete(draft._id);
}
