/**
 * What is large goes by turns (H16): how much of large bodies and frames is read in one turn of the loop, and that one of them is
 * parsed a turn. Of sixteen that arrive together, whoever comes in between waits for a piece of each and for one.
 *
 * And each address has a pace (H27): what it sends beyond that is read later, so that however many large things one sends without a
 * rest, they take a small part of the loop's time, and the rest is everybody else's.
 */
import { EDGES } from '../values/edges.ts';

/** Of a body or frame, before it is one of those that are large. */
export const LARGE = 16 * 1024;
/** Of all that is large, together. */
export const READ_A_TURN = 512 * 1024;
/** What a socket gives at once. */
const PIECE = 64 * 1024;
/** Of one address, in a millisecond; and how far ahead of that it may be. */
const A_MS = EDGES.pace.most / 1_000;
export const AHEAD_MS = 250;

/** A request, or a WebSocket. */
export interface Source {
  pause(): void;
  resume(): void;
}

/** An address (sources.ts); null for those who have no pace, administrators. */
export type Sender = string | null;

interface Line {
  /** Whose turn it is next first. */
  held: Set<Source>;
  /** Until then it has read, at its pace. */
  readUntilMs: number;
  /** The same, with a piece of each that is not held any more and has not given it yet. */
  dueMs: number;
}

/** When so much more is read. */
function later(ms: number, bytes: number, now: number, sender: Sender): number {
  return sender === null ? ms : Math.max(ms, now - AHEAD_MS) + bytes / A_MS;
}

export class ReadTurns {
  /** Whose turn it is next first. */
  readonly #lines = new Map<Sender, Line>();
  readonly #now: () => number;
  #taken = 0;
  #isArmed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** So much came of something large: when the turn or the sender has had enough, or others of it wait, the source waits. */
  took(source: Source, bytes: number, sender: Sender): void {
    const line = this.#lines.get(sender) ?? { held: new Set(), readUntilMs: -Infinity, dueMs: -Infinity };
    this.#lines.set(sender, line);
    const now = this.#now();
    line.dueMs = line.readUntilMs = later(line.readUntilMs, bytes, now, sender);
    this.#taken += bytes;
    this.#arm();
    if (this.#taken <= READ_A_TURN && line.held.size === 0 && line.readUntilMs <= now) return;
    source.pause();
    line.held.add(source);
  }

  /** It is left as it is from now on. */
  forget(source: Source, sender: Sender): void {
    this.#lines.get(sender)?.held.delete(source);
  }

  #arm(): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    clearTimeout(this.#timer);
    this.#isArmed = false;
    this.#taken = 0;
    const now = this.#now();
    let left = READ_A_TURN / PIECE;
    for (const [sender, line] of this.#lines) {
      if (left === 0) break;
      if (line.dueMs > now) continue;
      const [next] = line.held;
      if (next === undefined) {
        if (line.dueMs <= now - AHEAD_MS) this.#lines.delete(sender);
        continue;
      }
      left--;
      line.held.delete(next);
      line.dueMs = later(line.dueMs, PIECE, now, sender);
      // Behind the others: a map is walked in the order of insertion, so this walk comes to it again.
      this.#lines.delete(sender);
      this.#lines.set(sender, line);
      next.resume();
    }
    this.#armAgain(now);
  }

  /** For the first of those that wait. */
  #armAgain(now: number): void {
    let due = Infinity;
    for (const { held, dueMs } of this.#lines.values()) if (held.size > 0) due = Math.min(due, dueMs);
    if (due <= now) this.#arm();
    else if (due < Infinity) this.#timer = setTimeout(() => this.#turn(), Math.ceil(due - now));
  }
}

export const readTurns = new ReadTurns();

/** The last piece of work that waits for a turn of the loop of its own. */
let last: Promise<unknown> = Promise.resolve();

/** Resolves when it is its turn: a large text is parsed then, a batch goes on for a while, and everybody else comes in between. */
export function turnOfItsOwn(): Promise<unknown> {
  last = last.then(() => new Promise((next) => setImmediate(next)));
  return last;
}
