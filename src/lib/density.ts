/** How high the rows of the inbox are, for this person on this machine. */
import { useSyncExternalStore } from 'react';

export type Density = 'comfortable' | 'compact';

const storageKey = 'baton.density';
const listeners = new Set<() => void>();
let density = read();

function read(): Density {
  try {
    return localStorage.getItem(storageKey) === 'compact' ? 'compact' : 'comfortable';
  } catch {
    return 'comfortable';
  }
}

export function setDensity(next: Density) {
  density = next;
  try {
    localStorage.setItem(storageKey, next);
  } catch {
    // Kept for this page only.
  }
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useDensity = () => useSyncExternalStore(listen, () => density);
