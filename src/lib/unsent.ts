/**
 * What was written and is not at the desk yet, kept on this browser until it is: it outlives the tab and the browser, and comes
 * back as a draft where it was written (`lib/leftUnsent.ts`). Signed out, nothing of it stays. Where storing is
 * forbidden it keeps nothing.
 */
import { tabId } from './tabs';

const start = 'baton.unsent.';

export interface Unsent {
  mode: 'reply' | 'note';
  text: string;
  /** Of its ticket. */
  number: number;
  /** The draft the desk had when this was written; absent: not known. */
  base?: string | undefined;
  /** It was sent, and the desk has not said that it has it. `seenThrough`: as it was sent with (C9). */
  sent?: { clientMessageId: string; seenThrough: number; files: unknown[] };
}

/** `tab`: whose it is; '' once that has gone. */
export type Stored = Unsent & { tab: string; at: number };

/** Turned with each sign-out: what is under way then keeps nothing any more. */
let round = 0;
/** This page's, by key: how they are now, and since when they wait. */
const ours = new Map<string, { text: string; since: number }>();
/** A draft is saved within a moment: only what waits longer is worth a question. */
const momentMs = 2_000;

export function readUnsent(key: string): Stored | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null') as Stored | null;
  } catch {
    return null;
  }
}

function write(key: string, what: Stored | null): void {
  try {
    if (what === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(what));
  } catch {
    // Denied or full: this page has it, and asks before it is left.
  }
}

/** Of all, of one member (`memberId.`), or in one conversation of theirs (`memberId.conversationId.`). */
export function unsentKeys(under: string): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(start + under));
  } catch {
    return [];
  }
}

/** What one member writes in one conversation. `slot`: a mode, or the id of what was sent. */
export function unsentOf(memberId: string, conversationId: string) {
  const began = round;
  const keyOf = (slot: string) => `${start}${memberId}.${conversationId}.${slot}`;
  return {
    keep(slot: string, what: Unsent): void {
      if (began !== round) return;
      // What was sent is asked about from the first moment on.
      const since = ours.get(keyOf(slot))?.since ?? (what.sent ? 0 : Date.now());
      ours.set(keyOf(slot), { text: what.text, since });
      write(keyOf(slot), { ...what, tab: tabId, at: Date.now() });
    },
    /** `saved`: only if nothing was written since. */
    forget(slot: string, saved?: string): void {
      if (saved !== undefined && ours.get(keyOf(slot))?.text !== saved) return;
      ours.delete(keyOf(slot));
      write(keyOf(slot), null);
    },
  };
}

/** From here on it is this page's to keep. */
export function claimUnsent(key: string, stored: Stored): void {
  ours.set(key, { text: stored.text, since: Date.now() });
  write(key, { ...stored, tab: tabId });
}

/** Tells the other tabs, which may still show what was written: by a change, whatever it is. */
const cleared = 'baton.unsentCleared';

/** Whoever signs out, or was signed out, leaves nothing of it here, nor does a tab that is still open. */
export function clearUnsent(): void {
  round += 1;
  ours.clear();
  for (const key of unsentKeys('')) write(key, null);
  try {
    localStorage.setItem(cleared, crypto.randomUUID());
    localStorage.removeItem(cleared);
  } catch {
    // Denied: no tab keeps anything.
  }
}

globalThis.addEventListener?.('storage', ({ key, newValue }) => {
  if (key !== cleared || newValue === null) return;
  round += 1;
  ours.clear();
});

// Whoever comes next needs not ask whether this tab lives.
globalThis.addEventListener?.('pagehide', () => {
  for (const key of ours.keys()) {
    const stored = readUnsent(key);
    if (stored) write(key, { ...stored, tab: '' });
  }
});

// The library asks for what is on its way, and not for what waits for the desk to be there.
globalThis.addEventListener?.('beforeunload', (event) => {
  if ([...ours.values()].some(({ since }) => since < Date.now() - momentMs)) event.preventDefault();
});
