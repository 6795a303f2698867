/** When somebody's needs are looked at for a mail (needMails.ts): one alarm a person, set only while they are not there to see them. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { noticeOf } from '../../shared/needs/choices';
import { type NeedKind, needKinds } from '../../shared/needs/needs';
import { setAlarmBy } from '../kit/alarms';
import { choicesOf } from './choices';
import { subscriptionsOf } from './pushSubscriptions';

type Reader = Pick<QueryCtx, 'db'>;
type Need = Doc<'needs'>;

/** Looked through in one transaction: far more than anybody is left with. */
const maxLooked = 1_000;
export const minuteMs = 60_000;

/** A burst is one push, and what is handled at once is none. */
const gatherMs = 2_000;

function statusOf(ctx: Reader, memberId: Id<'members'>): Promise<Doc<'memberStatuses'> | null> {
  return ctx.db
    .query('memberStatuses')
    .withIndex('by_memberId', (q) => q.eq('memberId', memberId))
    .unique();
}

const isAway = (status: Doc<'memberStatuses'> | null) =>
  status?.effective === 'away' || status?.effective === 'offline';

/** Whoever is away or offline does not see it. */
export async function isAbsent(ctx: Reader, memberId: Id<'members'>): Promise<boolean> {
  return isAway(await statusOf(ctx, memberId));
}

/** No page of the desk tells them. */
export async function isBeyondReach(ctx: Reader, memberId: Id<'members'>): Promise<boolean> {
  const status = await statusOf(ctx, memberId);
  return isAway(status) || status?.connected === false;
}

/** It has come up for who may not see it. */
export async function watchNeed(
  ctx: MutationCtx,
  { memberId, kind }: Pick<Need, 'memberId' | 'kind'>,
): Promise<void> {
  const status = await statusOf(ctx, memberId);
  if (!isAway(status) && status?.connected !== false) return;
  const { mailAfterMin, push } = noticeOf(await choicesOf(ctx, memberId), kind);
  if (push && (await subscriptionsOf(ctx, memberId)).length > 0)
    await setAlarmBy(ctx, 'push', memberId, Date.now() + gatherMs);
  if (isAway(status) && mailAfterMin !== null)
    await setAlarmBy(ctx, 'needs', memberId, Date.now() + mailAfterMin * minuteMs);
}

/** They have gone: what they leave is looked at when the first of it is due, counted from now. */
export async function watchNeedsOf(ctx: MutationCtx, memberId: Id<'members'>): Promise<void> {
  const choices = await choicesOf(ctx, memberId);
  const afterMin = (kind: NeedKind) => noticeOf(choices, kind).mailAfterMin ?? Infinity;
  const least = Math.min(...needKinds.map(afterMin));
  let first = Infinity;
  for await (const { kind } of unmailed(ctx, memberId)) {
    first = Math.min(first, afterMin(kind));
    if (first === least) break;
  }
  if (first !== Infinity) await setAlarmBy(ctx, 'needs', memberId, Date.now() + first * minuteMs);
}

/** Newest first. */
export async function* unmailed(ctx: Reader, memberId: Id<'members'>): AsyncGenerator<Need, undefined> {
  const needs = ctx.db
    .query('needs')
    .withIndex('by_memberId_and_mailedAt_and_at', (q) => q.eq('memberId', memberId).eq('mailedAt', undefined))
    .order('desc');
  let looked = 0;
  for await (const need of needs) {
    if (looked++ === maxLooked) return;
    yield need;
  }
}
