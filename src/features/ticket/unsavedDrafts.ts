/**
 * What is written and not yet kept by the desk, in this tab: it outlives a reload, and is gone with the tab. Where storing is
 * forbidden it keeps nothing.
 */
import { keyOf, type Kept, type Mode, modes, type Whose } from './writing';

function storage(): Storage | undefined {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}

/** What the page before this one had left of somebody’s in a conversation, until it is back in its field. */
const leftBehind = new Map<string, Partial<Record<Mode, string | null>>>();

export function unsavedDrafts(whose: Whose) {
  const key = keyOf(whose);
  const placeOf = (mode: Mode) => `baton.unsaved.${key}.${mode}`;
  const read = (mode: Mode) => storage()?.getItem(placeOf(mode)) ?? null;
  if (!leftBehind.has(key)) {
    leftBehind.set(key, { reply: read('reply'), note: read('note') });
  }
  return {
    keep(mode: Mode, text: string): void {
      try {
        storage()?.setItem(placeOf(mode), text);
      } catch {
        // Full: the desk has it after the next pause.
      }
    },
    /** `saved`: only if nothing was written since. */
    forget(mode: Mode, saved?: string): void {
      if (saved === undefined || read(mode) === saved) storage()?.removeItem(placeOf(mode));
    },
    /** The drafts as they are with what the page before had not saved; once. */
    over(kept: Kept): Kept {
      const all = { ...kept };
      const left = leftBehind.get(key) ?? {};
      leftBehind.set(key, {});
      for (const mode of modes) {
        const text = left[mode] ?? null;
        if (text === null) continue;
        all[mode] = text;
        if (text !== '') all.mode = mode;
      }
      return all;
    },
  };
}
