/**
 * Signs of life (docs/rules.md A2), cheap by construction.
 *
 * A heartbeat writes its own connection row and nothing else, unless it brings somebody back. Silence is noticed by
 * one alarm per member, set for the exact instant at which silence or idleness would next change what others see.
 * Invariant: a member shown as connected has a pending alarm.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { CaseCtx } from '../conversation/case';
import { setAlarm } from '../kit/alarms';
import {
  disconnectedAfterMs,
  idleAfterMs,
  type MemberStatus,
  offlineAfterMs,
} from '../../shared/people/people';
import { maxTabs, refreshStatus, statusOf, writeDeclared } from './statuses';

/** A closed tab is a disconnection after this: long enough for a reload to say hello again. */
const reloadGraceMs = 5_000;
/** Rows one sweep handles; it runs again when it finds more. */
const sweepBatch = 100;

type Tab = { memberId: Id<'members'>; sessionId: string };

export async function recordHeartbeat(
  ctx: CaseCtx,
  args: { member: Doc<'members'>; sessionId: string; idleMs: number },
): Promise<void> {
  const now = Date.now();
  const { member, sessionId } = args;
  const idleMs = Number.isFinite(args.idleMs) ? Math.max(0, args.idleMs) : 0;
  const signs = { lastSeenAt: now, lastActiveAt: now - idleMs };
  const tab = await tabOf(ctx, { memberId: member._id, sessionId });
  if (tab !== null) {
    await ctx.db.patch(tab._id, { ...signs, lastActiveAt: Math.max(signs.lastActiveAt, tab.lastActiveAt) });
  } else {
    await makeRoomForTab(ctx, member._id);
    await ctx.db.insert('connections', { teamId: member.teamId, memberId: member._id, sessionId, ...signs });
  }
  const status = await statusOf(ctx, member._id);
  const isBack = !status.connected || (status.downgrade === 'idle' && idleMs < idleAfterMs);
  if (isBack) await checkPresence(ctx, member._id);
}

/** A tab said goodbye. The person is gone only if no other tab of theirs lives and this one does not come back. */
export async function recordDisconnect(ctx: CaseCtx, tab: Tab): Promise<void> {
  const row = await tabOf(ctx, tab);
  if (row === null) return;
  const lastSeenAt = Date.now() - disconnectedAfterMs + reloadGraceMs;
  if (lastSeenAt < row.lastSeenAt) await ctx.db.patch(row._id, { lastSeenAt });
  await checkPresence(ctx, tab.memberId);
}

/** [A2] Declares a status for a member, by themselves (then they are not idle) or by a manager. */
export async function declareStatus(
  ctx: CaseCtx,
  args: { memberId: Id<'members'>; status: MemberStatus; setBy: Id<'members'> },
): Promise<void> {
  await writeDeclared(ctx, args);
  if (args.setBy === args.memberId) await recordActivity(ctx, args.memberId);
  await checkPresence(ctx, args.memberId);
}

async function recordActivity(ctx: CaseCtx, memberId: Id<'members'>): Promise<void> {
  const tabs = await ctx.db
    .query('connections')
    .withIndex('by_memberId_and_sessionId', (q) => q.eq('memberId', memberId))
    .take(maxTabs);
  const newest = tabs.reduce<Doc<'connections'> | undefined>(
    (best, tab) => (best === undefined || tab.lastSeenAt > best.lastSeenAt ? tab : best),
    undefined,
  );
  if (newest !== undefined) await ctx.db.patch(newest._id, { lastActiveAt: Date.now() });
}

/** Shows what presence says now and sets the one alarm for when it can next change. */
export async function checkPresence(ctx: CaseCtx, memberId: Id<'members'>): Promise<void> {
  const { nextCheckAt } = await refreshStatus(ctx, memberId);
  await setAlarm(ctx, 'presence', memberId, nextCheckAt);
}

/** Ends a removed member's presence: tabs, pending check. */
export async function forgetPresence(ctx: CaseCtx, memberId: Id<'members'>): Promise<void> {
  const tabs = await ctx.db
    .query('connections')
    .withIndex('by_memberId_and_sessionId', (q) => q.eq('memberId', memberId))
    .take(maxTabs);
  for (const tab of tabs) await ctx.db.delete(tab._id);
  await checkPresence(ctx, memberId);
}

/** Tabs that fell silent long ago; returns how many. */
export async function sweepTabs(ctx: CaseCtx): Promise<number> {
  const silent = await ctx.db
    .query('connections')
    .withIndex('by_lastSeenAt', (q) => q.lt('lastSeenAt', Date.now() - 2 * offlineAfterMs))
    .take(sweepBatch);
  for (const tab of silent) await ctx.db.delete(tab._id);
  return silent.length;
}

function tabOf(ctx: CaseCtx, tab: Tab): Promise<Doc<'connections'> | null> {
  return ctx.db
    .query('connections')
    .withIndex('by_memberId_and_sessionId', (q) =>
      q.eq('memberId', tab.memberId).eq('sessionId', tab.sessionId),
    )
    .unique();
}

/** The newest tab always counts: beyond the bound the most silent one makes room. */
async function makeRoomForTab(ctx: CaseCtx, memberId: Id<'members'>): Promise<void> {
  const tabs = await ctx.db
    .query('connections')
    .withIndex('by_memberId_and_sessionId', (q) => q.eq('memberId', memberId))
    .take(maxTabs);
  if (tabs.length < maxTabs) return;
  const oldest = tabs.reduce((a, b) => (a.lastSeenAt <= b.lastSeenAt ? a : b));
  await ctx.db.delete(oldest._id);
}
