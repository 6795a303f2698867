/**
 * A provider's account: how fast it takes sends and whether it takes any (docs/rules.md M2, M7). The only writer of
 * `providerAccounts`.
 *
 *   closed ── troubles in a row ──▶ open ── `retryAt` ──▶ a probe is under way ── it got through ──▶ closed: what waits goes on
 *                                    ▲                         │
 *                                    └──── it did not ─────────┘
 *
 * Every send takes a slot, in the order in which they ask; the provider's own headers say how close slots may lie, and until
 * when there are none. What asks while the circuit is open is not refused: it waits in its queue, and the probe that gets
 * through calls for it.
 */
import { internal } from '../../_generated/api';
import type { Doc } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { leaseMs } from '../../shared/conversation/outbox';
import {
  accountRetryMs,
  closedWaitMs,
  defaultPerSecond,
  patienceOf,
  probeInMs,
  type SendOutcome,
  troublesUntilOpen,
} from '../../shared/delivery/outcome';

/**
 * Of the pace that the provider grants, so much is used: it counts in a window of its own, and one beyond it costs a second in which
 * nothing leaves.
 */
const shareOfPace = 0.95;

/**
 * A carrier starts so long before its slot, gets ready and calls at the slot: getting ready takes now more, now less, and calls
 * that come unevenly are one too many for a window.
 */
const readyMs = 250;

/** More than so many a second leave room for those that call unevenly. */
const many = 20;

/** When the job of a slot starts. */
export const startOfSlot = (slotAt: number): number => slotAt - readyMs;

type Account = Omit<Doc<'providerAccounts'>, '_id' | '_creationTime'>;

export function getAccount(
  ctx: Pick<QueryCtx, 'db'>,
  account: string,
): Promise<Doc<'providerAccounts'> | null> {
  return ctx.db
    .query('providerAccounts')
    .withIndex('by_account', (q) => q.eq('account', account))
    .unique();
}

async function change(
  ctx: MutationCtx,
  account: string,
  by: (known: Account) => Partial<Account>,
): Promise<Account> {
  const stored = await getAccount(ctx, account);
  const known: Account = stored ?? { account, perSecond: defaultPerSecond, nextSlotAt: 0, failures: 0 };
  const next = { ...known, ...by(known) };
  if (stored === null) await ctx.db.insert('providerAccounts', next);
  else await ctx.db.patch(stored._id, next);
  return next;
}

/**
 * Whether a send of this account may start: 0 is now, an instant is when it asks again, with that as its `slotAt`, and null not
 * before somebody calls for it.
 */
export async function startOf(ctx: MutationCtx, account: string, slotAt?: number): Promise<number | null> {
  if (slotAt !== undefined && (await isSlotValid(ctx, account, slotAt))) return 0;
  const at = await takeSlot(ctx, account);
  return at !== null && at <= Date.now() ? 0 : at;
}

/** Null while the account takes nothing. A probe whose time has come may start at once. */
async function takeSlot(ctx: MutationCtx, account: string): Promise<number | null> {
  const now = Date.now();
  const known = await getAccount(ctx, account);
  if (known?.retryAt !== undefined) {
    if (known.retryAt > now) return null;
    // One probe at a time: others wait until it has reported, or could not.
    await ctx.db.patch(known._id, { retryAt: now + leaseMs });
    await probeAt(ctx, account, now + leaseMs);
    return now;
  }
  const at = Math.max(now, known?.nextSlotAt ?? 0);
  await change(ctx, account, ({ perSecond }) => {
    // What is not waited for calls when it is ready. Of many a second one more or less makes no window too full.
    const calledBy = at === now && perSecond <= many ? at + readyMs : at;
    return { nextSlotAt: calledBy + 1_000 / (perSecond * shareOfPace) };
  });
  return at;
}

/**
 * When what nobody knows the outcome of may be asked about: 0 is now, at a slot like any send. Nobody calls for it while its
 * account takes nothing or its channel is paused: it looks again.
 */
export async function questionOf(
  ctx: MutationCtx,
  { account, active }: Pick<Doc<'channels'>, 'account' | 'active'>,
  slotAt?: number,
): Promise<{ at: number; slotAt?: number }> {
  const latest = Date.now() + closedWaitMs;
  if (!active) return { at: latest };
  if (account === undefined) return { at: 0 };
  const at = await startOf(ctx, account, slotAt);
  if (at === null) return { at: Math.min(latest, (await getAccount(ctx, account))?.retryAt ?? latest) };
  return at === 0 ? { at } : { at: startOfSlot(at), slotAt: at };
}

/** A slot that was taken some time ago still stands, unless the account has been closed, or asked for patience, since. */
async function isSlotValid(ctx: MutationCtx, account: string, slotAt: number): Promise<boolean> {
  const known = await getAccount(ctx, account);
  const calledAt = Math.max(slotAt, Date.now());
  return known === null || (known.retryAt === undefined && (known.notBefore ?? 0) <= calledAt);
}

/** What a carrier reported of one send, for all that follow. */
export async function noteOutcome(
  ctx: MutationCtx,
  account: string,
  { what, failure, retryAfterMs, perSecond }: SendOutcome,
): Promise<void> {
  if (what === 'later') return;
  const now = Date.now();
  if (what === 'sent' || what === 'permanent' || what === 'taken') {
    const known = await getAccount(ctx, account);
    const isAsBefore = known?.failures === 0 && (perSecond === undefined || perSecond === known.perSecond);
    if (isAsBefore) return;
    await change(ctx, account, (before) => ({
      ...closed,
      perSecond: perSecond ?? before.perSecond,
    }));
    if (known?.retryAt !== undefined) await resumeAll(ctx, account);
    return;
  }
  await change(ctx, account, (before) => {
    const notBefore = now + patienceOf(retryAfterMs);
    const patience = {
      notBefore: Math.max(before.notBefore ?? 0, notBefore),
      nextSlotAt: Math.max(before.nextSlotAt, notBefore),
    };
    if (what !== 'account' && isNoProbe(before, now)) {
      return { ...patience, retryAt: Math.max(before.retryAt!, notBefore) };
    }
    const failures = before.failures + 1;
    const isOpen = what === 'account' || before.retryAt !== undefined || failures >= troublesUntilOpen;
    const retryAt = now + (what === 'account' ? accountRetryMs : probeInMs(failures, retryAfterMs));
    return {
      ...patience,
      failures,
      failure,
      failingSince: before.failingSince ?? now,
      perSecond: perSecond ?? before.perSecond,
      retryAt: isOpen ? retryAt : undefined,
    };
  });
  const { retryAt } = (await getAccount(ctx, account))!;
  if (retryAt !== undefined) await probeAt(ctx, account, retryAt);
}

/**
 * What was under way when the circuit opened fails as well, and says nothing new: only a probe makes the steps longer. While one
 * is under way `retryAt` is the end of its lease, which lies beyond any step but the longest, for which it makes no difference.
 */
function isNoProbe({ retryAt, failures }: Account, now: number): boolean {
  return retryAt !== undefined && retryAt - now <= probeInMs(failures);
}

const closed = { failures: 0, failingSince: undefined, retryAt: undefined, failure: undefined };

/** Somebody has seen to it: what waits is tried at once. */
export async function reopenAccount(ctx: MutationCtx, account: string): Promise<void> {
  if ((await getAccount(ctx, account)) !== null) {
    await change(ctx, account, () => ({ ...closed, notBefore: undefined, nextSlotAt: Date.now() }));
  }
  await resumeAll(ctx, account);
}

async function probeAt(ctx: MutationCtx, account: string, at: number): Promise<void> {
  await ctx.scheduler.runAt(at, internal.jobs.delivery.probe, { account });
}

async function resumeAll(ctx: MutationCtx, account: string): Promise<void> {
  await ctx.scheduler.runAfter(0, internal.jobs.delivery.resume, { account });
}
