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

interface Written extends Draft {
  /** The reply came back once, with what its author had not seen (C9). */
  held: ThreadMoved | null;
}

export class Writing {
  #written: Written = { text: '', mode: 'reply', held: null };
  #seenThrough: number;
  readonly #newId: () => string;
  #id: string;
  /** Texts that came back stand in the order they were sent, before what was typed since. */
  #isAllGivenBack = false;
  #hasLoaded = false;
  #hasWritten = false;
  #hasChosenNote = false;
  readonly #listeners = new Set<() => void>();

  /** `seenThrough`: the last entry on screen when the ticket was opened. */
  constructor(seenThrough: number, newId: () => string = () => crypto.randomUUID()) {
    this.#seenThrough = seenThrough;
    this.#newId = newId;
    this.#id = newId();
  }

  readonly now = (): Written => this.#written;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #become(next: Partial<Written>): void {
    this.#written = { ...this.#written, ...next };
    for (const listener of this.#listeners) listener();
  }

  #join(earlier: Draft): Draft {
    const { text, mode } = this.#written;
    const parts = this.#isAllGivenBack ? [text, earlier.text] : [earlier.text, text];
    // What was meant for the team alone never reaches the customer by being joined to a reply.
    return { text: parts.join('\n\n'), mode: mode === 'note' ? 'note' : earlier.mode };
  }

  /** The draft as the desk keeps it: whenever it comes, and when it changes. Overwrites nothing that was written here. */
  load(draft: Draft | null): void {
    const isFirst = !this.#hasLoaded;
    this.#hasLoaded = true;
    const written = this.#written;
    // Whoever chose to write a note writes no reply because an old one has come.
    const mode = this.#hasChosenNote ? 'note' : (draft?.mode ?? written.mode);
    const text = draft?.text ?? '';
    if (this.#hasWritten) {
      if (isFirst && draft) this.#become(written.text.trim() === '' ? { text, mode } : this.#join(draft));
    } else if (text !== written.text || mode !== written.mode) this.#become({ text, mode });
  }

  /** The author typed: `seenThrough` is the last entry on screen. */
  write(text: string, seenThrough: number): void {
    this.#seenThrough = seenThrough;
    this.#isAllGivenBack = false;
    this.#hasWritten = true;
    this.#become({ text });
  }

  setMode(mode: Mode): void {
    this.#hasChosenNote = mode === 'note';
    this.#become({ mode, held: null });
  }

  /** The author has read what the held reply came back with and writes on. */
  keepEditing(): void {
    this.#seenThrough = Math.max(this.#seenThrough, this.#written.held?.through ?? 0);
    this.#become({ held: null });
  }

  /** Takes the text out of the field; null when there is nothing to send. */
  take(): Outgoing | null {
    const text = this.#written.text.trim();
    if (text === '') return null;
    const { mode } = this.#written;
    const outgoing = { text, mode, clientMessageId: this.#id, seenThrough: this.#seenThrough };
    this.#id = this.#newId();
    this.#isAllGivenBack = false;
    this.#hasWritten = true;
    this.#become({ text: '', held: null });
    return outgoing;
  }

  /** The text did not go out. */
  giveBack(outgoing: Outgoing, held?: ThreadMoved): void {
    if (this.#written.text.trim() === '') {
      this.#id = outgoing.clientMessageId;
      this.#seenThrough = outgoing.seenThrough;
      this.#isAllGivenBack = true;
      this.#become({ text: outgoing.text, mode: outgoing.mode, held: held ?? null });
    } else {
      this.#seenThrough = Math.min(this.#seenThrough, outgoing.seenThrough);
      this.#become({ ...this.#join(outgoing), held: held ?? this.#written.held });
    }
  }
}

const shared = new Map<string, { writing: Writing; holders: number }>();

/** The writing of this conversation while anybody holds it, otherwise a new one. */
export function writingOf(conversationId: string, seenThrough: number): Writing {
  return shared.get(conversationId)?.writing ?? new Writing(seenThrough);
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
