/**
 * [C5] Whose conversation somebody else took: told to them, kept until they hold again or have read it. The only writer of
 * `controlLosses`.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import type { Author } from '../../shared/conversation/entries';

type Reader = Pick<QueryCtx, 'db'>;

export async function noteLoss(
  ctx: MutationCtx,
  { conversationId, teamId, operatorId }: Doc<'controls'>,
  actor: Author,
  epoch: number,
  at: number,
): Promise<void> {
  if (operatorId === undefined || actor.kind !== 'operator' || actor.memberId === operatorId) return;
  await clearLoss(ctx, operatorId, conversationId);
  await ctx.db.insert('controlLosses', {
    memberId: operatorId,
    conversationId,
    teamId,
    byMemberId: actor.memberId,
    epoch,
    at,
  });
}

async function getLoss(
  ctx: Reader,
  memberId: Id<'members'>,
  conversationId: Id<'conversations'>,
): Promise<Doc<'controlLosses'> | null> {
  return ctx.db
    .query('controlLosses')
    .withIndex('by_memberId_and_conversationId', (q) =>
      q.eq('memberId', memberId).eq('conversationId', conversationId),
    )
    .unique();
}

export async function clearLoss(
  ctx: MutationCtx,
  memberId: Id<'members'>,
  conversationId: Id<'conversations'>,
): Promise<void> {
  const loss = await getLoss(ctx, memberId, conversationId);
  if (loss !== null) await ctx.db.delete(loss._id);
}
