/**
 * Ratings (docs/widget.md): of a ticket that a person resolved after they had replied, once for each resolve, and none of what an
 * agent did alone. It stands in the thread for the team and is counted with the measures (B3).
 */
import type { Doc } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { isScore, maxCommentLength, ratedWithinMs } from '../../shared/customer/ratings';
import { isVisible } from '../../shared/kit/text';
import type { Case, CaseCtx } from '../conversation/case';
import { appError } from '../kit/errors';
import { recordOnTicket } from './events';

type Reader = Pick<QueryCtx, 'db'>;

/** The person whose help can be rated now; null: there is nothing to rate, or it was. */
export async function rateable(ctx: Reader, ticket: Doc<'tickets'> | null): Promise<Doc<'members'> | null> {
  if (ticket === null || (ticket.status !== 'resolved' && ticket.status !== 'closed')) return null;
  const { conversationId, firstReplyAt, resolveSequence, ratedSequence } = ticket;
  if (firstReplyAt === undefined || resolveSequence === undefined || ratedSequence === resolveSequence)
    return null;
  const resolve = await ctx.db
    .query('entries')
    .withIndex('by_conversationId_and_sequence', (q) =>
      q.eq('conversationId', conversationId).eq('sequence', resolveSequence),
    )
    .unique();
  const memberId = resolve?.author.kind === 'operator' ? resolve.author.memberId : undefined;
  return memberId === undefined ? null : ctx.db.get(memberId);
}

export interface Rating {
  /** 1 to 5. */
  score: number;
  comment?: string | undefined;
}

/** Refuses with INVALID_INPUT what is no rating, and where there is nothing to rate any more. */
export async function rate(ctx: CaseCtx, opened: Case, { score, comment = '' }: Rating): Promise<void> {
  if (!isScore(score)) throw appError('INVALID_INPUT', 'A rating is 1, 2, 3, 4 or 5.');
  if (comment.length > maxCommentLength) {
    throw appError('INVALID_INPUT', `A comment has at most ${maxCommentLength} characters.`);
  }
  const { ticket, conversation } = opened;
  const member = await rateable(ctx, ticket);
  const isLate = Date.now() - (ticket?.resolvedAt ?? 0) > ratedWithinMs;
  if (ticket === null || member === null || isLate)
    throw appError('INVALID_INPUT', 'There is nothing to rate.');
  const said = isVisible(comment) ? { comment: comment.trim() } : {};
  const event = { type: 'rated' as const, score, memberId: member._id, ...said };
  await recordOnTicket(ctx, opened, ticket, event, { kind: 'customer', customerId: conversation.customerId });
}
