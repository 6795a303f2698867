/**
 * Roles and statuses of the people who answer (product.md §4 A2, §7 R1).
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
