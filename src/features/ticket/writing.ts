/**
 * What is being written under one ticket, and how a text leaves it.
 *
 * Promises: reply and note are two texts, and no word goes from one to the other; a text leaves the field the moment it is
 * sent, under an id of its own, so that what is written meanwhile is the next message and sending twice sends once; a text
 * that did not go out comes back and overwrites nothing.
 */
import type { ThreadMoved } from '../../../convex/shared/conversation/door';
import { isVisible } from '../../../convex/shared/kit/text';

export const modes = ['reply', 'note'] as const;
export type Mode = (typeof modes)[number];

/** A text on its way. `seenThrough`: the last entry on screen when its last key was pressed (C9). */
export interface Outgoing {
  text: string;
  mode: Mode;
  clientMessageId: string;
  seenThrough: number;
}

/** Both texts as the desk keeps them, and which was written last. */
export interface Kept extends Record<Mode, string> {
  mode: Mode;
}

interface Written extends Kept {
  /** Of the mode in front. */
  text: string;
  /** The reply came back once, with what its author had not seen (C9). */
  held: ThreadMoved | null;
  /** The text in front was sent by an earlier page, and did not arrive. */
  isBack: boolean;
}

interface Sheet {
  text: string;
  seenThrough: number;
  id: string;
  /** Texts that came back stand in the order they were sent, before what was typed since. */
  isAllGivenBack: boolean;
  hasWritten: boolean;
  /** What an earlier page had sent, and nobody knows of: back here as it was. */
  notSent: string | null;
}

/** A text that an earlier page left behind. */
interface PutBack {
  mode: Mode;
  text: string;
  /** The draft the desk had then; absent: not known. */
  base?: string | undefined;
  /** The text had been sent, under this id. */
  sent?: Pick<Outgoing, 'clientMessageId' | 'seenThrough'> | undefined;
}

/** What was left takes the place of the desk's draft that it was made from; beside any other text it stands last. */
function withLeft(draft: string, { text, base }: PutBack): string {
  if (isBlank(draft) || draft === base || (!isBlank(text) && text.startsWith(draft.trim()))) return text;
  return isBlank(text) || draft.includes(text) ? draft : `${draft}\n\n${text}`;
}

function joined(one: string, other: string): string {
  if (isBlank(one)) return other;
  return isBlank(other) ? one : `${one}\n\n${other}`;
}

const isBlank = (text: string) => !isVisible(text);

export class Writing {
  readonly #sheets: Record<Mode, Sheet>;
  readonly #newId: () => string;
  #mode: Mode = 'reply';
  #held: ThreadMoved | null = null;
  #hasLoaded = false;
  #hasChosen = false;
  readonly #listeners = new Set<() => void>();
  #written: Written;

  /** `seenThrough`: the last entry on screen when the ticket was opened. */
  constructor(seenThrough: number, newId: () => string = () => crypto.randomUUID()) {
    this.#newId = newId;
    const empty = () => ({
      text: '',
      seenThrough,
      id: newId(),
      isAllGivenBack: false,
      hasWritten: false,
      notSent: null,
    });
    this.#sheets = { reply: empty(), note: empty() };
    this.#written = this.#read();
  }

  readonly now = (): Written => this.#written;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #read(): Written {
    const { reply, note } = this.#sheets;
    const { text, notSent } = this.#sheets[this.#mode];
    const isBack = notSent !== null && !isBlank(text);
    return { mode: this.#mode, text, reply: reply.text, note: note.text, held: this.#held, isBack };
  }

  #tell(): void {
    this.#written = this.#read();
    for (const listener of this.#listeners) listener();
  }

  /** The drafts as the desk keeps them: whenever they come, and when they change. Overwrites nothing that was written here. */
  load(kept: Kept): void {
    const isFirst = !this.#hasLoaded;
    this.#hasLoaded = true;
    const hasWritten = modes.some((mode) => this.#sheets[mode].hasWritten);
    if (!this.#hasChosen && !hasWritten) this.#mode = kept.mode;
    for (const mode of modes) {
      const sheet = this.#sheets[mode];
      if (!sheet.hasWritten) sheet.text = kept[mode];
      else if (isFirst) sheet.text = [kept[mode], sheet.text].filter((text) => !isBlank(text)).join('\n\n');
    }
    this.#tell();
  }

  /** The author typed: `seenThrough` is the last entry on screen. */
  write(text: string, seenThrough: number): void {
    Object.assign(this.#sheets[this.#mode], { text, seenThrough, isAllGivenBack: false, hasWritten: true });
    this.#tell();
  }

  /** What an earlier page left behind, the newest last: each in its field, the newest in front unless another is in hand. */
  putBack(all: readonly PutBack[]): void {
    const isFree = !this.#hasChosen && modes.every((mode) => !this.#sheets[mode].hasWritten);
    /** Fields that hold what came back already: no draft, whatever it is like. */
    const filled = new Set<Mode>();
    for (const left of all) {
      const { mode, sent } = left;
      const sheet = this.#sheets[mode];
      const text = filled.has(mode) ? joined(sheet.text, left.text) : withLeft(sheet.text, left);
      filled.add(mode);
      if (sent) {
        sheet.seenThrough = Math.min(sheet.seenThrough, sent.seenThrough);
        // Alone it goes out under its id once more: should it have arrived, it does so once.
        Object.assign(
          sheet,
          text === left.text ? { id: sent.clientMessageId, notSent: text } : { notSent: '' },
        );
      }
      if (isFree && !isBlank(text)) this.#mode = mode;
      Object.assign(sheet, { text, hasWritten: true });
    }
    this.#tell();
  }

  setMode(mode: Mode): void {
    this.#hasChosen = true;
    this.#mode = mode;
    this.#tell();
  }

  /** The author has read what the held reply came back with and writes on. */
  keepEditing(): void {
    const { reply } = this.#sheets;
    reply.seenThrough = Math.max(reply.seenThrough, this.#held?.through ?? 0);
    this.#held = null;
    this.#tell();
  }

  /** Takes the text in front out of the field; null when there is nothing to send. `hasFiles`: it needs no words. */
  take(hasFiles = false): Outgoing | null {
    const mode = this.#mode;
    const sheet = this.#sheets[mode];
    const text = sheet.text.trim();
    if (isBlank(text) && !hasFiles) return null;
    // Written anew it is another message, should the first have arrived after all.
    const isAsSent = sheet.notSent === null || sheet.notSent === text;
    const clientMessageId = isAsSent ? sheet.id : this.#newId();
    const outgoing = { text, mode, clientMessageId, seenThrough: sheet.seenThrough };
    const next = { text: '', id: this.#newId(), notSent: null };
    Object.assign(sheet, { ...next, isAllGivenBack: false, hasWritten: true });
    if (mode === 'reply') this.#held = null;
    this.#tell();
    return outgoing;
  }

  /** The text did not go out. */
  giveBack({ text, mode, clientMessageId, seenThrough }: Outgoing, held?: ThreadMoved): void {
    const sheet = this.#sheets[mode];
    // Seen at once, unless something else is being written.
    if (isBlank(this.#sheets[this.#mode].text)) this.#mode = mode;
    if (isBlank(sheet.text)) {
      Object.assign(sheet, { text, id: clientMessageId, seenThrough, isAllGivenBack: true });
    } else {
      sheet.seenThrough = Math.min(sheet.seenThrough, seenThrough);
      const both = sheet.isAllGivenBack ? [sheet.text, text] : [text, sheet.text];
      sheet.text = both.filter((each) => !isBlank(each)).join('\n\n');
    }
    if (held) this.#held = held;
    this.#tell();
  }
}

/** Whose words they are, and where: whoever signs in on this page next finds nothing of those before. */
export interface Whose {
  memberId: string;
  conversationId: string;
}

export const keyOf = ({ memberId, conversationId }: Whose) => `${memberId}.${conversationId}`;

const shared = new Map<string, { writing: Writing; holders: number }>();

/** The writing of this member and conversation while anybody holds it, otherwise a new one. */
export function writingOf(whose: Whose, seenThrough: number): Writing {
  return shared.get(keyOf(whose))?.writing ?? new Writing(seenThrough);
}

/**
 * Held by the ticket on screen and by each text on its way: who leaves and comes back before the answer finds the same
 * writing, so that a text given back then still joins what they have written since. Returns how to let go.
 */
export function holdWriting(whose: Whose, writing: Writing): () => void {
  const key = keyOf(whose);
  const entry = shared.get(key) ?? { writing, holders: 0 };
  entry.holders += 1;
  shared.set(key, entry);
  return () => {
    entry.holders -= 1;
    if (entry.holders === 0) shared.delete(key);
  };
}
