/**
 * Where a ticket stands in the lists. Pure.
 *
 * The active ones stand in the order in which they began to wait; who waits for nothing, by what was said last. The snoozed
 * ones stand apart, by when they wake, and the ended ones by when they ended. A message moves a ticket only where it changes
 * who waits: nothing else does.
 */
import { type Infer, v } from 'convex/values';
import { isActive, type TicketStatus } from './tickets';

/** `active`: new and open, and awake. */
export const vBucket = v.union(
  v.literal('active'),
  v.literal('snoozed'),
  v.literal('resolved'),
  v.literal('closed'),
);
export type Bucket = Infer<typeof vBucket>;

/** `needsReply`: the active ones whose customer waits. */
export const vTicketList = v.union(
  v.literal('all'),
  v.literal('needsReply'),
  v.literal('unassigned'),
  v.literal('assigned'),
  v.literal('snoozed'),
  v.literal('resolved'),
  v.literal('closed'),
);
export type TicketList = Infer<typeof vTicketList>;

/** Behind every deadline. */
export const noDeadline = Number.MAX_SAFE_INTEGER;

interface Standing {
  status: TicketStatus;
  snoozedUntil?: number;
  waitingSince?: number;
  openedAt: number;
  resolvedAt?: number;
  closedAt?: number;
}

export function bucketOf({ status, snoozedUntil }: Pick<Standing, 'status' | 'snoozedUntil'>): Bucket {
  if (isActive(status)) return snoozedUntil === undefined ? 'active' : 'snoozed';
  return status === 'closed' ? 'closed' : 'resolved';
}

/** Since when the ticket stands where it does; a snoozed one, until when. */
export function standsSince(
  { status, snoozedUntil, waitingSince, openedAt, resolvedAt, closedAt }: Standing,
  { lastMessageAt }: { lastMessageAt: number },
): number {
  if (isActive(status)) return snoozedUntil ?? waitingSince ?? lastMessageAt;
  return (status === 'closed' ? closedAt : resolvedAt) ?? openedAt;
}

/** At most so many in one page. */
const maxPage = 300;

/**
 * Does a page end with this ticket? Told by its number, so pages are the same for everybody whenever they came, and a ticket
 * that comes or goes changes its own page and no other.
 */
export function endsPage(number: number, held: number): boolean {
  return number % 100 === 0 || held >= maxPage;
}
