import { useNavigate } from '@tanstack/react-router';
import type { RefObject } from 'react';
import { useIsHere } from '../../lib/useIsHere';
import { notify } from '../../ui/toast';

interface TicketNews {
  isHere: RefObject<boolean>;
  /** Leads to the ticket, for who is told of it elsewhere. */
  wayBack: { label: string; run: () => void };
  /** Returns how to take it back. */
  say: (text: string, options?: Parameters<typeof notify>[1]) => () => void;
}

/** What became of an act on a ticket. Whoever has left it by then is told which one it was, with the way back. */
export function useTicketNews(number: number, onLeave?: () => void): TicketNews {
  const navigate = useNavigate();
  const isHere = useIsHere(number, onLeave);
  const params = { view: 'all', number: String(number) };
  const wayBack = { label: 'Open', run: () => void navigate({ to: '/inbox/$view/$number', params }) };
  return {
    isHere,
    wayBack,
    say: (text, options) =>
      isHere.current ? notify(text, options) : notify(`#${number}: ${text}`, { action: wayBack, ...options }),
  };
}
