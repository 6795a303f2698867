/**
 * Events and what their calls came to (docs/rules.md P3). The only writer of `webhookEvents` and `webhookAttempts`.
 *
 * An event is made in the transaction that causes it, with the bytes that will be sent, and its call is scheduled there:
 * it exists exactly if that commits. Calls and their outcomes stand in calls.ts.
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { type EventState, eventTransitions } from '../../shared/webhooks/events';
import { maxSending, maxSendingWhileFailing } from '../../shared/webhooks/tries';

type Reader = Pick<QueryCtx, 'db'>;
type Event = Doc<'webhookEvents'>;
type Endpoint = Doc<'webhookEndpoints'>;

/** Events that are looked at for the next call. */
const maxLooked = 100;
/** What is kept of events and their calls. */
const keptMs = 14 * 24 * 60 * 60_000;

export async function createEvent(
  ctx: MutationCtx,
  endpoint: Endpoint,
  event: Pick<Event, 'type' | 'body'> & { conversationId?: Id<'conversations'>; outboxId?: Id<'outbox'> },
): Promise<Id<'webhookEvents'>> {
  const { _id: endpointId, teamId, agentId } = endpoint;
  const now = Date.now();
  const fresh = { state: 'waiting' as const, tries: 0, attempts: 0, dueAt: now };
  const eventId = await ctx.db.insert('webhookEvents', { teamId, agentId, endpointId, ...event, ...fresh });
  // Who rests is called when the rest is over, and what waits then goes in order.
  if (!isResting(endpoint, now)) await callAt(ctx, eventId, now);
  return eventId;
}

export const isResting = ({ restsUntil = 0 }: Pick<Endpoint, 'restsUntil'>, now: number) => restsUntil > now;

/** Whoever calls claims first, so one call too many does nothing. */
export async function callAt(ctx: MutationCtx, eventId: Id<'webhookEvents'>, at: number): Promise<void> {
  await ctx.scheduler.runAt(at, internal.webhooks.post.send, { eventId });
}

/** A move that the table does not know is dropped, and says so. */
export async function moveEvent(
  ctx: MutationCtx,
  event: Event,
  to: EventState,
  change: Partial<Pick<Event, 'dueAt' | 'tries' | 'attempts' | 'endpointId'>> = {},
): Promise<boolean> {
  if (!eventTransitions[event.state][to]) return false;
  await ctx.db.patch(event._id, { ...change, state: to });
  return true;
}

export async function addAttempt(
  ctx: MutationCtx,
  { _id: eventId, teamId }: Event,
  attempt: Pick<Doc<'webhookAttempts'>, 'ms' | 'status' | 'answer' | 'failure'>,
): Promise<void> {
  await ctx.db.insert('webhookAttempts', { eventId, teamId, at: Date.now(), ...attempt });
}

/** Newest first. */
export function attemptsOf(ctx: Reader, eventId: Id<'webhookEvents'>, most: number) {
  return ctx.db
    .query('webhookAttempts')
    .withIndex('by_eventId_and_at', (q) => q.eq('eventId', eventId))
    .order('desc')
    .take(most);
}

/** Newest first. */
export function eventsOf(ctx: Reader, endpointId: Id<'webhookEndpoints'>) {
  return ctx.db
    .query('webhookEvents')
    .withIndex('by_endpointId', (q) => q.eq('endpointId', endpointId))
    .order('desc');
}

/** The event that carries out a send. */
export function eventOfSend(ctx: Reader, outboxId: Id<'outbox'>): Promise<Event | null> {
  return ctx.db
    .query('webhookEvents')
    .withIndex('by_outboxId', (q) => q.eq('outboxId', outboxId))
    .unique();
}

function inState(ctx: Reader, endpointId: Id<'webhookEndpoints'>, state: EventState) {
  return ctx.db
    .query('webhookEvents')
    .withIndex('by_endpointId_and_state_and_dueAt', (q) => q.eq('endpointId', endpointId).eq('state', state));
}

/** How many more calls of it may be under way. */
export async function freeCalls(ctx: Reader, endpoint: Endpoint): Promise<number> {
  const most = endpoint.failingSince === undefined ? maxSending : maxSendingWhileFailing;
  return Math.max(0, most - (await inState(ctx, endpoint._id, 'sending').take(most)).length);
}

/** The oldest that may go, as many as may be under way. */
export async function callNext(ctx: MutationCtx, endpoint: Endpoint, most: number): Promise<number> {
  const now = Date.now();
  if (!endpoint.active || isResting(endpoint, now)) return 0;
  const free = Math.min(most, await freeCalls(ctx, endpoint));
  if (free === 0) return 0;
  let called = 0;
  let looked = 0;
  for await (const event of dueOf(ctx, endpoint._id, now)) {
    if (await callDue(ctx, endpoint, event)) called++;
    if (called === free || ++looked === maxLooked) break;
  }
  return called;
}

/** False: it goes another way. */
async function callDue(ctx: MutationCtx, endpoint: Endpoint, event: Event): Promise<boolean> {
  const send = await waitingSendOf(ctx, event);
  if (send === null) {
    await callAt(ctx, event._id, Date.now());
    return true;
  }
  // One that failed is tried again by a job of its own; where nobody asks any more it is fetched.
  if (send.state === 'failed' || !endpoint.events.includes('message.toDeliver')) return false;
  const { conversationId } = send;
  await ctx.scheduler.runAfter(0, internal.jobs.webhooks.deliver, { conversationId });
  return true;
}

/** [M2] The send of an event, where that waits for its claim, which keeps the order: called before, it could not be settled. */
export async function waitingSendOf(ctx: Reader, { outboxId }: Event): Promise<Doc<'outbox'> | null> {
  const send = outboxId === undefined ? null : await ctx.db.get(outboxId);
  const waits = send?.state === 'queued' || (send?.state === 'failed' && send.nextTryAt !== undefined);
  return waits ? send : null;
}

function dueOf(ctx: Reader, endpointId: Id<'webhookEndpoints'>, before: number) {
  return ctx.db
    .query('webhookEvents')
    .withIndex('by_endpointId_and_state_and_dueAt', (q) =>
      q.eq('endpointId', endpointId).eq('state', 'waiting').lte('dueAt', before),
    );
}

/** Something should have gone before that instant. */
export async function isBehind(
  ctx: Reader,
  endpointId: Id<'webhookEndpoints'>,
  before: number,
): Promise<boolean> {
  return (await dueOf(ctx, endpointId, before).first()) !== null;
}

/** Calls of which nothing was heard. */
export function lostEvents(ctx: Reader, count: number): Promise<Event[]> {
  return ctx.db
    .query('webhookEvents')
    .withIndex('by_state_and_dueAt', (q) => q.eq('state', 'sending').lte('dueAt', Date.now()))
    .take(count);
}

/** At most `count` rows of each table that are older than what is kept; returns the larger number. */
export async function sweepWebhooks(ctx: MutationCtx, count: number): Promise<number> {
  const before = Date.now() - keptMs;
  const events = await ctx.db
    .query('webhookEvents')
    .withIndex('by_creation_time', (q) => q.lt('_creationTime', before))
    .take(count);
  for (const { _id } of events) await ctx.db.delete(_id);
  const attempts = await ctx.db
    .query('webhookAttempts')
    .withIndex('by_creation_time', (q) => q.lt('_creationTime', before))
    .take(count);
  for (const { _id } of attempts) await ctx.db.delete(_id);
  return Math.max(events.length, attempts.length);
}
