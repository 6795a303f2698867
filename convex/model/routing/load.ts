/**
 * How much an operator carries (docs/rules.md A4), always summed from the tickets themselves: there is no second number
 * that could disagree.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { ticketWeight } from '../../shared/routing/routing';

/** More assigned active tickets than any person works; beyond it the sum is a lower bound, far above any limit. */
const maxTickets = 500;

type Reader = Pick<QueryCtx, 'db'>;

/** The member's active tickets with what each weighs. */
async function weighedTicketsOf(
  ctx: Reader,
  memberId: Id<'members'>,
): Promise<{ ticket: Doc<'tickets'>; weight: number }[]> {
  const controls = await ctx.db
    .query('controls')
    .withIndex('by_holder_and_operatorId', (q) => q.eq('holder', 'operator').eq('operatorId', memberId))
    .take(maxTickets);
  const held = new Set(controls.map((control) => control.conversationId));
  const active = await Promise.all(
    (['new', 'open'] as const).map((status) =>
      ctx.db
        .query('tickets')
        .withIndex('by_assigneeId_and_status', (q) => q.eq('assigneeId', memberId).eq('status', status))
        .take(maxTickets),
    ),
  );
  return active.flat().map((ticket) => ({
    ticket,
    weight: ticketWeight({ ...ticket, live: held.has(ticket.conversationId) }),
  }));
}

export async function loadOf(ctx: Reader, memberId: Id<'members'>): Promise<number> {
  const tickets = await weighedTicketsOf(ctx, memberId);
  return tickets.reduce((sum, { weight }) => sum + weight, 0);
}
