import { useSyncExternalStore } from 'react';
import type { TicketActions } from './ticketActions';
import type { Writing } from './writing';

/** The one act that stands out in this state of the ticket: take over, then send, then resolve. */
export type Primary = 'takeOver' | 'send' | 'sendHeld' | 'resolve' | null;

export function usePrimary(writing: Writing, { iHold, otherHolds, active }: TicketActions): Primary {
  return useSyncExternalStore(writing.subscribe, () => {
    const { text, mode, held } = writing.now();
    if (held && mode === 'reply') return 'sendHeld';
    if (text.trim() !== '') return 'send';
    if (iHold) return active ? 'resolve' : null;
    return otherHolds || !active ? null : 'takeOver';
  });
}
