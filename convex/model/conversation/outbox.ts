/**
 * Sends that a carrier must bring to the customer (docs/rules.md M2, C11). The only writer of `outbox`.
 *
 * Sends of one conversation go out one at a time, in order: `nextDue` gives the oldest one that is due, and nothing
 * while another is claimed, unknown, or waits for its next try. A claim has a lease; when it runs out nobody knows what
 * the provider did, so the row is `unknown` and is reconciled, never resent blindly. A carrier settles under the attempt
 * it claimed, so a late answer of an earlier attempt changes nothing. How they leave: model/delivery/drain.ts.
 *
 * The race with a takeover (C4, C11): both read this conversation's rows and its control record, so one comes first.
 *   1. takeover, then claim: the row is cancelled already; its text is a suppressed draft.
 *   2. claim, then takeover: it cannot be recalled and is counted as on its way.
 *
 * What was never sent was not said: a cancelled or given-up send is marked in the thread, and what it changed where it was
 * accepted is put back (`unsay`).
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import {
  leaseMs,
  isAskable,
  isCarried,
  needsDelivery,
  outboxTransitions,
  type OutboxState,
} from '../../shared/conversation/outbox';
import { oneLine } from '../../shared/kit/text';
import { type Case, type CaseCtx, type Entry, getControl, openCaseOf } from './case';
import { entriesSince, markNeverSent } from './entries';
import { keepSuppressed } from './suppressed';

type Reader = Pick<QueryCtx, 'db'>;
type Change = Partial<
  Pick<Doc<'outbox'>, 'attempts' | 'leaseUntil' | 'nextTryAt' | 'failure' | 'asked' | 'account' | 'triedAt'>
>;
/** What stood there before the message was accepted. */
export type Before = NonNullable<Doc<'outbox'>['before']>;

/** More sends than one conversation ever has waiting; each pass over them is bounded by it. */
const maxOpen = 100;

/** Queues a message for delivery where the commit is not the delivery itself. */
export async function enqueue(
  ctx: MutationCtx,
  entry: Entry,
  { agentId, epoch, before }: { agentId: Id<'agents'>; epoch: number | undefined; before: Before },
): Promise<void> {
  const { author, channel, channelId, conversationId } = entry;
  if (author.kind === 'customer' || channel === undefined || !needsDelivery(channel, author.kind)) return;
  await ctx.db.insert('outbox', {
    conversationId,
    teamId: entry.teamId,
    entryId: entry._id,
    sequence: entry.sequence,
    channel,
    channelId,
    agentId: channel === 'api' ? agentId : undefined,
    author,
    epoch: author.kind === 'agent' ? epoch : undefined,
    state: 'queued',
    attempts: 0,
    before,
  });
  if (isCarried(channel)) await ctx.scheduler.runAfter(0, internal.jobs.outbox.claim, { conversationId });
}

function inState(ctx: Reader, conversationId: Id<'conversations'>, state: OutboxState) {
  return ctx.db
    .query('outbox')
    .withIndex('by_conversationId_and_state_and_sequence', (q) =>
      q.eq('conversationId', conversationId).eq('state', state),
    );
}

/** [M2] Moves a row along the total table; a move the table does not know is dropped, and says so. */
async function move(
  ctx: MutationCtx,
  row: Doc<'outbox'>,
  to: OutboxState,
  change: Change = {},
): Promise<boolean> {
  if (!outboxTransitions[row.state][to]) return false;
  await ctx.db.patch(row._id, { leaseUntil: undefined, nextTryAt: undefined, ...change, state: to });
  return true;
}

/** When it will be claimed: its account takes sends at a pace. */
export async function noteSlot(ctx: MutationCtx, row: Doc<'outbox'>, at: number): Promise<void> {
  await ctx.db.patch(row._id, { nextTryAt: at });
}

/** What a worker needs to carry out one send. */
export interface Claim {
  outboxId: Id<'outbox'>;
  entryId: Id<'entries'>;
  channel: Doc<'outbox'>['channel'];
  text: string;
  attempt: number;
  leaseUntil: number;
}

/** The send that may be claimed now. */
export async function nextDue(
  ctx: CaseCtx,
  conversationId: Id<'conversations'>,
): Promise<Doc<'outbox'> | null> {
  if (await isBlocked(ctx, conversationId)) return null;
  for (const row of await inState(ctx, conversationId, 'queued').take(maxOpen)) {
    if (!(await cancelIfStale(ctx, row))) return row;
  }
  return null;
}

/** In order and one at a time: an unsettled send, or one that will be tried again, holds the later ones back. */
async function isBlocked(ctx: Reader, conversationId: Id<'conversations'>): Promise<boolean> {
  if ((await inState(ctx, conversationId, 'claimed').first()) !== null) return true;
  const unknown = await inState(ctx, conversationId, 'unknown').take(maxOpen);
  if (unknown.some(({ channel }) => isAskable(channel))) return true;
  const retrying = await ctx.db
    .query('outbox')
    .withIndex('by_conversationId_and_state_and_nextTryAt', (q) =>
      q.eq('conversationId', conversationId).eq('state', 'failed').gt('nextTryAt', 0),
    )
    .first();
  return retrying !== null;
}

export async function claim(ctx: MutationCtx, row: Doc<'outbox'>, account?: string): Promise<Claim> {
  const attempt = row.attempts + 1;
  const now = Date.now();
  const leaseUntil = now + leaseMs;
  const first = { account: row.account ?? account, triedAt: row.triedAt ?? now };
  await move(ctx, row, 'claimed', { attempts: attempt, leaseUntil, ...first });
  await watchLease(ctx, row._id, attempt, leaseUntil);
  const entry = (await ctx.db.get(row.entryId))!;
  return {
    outboxId: row._id,
    entryId: row.entryId,
    channel: row.channel,
    text: entry.text ?? '',
    attempt,
    leaseUntil,
  };
}

export async function watchLease(
  ctx: MutationCtx,
  outboxId: Id<'outbox'>,
  attempt: number,
  leaseUntil: number,
): Promise<void> {
  const ofLease = { outboxId, attempt, leaseUntil };
  await ctx.scheduler.runAt(leaseUntil, internal.jobs.outbox.expireLease, ofLease);
}

/** Its carrier has something to bring that takes so long at most, before it calls. */
export async function prolongLease(ctx: MutationCtx, row: Doc<'outbox'>, ms: number): Promise<void> {
  await ctx.db.patch(row._id, { leaseUntil: Math.max(row.leaseUntil ?? 0, Date.now() + ms + leaseMs) });
}

/** [M2] An agent row whose epoch is no longer the conversation's is never sent. Operator rows outlive a loss. */
async function cancelIfStale(ctx: CaseCtx, row: Doc<'outbox'>): Promise<boolean> {
  if (row.author.kind !== 'agent') return false;
  const open = ctx.unsettled.cases.get(row.conversationId);
  const control = open?.control ?? (await getControl(ctx, row.conversationId));
  if (control.holder === 'agent' && control.epoch === row.epoch) return false;
  await cancelAgentSend(ctx, await openCaseOf(ctx, row.conversationId), row);
  return true;
}

async function cancelAgentSend(ctx: CaseCtx, opened: Case, row: Doc<'outbox'>): Promise<void> {
  if (row.author.kind !== 'agent' || !(await move(ctx, row, 'cancelled'))) return;
  const entry = (await ctx.db.get(row.entryId))!;
  const { isNew } = await keepSuppressed(ctx, row, {
    agentId: row.author.agentId,
    epoch: row.epoch ?? 0,
    seenThrough: entry.answersThrough ?? entry.sequence - 1,
    text: entry.text ?? '',
  });
  if (isNew) opened.noted.push({ kind: 'suppressed' });
  await unsay(ctx, opened, row);
}

/**
 * [M2] What was never sent was not said: it is marked in the thread, and what was answered by it is open again, unless
 * somebody has answered since: null. Returns what is put back.
 */
export async function unsay(ctx: CaseCtx, opened: Case, row: Doc<'outbox'>): Promise<Before | null> {
  opened.unsaid.push(await markNeverSent(ctx, row.entryId));
  const before = await standingBefore(ctx, row);
  if (before === undefined) return null;
  const since = await entriesSince(ctx, opened.conversation._id, row.sequence);
  const isSaid = ({ kind, author, neverSent }: Doc<'entries'>) =>
    kind === 'message' && !neverSent && (author.kind === 'agent' || author.kind === 'operator');
  if (since.some(isSaid)) return null;
  const { head } = opened;
  opened.head = {
    ...head,
    answeredThrough: Math.min(head.answeredThrough, before.answeredThrough),
    unansweredSince: before.unansweredSince ?? head.unansweredSince,
  };
  return before;
}

/** What stood there before this send, and before those right before it that were never sent either. */
async function standingBefore(
  ctx: Reader,
  { conversationId, sequence, before }: Doc<'outbox'>,
): Promise<Before | undefined> {
  let standing = before;
  const earlier = ctx.db
    .query('outbox')
    .withIndex('by_conversationId_and_sequence', (q) =>
      q.eq('conversationId', conversationId).lt('sequence', sequence),
    )
    .order('desc');
  for await (const row of earlier) {
    if (!(await ctx.db.get(row.entryId))?.neverSent) break;
    standing = row.before ?? standing;
  }
  return standing;
}

/** [C4] At a takeover: unclaimed agent sends become suppressed drafts; returns how many are already on their way. */
export async function cancelAgentSends(ctx: CaseCtx, opened: Case): Promise<number> {
  const { _id: conversationId } = opened.conversation;
  // What was sent or settled long ago is not looked at: nothing waits where nothing had to be carried.
  for (const state of ['failed', 'queued', 'held'] as const) {
    for (const row of (await inState(ctx, conversationId, state).take(maxOpen)).toReversed()) {
      const isGivenUp = state === 'failed' && row.nextTryAt === undefined;
      if (!isGivenUp) await cancelAgentSend(ctx, opened, row);
    }
  }
  return onTheirWay(ctx, conversationId);
}

/** [C11] Agent sends that a worker has claimed and not settled: they cannot be recalled. */
export async function onTheirWay(ctx: Reader, conversationId: Id<'conversations'>): Promise<number> {
  const claimed = await inState(ctx, conversationId, 'claimed').take(maxOpen);
  // One that nobody knows the outcome of may be there already, or come: it is asked about until somebody does.
  const unknown = await inState(ctx, conversationId, 'unknown').take(maxOpen);
  const asked = unknown.filter(({ channel }) => isAskable(channel));
  return [...claimed, ...asked].filter(({ author }) => author.kind === 'agent').length;
}

/** Where nobody can be asked it stays unknown: what would appear has appeared by then. */
const appearsWithinMs = 3_600_000;
const isLongPast = ({ channel, state, triedAt, _creationTime }: Doc<'outbox'>): boolean =>
  state === 'unknown' && !isAskable(channel) && Date.now() - (triedAt ?? _creationTime) > appearsWithinMs;

/** So long, nobody says the same by chance at the end of something else. */
const tellingLength = 20;

/**
 * [C13] One of ours whose id nobody knows yet, and it says this: what appears on the channel is that one. It may stand behind a line
 * that went with it (M8).
 */
export async function isUnderWay(
  ctx: Reader,
  conversationId: Id<'conversations'>,
  text: string,
): Promise<boolean> {
  const appeared = oneLine(text.trim());
  // Pictures without words are all alike, and none of them tells whose it is.
  if (appeared === '') return false;
  for (const state of ['claimed', 'unknown', 'failed', 'queued'] as const) {
    for (const row of await inState(ctx, conversationId, state).take(maxOpen)) {
      const mayBeThere = state === 'failed' ? row.nextTryAt !== undefined : row.attempts > 0;
      if (!mayBeThere || isLongPast(row)) continue;
      const said = oneLine(((await ctx.db.get(row.entryId))?.text ?? '').trim());
      if (said === appeared || (said.length >= tellingLength && appeared.endsWith(said))) return true;
    }
  }
  return false;
}

/** What the worker, the provider's receipt or the reconciliation says happened. */
export interface Settlement {
  to: 'sent' | 'delivered' | 'read' | 'failed' | 'unknown';
  failure?: string;
  /** Absent on `failed`: given up. */
  retryInMs?: number;
}

/** False when the row has moved on: another attempt, or a state that this one cannot follow. */
export async function settle(
  ctx: MutationCtx,
  row: Doc<'outbox'>,
  attempt: number,
  { to, failure, retryInMs }: Settlement,
): Promise<boolean> {
  if (row.attempts !== attempt) return false;
  const nextTryAt = to === 'failed' && retryInMs !== undefined ? Date.now() + retryInMs : undefined;
  if (!(await move(ctx, row, to, { failure, nextTryAt }))) return false;
  if (nextTryAt !== undefined) {
    await ctx.scheduler.runAt(nextTryAt, internal.jobs.outbox.tryAgain, { outboxId: row._id, attempt });
  }
  return true;
}

/** After its wait; false when it has moved on. */
export async function requeue(ctx: MutationCtx, row: Doc<'outbox'>, attempt: number): Promise<boolean> {
  const waits = row.state === 'failed' && row.attempts === attempt && row.nextTryAt !== undefined;
  return waits && (await move(ctx, row, 'queued'));
}

/** The provider tells that it has what waits for its next try: an answer that broke off was one all the same. */
export async function settleWaiting(
  ctx: MutationCtx,
  row: Doc<'outbox'>,
  to: 'sent' | 'delivered',
): Promise<boolean> {
  const waits = row.state === 'queued' ? row.attempts > 0 : row.nextTryAt !== undefined;
  if (!waits) return false;
  let { state } = row;
  // No shorter way leads there: what was given up stays so.
  for (const next of ['queued', 'claimed', to] as const) {
    if (state !== next && (await move(ctx, { ...row, state }, next))) state = next;
  }
  return state === to;
}

/** It was delivered and came back all the same. False where that was told before. */
export async function noteReturned(ctx: MutationCtx, row: Doc<'outbox'>, failure: string): Promise<boolean> {
  if ((await ctx.db.get(row.entryId))?.neverSent) return false;
  await ctx.db.patch(row._id, { failure });
  return true;
}

/** What was given up is said to be there after all: it stays as it was shown, and nobody says it twice for not knowing. */
export async function noteArrived(ctx: MutationCtx, row: Doc<'outbox'>, failure: string): Promise<void> {
  if (row.state === 'failed' && row.nextTryAt === undefined) await ctx.db.patch(row._id, { failure });
}

/** Nobody knows what became of it. `asked`: how often the provider will have been asked by the next time. */
export async function setUnknown(
  ctx: MutationCtx,
  row: Doc<'outbox'>,
  failure: string,
  asked: number,
): Promise<void> {
  if (row.state === 'unknown') await ctx.db.patch(row._id, { failure, asked });
  else await move(ctx, row, 'unknown', { failure, asked });
}

/** Delivery state of an entry, or null where the commit was the delivery. */
export async function deliveryOf(ctx: Reader, entryId: Id<'entries'>): Promise<Doc<'outbox'> | null> {
  return ctx.db
    .query('outbox')
    .withIndex('by_entryId', (q) => q.eq('entryId', entryId))
    .unique();
}
