/**
 * Sends that a delivery worker carries out (docs/rules.md M2, C11). The only writer of `outbox`.
 *
 * Sends of one conversation go out one at a time, in order: `claimNext` gives the oldest one that is due, and nothing
 * while another is claimed, unknown, or waits for its next try. A claim has a lease; when it runs out nobody knows what
 * the provider did, so the row is `unknown` and is reconciled, never resent blindly. A worker settles under the attempt
 * it claimed, so a late answer of an earlier attempt changes nothing.
 *
 * The race with a takeover (C4, C11): both read this conversation's rows and its control record, so one comes first.
 *   1. takeover, then claim: the row is cancelled already; its text is a suppressed draft.
 *   2. claim, then takeover: it cannot be recalled and is counted as on its way.
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import {
  leaseMs,
  needsDelivery,
  outboxTransitions,
  type OutboxState,
} from '../../shared/conversation/outbox';
import { type Entry, getControl } from './case';
import { keepSuppressed } from './suppressed';

type Reader = Pick<QueryCtx, 'db'>;
type Change = Partial<Pick<Doc<'outbox'>, 'attempts' | 'leaseUntil' | 'nextTryAt' | 'failure'>>;

/** More sends than one conversation ever has waiting; each pass over them is bounded by it. */
const maxOpen = 100;

/** Queues a message for delivery where the commit is not the delivery itself. */
export async function enqueue(ctx: MutationCtx, entry: Entry, epoch: number | undefined): Promise<void> {
  const { author, channel } = entry;
  if (author.kind === 'customer' || channel === undefined || !needsDelivery(channel, author.kind)) return;
  await ctx.db.insert('outbox', {
    conversationId: entry.conversationId,
    teamId: entry.teamId,
    entryId: entry._id,
    sequence: entry.sequence,
    channel,
    author,
    epoch: author.kind === 'agent' ? epoch : undefined,
    state: 'queued',
    attempts: 0,
  });
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

/** What a worker needs to carry out one send. */
export interface Claim {
  outboxId: Id<'outbox'>;
  entryId: Id<'entries'>;
  channel: Doc<'outbox'>['channel'];
  text: string;
  attempt: number;
  leaseUntil: number;
}

export async function claimNext(
  ctx: MutationCtx,
  conversationId: Id<'conversations'>,
): Promise<Claim | null> {
  if (await isBlocked(ctx, conversationId)) return null;
  for (const row of await inState(ctx, conversationId, 'queued').take(maxOpen)) {
    if (await cancelIfStale(ctx, row)) continue;
    return claim(ctx, row);
  }
  return null;
}

/** In order and one at a time: an unsettled send, or one that will be tried again, holds the later ones back. */
async function isBlocked(ctx: Reader, conversationId: Id<'conversations'>): Promise<boolean> {
  if ((await inState(ctx, conversationId, 'claimed').first()) !== null) return true;
  if ((await inState(ctx, conversationId, 'unknown').first()) !== null) return true;
  const retrying = await ctx.db
    .query('outbox')
    .withIndex('by_conversationId_and_state_and_nextTryAt', (q) =>
      q.eq('conversationId', conversationId).eq('state', 'failed').gt('nextTryAt', 0),
    )
    .first();
  return retrying !== null;
}

async function claim(ctx: MutationCtx, row: Doc<'outbox'>): Promise<Claim> {
  const attempt = row.attempts + 1;
  const leaseUntil = Date.now() + leaseMs;
  await move(ctx, row, 'claimed', { attempts: attempt, leaseUntil });
  await ctx.scheduler.runAt(leaseUntil, internal.jobs.outbox.expireLease, { outboxId: row._id, attempt });
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

/** [M2] An agent row whose epoch is no longer the conversation's is never sent. Operator rows outlive a loss. */
async function cancelIfStale(ctx: MutationCtx, row: Doc<'outbox'>): Promise<boolean> {
  if (row.author.kind !== 'agent') return false;
  const control = await getControl(ctx, row.conversationId);
  if (control.holder === 'agent' && control.epoch === row.epoch) return false;
  await cancelAgentSend(ctx, row);
  return true;
}

async function cancelAgentSend(ctx: MutationCtx, row: Doc<'outbox'>): Promise<void> {
  if (row.author.kind !== 'agent' || !(await move(ctx, row, 'cancelled'))) return;
  const entry = (await ctx.db.get(row.entryId))!;
  await keepSuppressed(ctx, row, {
    agentId: row.author.agentId,
    epoch: row.epoch ?? 0,
    seenThrough: entry.answersThrough ?? entry.sequence - 1,
    text: entry.text ?? '',
  });
}

/** [C4] At a takeover: unclaimed agent sends become suppressed drafts; returns how many are already on their way. */
export async function cancelAgentSends(
  ctx: MutationCtx,
  conversationId: Id<'conversations'>,
): Promise<number> {
  for (const state of ['held', 'queued', 'failed'] as const) {
    for (const row of await inState(ctx, conversationId, state).take(maxOpen)) {
      const isGivenUp = state === 'failed' && row.nextTryAt === undefined;
      if (!isGivenUp) await cancelAgentSend(ctx, row);
    }
  }
  return onTheirWay(ctx, conversationId);
}

/** [C11] Agent sends that a worker has claimed and not settled: they cannot be recalled. */
export async function onTheirWay(ctx: Reader, conversationId: Id<'conversations'>): Promise<number> {
  const claimed = await inState(ctx, conversationId, 'claimed').take(maxOpen);
  return claimed.filter(({ author }) => author.kind === 'agent').length;
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

export async function tryAgain(ctx: MutationCtx, row: Doc<'outbox'>, attempt: number): Promise<void> {
  if (row.state === 'failed' && row.attempts === attempt && row.nextTryAt !== undefined) {
    await move(ctx, row, 'queued');
  }
}

export async function expireLease(ctx: MutationCtx, row: Doc<'outbox'>, attempt: number): Promise<void> {
  if (row.state === 'claimed' && row.attempts === attempt) {
    await move(ctx, row, 'unknown', { failure: 'The delivery did not report back in time.' });
  }
}

/** Delivery state of an entry, or null where the commit was the delivery. */
export async function deliveryOf(ctx: Reader, entryId: Id<'entries'>): Promise<Doc<'outbox'> | null> {
  return ctx.db
    .query('outbox')
    .withIndex('by_entryId', (q) => q.eq('entryId', entryId))
    .unique();
}
