/** Tickets that have come to this person while the desk was open and that they have not looked at yet. */
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { useTicketNumbers } from './ticketLists';

const listeners = new Set<() => void>();
let unseen: readonly number[] = [];

function become(next: readonly number[]) {
  unseen = next;
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What this person brings back themselves right now. */
const broughtBack = new Set<number>();
/** The list follows the answer within a moment. */
const followsMs = 1_000;

/** What comes by an act of one's own is no news. */
export async function bringBack<Result>(number: number, act: () => Promise<Result>): Promise<Result> {
  broughtBack.add(number);
  return act().finally(() => setTimeout(() => broughtBack.delete(number), followsMs));
}

/** Oldest first. */
export const useNewForMe = () => useSyncExternalStore(listen, () => unseen);
export const useIsNewForMe = (number: number) => useSyncExternalStore(listen, () => unseen.includes(number));

/** Watches what comes; `tell` each that is not the open one. What is open has been seen, what has gone is not new. */
export function useWatchNewForMe(openNumber: number | null, tell: (number: number) => void) {
  const { numbers } = useTicketNumbers('mine');
  const known = useRef<ReadonlySet<number> | null>(null);
  useEffect(() => {
    if (numbers === undefined) return;
    const before = known.current;
    known.current = new Set(numbers);
    const isNews = (number: number) => number !== openNumber && !broughtBack.has(number);
    const come = before ? numbers.filter((number) => !before.has(number) && isNews(number)) : [];
    const left = unseen.filter((number) => number !== openNumber && numbers.includes(number));
    if (come.length > 0 || left.length < unseen.length) become([...left, ...come]);
    come.forEach(tell);
    // Only what comes is told, not who listens.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [numbers, openNumber]);
}
