/** At which times jobs were given lately, by the engine's store: one that lies before what was read is read out of turn (dueJobs.ts). */
import type { Store } from '../storage/store.ts';

/** Also by transactions that were undone. */
const earliest = new WeakMap<Store, number>();

export function noteTime(store: Store, atMs: number): void {
  if (atMs < (earliest.get(store) ?? Infinity)) earliest.set(store, atMs);
}

/** Since it was asked for last; Infinity for none. */
export function earliestNewTime(store: Store): number {
  const atMs = earliest.get(store) ?? Infinity;
  earliest.delete(store);
  return atMs;
}
