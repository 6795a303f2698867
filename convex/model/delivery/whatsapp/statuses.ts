/**
 * What WhatsApp tells of a message that it took (docs/rules.md M2): it may come in any order, more than once, and before the answer to
 * the send itself, whose row it then settles: by its id, or by what the send carried.
 */
import { internal } from '../../../_generated/api';
import type { Doc } from '../../../_generated/dataModel';
import { readCallback } from '../../../shared/whatsapp/callbacks';
import { saysWindowClosed } from '../../../shared/whatsapp/errors';
import { isFurther, type Status } from '../../../shared/whatsapp/statuses';
import type { CaseCtx } from '../../conversation/case';
import { deliveryOf, noteArrived, settle, settleWaiting } from '../../conversation/outbox';
import { noteOutcome } from '../account';
import { endPart, findMessage, noteTold, partsOf } from '../chatMessages';
import { countCost, threadOf } from '../chatThreads';
import { giveUpSent } from '../drain';
import { noteSent } from '../health';
import { wholeChannel } from './accept';
import { closeWindow } from './window';

type Channel = Doc<'channels'>;

/** False where it is about no message of this desk. */
export async function noteStatus(ctx: CaseCtx, channel: Channel, status: Status): Promise<boolean> {
  const part = await partOf(ctx, channel, status);
  if (part === null) return false;
  const { message, isLast } = part;
  const isNews = isFurther(status.what, message.status);
  const costs = message.pricing === undefined ? status.pricing : undefined;
  if (!isNews && costs === undefined) return true;
  await noteTold(ctx, message, { ...(isNews && { status: status.what }), ...(costs && { pricing: costs }) });
  if (costs !== undefined) {
    const thread = await threadOf(ctx, message.conversationId, channel._id);
    if (thread !== null) await countCost(ctx, thread, costs);
  }
  if (isNews) await apply(ctx, channel, message, { status, isLast });
  return true;
}

type Message = Doc<'chatMessages'>;

async function partOf(
  ctx: CaseCtx,
  channel: Channel,
  { id, callback }: Status,
): Promise<{ message: Message; isLast: boolean } | null> {
  const named = readCallback(callback);
  const entryId = named && ctx.db.normalizeId('entries', named.entryId);
  const byCall = entryId
    ? (await partsOf(ctx, entryId)).find((each) => each.part === named!.part)
    : undefined;
  const message = byCall ?? (await findMessage(ctx, { channelId: channel._id, chat: wholeChannel }, id));
  // Of what came in, and of another team's, nobody tells.
  if (!message || message.direction !== 'out' || message.channelId !== channel._id) return null;
  if (message.providerId === undefined) await endPart(ctx, message.entryId, message.part, id);
  const count = named?.count ?? (await partsOf(ctx, message.entryId)).length;
  return { message, isLast: message.part === count - 1 };
}

async function apply(
  ctx: CaseCtx,
  channel: Channel,
  { entryId, _creationTime: sentAt }: Message,
  { status, isLast }: { status: Status; isLast: boolean },
): Promise<void> {
  const row = await deliveryOf(ctx, entryId);
  if (row === null) return;
  if (status.what === 'failed') {
    if (saysWindowClosed(status.failure)) await closeWindow(ctx, row, sentAt);
    return fail(ctx, channel, row, status);
  }
  const { conversationId, state } = row;
  const wasUnderWay = state === 'claimed' || state === 'unknown';
  if (!isLast) {
    // The rest of it was never called for: it is, now that this part is known to be there.
    if (state === 'unknown')
      await settle(ctx, row, row.attempts, { to: 'failed', failure: restFollows, retryInMs: 0 });
    return;
  }
  const hasMoved =
    (status.what !== 'read' && (await settleWaiting(ctx, row, status.what))) ||
    ((await settle(ctx, row, row.attempts, { to: status.what })) && wasUnderWay);
  if (!hasMoved) return status.what === 'sent' ? undefined : noteArrived(ctx, row, arrivedAfterAll);
  await noteSent(ctx, channel._id);
  await ctx.scheduler.runAfter(0, internal.jobs.outbox.claim, { conversationId });
}

const arrivedAfterAll =
  'WhatsApp said that it could not deliver this, and later that it is there: do not send it again.';
const restFollows = 'A part of it has arrived, and the rest follows.';

/** It was taken, and did not arrive: told as what it means, with the way on. */
async function fail(
  ctx: CaseCtx,
  { account }: Channel,
  row: Doc<'outbox'>,
  { failure }: Status,
): Promise<void> {
  const { kind = 'permanent', said = 'WhatsApp did not deliver it.' } = failure ?? {};
  if (account !== undefined && (kind === 'auth' || kind === 'account'))
    await noteOutcome(ctx, account, { what: 'account', failure: said });
  await giveUpSent(ctx, row, said);
}
