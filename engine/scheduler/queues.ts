/** Where jobs and crons are: which components have such tables, and whether a commit touched a queue of jobs. */
import { findIndex, type Registry } from '../storage/registry.ts';
import type { Store } from '../storage/store.ts';
import { JOBS_TABLE } from './jobs.ts';
import { earliestNewTime } from './newTimes.ts';

export class JobQueues {
  readonly #store: Store;
  #seen: Registry | null = null;
  #indexIds = new Set<number>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The components that have scheduled anything. */
  components(): string[] {
    return this.componentsWith(JOBS_TABLE);
  }

  componentsWith(table: string): string[] {
    return this.#store.registry
      .tables()
      .filter((info) => info.name === table)
      .map((info) => info.component);
  }

  /** Of the jobs that were given a time since this was asked last: the earliest. */
  earliestNewTime(): number {
    return earliestNewTime(this.#store);
  }

  /** Whether one of the written keys is of an index that orders jobs. */
  touches(keys: readonly Uint8Array[]): boolean {
    if (this.#seen !== this.#store.registry) {
      this.#seen = this.#store.registry;
      const tables = this.#seen.tables().filter((info) => info.name === JOBS_TABLE);
      this.#indexIds = new Set(tables.map((info) => findIndex(info, 'by_next')?.indexId ?? -1));
    }
    if (this.#indexIds.size === 0) return false;
    return keys.some((key) =>
      this.#indexIds.has(((key[0]! << 24) | (key[1]! << 16) | (key[2]! << 8) | key[3]!) >>> 0),
    );
  }
}
