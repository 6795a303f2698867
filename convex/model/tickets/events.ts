/**
 * Changes of a ticket, each with its typed event in the same transaction (docs/rules.md T8). The only writer of a ticket's
 * state: whatever tickets.ts and its neighbours decide goes through `recordOnTicket` or, for what a message means to the
 * ticket, `applyMessage`. Both use the reducer that the replay uses, so the two cannot drift apart.
 */
import type { Doc } from '../../_generated/dataModel';
import type { Author } from '../../shared/conversation/entries';
import type { DeskEvent } from '../../shared/tickets/events';
import { isActive } from '../../shared/tickets/tickets';
import { applyFact, type TicketFact } from '../../shared/tickets/ticketState';
import type { Case, CaseCtx, Entry } from '../conversation/case';
import { appendEntry } from '../conversation/entries';
import { keptNow } from './kept';

export async function recordOnTicket(
  ctx: CaseCtx,
  opened: Case,
  before: Doc<'tickets'>,
  event: DeskEvent,
  author: Author,
): Promise<Doc<'tickets'>> {
  const { _id: ticketId } = before;
  const isEnd = event.type === 'statusChanged' && isActive(event.from) && !isActive(event.to);
  const kept = isEnd ? await keptNow(ctx, opened, before, 'end') : {};
  const entry = { kind: 'event' as const, audience: 'team' as const, author, event, ticketId, ...kept };
  const { at, sequence } = await appendEntry(ctx, opened, entry);
  const by = author.kind === 'operator' ? author.memberId : undefined;
  return apply(opened, ticketId, { at, sequence, event, by });
}

/** What a customer's or an operator's message means for the active ticket. */
export function applyMessage(
  opened: Case,
  { _id }: Doc<'tickets'>,
  { at, sequence, outside }: Entry,
  message: 'customer' | 'operator',
): Doc<'tickets'> {
  return apply(opened, _id, { at, sequence, message, waitsSince: outside?.waitsSince });
}

function apply(opened: Case, id: Doc<'tickets'>['_id'], fact: TicketFact): Doc<'tickets'> {
  return opened.changeTicket(id, (ticket) => applyFact(ticket, fact) as Doc<'tickets'>);
}
