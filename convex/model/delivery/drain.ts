/**
 * How a send leaves (docs/rules.md M2, M7, C11). One conversation sends one at a time, in order; each step is a transaction of
 * its own, so that whatever dies in between leaves a row that says where it was:
 *
 *   enqueue ─▶ claimNext: a slot of the account, a lease ─▶ the carrier calls the provider ─▶ settleSend ─▶ the next one
 *                 │                                              │ never reports
 *                 └ no slot yet: again when it comes             └─▶ the lease ends: unknown ─▶ asked about, never blindly resent
 *
 * Claims are jobs of the scheduler, which runs each exactly once; carriers are actions, which may be lost: the lease is for them.
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import {
  didNotReport,
  isForgotten,
  type Next,
  nextStep,
  nobodyKnows,
  reconcileInMs,
  type SendOutcome,
} from '../../shared/delivery/outcome';
import { isAskable, isCarried, leaseMs } from '../../shared/conversation/outbox';
import { type CaseCtx, openCaseOf } from '../conversation/case';
import * as outbox from '../conversation/outbox';
import { recordOnTicket } from '../tickets/events';
import { isCalling } from './chatMessages';
import { getAccount, noteOutcome, questionOf, startOf, startOfSlot } from './account';
import { noteSent } from './health';

type Send = Doc<'outbox'>;

/** Null: nothing is due, or it will be asked for again. `slotAt`: what this call was put off to. */
export async function claimNext(
  ctx: CaseCtx,
  conversationId: Id<'conversations'>,
  slotAt?: number,
): Promise<outbox.Claim | null> {
  const row = await outbox.nextDue(ctx, conversationId);
  if (row === null) return null;
  // Its platform is called, or fetches it (model/webhooks/deliveries.ts).
  if (row.channel === 'api') {
    await ctx.scheduler.runAfter(0, internal.jobs.webhooks.deliver, { conversationId });
    return null;
  }
  const channel = row.channelId === undefined ? null : await ctx.db.get(row.channelId);
  // Paused: it waits until the channel is open again.
  if (channel?.active === false) return null;
  const account = channel?.account;
  // The key was taken out since: it waits for one, and is not called sent.
  if (row.account !== undefined && account === undefined) return null;
  if (account !== undefined && (await hasSlot(ctx, account, row, slotAt))) return null;
  const at = account === undefined ? 0 : await startOf(ctx, account, slotAt);
  if (at !== 0) {
    if (at !== null) {
      await outbox.noteSlot(ctx, row, at);
      await ctx.scheduler.runAt(startOfSlot(at), internal.jobs.outbox.claim, { conversationId, slotAt: at });
    }
    return null;
  }
  const claim = await outbox.claim(ctx, row, account);
  const { outboxId, attempt } = claim;
  await callCarrier(ctx, row, { outboxId, attempt, callAt: slotAt });
  return claim;
}

async function callCarrier(
  ctx: MutationCtx,
  { channel: kind }: Send,
  send: { outboxId: Id<'outbox'>; attempt: number; callAt: number | undefined },
): Promise<void> {
  if (isCarried(kind)) await ctx.scheduler.runAfter(0, internal.delivery.send.carry, { ...send, kind });
}

/** Called for before, it waits for a slot of its own: a second one would be nobody's. */
async function hasSlot(ctx: CaseCtx, account: string, row: Send, slotAt?: number): Promise<boolean> {
  if (row.nextTryAt === undefined || row.nextTryAt === slotAt) return false;
  // Its job has come, and may have found nothing to begin: whoever calls now takes another.
  if (Math.floor(startOfSlot(row.nextTryAt)) <= Date.now()) return false;
  const known = await getAccount(ctx, account);
  // A slot that the account has yet to give is another account's, or of a patience that somebody has ended.
  return known !== null && known.retryAt === undefined && row.nextTryAt < known.nextSlotAt;
}

async function accountOf(ctx: Pick<QueryCtx, 'db'>, { channelId }: Send): Promise<string | undefined> {
  return channelId === undefined ? undefined : (await ctx.db.get(channelId))?.account;
}

/** Whether a carrier still has this one to carry: claimed under its attempt, or to be asked about. */
export function isUnderWay(row: Send | null, attempt: number): row is Send {
  return row !== null && row.attempts === attempt && (row.state === 'claimed' || row.state === 'unknown');
}

/** What a carrier reports. False when the row has moved on. */
export async function settleSend(
  ctx: CaseCtx,
  row: Send,
  attempt: number,
  outcome: SendOutcome,
): Promise<boolean> {
  const hasStayed = outcome.what === 'stayed';
  // A key that has come since has sent nothing either.
  const account = hasStayed ? undefined : await accountOf(ctx, row);
  if (account !== undefined) await noteOutcome(ctx, account, outcome);
  if (!isUnderWay(row, attempt)) return false;
  const { failure = '' } = outcome;
  const next = nextOf(row, outcome);
  if (next.to === 'unknown') return askLater(ctx, row, failure, next.inMs);
  if (next.to === 'sent') {
    const isSettled = await outbox.settle(ctx, row, attempt, { to: 'sent' });
    // [M2] It is in the local outbox, and has left by nothing: the customer goes on waiting.
    if (hasStayed && isSettled) await openAgain(ctx, row);
    if (row.channelId !== undefined && account !== undefined) await noteSent(ctx, row.channelId);
  } else if (outcome.what === 'taken') {
    // It may be there: what may have been said is not taken back.
    await outbox.settle(ctx, row, attempt, { to: 'failed', failure });
  } else if (next.inMs === undefined) {
    await giveUp(ctx, row, attempt, failure);
  } else {
    await outbox.settle(ctx, row, attempt, { to: 'failed', failure, retryInMs: next.inMs });
    return true;
  }
  await ctx.scheduler.runAfter(0, internal.jobs.outbox.claim, { conversationId: row.conversationId });
  return true;
}

function nextOf(row: Send, outcome: SendOutcome): Next {
  const { attempts, asked = 0, state } = row;
  const tried = { attempts, asked, isUnknown: state === 'unknown', triedAt: triedAt(row) };
  return nextStep(outcome, tried, Date.now());
}

/** Rows of an older desk do not say. */
const triedAt = ({ triedAt: at, _creationTime }: Send): number => at ?? _creationTime;

/** It was taken and has come back. */
export async function giveUpSent(ctx: CaseCtx, row: Send, failure: string): Promise<void> {
  await giveUp(ctx, row, row.attempts, failure);
}

/**
 * [M2] It will never arrive, so it was not said: what was answered by it is open again, and the clocks run. A person's: the
 * ticket waits as it did before. The agent's: its answer is owed now, which hands over.
 */
async function giveUp(ctx: CaseCtx, row: Send, attempt: number, failure: string): Promise<void> {
  if (await outbox.settle(ctx, row, attempt, { to: 'failed', failure })) await openAgain(ctx, row);
}

/** A mail came back, before it was delivered or after: a late one leaves the status, which never goes backwards. */
export async function takeBack(ctx: CaseCtx, row: Send, failure: string): Promise<void> {
  if (row.state !== 'delivered') return giveUpSent(ctx, row, failure);
  if (await outbox.noteReturned(ctx, row, failure)) await openAgain(ctx, row);
}

async function openAgain(ctx: CaseCtx, row: Send): Promise<void> {
  const opened = await openCaseOf(ctx, row.conversationId);
  const before = await outbox.unsay(ctx, opened, row);
  if (before === null) return;
  const { activeTicket: ticket, control, head } = opened;
  if (row.author.kind === 'operator' && ticket !== null && ticket.waitingSince === undefined) {
    const { sequence } = row;
    const event = { type: 'sendGaveUp' as const, sequence, waitingSince: before.waitingSince };
    await recordOnTicket(ctx, opened, ticket, event, { kind: 'system' });
  }
  if (row.author.kind === 'agent' && control.holder === 'agent' && head.unansweredSince !== undefined) {
    opened.head = { ...head, answerDueAt: Date.now() };
  }
}

/** Nobody knows what the provider did: it is asked, under the key it has seen, until it says so or the key is forgotten. */
async function askLater(ctx: CaseCtx, row: Send, failure: string, inMs: number): Promise<boolean> {
  if (!isAskable(row.channel)) return leaveUnknown(ctx, row, failure);
  const asked = (row.asked ?? 0) + 1;
  await outbox.setUnknown(ctx, row, failure, asked);
  const { _id: outboxId, attempts: attempt, channel } = row;
  // Its call may have been lost with its endpoint.
  if (channel === 'api')
    await ctx.scheduler.runAfter(0, internal.jobs.webhooks.deliver, { conversationId: row.conversationId });
  if (!isCarried(channel)) return true;
  await ctx.scheduler.runAfter(inMs, internal.jobs.outbox.askAgain, { outboxId, attempt, asked });
  return true;
}

/** There is nobody to ask: it is shown as what it is, and never sent again by itself. What stands behind it goes on. */
async function leaveUnknown(ctx: CaseCtx, row: Send, failure: string): Promise<boolean> {
  await outbox.setUnknown(ctx, row, failure, 0);
  await ctx.scheduler.runAfter(0, internal.jobs.outbox.claim, { conversationId: row.conversationId });
  return true;
}

/**
 * The time to ask has come: at a slot like any send, and not while the account takes nothing or the channel is paused. Once the
 * provider has forgotten the key it can be asked no more: the row says so, and its conversation goes on. `asked`: the question
 * this is; a carrier that has reported since has settled that one.
 */
export async function askAgain(
  ctx: CaseCtx,
  row: Send,
  { attempt, asked, slotAt }: { attempt: number; asked?: number | undefined; slotAt?: number | undefined },
): Promise<void> {
  if (row.state !== 'unknown' || row.attempts !== attempt) return;
  if (asked !== undefined && row.asked !== asked) return;
  const { _id: outboxId, conversationId } = row;
  const channel = row.channelId === undefined ? null : await ctx.db.get(row.channelId);
  // Another account has never seen its key: asking there would be a second mail.
  if (channel === null || row.account !== channel.account || isForgotten(triedAt(row), Date.now())) {
    await outbox.settle(ctx, row, attempt, { to: 'failed', failure: nobodyKnows });
    await ctx.scheduler.runAfter(0, internal.jobs.outbox.claim, { conversationId });
    return;
  }
  const question = await questionOf(ctx, channel, slotAt);
  const isNow = question.at === 0;
  if (isNow) await callCarrier(ctx, row, { outboxId, attempt, callAt: slotAt });
  // Its carrier may die as well.
  const { at, ...slot } = isNow ? { at: Date.now() + leaseMs } : question;
  await ctx.scheduler.runAt(at, internal.jobs.outbox.askAgain, {
    outboxId,
    attempt,
    asked: row.asked,
    ...slot,
  });
}

/** A carrier has not reported in time. One that had more to bring has a lease that ends later, and is looked at then. */
export async function expireLease(
  ctx: CaseCtx,
  row: Send,
  attempt: number,
  leaseUntil = Infinity,
): Promise<void> {
  if (row.state !== 'claimed' || row.attempts !== attempt) return;
  if ((row.leaseUntil ?? 0) > leaseUntil) return outbox.watchLease(ctx, row._id, attempt, row.leaseUntil!);
  if (!isAskable(row.channel) && !(await isCalling(ctx, row))) {
    // It died before it called: nothing has left.
    await outbox.settle(ctx, row, attempt, { to: 'failed', failure: didNotReport, retryInMs: 0 });
    return;
  }
  await askLater(ctx, row, didNotReport, reconcileInMs(row.asked ?? 0));
}

/** The wait after a trouble is over. */
export async function tryAgain(ctx: CaseCtx, row: Send, attempt: number): Promise<void> {
  const isBack = await outbox.requeue(ctx, row, attempt);
  if (isBack && isCarried(row.channel)) await claimNext(ctx, row.conversationId);
}

/** A channel takes sends again, or sends them elsewhere: whatever waits on it is called for, each at its slot. */
export async function resumeChannel(ctx: MutationCtx, channelId: Id<'channels'>): Promise<void> {
  await ctx.scheduler.runAfter(0, internal.jobs.delivery.callForWaitingOn, { channelId, cursor: null });
  await ctx.scheduler.runAfter(0, internal.jobs.delivery.callForDeskMailsOn, { channelId, cursor: null });
}

/** Conversations called for in one transaction. */
const batch = 100;

/** Calls for what waits on a channel, a page at a time; returns where to go on. */
export async function callForWaiting(
  ctx: CaseCtx,
  channelId: Id<'channels'>,
  cursor: string | null,
): Promise<string | null> {
  if (cursor === null) await callForTries(ctx, channelId);
  const { page, isDone, continueCursor } = await ctx.db
    .query('outbox')
    .withIndex('by_channelId_and_state', (q) => q.eq('channelId', channelId).eq('state', 'queued'))
    .paginate({ cursor, numItems: batch });
  for (const conversationId of new Set(page.map((row) => row.conversationId))) {
    await ctx.scheduler.runAfter(0, internal.jobs.outbox.claim, { conversationId });
  }
  return isDone ? null : continueCursor;
}

/**
 * What waits for a try or a question of its own since the trouble does not wait on when that is over, nor what stands behind it.
 * Looked for among the newest: what was given up stays `failed`, too.
 */
async function callForTries(ctx: CaseCtx, channelId: Id<'channels'>): Promise<void> {
  const newest = (state: 'failed' | 'unknown') =>
    ctx.db
      .query('outbox')
      .withIndex('by_channelId_and_state', (q) => q.eq('channelId', channelId).eq('state', state))
      .order('desc')
      .take(batch);
  for (const { _id: outboxId, attempts: attempt, nextTryAt } of await newest('failed')) {
    if (nextTryAt !== undefined)
      await ctx.scheduler.runAfter(0, internal.jobs.outbox.tryAgain, { outboxId, attempt });
  }
  // Under a number of its own: the question that was to come later finds that it is not the last.
  for (const row of await newest('unknown'))
    if (isAskable(row.channel)) await askLater(ctx, row, row.failure ?? nobodyKnows, 0);
}

/** So many are looked at for one that can leave. */
const mostProbed = 50;

/**
 * Claims what has waited longest on one of these channels and can leave: what stands behind a send that waits for itself, or would
 * not be said any more, is no probe. False where there is none.
 */
export async function claimLongestWaiting(ctx: CaseCtx, channelIds: Id<'channels'>[]): Promise<boolean> {
  const oldest = await Promise.all(
    channelIds.map((channelId) =>
      ctx.db
        .query('outbox')
        .withIndex('by_channelId_and_state', (q) => q.eq('channelId', channelId).eq('state', 'queued'))
        .take(mostProbed),
    ),
  );
  const waiting = oldest.flat().toSorted((a, b) => a._creationTime - b._creationTime);
  const conversationIds = new Set(waiting.map((row) => row.conversationId));
  for (const conversationId of [...conversationIds].slice(0, mostProbed))
    if ((await claimNext(ctx, conversationId)) !== null) return true;
  return false;
}

/** Nothing has called for the oldest send on a channel since then: neither has it been claimed, nor waits it for a slot. */
export async function waitsTooLong(
  ctx: Pick<QueryCtx, 'db'>,
  channelId: Id<'channels'>,
  since: number,
): Promise<boolean> {
  const oldest = await ctx.db
    .query('outbox')
    .withIndex('by_channelId_and_state', (q) => q.eq('channelId', channelId).eq('state', 'queued'))
    .first();
  return oldest !== null && oldest._creationTime < since;
}
