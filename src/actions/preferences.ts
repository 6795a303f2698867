/** Which keys do what, for this person on this machine: single keys can be turned off and changed (WCAG 2.1.4). */
import { useSyncExternalStore } from 'react';
import { kept } from '../lib/kept';
import { type ActionId, actionIds, definitionOf } from './catalogue';

interface Preferences {
  singleKeys: boolean;
  remapped: Partial<Record<ActionId, string[]>>;
}

const defaults: Preferences = { singleKeys: true, remapped: {} };
const preferences = kept<Preferences>(
  'baton.keys',
  defaults,
  (stored) => {
    const read: unknown = JSON.parse(stored);
    return typeof read === 'object' ? { ...defaults, ...read } : defaults;
  },
  (chosen) => JSON.stringify(chosen),
);

export const getKeyPreferences = preferences.now;
export const setSingleKeys = (singleKeys: boolean) => preferences.set({ ...preferences.now(), singleKeys });
export const resetKeys = () => preferences.set({ ...preferences.now(), remapped: {} });

export function keysOf(id: ActionId): readonly string[] {
  return preferences.now().remapped[id] ?? definitionOf(id).keys;
}

/** The same keys, or one the beginning of the other: it would never be heard alone. */
const collide = (a: string, b: string) => a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `);

/** Gives `keys` to one action; returns the action whose keys they collide with instead, and changes nothing. */
export function remap(id: ActionId, keys: string): ActionId | null {
  const holder = actionIds.find((each) => each !== id && keysOf(each).some((held) => collide(held, keys)));
  if (holder) return holder;
  const before = preferences.now();
  preferences.set({ ...before, remapped: { ...before.remapped, [id]: keys ? [keys] : [] } });
  return null;
}

export function useKeyPreferences(): Preferences {
  return useSyncExternalStore(preferences.listen, preferences.now);
}

/** The keys to show for an action: the first, as this person has chosen them. */
export function useShownKeys(id: ActionId): string | undefined {
  useKeyPreferences();
  return keysOf(id)[0];
}
