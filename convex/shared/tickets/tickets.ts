/** Ticket words and the total transition table (docs/rules.md T2, T3, T7). Pure. */
import { type Infer, v } from 'convex/values';

export const ticketStatuses = ['new', 'open', 'resolved', 'closed'] as const;
export const vTicketStatus = v.union(
  v.literal('new'),
  v.literal('open'),
  v.literal('resolved'),
  v.literal('closed'),
);
export type TicketStatus = Infer<typeof vTicketStatus>;

export const priorities = ['low', 'normal', 'high', 'urgent'] as const;
export const vPriority = v.union(
  v.literal('low'),
  v.literal('normal'),
  v.literal('high'),
  v.literal('urgent'),
);
export type Priority = Infer<typeof vPriority>;

export const vWaitingOn = v.union(v.literal('customer'), v.literal('thirdParty'));
export type WaitingOn = Infer<typeof vWaitingOn>;

/** [T2] Every move that may happen; everything else is ILLEGAL_TRANSITION. */
export const ticketTransitions: Record<TicketStatus, Record<TicketStatus, boolean>> = {
  new: { new: false, open: true, resolved: true, closed: true },
  open: { new: false, open: false, resolved: true, closed: true },
  resolved: { new: false, open: true, resolved: false, closed: true },
  closed: { new: false, open: true, resolved: false, closed: false },
};

export function isActive(status: TicketStatus): boolean {
  return status === 'new' || status === 'open';
}

/** [E3] Rows that one page of a list looks at where no index knows all of its filters. */
export const maxLooked = 1000;

export const maxTags = 30;
export const maxTagLength = 60;

/** [A2] How long an away operator keeps a ticket of theirs that was reopened. */
export const reopenGraceMs = 2 * 60_000;

/** [H2] The customer has written since the brief was made. */
export function isBriefStale(
  { briefThrough }: { briefThrough?: number },
  { lastCustomerSequence = 0 }: { lastCustomerSequence?: number },
): boolean {
  return briefThrough !== undefined && lastCustomerSequence > briefThrough;
}
