/** Up to which word of the customer this person has had each ticket open, on this machine. */
import { useSyncExternalStore } from 'react';

const storageKey = 'baton.seen';
/** More than anybody works on; the longest unseen go. */
const most = 500;

const listeners = new Set<() => void>();
const seen = read();

function read(): Map<string, number> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]');
    return new Map(Array.isArray(stored) ? (stored as [string, number][]) : []);
  } catch {
    return new Map();
  }
}

const keyOf = (memberId: string, number: number) => `${memberId} ${number}`;

/** `at`: when the customer wrote what was on screen. */
export function markSeen(memberId: string, number: number, at: number) {
  const key = keyOf(memberId, number);
  if ((seen.get(key) ?? 0) >= at) return;
  seen.delete(key);
  seen.set(key, at);
  const [oldest] = seen.keys();
  if (seen.size > most) seen.delete(oldest!);
  try {
    localStorage.setItem(storageKey, JSON.stringify([...seen]));
  } catch {
    // Kept for this page only.
  }
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useSeenAt = (memberId: string, number: number) =>
  useSyncExternalStore(listen, () => seen.get(keyOf(memberId, number)) ?? 0);
