import { useEffect } from 'react';
import { useMembership } from '../../convex/session';
import { type TicketDetail, usePickUp } from '../../convex/tickets';
import { useIsLooking } from '../../lib/activity';

/** So long it is in front of them before it counts as opened. */
const looksMs = 2_000;

/**
 * [A9] What came to its person by itself stays theirs once they have looked at it for two seconds: in a tab that is visible and
 * focused, so that one which only fetched it ahead picks nothing up. Told once an assignment.
 */
export function usePickingUp({ ticket: { _id: ticketId, assigneeId }, pickUpBy }: TicketDetail) {
  const { teamId, memberId } = useMembership();
  const pickUp = usePickUp();
  const isLooking = useIsLooking();
  const isDue = assigneeId === memberId && pickUpBy !== null;
  useEffect(() => {
    if (!isDue || !isLooking) return;
    // What is lost with a connection is told when they look again.
    const timer = setTimeout(() => void pickUp({ teamId, ticketId }).catch(() => {}), looksMs);
    return () => clearTimeout(timer);
  }, [pickUp, teamId, ticketId, isDue, isLooking]);
}
