/** What a customer writes, from whatever channel (docs/rules.md M1, T3, T6, T7, H6). */
import type { Doc, Id } from '../../_generated/dataModel';
import type { ChannelKind } from '../../shared/conversation/channels';
import type { Author } from '../../shared/conversation/entries';
import { idsOf, markSent } from '../conversation/attachments';
import type { Case, CaseCtx, Entry } from '../conversation/case';
import { appendEntry, checkText, findByClientMessageId } from '../conversation/entries';
import { applyMessage } from '../tickets/events';
import { recordSnooze, recordWaiting } from '../tickets/overlays';
import { answerDueAt, oweAnswer } from './agentRuns';
import { watchIfGone } from './holderWatch';

export interface CustomerMessage {
  text: string;
  channel: ChannelKind;
  /** Which of the team's; absent on `api`. */
  channelId?: Id<'channels'> | undefined;
  /** The same id again changes nothing and gives the first entry back. */
  clientMessageId?: string | undefined;
  /** The agent is not asked: a machine wrote it (M4), or somebody who takes no part (M3). */
  isForPeople?: boolean;
  /** It came in by the customer's thread, and is neither theirs nor for them to read. */
  isForTeam?: boolean;
  /** Who did, where the customer did not. */
  writtenBy?: string | undefined;
  /** By a browser that a mailed link had let in. */
  isByLink?: true | undefined;
  /** Loaded for this customer; they go with it. */
  attachments?: readonly Doc<'attachments'>[];
  /** As the provider says. */
  saidAt?: number;
  quoted?: Entry['quoted'];
  unsupported?: string;
}

/** What came in so much later than it was said shows both. */
const lateMs = 60_000;

export async function receiveCustomerMessage(
  ctx: CaseCtx,
  opened: Case,
  {
    text,
    channel,
    channelId,
    clientMessageId,
    isForPeople = false,
    isForTeam = false,
    writtenBy,
    attachments = [],
    saidAt,
    ...shown
  }: CustomerMessage,
): Promise<{ entryId: Id<'entries'>; sequence: number }> {
  const { conversation, control } = opened;
  const author: Author = { kind: 'customer', customerId: conversation.customerId };
  const before = await findByClientMessageId(ctx, conversation._id, clientMessageId, author);
  if (before !== null) {
    // [E4] What a chat sends again changes nothing at all, so that it need not be counted against anybody.
    if (channel !== 'web') opened.noted.push({ kind: 'duplicate' });
    return { entryId: before._id, sequence: before.sequence };
  }
  const owedBy = control.holder === 'agent' && !isForPeople ? await answerDueAt(ctx, opened) : undefined;
  const isLate = saidAt !== undefined && Date.now() - saidAt > lateMs;
  const mark = {
    ...(isForTeam && { isForeign: true as const }),
    writtenBy,
    ...(isLate && { saidAt }),
    ...shown,
  };
  const written = { text: checkText(text, attachments), ...idsOf(attachments), ...mark };
  const message = { ...written, channel, channelId, clientMessageId, author, answerDueAt: owedBy };
  const entry = await append(ctx, opened, message);
  await markSent(ctx, attachments, entry);
  await wakeTicket(ctx, opened, entry);
  if (owedBy !== undefined) await oweAnswer(ctx, opened, owedBy);
  else await watchIfGone(ctx, control);
  return { entryId: entry._id, sequence: entry.sequence };
}

function append(
  ctx: CaseCtx,
  opened: Case,
  message: Pick<
    Entry,
    | 'text'
    | 'attachmentIds'
    | 'isForeign'
    | 'writtenBy'
    | 'isByLink'
    | 'saidAt'
    | 'quoted'
    | 'unsupported'
    | 'channelId'
    | 'clientMessageId'
    | 'author'
    | 'answerDueAt'
  > & { channel: ChannelKind },
): Promise<Entry> {
  const { head } = opened;
  const now = Date.now();
  return appendEntry(
    ctx,
    opened,
    { ...message, kind: 'message', audience: 'everyone' },
    {
      lastCustomerSequence: head.lastSequence + 1,
      lastCustomerAt: now,
      unansweredSince: head.unansweredSince ?? now,
      customerChannel: message.channel,
      customerChannelId: message.channelId,
    },
  );
}

/** [T3, T6, T7] Starts the waiting clock, ends a snooze and a wait for the customer; a resolved ticket stays so. */
async function wakeTicket(ctx: CaseCtx, opened: Case, entry: Entry): Promise<void> {
  if (opened.activeTicket === null) return;
  let ticket = applyMessage(opened, opened.activeTicket, entry, 'customer');
  if (ticket.snoozedUntil !== undefined) {
    ticket = await recordSnooze(ctx, opened, ticket, undefined, entry.author);
  }
  if (ticket.waitingOn === 'customer') await recordWaiting(ctx, opened, ticket, undefined, entry.author);
}
