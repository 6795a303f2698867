/**
 * The ticket a conversation's present belongs to (docs/rules.md T5): the active one, else the newest resolved one (a
 * handover reopens it), else the newest (a new one links to it). At most one ticket of a conversation is active.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import type { TicketStatus } from '../../shared/tickets/tickets';

type Reader = Pick<QueryCtx, 'db'>;

async function newest(ctx: Reader, conversationId: Id<'conversations'>, status: TicketStatus) {
  return ctx.db
    .query('tickets')
    .withIndex('by_conversationId_and_status_and_openedAt', (q) =>
      q.eq('conversationId', conversationId).eq('status', status),
    )
    .order('desc')
    .first();
}

export async function activeTicket(
  ctx: Reader,
  conversationId: Id<'conversations'>,
): Promise<Doc<'tickets'> | null> {
  return (await newest(ctx, conversationId, 'open')) ?? (await newest(ctx, conversationId, 'new'));
}

export async function presentTicket(
  ctx: Reader,
  conversationId: Id<'conversations'>,
): Promise<Doc<'tickets'> | null> {
  return (
    (await activeTicket(ctx, conversationId)) ??
    (await newest(ctx, conversationId, 'resolved')) ??
    (await newest(ctx, conversationId, 'closed'))
  );
}
