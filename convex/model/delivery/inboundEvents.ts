/**
 * What providers tell (docs/rules.md M1, E2): stored once, as it came, in one transaction with the job that makes sense of it.
 * The only writer of `inboundEvents`.
 *
 * An event that was acknowledged is never lost: its job is tried again until it is done, or says for good why it cannot be.
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import type { ProviderKind } from '../../shared/conversation/channels';
import type { AutomaticMail } from '../../shared/delivery/mails';
import { type MailReceipt, type MailTold, receivedType } from '../../shared/delivery/mailEvents';
import type { ReceivedMail } from '../../shared/delivery/receivedMail';
import { mailByProviderId } from '../mail/mails';
import { type Failure, noteFailure, noteReceived } from './health';
import { isAboutOurs } from './mail/receipts';

type Event = Doc<'inboundEvents'>;

export interface ToldEvent {
  channelId: Id<'channels'>;
  teamId: Id<'teams'>;
  key: string;
  type: string;
  payload?: string;
  payloadFileId?: Id<'_storage'>;
  /** Absent: mail. */
  kind?: ProviderKind;
  /** Where it has been read already; null: it means nothing to the desk. */
  receipt?: MailReceipt | null | undefined;
  /** Of a mail that came in, where it has been read already. */
  received?: MailTold | undefined;
}

/** False where it is known already: nothing changes, but that one which has failed for an hour is tried again. */
export async function storeEvent(
  ctx: MutationCtx,
  { receipt, received, ...event }: ToldEvent,
): Promise<boolean> {
  const known = await ctx.db
    .query('inboundEvents')
    .withIndex('by_channelId_and_key', (q) => q.eq('channelId', event.channelId).eq('key', event.key))
    .unique();
  if (known !== null) {
    if (Date.now() - (known.triedAt ?? 0) >= toldAgainMs) await retryEvent(ctx, known);
    return false;
  }
  // Told here, where it needs no job: it concerns nobody.
  const isIdle =
    receipt !== undefined && (receipt === null || !(await isAboutOurs(ctx, event.teamId, receipt)));
  const eventId = await ctx.db.insert('inboundEvents', {
    ...event,
    state: isIdle ? 'ignored' : 'waiting',
    attempts: 0,
    receivedAt: Date.now(),
    ...(!isIdle && { dueAt: dueAfter(0) }),
  });
  if (isIdle) return true;
  const { receive } = internal.delivery;
  const { kind, channelId } = event;
  const mail = received && { channelId, told: received };
  if (receipt === undefined) await ctx.scheduler.runAfter(0, receive.process, { eventId, kind, mail });
  else await ctx.scheduler.runAfter(0, receive.receipt, { eventId, receipt });
  return true;
}

/** Longer than a job takes, the largest mail over a slow line included. */
const longestJobMs = 180_000;
/** Of what is made sense of after `waitMs`. */
const dueAfter = (waitMs: number) => Date.now() + waitMs + longestJobMs;

/** Of a messenger: each kind names what a customer wrote alike. */
const chatMessageType = 'message';
const isMessage = ({ type }: Event): boolean => type === receivedType || type === chatMessageType;

/** How long after each try the next one comes: for an hour it waits, by when most providers are up again. */
const waitsMs = [5, 15, 60, 300, 900, 1_800].map((seconds) => seconds * 1_000);
/** Then it is shown as failed, and goes on for a week, the last wait again and again: somebody renews the key on Monday. */
const longWaitsMs = [1, 2, 4, 8, 16, 24].map((hours) => hours * 3_600_000);
const givenUpMs = 7 * 86_400_000;
/** What the provider still tells of is tried no more often than this, whatever it is that fails. */
const toldAgainMs = 3_600_000;

export async function finishEvent(
  ctx: MutationCtx,
  event: Event,
  outcome:
    | { state: 'done' | 'ignored' }
    | { state: 'automatic'; automatic: AutomaticMail }
    | { failure: string; isFinal: boolean },
): Promise<void> {
  if (event.state !== 'waiting') return;
  if ('state' in outcome) {
    await ctx.db.patch(event._id, { ...outcome, failure: undefined, dueAt: undefined });
    // A receipt is nothing that came in, and what nobody could fetch has not.
    if (isMessage(event)) await noteReceived(ctx, event.channelId);
    if (event.failure !== undefined) await noteFailure(ctx, event.channelId, await newestFailure(ctx, event));
    return;
  }
  const { failure, isFinal } = outcome;
  const { _id: eventId, receivedAt } = event;
  const [attempts, triedAt] = [event.attempts + 1, Date.now()];
  const wait = isFinal ? undefined : waitsMs[event.attempts];
  const state = wait === undefined ? 'failed' : 'waiting';
  const dueAt = wait === undefined ? undefined : dueAfter(wait);
  await ctx.db.patch(eventId, { attempts, triedAt, failure, state, dueAt });
  await noteFailure(ctx, event.channelId, { failure, triedAt });
  const { receive } = internal.delivery;
  const { kind } = event;
  if (wait !== undefined) await ctx.scheduler.runAfter(wait, receive.process, { eventId, attempts, kind });
  if (wait !== undefined || isFinal) return;
  const longWait = longWaitsMs[event.attempts - waitsMs.length] ?? longWaitsMs.at(-1)!;
  if (triedAt + longWait > receivedAt + givenUpMs) return;
  await ctx.scheduler.runAfter(longWait, receive.again, { eventId, attempts });
}

/** Between two looks at what is about something that is not known yet: the longer it waits, the longer. */
const earlyWaitMs = { least: 1_000, most: 300_000 };

/**
 * [M1] What is said of another message, and finds none: where one that was told before it is not made sense of yet, it may be that
 * one, and is looked at again. Each job goes by itself, and one that fetches a file is overtaken. True where it waits.
 */
export async function waitForEarlier(ctx: MutationCtx, event: Event): Promise<boolean> {
  const { _id: eventId, _creationTime: toldAt, channelId, receivedAt, kind } = event;
  const waiting = await ctx.db
    .query('inboundEvents')
    .withIndex('by_channelId_and_state_and_receivedAt', (q) =>
      q.eq('channelId', channelId).eq('state', 'waiting').lte('receivedAt', receivedAt),
    )
    .take(mostShown);
  // None waits for what was told after it, so they do not wait for each other.
  if (!waiting.some((each) => each._creationTime < toldAt && each.type === chatMessageType)) return false;
  const waitMs = Math.max(earlyWaitMs.least, Math.min(Date.now() - receivedAt, earlyWaitMs.most));
  await ctx.db.patch(eventId, { dueAt: dueAfter(waitMs) });
  await ctx.scheduler.runAfter(waitMs, internal.delivery.receive.process, { eventId, kind });
  return true;
}

type Stored = Pick<ReceivedMail, 'rawFileId' | 'htmlFileId' | 'wholeFileId' | 'files'>;

/** What a try has stored of a mail goes, where it came to nothing or another was first. */
export async function forgetFiles(ctx: MutationCtx, event: Event, mail: Stored & { providerId: string }) {
  const kept = await mailByProviderId(ctx, mail.providerId);
  const { rawFileId, htmlFileId, wholeFileId, files } = mail;
  if (rawFileId === kept?.rawFileId || rawFileId === event.rawFileId) return;
  for (const file of [rawFileId, htmlFileId, wholeFileId, ...files.map(({ storageId }) => storageId)])
    if (file !== undefined) await ctx.storage.delete(file);
}

/** What failed on a channel for more than an hour, was automatic and began nothing, or waits: newest first. */
export const listEvents = (
  ctx: Pick<QueryCtx, 'db'>,
  channelId: Id<'channels'>,
  state: 'failed' | 'automatic' | 'waiting',
) =>
  ctx.db
    .query('inboundEvents')
    .withIndex('by_channelId_and_state_and_receivedAt', (q) =>
      q.eq('channelId', channelId).eq('state', state),
    )
    .order('desc');

/** What an outage of the provider makes wait is all alike. */
const mostShown = 100;

/** What has been tried in vain and is tried again within the hour, newest first, the first `mostShown` that wait. */
export async function listTriedAgain(
  ctx: Pick<QueryCtx, 'db'>,
  channelId: Id<'channels'>,
): Promise<(Event & { nextTryAt: number })[]> {
  const waiting = await listEvents(ctx, channelId, 'waiting').take(mostShown);
  return waiting.flatMap((event) => {
    const { attempts, triedAt } = event;
    // Asked for by a person, it is tried now.
    const wait = triedAt === undefined ? undefined : waitsMs[attempts - 1];
    return wait === undefined ? [] : { ...event, nextTryAt: triedAt! + wait };
  });
}

/** Of what is still not read. */
async function newestFailure(ctx: MutationCtx, { channelId }: Event): Promise<Failure | null> {
  const failed = await listEvents(ctx, channelId, 'failed').first();
  const [waiting] = await listTriedAgain(ctx, channelId);
  const newest = [failed, waiting].flatMap((event) => event ?? []);
  const [last] = newest.toSorted((a, b) => (b.triedAt ?? 0) - (a.triedAt ?? 0));
  return last === undefined ? null : { failure: last.failure ?? '', triedAt: last.triedAt ?? 0 };
}

/** Once: where it fails again, that is seen at once. Nothing happens where it has not failed. */
export async function retryEvent(
  ctx: MutationCtx,
  { _id: eventId, state, failure, kind }: Pick<Event, '_id' | 'state' | 'failure' | 'kind'>,
  afterMs = 0,
): Promise<void> {
  const isBetweenTries = state === 'waiting' && failure !== undefined;
  if (state !== 'failed' && !isBetweenTries) return;
  await ctx.db.patch(eventId, { state: 'waiting', dueAt: dueAfter(afterMs) });
  await ctx.scheduler.runAfter(afterMs, internal.delivery.receive.process, { eventId, kind });
}

/** Of one page of failed events, and between two of them: each asks the provider, which takes a few a second. */
const pageSize = 100;
const betweenMs = 1_000;

/** The account is seen to, or works again: what failed on a channel is tried again, a page at a time; returns where to go on. */
export async function retryFailed(
  ctx: MutationCtx,
  channelId: Id<'channels'>,
  cursor: string | null,
): Promise<{ cursor: string; afterMs: number } | null> {
  const { page, isDone, continueCursor } = await listEvents(ctx, channelId, 'failed').paginate({
    cursor,
    numItems: pageSize,
  });
  for (const [at, event] of page.entries()) await retryEvent(ctx, event, at * betweenMs);
  return isDone ? null : { cursor: continueCursor, afterMs: page.length * betweenMs };
}

/** A mail that became no message stays with its event, as it came, for as long; what was made of it goes. */
export async function keepRaw(
  ctx: MutationCtx,
  event: Event,
  { rawFileId, htmlFileId, wholeFileId }: Stored,
): Promise<void> {
  for (const file of [htmlFileId, wholeFileId]) if (file !== undefined) await ctx.storage.delete(file);
  await ctx.db.patch(event._id, { rawFileId });
}

/**
 * [E2] The safety net: a job that died has left its event waiting, which is a try that came to nothing, and the next one follows.
 * Whatever ends the desk each time is given up like anything else. At most `count`, what has waited longest first; how many.
 */
export async function sweepLostEvents(ctx: MutationCtx, count: number): Promise<number> {
  const lost = await ctx.db
    .query('inboundEvents')
    .withIndex('by_state_and_dueAt', (q) => q.eq('state', 'waiting').lt('dueAt', Date.now()))
    .take(count);
  const failure = 'The desk stopped while it was made sense of.';
  for (const event of lost) await finishEvent(ctx, event, { failure, isFinal: false });
  return lost.length;
}

/** By its event a mail is known again: one that is older than this, when it came in, may not be known any more. */
export const keptMs = 30 * 86_400_000;

/** Clears what is long done. Returns how many rows it touched. */
export async function sweepEvents(ctx: MutationCtx, count: number): Promise<number> {
  const before = Date.now() - keptMs;
  let cleared = 0;
  for (const state of ['done', 'ignored', 'automatic'] as const) {
    const old = await ctx.db
      .query('inboundEvents')
      .withIndex('by_state_and_receivedAt', (q) => q.eq('state', state).lt('receivedAt', before))
      .take(count);
    for (const { _id, payloadFileId, rawFileId } of old) {
      for (const file of [payloadFileId, rawFileId]) if (file !== undefined) await forgetFile(ctx, file);
      await ctx.db.delete(_id);
      cleared++;
    }
  }
  return cleared;
}

/** Whether an event came in this file, or what it told of is kept there. */
export async function isFileOfEvent(ctx: Pick<QueryCtx, 'db'>, file: Id<'_storage'>): Promise<boolean> {
  const events = () => ctx.db.query('inboundEvents');
  return (
    (await events()
      .withIndex('by_payloadFileId', (q) => q.eq('payloadFileId', file))
      .first()) !== null ||
    (await events()
      .withIndex('by_rawFileId', (q) => q.eq('rawFileId', file))
      .first()) !== null
  );
}

/** What was told for several channels at once is one file: gone with the first of them, while the others are as old. */
async function forgetFile(ctx: MutationCtx, file: Id<'_storage'>): Promise<void> {
  if ((await ctx.db.system.get(file)) !== null) await ctx.storage.delete(file);
}
