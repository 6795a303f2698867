/**
 * Roles and statuses of the people who answer (docs/rules.md §4 A2, §7 R1).
 * Pure: the client imports this too.
 */
import { type Infer, v } from 'convex/values';

export const roles = ['operator', 'manager', 'owner'] as const;
export const vRole = v.union(v.literal('operator'), v.literal('manager'), v.literal('owner'));
export type Role = Infer<typeof vRole>;

export const memberStatuses = ['online', 'busy', 'away', 'offline'] as const;
export const vMemberStatus = v.union(
  v.literal('online'),
  v.literal('busy'),
  v.literal('away'),
  v.literal('offline'),
);
export type MemberStatus = Infer<typeof vMemberStatus>;

/** Why the system shows less than what the person declared. */
export const vDowngrade = v.union(v.literal('idle'), v.literal('disconnected'));
type Downgrade = Infer<typeof vDowngrade>;

/** [A3] What a new member's limit is until somebody sets it. */
export const defaultLimit = 5;
export const disconnectedAfterMs = 75_000;
export const offlineAfterMs = 5 * 60_000;
export const idleAfterMs = 10 * 60_000;

export interface Presence {
  effective: MemberStatus;
  downgrade: Downgrade | undefined;
  connected: boolean;
  /** When this could change without anybody doing anything; undefined: never. */
  nextCheckAt: number | undefined;
}

const availability = { offline: 0, away: 1, busy: 2, online: 3 } as const satisfies Record<
  MemberStatus,
  number
>;

/**
 * [A2] What others see of a declared status: the system only ever shows less, names why, and shows the declared
 * status again as soon as the reason is gone. Times are undefined when the member has no open tab at all.
 */
export function presenceAt(
  now: number,
  declared: MemberStatus,
  seen: { lastSeenAt: number; lastActiveAt: number } | undefined,
): Presence {
  const silentMs = seen === undefined ? Infinity : now - seen.lastSeenAt;
  const idleMs = seen === undefined ? Infinity : now - seen.lastActiveAt;
  const connected = silentMs < disconnectedAfterMs;
  const cap: MemberStatus =
    silentMs >= offlineAfterMs ? 'offline' : !connected || idleMs >= idleAfterMs ? 'away' : 'online';
  const lowered = availability[cap] < availability[declared];
  return {
    effective: lowered ? cap : declared,
    downgrade: !lowered ? undefined : connected ? 'idle' : 'disconnected',
    connected,
    nextCheckAt: nextCheckAt(now, seen, cap, connected),
  };
}

function nextCheckAt(
  now: number,
  seen: { lastSeenAt: number; lastActiveAt: number } | undefined,
  cap: MemberStatus,
  connected: boolean,
): number | undefined {
  if (seen === undefined || cap === 'offline') return undefined;
  if (!connected) return seen.lastSeenAt + offlineAfterMs;
  const silentAt = seen.lastSeenAt + disconnectedAfterMs;
  const idleAt = seen.lastActiveAt + idleAfterMs;
  return idleAt > now ? Math.min(silentAt, idleAt) : silentAt;
}

/** Characters of what stands below a person's mails. */
export const maxSignature = 500;
