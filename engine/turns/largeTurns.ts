/**
 * What is large goes by turns (H16): how much of large bodies and frames is read in one turn of the loop, and that one of them is
 * parsed a turn. Of sixteen that arrive together, whoever comes in between waits for a piece of each and for one.
 */

/** Of all that is large, together. */
export const READ_A_TURN = 512 * 1024;
/** What a socket gives at once. */
const PIECE = 64 * 1024;

/** A request, or a WebSocket. */
export interface Source {
  pause(): void;
  resume(): void;
}

export class ReadTurns {
  /** Whose turn it is next first. */
  readonly #held = new Set<Source>();
  #taken = 0;
  #isArmed = false;

  /** So much came of something large: when the turn has had enough, or others wait, the source waits for a later one. */
  took(source: Source, bytes: number): void {
    this.#taken += bytes;
    this.#arm();
    if (this.#taken <= READ_A_TURN && this.#held.size === 0) return;
    source.pause();
    this.#held.add(source);
  }

  /** It is left as it is from now on. */
  forget(source: Source): void {
    this.#held.delete(source);
  }

  #arm(): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isArmed = false;
    this.#taken = 0;
    let left = READ_A_TURN / PIECE;
    for (const source of this.#held) {
      if (left-- === 0) break;
      this.#held.delete(source);
      source.resume();
    }
    if (this.#held.size > 0) this.#arm();
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
