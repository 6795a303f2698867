import { useEffect, useRef } from 'react';
import { useMyStatus } from '../../convex/members';
import { useMembership } from '../../convex/session';
import { type TicketDetail, useNoteOpened as useNote } from '../../convex/tickets';

/** So long a ticket is open before it counts as opened: not while the keys run past it. */
const readMs = 600;

/**
 * Tells the desk that somebody has their ticket before them, and again when they come back to one that stood open: until then
 * they are mailed about it only once.
 */
export function useNoteOpened({ ticket: { _id: ticketId, assigneeId } }: TicketDetail) {
  const { teamId, memberId } = useMembership();
  const note = useNote();
  const noted = useRef<string | null>(null);
  const isMine = assigneeId === memberId;
  const effective = useMyStatus()?.effective;
  const isThere = effective === 'online' || effective === 'busy';
  useEffect(() => {
    if (!isMine || (noted.current === ticketId && !isThere)) return;
    const timer = setTimeout(() => {
      noted.current = ticketId;
      // What is lost with a connection costs a mail at most.
      void note({ teamId, ticketId }).catch(() => {});
    }, readMs);
    return () => clearTimeout(timer);
  }, [note, teamId, ticketId, isMine, isThere]);
}
