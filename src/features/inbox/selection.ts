/**
 * Which tickets of the list are selected, for acts on many. One list is on screen at a time, so it is one selection; what leaves
 * the list leaves the selection.
 */
import { useSyncExternalStore } from 'react';

/** More than anybody has looked at. */
export const mostSelected = 500;

const listeners = new Set<() => void>();
let selected: ReadonlySet<number> = new Set();
let rows: readonly number[] = [];
/** From where a range goes on. */
let anchor: number | null = null;

function become(next: Iterable<number>) {
  selected = new Set([...next].slice(0, mostSelected));
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The rows in their order, whenever they change. */
export function setRows(next: readonly number[]) {
  rows = next;
  const present = new Set(next);
  if ([...selected].some((number) => !present.has(number)))
    become([...selected].filter((number) => present.has(number)));
}

export function toggle(number: number) {
  anchor = number;
  become(selected.has(number) ? [...selected].filter((each) => each !== number) : [...selected, number]);
}

/** From where it was begun up to this one, too. */
export function extendTo(number: number) {
  const [from, to] = [rows.indexOf(anchor ?? number), rows.indexOf(number)];
  if (to < 0) return;
  const range = rows.slice(Math.min(from < 0 ? to : from, to), Math.max(from, to) + 1);
  anchor ??= number;
  become([...selected, ...range]);
}

export const selectAll = () => become(rows);
export const select = (numbers: Iterable<number>) => become(numbers);
export function clearSelection() {
  anchor = null;
  if (selected.size > 0) become([]);
}

/** In the order of the list. */
export const selectedInOrder = () => rows.filter((number) => selected.has(number));
export const useSelectedCount = () => useSyncExternalStore(listen, () => selected.size);
export const useIsSelected = (number: number) => useSyncExternalStore(listen, () => selected.has(number));
