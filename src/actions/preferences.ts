/** Which keys do what, for this person on this machine: single keys can be turned off and changed (WCAG 2.1.4). */
import { useSyncExternalStore } from 'react';
import { type ActionId, actionIds, definitionOf } from './catalogue';

interface Preferences {
  singleKeys: boolean;
  remapped: Partial<Record<ActionId, string[]>>;
}

const storageKey = 'baton.keys';
const listeners = new Set<() => void>();
let preferences = read();

function read(): Preferences {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? 'null');
    if (stored && typeof stored === 'object') return { singleKeys: true, remapped: {}, ...stored };
  } catch {
    // Unreadable or forbidden storage: the defaults serve.
  }
  return { singleKeys: true, remapped: {} };
}

function write(next: Preferences) {
  preferences = next;
  try {
    localStorage.setItem(storageKey, JSON.stringify(next));
  } catch {
    // Kept for this page only.
  }
  for (const listener of listeners) listener();
}

export const getKeyPreferences = () => preferences;
export const setSingleKeys = (singleKeys: boolean) => write({ ...preferences, singleKeys });
export const resetKeys = () => write({ ...preferences, remapped: {} });

export function keysOf(id: ActionId): readonly string[] {
  return preferences.remapped[id] ?? definitionOf(id).keys;
}

/** The same keys, or one the beginning of the other: it would never be heard alone. */
const collide = (a: string, b: string) => a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `);

/** Gives `keys` to one action; returns the action whose keys they collide with instead, and changes nothing. */
export function remap(id: ActionId, keys: string): ActionId | null {
  const holder = actionIds.find((each) => each !== id && keysOf(each).some((held) => collide(held, keys)));
  if (holder) return holder;
  write({ ...preferences, remapped: { ...preferences.remapped, [id]: keys ? [keys] : [] } });
  return null;
}

export function useKeyPreferences(): Preferences {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => preferences,
  );
}

/** The keys to show for an action: the first, as this person has chosen them. */
export function useShownKeys(id: ActionId): string | undefined {
  useKeyPreferences();
  return keysOf(id)[0];
}
