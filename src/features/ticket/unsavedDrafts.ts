/**
 * What is written and not yet kept by the desk, in this tab: it outlives a reload, and is gone with the tab. Where storing is
 * forbidden it keeps nothing.
 */
import { type Kept, type Mode, modes } from './writing';

const keyOf = (conversationId: string, mode: Mode) => `baton.unsaved.${conversationId}.${mode}`;

function storage(): Storage | undefined {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}

export function unsavedDrafts(conversationId: string) {
  const read = (mode: Mode) => storage()?.getItem(keyOf(conversationId, mode)) ?? null;
  return {
    keep(mode: Mode, text: string): void {
      try {
        storage()?.setItem(keyOf(conversationId, mode), text);
      } catch {
        // Full: the desk has it after the next pause.
      }
    },
    /** `saved`: only if nothing was written since. */
    forget(mode: Mode, saved?: string): void {
      if (saved === undefined || read(mode) === saved) storage()?.removeItem(keyOf(conversationId, mode));
    },
    /** The drafts as they are with what had not been saved. */
    over(kept: Kept): Kept {
      const all = { ...kept };
      for (const mode of modes) {
        const text = read(mode);
        if (text === null) continue;
        all[mode] = text;
        if (text !== '') all.mode = mode;
      }
      return all;
    },
  };
}
