/**
 * What was said to the customer past Baton (docs/rules.md C13): from a phone that is paired to the channel, from a mail program. It is
 * a person's word, so it silences the agent: the team holds, and C12 returns it, counted from the last such message.
 *
 * A provider tells of it with a delay, and of what Baton sent as well. What counts is decided in the transaction that writes it:
 *   1. the agent's answer commits first: the takeover finds it sent, or cancels what no worker has claimed (C4, C11);
 *   2. this commits first: the answer finds another epoch and is kept as a suppressed draft (C7).
 * Both touch the control record and the head of the thread, so there is no third way.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import { decideOutside } from '../../shared/control/control';
import type { ChannelKind } from '../../shared/conversation/channels';
import type { Author, Outside } from '../../shared/conversation/entries';
import { firstUnits } from '../../shared/kit/text';
import type { TargetKind } from '../../shared/tickets/targets';
import { idsOf, markSent } from '../conversation/attachments';
import type { Case, CaseCtx } from '../conversation/case';
import { appendEntry, checkedPart, findByKey, maxSince } from '../conversation/entries';
import { isUnderWay } from '../conversation/outbox';
import { applyMessage } from '../tickets/events';
import { keptNow } from '../tickets/kept';
import { openIfNew } from '../tickets/tickets';
import { watchIfGone } from './holderWatch';
import { takeForTeam } from './takeover';

export interface OutsideMessage {
  channel: ChannelKind;
  channelId?: Id<'channels'> | undefined;
  /** The provider's id of it: told again, it changes nothing. */
  providerId: string;
  /** By the provider's clock; where that tells seconds, the end of that second. */
  sentAt: number;
  text: string;
  /** Stored by `{ kind: 'operator' }`, somebody of the team; they go with it. */
  attachments?: readonly Doc<'attachments'>[];
  /** A send of ours is known to have this id. */
  isOurs?: boolean;
}

/**
 * What became of it. ours, repeated: nothing, it stands in the thread · late: it is older than what holds now, so it stands there and
 * nothing follows · takenOver: it ended the claim of the agent, or of an operator · said: the team held already
 */
export type OutsideOutcome =
  | { became: 'ours' | 'repeated' }
  | { became: 'late' | 'takenOver' | 'said'; entryId: Id<'entries'> };

const author: Author = { kind: 'operator' };
const maxKeyLength = 1_000;

export async function receiveOutsideMessage(
  ctx: CaseCtx,
  opened: Case,
  message: OutsideMessage,
): Promise<OutsideOutcome> {
  const { _id: conversationId } = opened.conversation;
  const { channel, providerId, text } = message;
  const key = firstUnits(`outside ${channel} ${providerId}`, maxKeyLength);
  if ((await findByKey(ctx, conversationId, key, author)) !== null) {
    opened.noted.push({ kind: 'duplicate' });
    return { became: 'repeated' };
  }
  const isOurs = message.isOurs === true || (await isUnderWay(ctx, conversationId, text));
  // A clock that is ahead claims nothing that has not happened yet.
  const sentAt = Math.min(message.sentAt, Date.now());
  switch (decideOutside(opened.control, { sentAt, isOurs })) {
    case 'ours':
      return { became: 'ours' };
    case 'late': {
      const entryId = await append(ctx, opened, { ...message, key }, { sentAt, isLate: true });
      return { became: 'late', entryId };
    }
    case 'takes': {
      await takeForTeam(ctx, opened, { channel, at: sentAt });
      return { became: 'takenOver', entryId: await say(ctx, opened, { ...message, key }, sentAt) };
    }
    case 'goesOn': {
      const at = Math.max(sentAt, opened.control.outside?.at ?? 0);
      opened.control = { ...opened.control, outside: { channel, at } };
      return { became: 'said', entryId: await say(ctx, opened, { ...message, key }, sentAt) };
    }
  }
}

/** The first message that nobody has answered and that came after this was said: it was told of late. */
async function writtenAfter(
  ctx: CaseCtx,
  { conversation, head }: Case,
  sentAt: number,
): Promise<Doc<'entries'> | undefined> {
  const newest = await ctx.db
    .query('entries')
    .withIndex('by_conversationId_and_sequence', (q) =>
      q.eq('conversationId', conversation._id).gt('sequence', head.answeredThrough),
    )
    .order('desc')
    .take(maxSince);
  return newest.findLast(
    ({ kind, author: by, isForeign, at, saidAt = at }) =>
      kind === 'message' && by.kind === 'customer' && !isForeign && saidAt > sentAt,
  );
}

/** [T2, T7] A person's reply: it answers what the customer had written by then. */
async function say(
  ctx: CaseCtx,
  opened: Case,
  message: OutsideMessage & { key: string },
  sentAt: number,
): Promise<Id<'entries'>> {
  const waits = await writtenAfter(ctx, opened, sentAt);
  const { head } = opened;
  const answered = waits === undefined ? head.lastSequence : waits.sequence - 1;
  // Where somebody waits again already, what was kept by then is not known any more.
  const kept = waits === undefined ? await keptNow(ctx, opened, opened.activeTicket, 'reply') : {};
  const entryId = await append(
    ctx,
    opened,
    { ...message, ...kept },
    { sentAt, ...(waits && { waitsSince: waits.at }) },
    {
      answeredThrough: Math.max(head.answeredThrough, answered),
      unansweredSince: waits?.at,
      answerDueAt: undefined,
    },
  );
  const ticket = opened.activeTicket;
  const entry = opened.added.at(-1)!;
  if (ticket !== null) await openIfNew(ctx, opened, applyMessage(opened, ticket, entry, 'operator'), author);
  if (waits !== undefined) await watchIfGone(ctx, opened.control);
  return entryId;
}

async function append(
  ctx: CaseCtx,
  opened: Case,
  {
    text,
    channel,
    channelId,
    key,
    kept,
    attachments = [],
  }: OutsideMessage & { key: string; kept?: TargetKind },
  outside: Outside,
  headChange: Partial<Pick<Doc<'threadHeads'>, 'answeredThrough' | 'unansweredSince' | 'answerDueAt'>> = {},
): Promise<Id<'entries'>> {
  const entry = await appendEntry(
    ctx,
    opened,
    {
      kind: 'message',
      audience: 'everyone',
      author,
      text: checkedPart(text) || (attachments.length > 0 ? '' : 'A message without text.'),
      ...idsOf(attachments),
      channel,
      channelId,
      clientMessageId: key,
      outside,
      ...(kept && { kept }),
    },
    headChange,
  );
  await markSent(ctx, attachments, entry);
  return entry._id;
}
