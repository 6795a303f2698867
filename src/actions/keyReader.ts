/**
 * Reads one key press after the other as what a shortcut asks for: a single press, or a sequence ("g i").
 *
 * Promises: each press means at most one thing. A started sequence owns the next single key, which goes on with it or
 * ends it and means nothing else; a chord ($mod+k) that does not go on with it means what it always means. A key held
 * down repeats only what may repeat.
 */
import { type KeyBindingPress, matchKeyBindingPress, parseKeybinding } from 'tinykeys';

interface Shortcut<Id extends string = string> {
  id: Id;
  /** tinykeys syntax. */
  keys: string;
  /** Acts again and again while it is held down. */
  repeats: boolean;
}

/** A started sequence is forgotten after this pause. */
const pauseMs = 1_000;

const isModifier = ({ key }: KeyboardEvent) => /^(Shift|Control|Alt|AltGraph|Meta)$/.test(key);

/** A key alone or with Shift: text, where there is a field. */
export const isSingleKey = ({ ctrlKey, metaKey, key }: KeyboardEvent) =>
  !ctrlKey && !metaKey && !/^F\d+$/.test(key);

/** Letters are matched by what is typed, and by position where the layout is not Latin. */
function matches(event: KeyboardEvent, [modifiers, key]: KeyBindingPress): boolean {
  if (matchKeyBindingPress(event, [modifiers, key])) return true;
  const isOtherScript = event.key.length === 1 && event.key.charCodeAt(0) > 0x7f;
  const isLetter = typeof key === 'string' && /^[a-z]$/i.test(key);
  return isOtherScript && isLetter && matchKeyBindingPress(event, [modifiers, `Key${key.toUpperCase()}`]);
}

export function makeKeyReader<Id extends string>(shortcuts: readonly Shortcut<Id>[]) {
  const all = shortcuts.map((shortcut) => ({ ...shortcut, presses: parseKeybinding(shortcut.keys) }));
  let started: typeof all = [];
  let depth = 0;
  let startedAt = -Infinity;

  function forget() {
    started = [];
    depth = 0;
  }

  return {
    /** What this press completes; null while a sequence goes on, and when it means nothing. */
    read(event: KeyboardEvent): Id | null {
      if (isModifier(event)) return null;
      if (event.timeStamp - startedAt > pauseMs) forget();
      const isNext = (each: (typeof all)[number]) => matches(event, each.presses[depth]!);
      const goingOn = started.filter(isNext);
      const isOwned = started.length > 0 && (goingOn.length > 0 || isSingleKey(event));
      if (event.repeat && isOwned) return null;
      if (!isOwned) forget();
      const next = (isOwned ? goingOn : all.filter(isNext)).filter((each) => each.repeats || !event.repeat);
      const completed = next.find((each) => each.presses.length === depth + 1);
      if (completed || next.length === 0) forget();
      else [started, depth, startedAt] = [next, depth + 1, event.timeStamp];
      return completed?.id ?? null;
    },
    /** The press belonged to something else: no sequence goes on over it. */
    forget,
  };
}
