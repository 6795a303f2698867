/**
 * Calling endpoints (docs/rules.md P3): an event is claimed, called by an action and its outcome recorded.
 *
 * Each endpoint has its own bounded number of calls under way, one where it fails, so one that answers nobody holds up its
 * own events and no other's. Whoever claims in vain leaves the event waiting: a call that ends starts the next. Where
 * nothing is under way and something waits all the same, because an action died, a sweep looks.
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import { judgeAnswer, sendingLeaseMs } from '../../shared/webhooks/tries';
import { webhookId } from '../../shared/webhooks/events';
import type { CaseCtx } from '../conversation/case';
import { appError } from '../kit/errors';
import { audit } from '../kit/audit';
import { callForForgotten, settleByEvent } from './deliveries';
import { formerSecrets, noteHealth, pageOfActive, sealedFor } from './endpoints';
import {
  addAttempt,
  callAt,
  callNext,
  freeCalls,
  isBehind,
  isResting,
  lostEvents,
  moveEvent,
  waitingSendOf,
} from './events';

/** What waits by rights waits no longer than this after its time; more means that a call was lost. */
const behindMs = 60_000;
const pageOfEndpoints = 100;

export interface ClaimedCall {
  id: string;
  url: string;
  body: string;
  /** Sealed, for `sealedFor`; more than one while a change of secrets lasts. */
  secrets: string[];
  sealedFor: string;
  /** Of the event: an outcome of an earlier one changes nothing. */
  attempt: number;
}

/** Null: it is not its turn. */
export async function claimCall(ctx: CaseCtx, eventId: Id<'webhookEvents'>): Promise<ClaimedCall | null> {
  const event = await ctx.db.get(eventId);
  const now = Date.now();
  if (event === null || event.state !== 'waiting' || event.dueAt > now) return null;
  const endpoint = await ctx.db.get(event.endpointId);
  if (endpoint === null || !endpoint.active || isResting(endpoint, now)) return null;
  if ((await freeCalls(ctx, endpoint)) === 0) return null;
  if ((await waitingSendOf(ctx, event)) !== null) return null;
  const attempt = event.attempts + 1;
  const claimed = { attempts: attempt, tries: event.tries + 1, dueAt: now + sendingLeaseMs };
  await moveEvent(ctx, event, 'sending', claimed);
  const { _id, url } = endpoint;
  const former = formerSecrets(endpoint).filter(({ until }) => until > now);
  const secrets = [endpoint, ...former].map(({ secret }) => secret);
  return { id: webhookId(eventId), url, body: event.body, secrets, sealedFor: sealedFor(_id), attempt };
}

export interface Outcome {
  status: number | null;
  ms: number;
  answer: string;
  failure?: string | undefined;
  retryAfter?: string | undefined;
}

/** What a call came to: for the event, its endpoint, the send it carried out, and whoever is next. */
export async function recordCall(
  ctx: CaseCtx,
  eventId: Id<'webhookEvents'>,
  attempt: number,
  { retryAfter, ...outcome }: Outcome,
): Promise<void> {
  const event = await ctx.db.get(eventId);
  if (event === null || event.state !== 'sending' || event.attempts !== attempt) return;
  await addAttempt(ctx, event, outcome);
  const endpoint = (await ctx.db.get(event.endpointId))!;
  const now = Date.now();
  const verdict = judgeAnswer({
    answered: { status: outcome.status, retryAfter },
    tries: event.tries,
    failingSince: endpoint.failingSince,
    now,
    chance: Math.random(),
  });
  const { to, ...change } = verdict.event;
  await moveEvent(ctx, event, to, change);
  if (await noteHealth(ctx, endpoint, verdict.endpoint)) {
    const detail = verdict.endpoint.disabledBy;
    await audit(ctx, { teamId: event.teamId, action: 'webhook.disabled', subject: endpoint._id, detail });
  }
  await settleEvent(ctx, event, verdict.event, outcome);
  const after = (await ctx.db.get(endpoint._id))!;
  if (isResting(after, now)) await callLater(ctx, after);
  else await callNext(ctx, after, 1);
}

/**
 * A send under way is settled, and tried again, by the outbox. Everything else is tried again by itself: also a send that arrived
 * before and was sent again by hand, which is a matter of the log alone.
 */
async function settleEvent(
  ctx: CaseCtx,
  { _id, outboxId }: Doc<'webhookEvents'>,
  next: { to: 'delivered' } | { to: 'waiting'; dueAt: number } | { to: 'failed' },
  { status, failure }: Outcome,
): Promise<void> {
  const why = failure ?? `The platform answered ${status}.`;
  const retry = next.to === 'waiting' ? { retryInMs: Math.max(0, next.dueAt - Date.now()) } : {};
  const settlement =
    next.to === 'delivered' ? { to: 'sent' as const } : { to: 'failed' as const, failure: why, ...retry };
  const isOfSend = outboxId !== undefined && (await settleByEvent(ctx, outboxId, settlement));
  if (!isOfSend && next.to === 'waiting') await callAt(ctx, _id, next.dueAt);
}

async function callLater(ctx: CaseCtx, { _id, restsUntil = 0 }: Doc<'webhookEndpoints'>): Promise<void> {
  await ctx.scheduler.runAt(restsUntil, internal.jobs.webhooks.callWaiting, { endpointId: _id });
}

/** Whatever may go: after a rest, or when it is switched on. */
export async function callWaiting(ctx: CaseCtx, endpointId: Id<'webhookEndpoints'>): Promise<void> {
  const endpoint = await ctx.db.get(endpointId);
  if (endpoint !== null) await callNext(ctx, endpoint, Infinity);
}

/** The same event again, byte for byte under the same id: a receiver that has had it knows it. */
export async function replay(ctx: CaseCtx, event: Doc<'webhookEvents'>): Promise<void> {
  const endpoint = await ctx.db.get(event.endpointId);
  if (endpoint === null || !endpoint.active) throw appError('INVALID_INPUT', 'Switch the endpoint on first.');
  if (event.outboxId !== undefined && event.state !== 'delivered')
    throw appError('INVALID_INPUT', 'This message is tried again by itself, in its order.');
  const now = Date.now();
  const tries = event.state === 'waiting' ? event.tries : 0;
  if (!(await moveEvent(ctx, event, 'waiting', { dueAt: now, tries })))
    throw appError('INVALID_INPUT', 'This event is being sent right now.');
  await callAt(ctx, event._id, now);
}

/**
 * The safety net. Calls of which nothing was heard count as failed; an endpoint with something due and nothing under way is
 * called, and so it is where a send waits for nothing. One page; `next`: where the following one starts, null after the last.
 */
export async function sweepCalls(
  ctx: CaseCtx,
  cursor: string | null,
): Promise<{ lost: number; behind: number; next: string | null }> {
  const lost = cursor === null ? await lostEvents(ctx, pageOfEndpoints) : [];
  const unheard = {
    status: null,
    ms: sendingLeaseMs,
    answer: '',
    failure: 'Nothing was heard of this call.',
  };
  for (const { _id, attempts } of lost) await recordCall(ctx, _id, attempts, unheard);
  const { page, isDone, continueCursor } = await pageOfActive(ctx, cursor, pageOfEndpoints);
  let behind = 0;
  const before = Date.now() - behindMs;
  for (const endpoint of page) {
    if (await callForForgotten(ctx, endpoint.agentId, before)) behind++;
    if (await isBehind(ctx, endpoint._id, before)) behind += await callNext(ctx, endpoint, Infinity);
  }
  return { lost: lost.length, behind, next: isDone ? null : continueCursor };
}
