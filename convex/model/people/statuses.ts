/**
 * Availability of a member (docs/rules.md A2): what they declared, and what the system shows of it.
 *
 * Only this module writes `memberStatuses` (a routing pass writes the ramp fields). `applyPresence` is the one place
 * where a status changes, so every change has its consequences in the same transaction: becoming available starts a
 * ramp (A8) and asks for a pass (A6); becoming unavailable ends the ramp.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import type { CaseCtx } from '../conversation/case';
import { type MemberStatus, type Presence, presenceAt } from '../../shared/people/people';
import { isGone, watchAllOf } from '../control/holderWatch';
import { watchNeedsOf } from '../needs/needWatch';
import { noRamp } from '../routing/routing';

type Status = Doc<'memberStatuses'>;

/** The one status row every member has from the transaction that made them a member. */
export async function statusOf(ctx: Pick<QueryCtx, 'db'>, memberId: Id<'members'>): Promise<Status> {
  const status = await ctx.db
    .query('memberStatuses')
    .withIndex('by_memberId', (q) => q.eq('memberId', memberId))
    .unique();
  if (status === null) throw new Error(`Member ${memberId} has no status row.`);
  return status;
}

/** Being logged in is never availability: a new member is offline until they say otherwise. */
export async function createStatus(
  ctx: MutationCtx,
  member: { _id: Id<'members'>; teamId: Id<'teams'> },
): Promise<void> {
  await ctx.db.insert('memberStatuses', {
    teamId: member.teamId,
    memberId: member._id,
    declared: 'offline',
    effective: 'offline',
    connected: false,
    since: Date.now(),
    setBy: member._id,
  });
}

/** Writes what the person, or a manager for them, declared. Presence decides what is shown of it: check it next. */
export async function writeDeclared(
  ctx: CaseCtx,
  args: { memberId: Id<'members'>; status: MemberStatus; setBy: Id<'members'> },
): Promise<void> {
  const row = await statusOf(ctx, args.memberId);
  if (row.declared === args.status && row.setBy === args.setBy) return;
  await ctx.db.patch(row._id, { declared: args.status, setBy: args.setBy });
}

/** Recomputes what is shown from the open tabs. Returns it, with the instant at which it can next change. */
export async function refreshStatus(ctx: CaseCtx, memberId: Id<'members'>): Promise<Presence> {
  const now = Date.now();
  const row = await statusOf(ctx, memberId);
  const presence = presenceAt(now, row.declared, await lastSeen(ctx, memberId));
  await applyPresence(ctx, row, presence, now);
  return presence;
}

/** Sees nothing of what comes up. */
const isAway = ({ effective }: Pick<Status, 'effective'>) => effective === 'away' || effective === 'offline';

/** Is given new work: the half of A3 that a status decides. */
function isAvailable(status: Pick<Status, 'effective' | 'connected'>): boolean {
  return status.effective === 'online' && status.connected;
}

async function applyPresence(ctx: CaseCtx, row: Status, next: Presence, now: number): Promise<void> {
  const { effective, downgrade, connected } = next;
  if (row.effective === effective && row.downgrade === downgrade && row.connected === connected) return;
  const since = row.effective === effective ? row.since : now;
  const gone = isGone(next);
  const goneSince = gone ? (isGone(row) ? (row.goneSince ?? row.since) : now) : undefined;
  await ctx.db.patch(row._id, { effective, downgrade, connected, since, goneSince });
  if (gone && !isGone(row)) await watchAllOf(ctx, row.memberId);
  if (isAway(next) && !isAway(row)) await watchNeedsOf(ctx, row.memberId);

  const was = isAvailable(row);
  const is = isAvailable(next);
  if (was && !is) await ctx.db.patch(row._id, noRamp);
  if (!was && is) {
    await ctx.db.patch(row._id, { ...noRamp, eligibleSince: now });
    ctx.unsettled.bells.add(row.teamId);
  }
}

/** The newest sign of life over all open tabs; undefined without any. */
async function lastSeen(
  ctx: Pick<QueryCtx, 'db'>,
  memberId: Id<'members'>,
): Promise<{ lastSeenAt: number; lastActiveAt: number } | undefined> {
  const tabs = await ctx.db
    .query('connections')
    .withIndex('by_memberId_and_sessionId', (q) => q.eq('memberId', memberId))
    .take(maxTabs);
  if (tabs.length === 0) return undefined;
  return {
    lastSeenAt: Math.max(...tabs.map((tab) => tab.lastSeenAt)),
    lastActiveAt: Math.max(...tabs.map((tab) => tab.lastActiveAt)),
  };
}

/** Open tabs of one person that count; the sweep removes silent ones. */
export const maxTabs = 50;
