/** What a customer writes, from whatever channel (docs/rules.md M1, T3, T6, T7, H6). */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import type { ChannelKind } from '../../shared/conversation/channels';
import type { Author } from '../../shared/conversation/entries';
import { oweAnswer } from './agentRuns';
import { getControl } from './control';
import { checkText } from './door';
import { appendEntry, findByClientMessageId, getHead } from '../conversation/entries';
import { applyMessage } from '../tickets/events';
import { watchIfGone } from './holderWatch';
import { recordSnooze, recordWaiting } from '../tickets/overlays';
import { activeTicket } from '../conversation/presentTicket';
import { requestRouting } from '../routing/routing';
import { refreshRows } from '../tickets/ticketRows';

export interface CustomerMessage {
  conversation: Doc<'conversations'>;
  text: string;
  channel: ChannelKind;
  /** The same id again changes nothing and gives the first entry back. */
  clientMessageId?: string;
}

export async function receiveCustomerMessage(
  ctx: MutationCtx,
  { conversation, text, channel, clientMessageId }: CustomerMessage,
): Promise<{ entryId: Id<'entries'>; sequence: number }> {
  const author: Author = { kind: 'customer', customerId: conversation.customerId };
  const before = await findByClientMessageId(ctx, conversation._id, clientMessageId, author);
  if (before !== null) return { entryId: before._id, sequence: before.sequence };
  const entry = await append(ctx, conversation, { text: checkText(text), channel, clientMessageId, author });
  await wakeTicket(ctx, entry);
  const control = await getControl(ctx, conversation._id);
  if (control.holder === 'agent') await oweAnswer(ctx, conversation, entry.sequence);
  else await watchIfGone(ctx, control);
  await refreshRows(ctx, conversation._id);
  return { entryId: entry._id, sequence: entry.sequence };
}

async function append(
  ctx: MutationCtx,
  { _id: conversationId, teamId }: Doc<'conversations'>,
  message: Pick<Doc<'entries'>, 'text' | 'channel' | 'clientMessageId' | 'author'> & { channel: ChannelKind },
): Promise<Doc<'entries'>> {
  const head = await getHead(ctx, conversationId);
  const now = Date.now();
  return appendEntry(
    ctx,
    { ...message, conversationId, teamId, kind: 'message', audience: 'everyone' },
    {
      lastCustomerSequence: head.lastSequence + 1,
      lastCustomerAt: now,
      unansweredSince: head.unansweredSince ?? now,
      customerChannel: message.channel,
    },
  );
}

/** [T3, T6, T7] Starts the waiting clock, ends a snooze and a wait for the customer; a resolved ticket stays so. */
async function wakeTicket(ctx: MutationCtx, entry: Doc<'entries'>): Promise<void> {
  const active = await activeTicket(ctx, entry.conversationId);
  if (active === null) return;
  let ticket = await applyMessage(ctx, active, entry, 'customer');
  const wakes = ticket.snoozedUntil !== undefined;
  if (wakes) ticket = await recordSnooze(ctx, ticket, undefined, entry.author);
  if (ticket.waitingOn === 'customer') await recordWaiting(ctx, ticket, undefined, entry.author);
  if (wakes) await requestRouting(ctx, ticket.teamId);
}
