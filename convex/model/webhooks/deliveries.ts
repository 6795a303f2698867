/**
 * What people say on an `api` conversation, on its way to the agent's platform (docs/rules.md P3, M2).
 *
 * A claimed row of the outbox becomes one `message.toDeliver` event with the entry's id, for one endpoint: the oldest that
 * asks for them. The row is settled by what comes of the event, and its waits are the event's: a try that failed is the
 * row's `failed` with its next try, so what comes after it waits too, in order. A call of which nothing was heard may be
 * repeated, because the receiver knows the event by its id: here `unknown` is reconciled by asking again.
 *
 *   no endpoint asks for them: a message is delivered when the platform fetches it (`GET …/entries`)
 *   a receipt moves the row on, from wherever it stands; a 2xx without one is `sent`
 *   an endpoint begins to ask, or takes another's place: what waits is called for, and what was under way is asked there
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { isCarried, type OutboxState } from '../../shared/conversation/outbox';
import { nobodyKnows } from '../../shared/delivery/outcome';
import { type CaseCtx, readConversation } from '../conversation/case';
import { claim, type Claim, nextDue, requeue, settle, type Settlement } from '../conversation/outbox';
import { giveUpSent, isUnderWay } from '../delivery/drain';
import { bodyOf } from './bodies';
import { activeEndpoints, bringWaiting, type WaitingState } from './endpoints';
import { callAt, createEvent, eventOfSend, freeCalls, isResting, moveEvent } from './events';

type Reader = Pick<QueryCtx, 'db'>;
type Row = Doc<'outbox'>;

/** Sends of one conversation that are moved in one transaction. */
const maxMoved = 100;
/** An endpoint that is busy or rests is asked again after so long, at least. */
const busyMs = 1_000;
const waitsForPlatform = 'It waits for the platform to fetch it.';

/** Where messages of the agent's conversations are brought; null: its platform fetches them. */
async function deliveryEndpoint(ctx: Reader, agentId: Id<'agents'>): Promise<Doc<'webhookEndpoints'> | null> {
  const agent = await ctx.db.get(agentId);
  if (agent?.hasWebhooks !== true || !agent.active) return null;
  const active = await activeEndpoints(ctx, agentId);
  return active.find(({ events }) => events.includes('message.toDeliver')) ?? null;
}

/**
 * Brings what is next on a conversation of the channel `api` on its way: nothing while an earlier one is, or where no
 * endpoint asks for it.
 */
export async function deliverNext(ctx: CaseCtx, conversationId: Id<'conversations'>): Promise<void> {
  const conversation = await ctx.db.get(conversationId);
  const endpoint = conversation && (await deliveryEndpoint(ctx, conversation.agentId));
  if (endpoint === null) return;
  const unknown = await inState(ctx, conversationId, 'unknown').first();
  if (unknown !== null) await findAgain(ctx, unknown, endpoint);
  for (const row of await inState(ctx, conversationId, 'failed').take(maxMoved)) {
    const isDue = row.nextTryAt !== undefined && row.nextTryAt <= Date.now();
    if (isDue && row.channel === 'api') await requeue(ctx, row, row.attempts);
  }
  const next = await nextDue(ctx, conversationId);
  if (next?.channel === 'api') await deliverClaimed(ctx, await claim(ctx, next));
  else if (next !== null && isCarried(next.channel)) await callForNext(ctx, next);
}

/** A claimed send of an `api` conversation becomes its event, whose outcome settles it. */
async function deliverClaimed(
  ctx: CaseCtx,
  { outboxId, entryId, attempt }: Pick<Claim, 'outboxId' | 'entryId' | 'attempt'>,
): Promise<void> {
  const row = (await ctx.db.get(outboxId))!;
  const conversation = (await ctx.db.get(row.conversationId))!;
  const endpoint = await deliveryEndpoint(ctx, conversation.agentId);
  const event = await eventOfSend(ctx, outboxId);
  if (event?.state === 'delivered') return settleSend(ctx, row, { to: 'sent' });
  const now = Date.now();
  if (endpoint === null)
    return settleSend(ctx, row, { to: 'failed', failure: waitsForPlatform, retryInMs: busyMs });
  if (isResting(endpoint, now) || (await freeCalls(ctx, endpoint)) === 0) {
    const retryInMs = Math.max(busyMs, (endpoint.restsUntil ?? 0) - now);
    return settleSend(ctx, row, { to: 'failed', failure: 'The endpoint is busy.', retryInMs });
  }
  if (event === null) {
    const entry = (await ctx.db.get(entryId))!;
    const state = await readConversation(ctx, conversation);
    const about = { type: 'message.toDeliver' as const, sequence: entry.sequence, about: { entry } };
    const body = await bodyOf(ctx, state, about, now);
    await createEvent(ctx, endpoint, {
      type: about.type,
      body,
      conversationId: row.conversationId,
      outboxId,
    });
    return;
  }
  // Another endpoint may have taken its place since.
  const change = { dueAt: now, endpointId: endpoint._id };
  if (await moveEvent(ctx, event, 'waiting', change)) await callAt(ctx, event._id, now);
  else throw new Error(`Send ${outboxId} was claimed for try ${attempt} while its event is ${event.state}`);
}

/**
 * [M2] Nobody knows what became of a call, and its event waits at an endpoint that does not bring messages any more: it is asked
 * at the one that does, under the same id. False: it is where it should be.
 */
async function findAgain(ctx: CaseCtx, row: Row, endpoint: Doc<'webhookEndpoints'>): Promise<boolean> {
  if (row.channel !== 'api') return false;
  const event = await eventOfSend(ctx, row._id);
  if (event === null) {
    // Swept since: a receiver could not tell another one from it.
    await settle(ctx, row, row.attempts, { to: 'failed', failure: nobodyKnows });
    await callForNext(ctx, row);
    return true;
  }
  if (event.state !== 'waiting' || event.endpointId === endpoint._id) return false;
  const dueAt = Date.now();
  await moveEvent(ctx, event, 'waiting', { dueAt, endpointId: endpoint._id });
  await callAt(ctx, event._id, dueAt);
  return true;
}

const ofAgent = (ctx: Reader, agentId: Id<'agents'>, state: OutboxState) =>
  ctx.db
    .query('outbox')
    .withIndex('by_agentId_and_state', (q) => q.eq('agentId', agentId).eq('state', state));

/** Calls for what waits on an agent's conversations, where it is brought now, a page at a time; returns where to go on. */
export async function callForWaitingOf(
  ctx: CaseCtx,
  agentId: Id<'agents'>,
  { state, cursor }: { state: WaitingState; cursor: string | null },
): Promise<string | null> {
  if ((await deliveryEndpoint(ctx, agentId)) === null) return null;
  const { page, isDone, continueCursor } = await ofAgent(ctx, agentId, state).paginate({
    cursor,
    numItems: maxMoved,
  });
  for (const conversationId of new Set(page.map((row) => row.conversationId)))
    await ctx.scheduler.runAfter(0, internal.jobs.webhooks.deliver, { conversationId });
  return isDone ? null : continueCursor;
}

/** The safety net: calls for what waits since before that instant although nothing holds it back. True: something did. */
export async function callForForgotten(
  ctx: CaseCtx,
  agentId: Id<'agents'>,
  before: number,
): Promise<boolean> {
  const endpoint = await deliveryEndpoint(ctx, agentId);
  if (endpoint === null) return false;
  const unknown = await ofAgent(ctx, agentId, 'unknown').first();
  const queued = await ofAgent(ctx, agentId, 'queued').first();
  const isOld = (row: Row | null): row is Row => row !== null && row._creationTime < before;
  const isForgotten =
    (isOld(queued) && (await nextDue(ctx, queued.conversationId))?.channel === 'api') ||
    (isOld(unknown) && (await findAgain(ctx, unknown, endpoint)));
  if (isForgotten) await bringWaiting(ctx, agentId);
  return isForgotten;
}

/** What came of its event, while it is under way; false: that is over, or has not begun. */
export async function settleByEvent(
  ctx: CaseCtx,
  outboxId: Id<'outbox'>,
  settlement: Settlement,
): Promise<boolean> {
  const row = await ctx.db.get(outboxId);
  if (row === null || !isUnderWay(row, row.attempts)) return false;
  await settleSend(ctx, row, settlement);
  return true;
}

async function settleSend(ctx: CaseCtx, row: Row, settlement: Settlement): Promise<void> {
  const { to, failure = '', retryInMs } = settlement;
  const isGivenUp = to === 'failed' && retryInMs === undefined;
  if (isGivenUp) await giveUpSent(ctx, row, failure);
  else if (!(await settle(ctx, row, row.attempts, settlement))) return;
  const { conversationId } = row;
  await ctx.scheduler.runAfter(retryInMs ?? 0, internal.jobs.webhooks.deliver, { conversationId });
}

/** What comes next may be of another channel: whoever drains the outbox finds out, and asks here where it is of this one. */
async function callForNext(ctx: CaseCtx, { conversationId }: Row): Promise<void> {
  await ctx.scheduler.runAfter(0, internal.jobs.outbox.claim, { conversationId });
}

/** [P3] Where nobody asks to be told, what was fetched through `sequence` is sent. True: something was. */
export async function noteFetched(
  ctx: CaseCtx,
  conversation: Doc<'conversations'>,
  sequence: number,
): Promise<boolean> {
  if ((await deliveryEndpoint(ctx, conversation.agentId)) !== null) return false;
  return moveThrough(ctx, conversation._id, sequence);
}

/** Whether `noteFetched` would have something to do. */
export async function waitsToBeFetched(
  ctx: Reader,
  conversation: Doc<'conversations'>,
  sequence: number,
): Promise<boolean> {
  if (conversation.channel !== 'api') return false;
  for (const state of ['queued', 'failed', 'unknown'] as const) {
    const oldest = await inState(ctx, conversation._id, state).first();
    if (oldest !== null && oldest.sequence <= sequence && isOpen(oldest)) return true;
  }
  return false;
}

/** Given up is over. */
const isOpen = ({ state, nextTryAt }: Row) => state !== 'failed' || nextTryAt !== undefined;

/** In their order and one at a time, as if each had been claimed and had succeeded. */
async function moveThrough(
  ctx: CaseCtx,
  conversationId: Id<'conversations'>,
  sequence: number,
): Promise<boolean> {
  let moved = false;
  for (const row of await inState(ctx, conversationId, 'failed').take(maxMoved)) {
    if (row.sequence <= sequence && row.channel === 'api' && isOpen(row))
      await requeue(ctx, row, row.attempts);
  }
  for (const row of await inState(ctx, conversationId, 'unknown').take(maxMoved)) {
    if (row.sequence > sequence || row.channel !== 'api') continue;
    moved = (await settle(ctx, row, row.attempts, { to: 'sent' })) || moved;
  }
  for (let left = maxMoved; left > 0; left--) {
    const next = await nextDue(ctx, conversationId);
    if (next === null) break;
    if (next.channel !== 'api' || next.sequence > sequence) {
      if (moved) await callForNext(ctx, next);
      break;
    }
    const { attempt } = await claim(ctx, next);
    const row = (await ctx.db.get(next._id))!;
    moved = (await settle(ctx, row, attempt, { to: 'sent' })) || moved;
  }
  return moved;
}

interface Receipt {
  state: 'sent' | 'delivered' | 'read' | 'failed';
  failure?: string | undefined;
}

/**
 * [M2] What the platform says became of a message, by the total table: never backwards, and whoever says it twice changes
 * nothing. Gives where it stands now; null: this message is not one that is brought to the platform.
 */
export async function noteReceipt(
  ctx: CaseCtx,
  conversationId: Id<'conversations'>,
  entryId: Id<'entries'>,
  { state, failure }: Receipt,
): Promise<OutboxState | null> {
  const row = await rowOf(ctx, conversationId, entryId);
  if (row === null) return null;
  // Whoever says so has it, whatever became of our own call.
  await moveThrough(ctx, conversationId, row.sequence);
  const fetched = (await ctx.db.get(row._id))!;
  if (state === 'failed') await giveUpSent(ctx, fetched, failure ?? 'The platform could not deliver it.');
  else await settle(ctx, fetched, fetched.attempts, { to: state });
  // It was under way: what waited for it may go.
  if (fetched.state !== 'sent') await callForNext(ctx, row);
  return (await ctx.db.get(row._id))!.state;
}

async function rowOf(
  ctx: Reader,
  conversationId: Id<'conversations'>,
  entryId: Id<'entries'>,
): Promise<Row | null> {
  const row = await ctx.db
    .query('outbox')
    .withIndex('by_entryId', (q) => q.eq('entryId', entryId))
    .unique();
  return row?.conversationId === conversationId && row.channel === 'api' ? row : null;
}

function inState(ctx: Reader, conversationId: Id<'conversations'>, state: OutboxState) {
  return ctx.db
    .query('outbox')
    .withIndex('by_conversationId_and_state_and_sequence', (q) =>
      q.eq('conversationId', conversationId).eq('state', state),
    );
}
