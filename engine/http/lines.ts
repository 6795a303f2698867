/**
 * So many at once of one caller; the others of it wait in line (H18, H26).
 *
 * Whatever runs shares the loop and the workers: of four hundred calls that one source makes at once each would be served a
 * four-hundredth at a time, and so would the one of somebody else who comes among them. While somebody else is there, fewer of one run
 * at once: what is under way when another's call comes is what that waits for.
 */
interface Line {
  running: number;
  waiting: (() => void)[];
}

export interface LineRules {
  most: number;
  /** While others are heard of, too (`heard`); as many as otherwise unless told. */
  mostBesideOthers?: number;
  /** After so long it waits for something else than us, and another may begin beside it, ms. */
  holdsMs?: number;
}

/** For so long others make room for whoever was heard of, ms. */
export const BESIDE_MS = 1_000;

export class Lines {
  readonly #lines = new Map<string, Line>();
  readonly #rules: LineRules;
  /** The last two that were heard of, the newest first: one of them is somebody else, whoever asks. */
  #heard: { caller: string; atMs: number }[] = [];

  constructor(rules: LineRules) {
    this.#rules = rules;
  }

  /** Others make room for this caller for a while. */
  heard(caller: string): void {
    const [newest, before] = this.#heard;
    const other = newest?.caller === caller ? before : newest;
    this.#heard = [{ caller, atMs: performance.now() }, ...(other ? [other] : [])];
  }

  /** Runs it now or when one before it has made room. Nobody waits who is not known (null). */
  async run<T>(caller: string | null, work: () => Promise<T>): Promise<T> {
    if (caller === null) return work();
    const line = this.#lines.get(caller) ?? { running: 0, waiting: [] };
    this.#lines.set(caller, line);
    if (line.waiting.length === 0 && line.running < this.#mostOf(caller)) line.running++;
    // Whoever makes room counts the one it lets in.
    else await new Promise<void>((next) => line.waiting.push(next));
    const makeRoom = this.#roomFrom(caller, line);
    try {
      return await work();
    } finally {
      makeRoom();
    }
  }

  #mostOf(caller: string): number {
    const { most, mostBesideOthers = most } = this.#rules;
    const other = this.#heard.find((one) => one.caller !== caller);
    return other !== undefined && performance.now() - other.atMs < BESIDE_MS ? mostBesideOthers : most;
  }

  /** Gives its place on: when it is called, or by itself when it has been held for long. */
  #roomFrom(caller: string, line: Line): () => void {
    let isHeld = true;
    const makeRoom = (): void => {
      if (!isHeld) return;
      isHeld = false;
      clearTimeout(timer);
      line.running--;
      for (const most = this.#mostOf(caller); line.waiting.length > 0 && line.running < most; line.running++)
        line.waiting.shift()!();
      if (line.running === 0) this.#lines.delete(caller);
    };
    const { holdsMs } = this.#rules;
    const timer = holdsMs === undefined ? undefined : setTimeout(makeRoom, holdsMs).unref();
    return makeRoom;
  }
}
