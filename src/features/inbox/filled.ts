import { useEffect } from 'react';
import { useTicketCounts, type View } from '../../convex/ticketLists';

const filled = new Set<View>();
/** What comes and is somebody's at once was nobody's to see. */
const seenMs = 2_000;

/** Notes that the view has tickets, while it is on screen; `isOpen`: one of them is looked at. */
export function useFilled(view: View, isOpen: boolean) {
  const hasSome = (useTicketCounts()?.[view] ?? 0) > 0;
  useEffect(() => {
    if (!hasSome) return undefined;
    const timer = setTimeout(() => filled.add(view), isOpen ? 0 : seenMs);
    return () => clearTimeout(timer);
  }, [hasSome, isOpen, view]);
}

/** Since the page was opened: who finds it empty now has seen it with some. */
export const hadTickets = (view: View) => filled.has(view);
