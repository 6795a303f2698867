/**
 * So many at once of one caller; the others of it wait in line (H18, H26).
 *
 * Whatever runs shares the loop and the workers: of four hundred calls that one source makes at once each would be served a
 * four-hundredth at a time, and so would the one of somebody else who comes among them.
 */
interface Line {
  places: number;
  waiting: (() => void)[];
}

export interface LineRules {
  most: number;
  /** After so long it waits for something else than us, and another may begin beside it, ms. */
  holdsMs?: number;
}

export class Lines {
  readonly #lines = new Map<string, Line>();
  readonly #rules: LineRules;

  constructor(rules: LineRules) {
    this.#rules = rules;
  }

  /** Runs it now or when one before it has made room. Nobody waits who is not known (null). */
  async run<T>(caller: string | null, work: () => Promise<T>): Promise<T> {
    if (caller === null) return work();
    const line = this.#lines.get(caller) ?? { places: this.#rules.most, waiting: [] };
    this.#lines.set(caller, line);
    if (line.places > 0) line.places--;
    // Whoever ends hands on its place.
    else await new Promise<void>((next) => line.waiting.push(next));
    const makeRoom = this.#roomFrom(caller, line);
    try {
      return await work();
    } finally {
      makeRoom();
    }
  }

  /** Gives its place on: when it is called, or by itself when it has been held for long. */
  #roomFrom(caller: string, line: Line): () => void {
    let isHeld = true;
    const makeRoom = (): void => {
      if (!isHeld) return;
      isHeld = false;
      clearTimeout(timer);
      const next = line.waiting.shift();
      if (next) next();
      else if (++line.places === this.#rules.most) this.#lines.delete(caller);
    };
    const { holdsMs } = this.#rules;
    const timer = holdsMs === undefined ? undefined : setTimeout(makeRoom, holdsMs).unref();
    return makeRoom;
  }
}
