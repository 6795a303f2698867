/**
 * The one keyboard listener. A single key acts only where it is nobody else's (`lib/keys.ts`) and can be turned off;
 * $mod keys act everywhere.
 */
import { hasOwnKeys, isLayerOpen } from '../lib/keys';
import { actionIds, definitionOf } from './catalogue';
import { isSingleKey, makeKeyReader } from './keyReader';
import { getKeyPreferences, keysOf } from './preferences';
import { runAction } from './registry';

declare global {
  interface Window {
    __earlyKeys?: { key: string; at: number }[];
    __earlyKeyListener?: (event: KeyboardEvent) => void;
  }
}

function readerOfCatalogue() {
  return makeKeyReader(
    actionIds.flatMap((id) => {
      const repeats = definitionOf(id).group === 'List';
      return keysOf(id).map((keys) => ({ id, keys, repeats }));
    }),
  );
}

/** The single key is meant for what has the focus or lies over the page, or for nothing at all. */
function belongsElsewhere(event: KeyboardEvent): boolean {
  if (isLayerOpen()) return true;
  const { key, target } = event;
  if (hasOwnKeys(target, key)) return true;
  return key !== 'Escape' && !getKeyPreferences().singleKeys;
}

/** Starts listening; returns how to stop. Call it again after the keys were changed. */
export function listenToKeys(): () => void {
  const reader = readerOfCatalogue();
  const onKey = (event: KeyboardEvent) => {
    // Browsers that fill in a form send an event without a key.
    if (!(event instanceof KeyboardEvent)) return;
    if (event.defaultPrevented || (isSingleKey(event) && belongsElsewhere(event))) return reader.forget();
    const id = reader.read(event);
    if (id && runAction(id)) event.preventDefault();
  };
  window.addEventListener('keydown', onKey);
  return () => window.removeEventListener('keydown', onKey);
}

const freshMs = 10_000;

/**
 * Ends the collection of early keys (index.html) once the list has settled. Those that walk the list are played, if it
 * has rows to walk: every other key already had its listener, and an old key must never act on a ticket that came later.
 */
export function settleEarlyKeys(hasRows: boolean) {
  const early = window.__earlyKeys ?? [];
  if (window.__earlyKeyListener) removeEventListener('keydown', window.__earlyKeyListener, true);
  window.__earlyKeys = undefined;
  if (!hasRows) return;
  const walking = [...keysOf('list.next'), ...keysOf('list.previous')];
  for (const { key, at } of early) {
    if (!walking.includes(key) || performance.now() - at > freshMs) continue;
    window.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  }
}
