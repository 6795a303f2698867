/**
 * The customer ends the chat (docs/rules.md M8, C8, H6): the agent rests, and the team is told. Whoever holds control keeps it, a
 * ticket stays as it is, and what the customer writes later goes on in the same thread.
 */
import type { Author } from '../../shared/conversation/entries';
import { isChatEnded } from '../../shared/conversation/ended';
import type { Case, CaseCtx } from '../conversation/case';
import { appendEntry } from '../conversation/entries';
import { recordOnTicket } from '../tickets/events';
import { rest } from './agentRuns';
import { settleUnanswered } from './handback';

/** Nothing where there is no chat that goes on. */
export async function endChat(ctx: CaseCtx, opened: Case): Promise<void> {
  const { head, conversation, control, activeTicket } = opened;
  if (head.lastCustomerSequence === undefined || isChatEnded(head)) return;
  const author: Author = { kind: 'customer', customerId: conversation.customerId };
  const event = { type: 'chatEnded' as const };
  if (activeTicket !== null) await recordOnTicket(ctx, opened, activeTicket, event, author);
  else await appendEntry(ctx, opened, { kind: 'event', audience: 'team', author, event });
  opened.head = { ...opened.head, endedSequence: opened.head.lastSequence };
  if (control.holder !== 'agent') return;
  await rest(ctx, opened);
  // Where a person was asked for, what they have not answered stays for them to see.
  if (activeTicket === null) await settleUnanswered(ctx, opened, false);
}
