/** What the command menu finds beside the actions: tickets, customers, and the search for the rest. */
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useFinder } from '../../actions/finder';
import type { Choice } from '../../actions/registry';
import { type Found, type FoundThread, useFind } from '../../convex/search';

/** The menu is for what one knows: the rest is the search's. */
const mostThreads = 6;

const statusWords = { new: 'New', open: 'Open', resolved: 'Resolved', closed: 'Closed' };

function wordsOf({ ticket, customerName, subject }: FoundThread) {
  const what = subject === '' ? customerName : `${customerName} · ${subject}`;
  return ticket
    ? { label: `#${ticket.number} · ${what}`, hint: statusWords[ticket.status] }
    : { label: what, hint: 'No ticket' };
}

/** Shows nothing. */
export function FindChoices({ onTicket }: { onTicket: (number: number) => void }) {
  const find = useFind();
  const navigate = useNavigate();
  const choose = useCallback(
    async (text: string): Promise<Choice[]> => {
      const search = (q: string) => void navigate({ to: '/search', search: { q } });
      const { threads, people }: Found = await find(text);
      return [
        ...threads.slice(0, mostThreads).map((thread) => {
          const { ticket, conversationId } = thread;
          const run = () => (ticket ? onTicket(ticket.number) : search(text));
          return { id: conversationId, ...wordsOf(thread), run };
        }),
        ...people.map(({ customerId, name, address }) => ({
          id: customerId,
          label: name,
          hint: 'Customer: what they wrote',
          run: () => search(`from:"${(address ?? name).replaceAll('"', ' ')}"`),
        })),
        { id: 'search', label: `Search for “${text}”`, hint: 'Search', run: () => search(text) },
      ];
    },
    [find, navigate, onTicket],
  );
  useFinder(choose);
  return null;
}
