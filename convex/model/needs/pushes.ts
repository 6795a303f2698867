/**
 * Needs by push: to who has no page of the desk open, or is away, and wants it, a moment after they come up. One alarm a person gathers
 * a burst; each need is pushed once, until its person has looked. What goes out is read when it goes: nothing that is handled by then.
 */
import { type Infer, v } from 'convex/values';
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { noticeOf } from '../../shared/needs/choices';
import { type Lines, linesOf, testLines } from '../../shared/needs/pushLines';
import { needWords } from '../../shared/needs/words';
import { pageAddress } from '../kit/pageAddresses';
import { choicesOf } from './choices';
import { notePushed } from './needs';
import { pushKeys, subscriptionsOf } from './pushSubscriptions';
import { isBeyondReach, minuteMs } from './needWatch';

type Reader = Pick<QueryCtx, 'db'>;
type Need = Doc<'needs'>;

/** What came up before is no news any more. */
const newForMs = 10 * minuteMs;
/** Looked through, newest first. */
const maxLooked = 50;

/** The alarm: what has come up for them since they could see it. */
export async function pushNeeds(ctx: MutationCtx, memberId: Id<'members'>): Promise<void> {
  if (!(await isBeyondReach(ctx, memberId))) return;
  const choices = await choicesOf(ctx, memberId);
  const since = Date.now() - newForMs;
  const needs = await ctx.db
    .query('needs')
    .withIndex('by_memberId_and_at', (q) => q.eq('memberId', memberId).gte('at', since))
    .order('desc')
    .take(maxLooked);
  const due = needs.filter(({ kind, pushedAt }) => pushedAt === undefined && noticeOf(choices, kind).push);
  if (due.length === 0) return;
  const needIds = due.map(({ _id }) => _id);
  await notePushed(ctx, needIds);
  await ctx.scheduler.runAfter(0, internal.push.send.send, { memberId, needIds, attempt: 0 });
}

export interface Subscribed {
  subscriptionId: Id<'pushSubscriptions'>;
  sealed: string;
  lines: Lines;
}

/** All that the sending needs to know; the private key is sealed. */
export interface Pushed {
  keys: { publicKey: string; privateKey: string };
  /** Of the desk. */
  contact: string;
  subscriptions: Subscribed[];
}

/** Of what its push service answers no more is told: whoever asks has named the service. */
export const vTried = v.union(
  v.literal('taken'),
  /** It knows the browser no more. */
  v.literal('gone'),
  v.literal('notTaken'),
  /** The desk has no keys that it can open. */
  v.literal('noKeys'),
);
export type Tried = Infer<typeof vTried>;

interface Asked {
  memberId: Id<'members'>;
  needIds: readonly Id<'needs'>[];
  only?: Id<'pushSubscriptions'> | undefined;
}

/** Null: there is nothing to tell, or nobody to tell it to. */
export async function readPush(ctx: Reader, { memberId, needIds, only }: Asked): Promise<Pushed | null> {
  const member = await ctx.db.get(memberId);
  const keys = await pushKeys(ctx);
  if (member === null || member.removedAt !== undefined || keys === null) return null;
  const needs: Need[] = [];
  for (const needId of needIds) {
    const need = await ctx.db.get(needId);
    if (need !== null) needs.push(need);
  }
  if (needs.length === 0) return null;
  const subscriptions: Subscribed[] = [];
  for (const { _id: subscriptionId, sealed, sessionId, showsWords } of await subscriptionsOf(ctx, memberId)) {
    if (only !== undefined && only !== subscriptionId) continue;
    // Signed out there, or elsewhere: it is nobody's browser any more.
    if ((await ctx.db.get(sessionId)) === null) continue;
    subscriptions.push({ subscriptionId, sealed, lines: await tell(ctx, needs, showsWords) });
  }
  if (subscriptions.length === 0) return null;
  return { ...of(keys), subscriptions };
}

const of = ({ publicKey, privateKey }: Doc<'pushKeys'>) => ({
  keys: { publicKey, privateKey },
  contact: pageAddress('/'),
});

async function tell(ctx: Reader, needs: readonly Need[], showsWords: boolean): Promise<Lines> {
  const told = [];
  for (const need of needs) {
    const by = need.byMemberId && (await ctx.db.get(need.byMemberId))?.name;
    const words = showsWords && need.kind === 'replied' ? await wordsOf(ctx, need) : undefined;
    told.push({ ...need, title: needWords(need, by), words });
  }
  return linesOf(told);
}

/** What the customer wrote last, as lists show it. */
async function wordsOf(ctx: Reader, { teamId, number }: Need): Promise<string | undefined> {
  const row = await ctx.db
    .query('ticketRows')
    .withIndex('by_teamId_and_number', (q) => q.eq('teamId', teamId).eq('number', number))
    .unique();
  return row?.previewAuthor === 'customer' ? row.preview : undefined;
}

/** To one browser, that its person sees whether they come. */
export async function readTestPush(
  ctx: Reader,
  subscriptionId: Id<'pushSubscriptions'>,
): Promise<Pushed | null> {
  const subscription = await ctx.db.get(subscriptionId);
  const keys = await pushKeys(ctx);
  if (subscription === null || keys === null) return null;
  const { sealed } = subscription;
  return { ...of(keys), subscriptions: [{ subscriptionId, sealed, lines: testLines }] };
}
