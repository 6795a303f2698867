/**
 * Queries asked for one reply each, as over HTTP. Those that arrive in one turn of the event loop run together under one
 * watchdog, which alone is a quarter of what a small query costs; who asks for the same gets the same run.
 */
import type { LiveQueries } from './liveQueries.ts';
import type { QueryCall, QueryCaller } from './liveQuery.ts';
import type { QueryOutcome } from './queryOutcome.ts';

interface Waiting<C extends QueryCaller> {
  call: QueryCall<C>;
  resolve: (outcome: QueryOutcome) => void;
  reject: (error: unknown) => void;
}

/** Queries that run before others get a turn again. */
const CHUNK = 16;

export class OneShots<C extends QueryCaller> {
  readonly #live: LiveQueries<C>;
  #waiting: Waiting<C>[] = [];

  constructor(live: LiveQueries<C>) {
    this.#live = live;
  }

  /** The outcome at the latest committed state of the turn it runs in; rejects when the engine itself fails. */
  fetch(call: QueryCall<C>): Promise<QueryOutcome> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#answer());
      this.#waiting.push({ call, resolve, reject });
    });
  }

  #answer(): void {
    const due = this.#waiting.splice(0, CHUNK);
    if (this.#waiting.length > 0) setImmediate(() => this.#answer());
    try {
      this.#live.preload(due.map(({ call }) => call));
    } catch {
      // Each runs alone below, and whose fault it is fails alone.
    }
    for (const { call, resolve, reject } of due) {
      try {
        resolve(this.#live.fetch(call));
      } catch (error) {
        reject(error);
      }
    }
  }
}
