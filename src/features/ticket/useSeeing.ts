import { useEffect, useRef } from 'react';
import { isActive } from '../../../convex/shared/tickets/tickets';
import { useMembership } from '../../convex/session';
import { useMarkSeen } from '../../convex/threads';
import type { TicketDetail } from '../../convex/tickets';
import { useIsLooking } from '../../lib/activity';

/** So long it is in front of them before it counts as seen, as where one picks a ticket up. */
const looksMs = 2_000;

/**
 * Tells the customer that a person has what they wrote before them: in a tab that is visible and focused, for two seconds. Once that is
 * known nobody who looks on says it again, so it costs one mark however many do.
 */
export function useSeeing(detail: TicketDetail) {
  const { ticket, lastSequence, lastCustomerSequence = 0, teamReadThrough } = detail;
  const { conversationId } = ticket;
  const { teamId } = useMembership();
  const mark = useMarkSeen();
  const isLooking = useIsLooking();
  const newest = useRef(lastSequence);
  newest.current = lastSequence;
  const isDue = isActive(ticket.status) && lastCustomerSequence > teamReadThrough;
  useEffect(() => {
    if (!isDue || !isLooking) return;
    // What comes meanwhile is seen two seconds later.
    const through = newest.current;
    const timer = setTimeout(() => void mark({ teamId, conversationId, through }).catch(() => {}), looksMs);
    return () => clearTimeout(timer);
  }, [mark, teamId, conversationId, isDue, isLooking, teamReadThrough]);
}
