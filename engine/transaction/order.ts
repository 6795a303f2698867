/**
 * The order of work when there is more than the one thread can do at once (docs/adr/0007-order-under-load.md): which mutation
 * is next, and when live queries may be run again between them.
 *
 *   mutations   first ──► early ──► ordinary      as the function says; whoever has waited long gets a share
 *               in each, whoever asks for something has one turn after the other (line.ts)
 *   re-runs     after all of these, unless they have waited long; each screen at most once in REFRESH_EVERY_MS
 *
 * Promises: of one session, no mutation passes an earlier one; no rank waits longer than a second while others are served.
 */
import { Line, type Owned } from './line.ts';

/** What a registered function may say of itself, as `writeRank`; without a word it is ordinary. */
export const RANKS = ['first', 'early'] as const;
export type DeclaredRank = (typeof RANKS)[number];
export type Rank = DeclaredRank | 'ordinary';

const REFRESH_EVERY_MS = 40;
/** For so long queries that are due let mutations go first; then the two take turns, ms. */
const MUTATIONS_FIRST_MS = 40;
/** Queries are re-run for this long at a stretch, ms. */
export const REFRESH_SLICE_MS = 10;

/** After this long without its turn a rank gets one in eight places of a batch, ms. */
const PASSED_OVER_MS = 500;
const SHARE = 8;

export interface Ranked extends Owned {
  rank: Rank;
  /** Whose mutations run in the order they came. */
  session: string | null;
}

/** Of a session: the line in which all stand that it waits for, as whose, and how many they are. */
interface Waiting {
  line: number;
  owner: string;
  jobs: number;
}

/** Mutations that wait. */
export class WriteQueue<Job extends Ranked> {
  readonly #now: () => number;
  readonly #lines: readonly Line<Job>[];
  readonly #sessions = new Map<string, Waiting>();

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#lines = [...RANKS, 'ordinary'].map(() => new Line());
  }

  get length(): number {
    return this.#lines.reduce((sum, { length }) => sum + length, 0);
  }

  push(job: Job): void {
    const { line, owner } = this.#standingOf(job);
    this.#lines[line]!.push(job, owner, this.#now());
  }

  /** The next ones, at most `count`: they do not wait any more. */
  take(count: number): Job[] {
    const now = this.#now();
    const taken: Job[] = [];
    const takeFrom = (line: Line<Job>, most: number): void => {
      for (const job of line.take(most, now)) {
        this.#left(job);
        taken.push(job);
      }
    };
    for (const line of this.#lines)
      if (now - line.waitsSinceMs > PASSED_OVER_MS) takeFrom(line, Math.ceil(count / SHARE));
    for (const line of this.#lines) takeFrom(line, count - taken.length);
    return taken;
  }

  /** Jobs that were taken and not begun stand where they stood. */
  putBack(jobs: readonly Job[]): void {
    for (const job of jobs.toReversed()) {
      const { line, owner } = this.#standingOf(job);
      this.#lines[line]!.putBack(job, owner);
    }
  }

  /** All of them. */
  clear(): Job[] {
    return this.take(this.length);
  }

  /** All that a session waits for stands in the foremost line that any of it may stand in, as whose its first is. */
  #standingOf({ rank, session, owner }: Job): { line: number; owner: string | null } {
    const line = lineOf(rank);
    if (session === null) return { line, owner };
    const waiting = this.#sessions.get(session);
    if (waiting === undefined) {
      this.#sessions.set(session, { line, owner: owner ?? session, jobs: 1 });
      return { line, owner: owner ?? session };
    }
    waiting.jobs++;
    if (line < waiting.line) {
      const [behind, ahead] = [this.#lines[waiting.line]!, this.#lines[line]!];
      for (const job of behind.withdraw(waiting.owner, (one) => one.session === session))
        ahead.push(job, waiting.owner, this.#now());
      waiting.line = line;
    }
    return waiting;
  }

  #left({ session }: Job): void {
    if (session === null) return;
    const waiting = this.#sessions.get(session)!;
    if (--waiting.jobs === 0) this.#sessions.delete(session);
  }
}

function lineOf(rank: Rank): number {
  return rank === 'ordinary' ? RANKS.length : RANKS.indexOf(rank);
}

/** Whether queries that have been due for so long let the mutations go first that wait. */
export function givesWay(dueForMs: number): boolean {
  return dueForMs < MUTATIONS_FIRST_MS;
}

/** Somebody who looks at live queries; kept by them. */
export interface Screen {
  /** When it was last told of a change, by the clock of its pace; -Infinity for never. */
  toldAtMs: number;
  /** It has asked for something and waits for the answer. */
  inHurry: boolean;
}

export interface Clock {
  now(): number;
  /** Calls back after `ms`; the answer calls it off. */
  after(ms: number, run: () => void): () => void;
}

export const realClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * When screens are told: of the first change at once, then not before REFRESH_EVERY_MS are over. What is held back is let go
 * for all screens together, at one tick: what they share is then re-run once for all of them.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #onTick: () => void;
  #callOff: (() => void) | null = null;
  #tickedAtMs = -Infinity;

  constructor(clock: Clock, onTick: () => void) {
    this.#clock = clock;
    this.#onTick = onTick;
  }

  isHeld({ toldAtMs, inHurry }: Screen): boolean {
    return !inHurry && toldAtMs >= this.#tickedAtMs && toldAtMs > this.#clock.now() - REFRESH_EVERY_MS;
  }

  told(screen: Screen): void {
    screen.toldAtMs = this.#clock.now();
    screen.inHurry = false;
  }

  /** Something is held back: there will be a tick. */
  hold(): void {
    this.#callOff ??= this.#clock.after(REFRESH_EVERY_MS, () => {
      this.#callOff = null;
      this.#tickedAtMs = this.#clock.now();
      this.#onTick();
    });
  }

  close(): void {
    this.#callOff?.();
    this.#callOff = null;
  }
}
