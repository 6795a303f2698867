/**
 * One live query of this page, once however many show it.
 *
 * It keeps its last value until the next has come: while the read key turns (docs/rules.md E5), a screen sees neither a gap nor
 * the refusal of the old key.
 */
import { refusalOf } from '../lib/errors';

/** What Convex's client gives to watch a query with. */
export interface Watch {
  onUpdate(read: () => void): () => void;
  localQueryResult(): unknown;
}

/** Why there is no value. */
export class Failed {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/** The old key is refused and the new one here in the same message; what is refused for longer is not there. */
const turnMs = 2_000;

interface Given {
  key: string;
  /** Of shared queries: whose key opens it. */
  opener: string | null;
  /** Null while nothing opens it. */
  open: () => Watch | null;
  /** Told when the first begins to show it, and when the last one has ended. */
  onShown: (live: Live) => void;
  onLeft: (live: Live) => void;
}

export class Live<Result = unknown> {
  readonly given: Given;
  readonly #listeners = new Set<() => void>();
  #state: Result | Failed | undefined;
  #stop: (() => void) | null = null;
  #refusal: ReturnType<typeof setTimeout> | undefined;

  constructor(given: Given) {
    this.given = given;
  }

  readonly now = (): Result | Failed | undefined => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.given.onShown(this as Live);
    if (!this.#stop) this.watch();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.given.onLeft(this as Live);
    };
  };

  /** Begins, or goes on with what opens it now; where nothing does, it ends. */
  watch() {
    const watch = this.given.open();
    if (!watch) return this.end();
    const stopLast = this.#stop;
    this.#stop = watch.onUpdate(() => this.#read(watch));
    stopLast?.();
    this.#read(watch);
  }

  #read(watch: Watch) {
    clearTimeout(this.#refusal);
    let next: Result | Failed | undefined;
    try {
      next = watch.localQueryResult() as Result | undefined;
    } catch (error) {
      next = new Failed(error);
    }
    if (next === undefined) return;
    const mayBeTurning =
      this.given.opener !== null && next instanceof Failed && refusalOf(next.error)?.code === 'NOT_FOUND';
    if (mayBeTurning) this.#refusal = setTimeout(() => this.#show(next), turnMs);
    else this.#show(next);
  }

  #show(next: Result | Failed | undefined) {
    if (next === this.#state) return;
    this.#state = next;
    for (const listener of [...this.#listeners]) listener();
  }

  /** No longer subscribed, and shows nothing. */
  end() {
    clearTimeout(this.#refusal);
    this.#stop?.();
    this.#stop = null;
    this.#show(undefined);
  }
}
