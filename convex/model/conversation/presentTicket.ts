/**
 * The ticket a conversation's present belongs to (docs/rules.md T5): the active one, else the newest resolved one (a
 * handover reopens it), else the newest (a new one links to it). At most one ticket of a conversation is active. The
 * thread's head names it; it is looked for only when a ticket has ended.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';

type Reader = Pick<QueryCtx, 'db'>;

export async function presentTicketOf(
  ctx: Reader,
  { conversationId, presentTicketId }: Doc<'threadHeads'>,
): Promise<Doc<'tickets'> | null> {
  // Heads of before do not say.
  if (presentTicketId === undefined) return findPresentTicket(ctx, conversationId);
  return presentTicketId === null ? null : ctx.db.get(presentTicketId);
}

export async function findPresentTicket(
  ctx: Reader,
  conversationId: Id<'conversations'>,
): Promise<Doc<'tickets'> | null> {
  for (const status of ['open', 'new', 'resolved', 'closed'] as const) {
    const newest = await ctx.db
      .query('tickets')
      .withIndex('by_conversationId_and_status_and_openedAt', (q) =>
        q.eq('conversationId', conversationId).eq('status', status),
      )
      .order('desc')
      .first();
    if (newest !== null) return newest;
  }
  return null;
}
