import { useRef, useState } from 'react';
import type { FoundThread } from '../../convex/search';
import { foundId } from './foundRow';

/** Which of what was found is open. The keys move it in the press itself, and the address follows. */
export function useWalk(
  threads: readonly FoundThread[],
  ticket: number | null,
  onTicket: (number: number | null) => void,
) {
  const addressed = threads.find((each) => ticket !== null && each.ticket?.number === ticket);
  const [chosen, setChosen] = useState<string | null>(null);
  const isThere = threads.some(({ conversationId }) => conversationId === chosen);
  const selected = isThere ? chosen : (addressed?.conversationId ?? null);
  // Keys may come faster than it is drawn.
  const cursor = useRef(selected);
  const open = (thread: FoundThread | null) => {
    cursor.current = thread?.conversationId ?? null;
    setChosen(cursor.current);
    onTicket(thread?.ticket?.number ?? null);
    if (thread) document.getElementById(foundId(thread))?.scrollIntoView({ block: 'nearest' });
  };
  const walk = (by: 1 | -1) => {
    const at = threads.findIndex(({ conversationId }) => conversationId === (cursor.current ?? selected));
    const next = at < 0 ? threads[by === 1 ? 0 : threads.length - 1] : threads[at + by];
    if (next) open(next);
  };
  return { selected, walk, open };
}
