import { useEffect } from 'react';
import { useIsInNeed, useNoteOpened as useNote } from '../../convex/needs';
import { useMembership } from '../../convex/session';
import type { TicketDetail } from '../../convex/tickets';
import { useIsLooking } from '../../lib/activity';

/** So long a ticket is open before it counts as opened: not while the keys run past it. */
const readMs = 600;

/**
 * Tells the desk that somebody has before them what they have to see to: when they open it, when it comes up while they look, and when
 * they come back to it. It is then handled in every tab and nobody is mailed about it.
 */
export function useNoteOpened({ ticket: { _id: ticketId } }: TicketDetail) {
  const { teamId } = useMembership();
  const note = useNote();
  const isInNeed = useIsInNeed(ticketId);
  const isLooking = useIsLooking();
  useEffect(() => {
    if (!isInNeed || !isLooking) return;
    // What is lost with a connection costs a mail at most.
    const timer = setTimeout(() => void note({ teamId, ticketId }).catch(() => {}), readMs);
    return () => clearTimeout(timer);
  }, [note, teamId, ticketId, isInNeed, isLooking]);
}
