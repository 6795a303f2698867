/**
 * The one keyboard listener. Keys without $mod act only outside text fields and can be turned off; $mod keys act
 * everywhere. Letters are matched by what is typed, and by position where the layout is not Latin.
 */
import { createKeybindingsHandler } from 'tinykeys';
import { hasOwnKeys, isLayerOpen } from '../lib/keys';
import { actionIds, type ActionId } from './catalogue';
import { getKeyPreferences, keysOf } from './preferences';
import { runAction } from './registry';

declare global {
  interface Window {
    __earlyKeys?: { key: string; at: number }[];
    __earlyKeyListener?: (event: KeyboardEvent) => void;
  }
}

const hasModifier = (keys: string) => keys.includes('$mod') || /^F\d+$/.test(keys);
const isOtherScript = (key: string) => key.length === 1 && key.charCodeAt(0) > 0x7f;
const byPosition = (keys: string) => keys.replace(/\b([a-z])\b/gi, (letter) => `Key${letter.toUpperCase()}`);

function press(id: ActionId, keys: string, event: KeyboardEvent) {
  if (event.defaultPrevented) return;
  if (!hasModifier(keys)) {
    if (hasOwnKeys(event.target, event.key)) return;
    if (keys !== 'Escape' && !getKeyPreferences().singleKeys) return;
  }
  if (isLayerOpen() && !hasModifier(keys)) return;
  if (runAction(id)) event.preventDefault();
}

function buildHandler() {
  const map: Record<string, (event: KeyboardEvent) => void> = {};
  for (const id of actionIds) {
    for (const keys of keysOf(id)) {
      map[keys] = (event) => press(id, keys, event);
      const positional = byPosition(keys);
      if (positional !== keys) {
        map[positional] = (event) => {
          if (isOtherScript(event.key)) press(id, keys, event);
        };
      }
    }
  }
  return createKeybindingsHandler(map);
}

/** Starts listening; returns how to stop. Call it again after the keys were changed. */
export function listenToKeys(): () => void {
  const handler = buildHandler();
  window.addEventListener('keydown', handler);
  return () => window.removeEventListener('keydown', handler);
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
