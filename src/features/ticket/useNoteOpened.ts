import { useEffect } from 'react';
import { useMembership } from '../../convex/session';
import { type TicketDetail, useNoteOpened as useNote } from '../../convex/tickets';

/** So long a ticket is open before it counts as opened: not while the keys run past it. */
const readMs = 600;

/** Tells the desk that somebody has their ticket before them: until then they are mailed about it only once. */
export function useNoteOpened({ ticket: { _id: ticketId, assigneeId } }: TicketDetail) {
  const { teamId, memberId } = useMembership();
  const note = useNote();
  const isMine = assigneeId === memberId;
  useEffect(() => {
    if (!isMine) return;
    // What is lost with a connection costs a mail at most.
    const timer = setTimeout(() => void note({ teamId, ticketId }).catch(() => {}), readMs);
    return () => clearTimeout(timer);
  }, [note, teamId, ticketId, isMine]);
}
