/**
 * Changes of a ticket, each with its typed event in the same write (docs/rules.md T8). The only writer of a ticket's
 * state: whatever model/tickets/tickets.ts and its neighbours decide goes through `recordOnTicket` or, for what a message
 * means to the ticket, `applyMessage`. Both use the reducer that the replay uses, so the two cannot drift apart.
 */
import type { Doc } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import type { Author } from '../../shared/conversation/entries';
import type { DeskEvent } from '../../shared/tickets/events';
import { applyFact, type TicketFact, type TicketState } from '../../shared/tickets/ticketState';
import { appendEntry } from '../conversation/entries';

export const stateKeys = [
  'number',
  'status',
  'priority',
  'tags',
  'reason',
  'ruleId',
  'ruleName',
  'brief',
  'briefThrough',
  'previousTicketId',
  'assigneeId',
  'assignedBy',
  'decisionId',
  'waitingSince',
  'waitingOn',
  'snoozedUntil',
  'openedAt',
  'firstReplyAt',
  'resolvedAt',
  'resolveSequence',
  'closedAt',
] as const satisfies readonly (keyof TicketState)[];

export async function recordOnTicket(
  ctx: MutationCtx,
  ticket: Doc<'tickets'>,
  event: DeskEvent,
  author: Author,
): Promise<Doc<'tickets'>> {
  const entry = await appendEntry(ctx, {
    conversationId: ticket.conversationId,
    teamId: ticket.teamId,
    kind: 'event',
    audience: 'team',
    author,
    event,
    ticketId: ticket._id,
  });
  return applyToTicket(ctx, ticket, { at: entry.at, sequence: entry.sequence, event });
}

/** What a customer's or an operator's message means for the active ticket. */
export async function applyMessage(
  ctx: MutationCtx,
  ticket: Doc<'tickets'>,
  { at, sequence }: Doc<'entries'>,
  message: 'customer' | 'operator',
): Promise<Doc<'tickets'>> {
  return applyToTicket(ctx, ticket, { at, sequence, message });
}

export async function applyToTicket(
  ctx: MutationCtx,
  ticket: Doc<'tickets'>,
  fact: TicketFact,
): Promise<Doc<'tickets'>> {
  const next = applyFact(ticket, fact) as TicketState;
  const changed = stateKeys.filter((key) => next[key] !== ticket[key]);
  if (changed.length === 0) return ticket;
  await ctx.db.patch(ticket._id, Object.fromEntries(changed.map((key) => [key, next[key]])));
  return (await ctx.db.get(ticket._id))!;
}
