/**
 * Browsers that are told while Baton is closed in them, and the keys by which push services know the desk. The only writer of
 * `pushSubscriptions` and `pushKeys`.
 *
 * A browser is one person's session: it is told nothing any more once that has ended, wherever it was ended (docs/rules.md R2). Where
 * a push goes, and what it is encrypted with, is sealed at rest.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { faultOfUrl, pushPolicy } from '../../shared/webhooks/addresses';
import { appError } from '../kit/errors';
import { hashToken, seal } from '../kit/secrets';

type Reader = Pick<QueryCtx, 'db'>;
type Subscription = Doc<'pushSubscriptions'>;

/** Of one person in a team; one more takes the place of the oldest. */
const maxOfMember = 10;
/** In one browser: of all teams and people that ever used it. */
const maxOfBrowser = 50;
/** Failures in a row after which a browser is taken for gone. */
const maxFailures = 20;

export function subscriptionsOf(ctx: Reader, memberId: Id<'members'>): Promise<Subscription[]> {
  return ctx.db
    .query('pushSubscriptions')
    .withIndex('by_memberId', (q) => q.eq('memberId', memberId))
    .take(maxOfMember);
}

export interface Browser {
  endpoint: string;
  p256dh: string;
  auth: string;
  /** Notices may hold what a customer wrote. */
  showsWords: boolean;
}

/** A point of P-256, and 16 bytes. */
const isKey = (text: string) => /^B[\w-]{86}$/.test(text);
const isAuth = (text: string) => /^[\w-]{22}$/.test(text);

/** The same browser again changes its row, by what is new of it. What others had in it is gone: a browser shows notices of whoever is signed in. */
export async function keepSubscription(
  ctx: MutationCtx,
  { _id: memberId, teamId, userId }: Doc<'members'>,
  sessionId: Id<'authSessions'>,
  { endpoint, p256dh, auth, showsWords }: Browser,
): Promise<Id<'pushSubscriptions'>> {
  const fault = faultOfUrl(endpoint, pushPolicy(endpoint, process.env));
  if (fault !== null)
    throw appError('INVALID_INPUT', `This browser’s push service cannot be called. ${fault}`);
  if (!isKey(p256dh) || !isAuth(auth)) throw appError('INVALID_INPUT', 'These are no keys of a browser.');
  const endpointHash = await hashToken(endpoint);
  const inBrowser = await ctx.db
    .query('pushSubscriptions')
    .withIndex('by_endpointHash', (q) => q.eq('endpointHash', endpointHash))
    .take(maxOfBrowser);
  for (const each of inBrowser) if (each.userId !== userId) await ctx.db.delete(each._id);
  const known = inBrowser.find((each) => each.memberId === memberId);
  if (known?.sessionId === sessionId && known.showsWords === showsWords) return known._id;
  const fields = { sessionId, endpointHash, showsWords, failures: 0, at: Date.now() };
  if (known === undefined) {
    const others = await subscriptionsOf(ctx, memberId);
    if (others.length >= maxOfMember) await ctx.db.delete(others[0]!._id);
  }
  const subscriptionId =
    known?._id ??
    (await ctx.db.insert('pushSubscriptions', { teamId, memberId, userId, sealed: '', ...fields }));
  const sealed = await seal(JSON.stringify({ endpoint, p256dh, auth }), subscriptionId);
  await ctx.db.patch(subscriptionId, { ...fields, sealed });
  return subscriptionId;
}

/** Theirs, in this browser. */
export async function findSubscription(
  ctx: Reader,
  memberId: Id<'members'>,
  endpoint: string,
): Promise<Subscription | null> {
  const endpointHash = await hashToken(endpoint);
  const theirs = await subscriptionsOf(ctx, memberId);
  return theirs.find((each) => each.endpointHash === endpointHash) ?? null;
}

export async function dropSubscription(
  ctx: MutationCtx,
  subscriptionId: Id<'pushSubscriptions'>,
): Promise<void> {
  await ctx.db.delete(subscriptionId);
}

export async function dropAllOf(ctx: MutationCtx, memberId: Id<'members'>): Promise<void> {
  for (const { _id } of await subscriptionsOf(ctx, memberId)) await ctx.db.delete(_id);
}

/** What its push service answered: one that knows the browser no more ends it. */
export async function noteOutcome(
  ctx: MutationCtx,
  subscriptionId: Id<'pushSubscriptions'>,
  status: number | null,
): Promise<void> {
  const subscription = await ctx.db.get(subscriptionId);
  if (subscription === null) return;
  const isTaken = status !== null && status >= 200 && status < 300;
  const failures = isTaken ? 0 : subscription.failures + 1;
  if (status === 404 || status === 410 || failures >= maxFailures) return ctx.db.delete(subscriptionId);
  if (failures !== subscription.failures) await ctx.db.patch(subscriptionId, { failures });
}

export async function pushKeys(ctx: Reader): Promise<Doc<'pushKeys'> | null> {
  return ctx.db.query('pushKeys').first();
}

/** The first ones stay: browsers have subscribed with them. */
export async function keepKeys(
  ctx: MutationCtx,
  { publicKey, privateKey }: { publicKey: string; privateKey: string },
): Promise<string> {
  const known = await pushKeys(ctx);
  if (known !== null) return known.publicKey;
  const sealed = await seal(privateKey, `push ${publicKey}`);
  await ctx.db.insert('pushKeys', { publicKey, privateKey: sealed });
  return publicKey;
}
