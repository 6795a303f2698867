/** When somebody's needs are looked at for a mail (needMails.ts): one alarm a person, set only while they are not there to see them. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { noticeOf } from '../../shared/needs/choices';
import { type NeedKind, needKinds } from '../../shared/needs/needs';
import { setAlarmBy } from '../kit/alarms';
import { choicesOf } from './choices';

type Reader = Pick<QueryCtx, 'db'>;
type Need = Doc<'needs'>;

/** Looked through in one transaction: far more than anybody is left with. */
const maxLooked = 1_000;
export const minuteMs = 60_000;

/** Whoever is away or offline does not see it. */
export async function isAbsent(ctx: Reader, memberId: Id<'members'>): Promise<boolean> {
  const status = await ctx.db
    .query('memberStatuses')
    .withIndex('by_memberId', (q) => q.eq('memberId', memberId))
    .unique();
  return status?.effective === 'away' || status?.effective === 'offline';
}

/** It has come up for who may not see it. */
export async function watchNeed(
  ctx: MutationCtx,
  { memberId, kind }: Pick<Need, 'memberId' | 'kind'>,
): Promise<void> {
  if (!(await isAbsent(ctx, memberId))) return;
  const { mailAfterMin } = noticeOf(await choicesOf(ctx, memberId), kind);
  if (mailAfterMin !== null) await setAlarmBy(ctx, 'needs', memberId, Date.now() + mailAfterMin * minuteMs);
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
