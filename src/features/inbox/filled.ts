import { useEffect } from 'react';
import { useTicketCounts, type View } from '../../convex/ticketLists';

const filled = new Set<View>();

/** Notes that the view has tickets, while it is on screen. */
export function useFilled(view: View) {
  const count = useTicketCounts()?.[view] ?? 0;
  useEffect(() => {
    if (count > 0) filled.add(view);
  }, [count, view]);
}

/** Since the page was opened: who finds it empty now has seen it with some. */
export const hadTickets = (view: View) => filled.has(view);
