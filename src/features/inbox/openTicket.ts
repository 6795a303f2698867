import { useNavigate } from '@tanstack/react-router';
import { createContext, useCallback, useEffect, useRef, useState } from 'react';
import type { View } from '../../convex/ticketLists';

/**
 * Steps that come faster than this are one walk: the address follows its first step at once, and then when it rests. It need
 * not be rewritten at every press of a held key, and browsers refuse to.
 */
const followMs = 200;

interface Open {
  number: number | null;
  /** The address as it is. */
  at: string;
  /** The address that was last asked for here: when it comes, it is no news. */
  asked: string | null;
}

/** Whose ticket is shown. */
export const OpenTicketContext = createContext<number | null>(null);

/**
 * Which ticket is open. The keys and clicks of the list change it at once, and the address follows; an address that was not
 * asked for here changes it, too.
 */
export function useOpenTicket(view: View, addressed: number | null) {
  const navigate = useNavigate();
  const at = `${view}/${addressed}`;
  const [open, setOpen] = useState<Open>({ number: addressed, at, asked: null });
  const isAsked = at === open.asked;
  if (at !== open.at) setOpen(isAsked ? { ...open, at } : { number: addressed, at, asked: null });

  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    // Whoever goes elsewhere meanwhile is not called back.
    if (!isAsked) clearTimeout(timer.current);
  }, [at, isAsked]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const follow = useCallback(
    (number: number) => {
      setOpen((before) => ({ ...before, asked: `${view}/${number}` }));
      const params = { view, number: String(number) };
      void navigate({ to: '/inbox/$view/$number', params, search: true, replace: true });
    },
    [navigate, view],
  );
  const isOpen = addressed !== null;
  const goTo = useCallback(
    (number: number, afterMs = 0) => {
      clearTimeout(timer.current);
      setOpen((before) => ({ ...before, number }));
      if (isOpen && afterMs > 0) timer.current = setTimeout(() => follow(number), afterMs);
      else follow(number);
    },
    [isOpen, follow],
  );
  const steppedAt = useRef(-Infinity);
  const walk = useCallback(
    (number: number) => {
      const now = performance.now();
      const isWalking = now - steppedAt.current < followMs;
      steppedAt.current = now;
      goTo(number, isWalking ? followMs : 0);
    },
    [goTo],
  );
  return { number: open.number, open: goTo, walk };
}
