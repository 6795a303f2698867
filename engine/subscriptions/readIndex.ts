/** From what was written to who read it: keys through the interval index, everything else by name. */
import { IntervalIndex, type KeyInterval } from './intervalIndex.ts';
import type { LiveQuery, QueryCaller, ReadSetView } from './liveQuery.ts';

export interface CommitNotice {
  keys: readonly Uint8Array[];
  dependencies: readonly string[];
  allInvalid?: boolean;
}

export class ReadIndex<C extends QueryCaller> {
  #index = new IntervalIndex<LiveQuery<C>>();
  #byDependency = new Map<string, Set<LiveQuery<C>>>();

  /** The records whose results a commit may have changed. */
  hits(commit: CommitNotice): Set<LiveQuery<C>> {
    const hit = new Set<LiveQuery<C>>();
    const visit = (record: LiveQuery<C>) => void hit.add(record);
    if (!this.#index.isEmpty()) for (const key of commit.keys) this.#index.stab(key, visit);
    for (const name of commit.dependencies) this.#byDependency.get(name)?.forEach(visit);
    return hit;
  }

  /** The record now depends on this read set and nothing else. */
  set(record: LiveQuery<C>, readSet: ReadSetView): void {
    const intervals = [...readSet.intervals()];
    if (!sameIntervals(record.intervals, intervals)) {
      for (const interval of record.intervals) this.#index.remove(interval, record);
      record.intervals = intervals;
      for (const interval of intervals) this.#index.add(interval, record);
    }
    this.#depend(record, readSet.dependencies);
  }

  remove(record: LiveQuery<C>): void {
    for (const interval of record.intervals) this.#index.remove(interval, record);
    record.intervals = [];
    this.#depend(record, NOTHING);
  }

  #depend(record: LiveQuery<C>, names: ReadonlySet<string>): void {
    for (const name of record.dependencies) {
      if (names.has(name)) continue;
      const records = this.#byDependency.get(name);
      if (records?.delete(record) && records.size === 0) this.#byDependency.delete(name);
    }
    for (const name of names) {
      const records = this.#byDependency.get(name);
      if (records) records.add(record);
      else this.#byDependency.set(name, new Set([record]));
    }
    record.dependencies = names;
  }
}

const NOTHING: ReadonlySet<string> = new Set();

function sameIntervals(a: KeyInterval[], b: KeyInterval[]): boolean {
  return (
    a.length === b.length &&
    a.every((interval, at) => sameBytes(interval.start, b[at]!.start) && sameBytes(interval.end, b[at]!.end))
  );
}

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a === b || Buffer.compare(a, b) === 0;
}
