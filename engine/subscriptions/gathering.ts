/**
 * Queries that somebody waits for, over HTTP or on a socket. Those that are asked for in one turn of the event loop run together
 * under one watchdog, which alone is a quarter of what a small query costs; who asks for the same gets the same run.
 */
import type { QueryCall, QueryCaller } from './liveQuery.ts';

interface Asked<C extends QueryCaller> {
  /** What is wanted when it comes to it. */
  calls: () => readonly QueryCall<C>[];
  onRun: () => void;
}

/** With so many queries, others get a turn before the next. */
const CHUNK = 16;

export class Gathering<C extends QueryCaller> {
  readonly #preload: (calls: readonly QueryCall<C>[]) => void;
  #asked: Asked<C>[] = [];

  /** `preload` runs them together or (by throwing) not at all. */
  constructor(preload: (calls: readonly QueryCall<C>[]) => void) {
    this.#preload = preload;
  }

  /** Calls `onRun` in the turn in which the calls have been run, if they could be: what fails together is left to run alone. */
  add(calls: () => readonly QueryCall<C>[], onRun: () => void): void {
    if (this.#asked.length === 0) setImmediate(() => this.#answer());
    this.#asked.push({ calls, onRun });
  }

  #answer(): void {
    const calls: QueryCall<C>[] = [];
    const due: Asked<C>[] = [];
    while (calls.length < CHUNK && due.length < this.#asked.length) {
      const next = this.#asked[due.length]!;
      due.push(next);
      calls.push(...next.calls());
    }
    this.#asked.splice(0, due.length);
    if (this.#asked.length > 0) setImmediate(() => this.#answer());
    try {
      this.#preload(calls);
    } catch {
      // Each runs alone now, and whose fault it is fails alone.
    }
    for (const { onRun } of due) onRun();
  }
}
