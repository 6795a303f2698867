/**
 * What is being written under one ticket, and how a text leaves it.
 *
 * Promises: a text leaves the field the moment it is sent, under an id of its own, so that what is written meanwhile is
 * the next message and sending twice sends once; a text that did not go out comes back and overwrites nothing.
 */
import type { ThreadMoved } from '../../../convex/shared/conversation/door';

export type Mode = 'reply' | 'note';

export interface Draft {
  text: string;
  mode: Mode;
}

/** A text on its way. `seenThrough`: the last entry on screen when its last key was pressed (C9). */
export interface Outgoing extends Draft {
  clientMessageId: string;
  seenThrough: number;
}

export interface Written extends Draft {
  /** The reply came back once, with what its author had not seen (C9). */
  held: ThreadMoved | null;
}

export interface Writing {
  now(): Written;
  subscribe(listener: () => void): () => void;
  /** The draft as the desk keeps it: whenever it comes, and when it changes. Overwrites nothing that was written here. */
  load(draft: Draft | null): void;
  /** The author typed: `seenThrough` is the last entry on screen. */
  write(text: string, seenThrough: number): void;
  setMode(mode: Mode): void;
  /** The author has read what the held reply came back with and writes on. */
  keepEditing(): void;
  /** Takes the text out of the field; null when there is nothing to send. */
  take(): Outgoing | null;
  /** The text did not go out. */
  giveBack(outgoing: Outgoing, held?: ThreadMoved): void;
}

/** `seenThrough`: the last entry on screen when the ticket was opened. */
export function makeWriting(seenThrough: number, newId: () => string = () => crypto.randomUUID()): Writing {
  let written: Written = { text: '', mode: 'reply', held: null };
  let id = newId();
  // Texts that came back stand in the order they were sent, before what was typed since.
  let isAllGivenBack = false;
  let hasLoaded = false;
  let hasWritten = false;
  let hasChosenNote = false;
  const listeners = new Set<() => void>();

  function become(next: Partial<Written>) {
    written = { ...written, ...next };
    for (const listener of listeners) listener();
  }

  function join(earlier: Draft): Draft {
    const parts = isAllGivenBack ? [written.text, earlier.text] : [earlier.text, written.text];
    // What was meant for the team alone never reaches the customer by being joined to a reply.
    const mode = written.mode === 'note' ? 'note' : earlier.mode;
    return { text: parts.join('\n\n'), mode };
  }

  return {
    now: () => written,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    load(draft) {
      const isFirst = !hasLoaded;
      hasLoaded = true;
      // Whoever chose to write a note writes no reply because an old one has come.
      const mode = hasChosenNote ? 'note' : (draft?.mode ?? written.mode);
      const text = draft?.text ?? '';
      if (hasWritten) {
        if (isFirst && draft) become(written.text.trim() === '' ? { text, mode } : join(draft));
      } else if (text !== written.text || mode !== written.mode) become({ text, mode });
    },
    write(text, seen) {
      seenThrough = seen;
      isAllGivenBack = false;
      hasWritten = true;
      become({ text });
    },
    setMode(mode) {
      hasChosenNote = mode === 'note';
      become({ mode, held: null });
    },
    keepEditing() {
      seenThrough = Math.max(seenThrough, written.held?.through ?? 0);
      become({ held: null });
    },
    take() {
      const text = written.text.trim();
      if (text === '') return null;
      const outgoing = { text, mode: written.mode, clientMessageId: id, seenThrough };
      id = newId();
      isAllGivenBack = false;
      hasWritten = true;
      become({ text: '', held: null });
      return outgoing;
    },
    giveBack(outgoing, held) {
      if (written.text.trim() === '') {
        id = outgoing.clientMessageId;
        seenThrough = outgoing.seenThrough;
        isAllGivenBack = true;
        become({ text: outgoing.text, mode: outgoing.mode, held: held ?? null });
      } else {
        seenThrough = Math.min(seenThrough, outgoing.seenThrough);
        become({ ...join(outgoing), held: held ?? written.held });
      }
    },
  };
}

const shared = new Map<string, { writing: Writing; holders: number }>();

/** The writing of this conversation while anybody holds it, otherwise a new one. */
export function writingOf(conversationId: string, seenThrough: number): Writing {
  return shared.get(conversationId)?.writing ?? makeWriting(seenThrough);
}

/**
 * Held by the ticket on screen and by each text on its way: who leaves and comes back before the answer finds the same
 * writing, so that a text given back then still joins what they have written since. Returns how to let go.
 */
export function holdWriting(conversationId: string, writing: Writing): () => void {
  const entry = shared.get(conversationId) ?? { writing, holders: 0 };
  entry.holders += 1;
  shared.set(conversationId, entry);
  return () => {
    entry.holders -= 1;
    if (entry.holders === 0) shared.delete(conversationId);
  };
}
