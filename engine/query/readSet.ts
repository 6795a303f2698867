/**
 * What an execution has read: intervals of the one key space, plus what it noticed outside the documents.
 *
 * A commit that writes a key inside one of the intervals may have changed the result; one that does not cannot have. An
 * index range counts as far as it was consumed, from where the reader started up to the last row delivered, and as a whole
 * once it was exhausted; rows fetched ahead and never delivered are not part of it.
 */
import type { Interval } from '../storage/documents.ts';

/** The smallest key behind `key`. */
export function keyAfter(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}

/** The part of one index range that has been read so far. */
export class RangeRead {
  readonly #interval: Interval;
  readonly #descending: boolean;
  #last: Uint8Array | null = null;
  #whole = false;

  constructor(interval: Interval, descending: boolean) {
    this.#interval = interval;
    this.#descending = descending;
  }

  /** The row of `key` was delivered. */
  reached(key: Uint8Array): void {
    this.#last = key;
  }

  /** There is nothing behind the last row. */
  exhausted(): void {
    this.#whole = true;
  }

  read(): Interval | null {
    if (this.#whole) return this.#interval;
    if (this.#last === null) return null;
    return this.#descending
      ? { start: this.#last, end: this.#interval.end }
      : { start: this.#interval.start, end: keyAfter(this.#last) };
  }
}

export class ReadSet {
  /** Date.now was asked. */
  observedTime = false;
  /** getUserIdentity was asked. */
  observedIdentity = false;
  /** Names of things that are not documents: `env:X`, `tables:<component>`. */
  readonly dependencies = new Set<string>();
  readonly #ranges: RangeRead[] = [];
  readonly #fixed: Interval[] = [];

  /** One key; the document itself need not exist. */
  addPoint(key: Uint8Array): void {
    this.#fixed.push({ start: key, end: keyAfter(key) });
  }

  addInterval(interval: Interval): void {
    this.#fixed.push(interval);
  }

  addRange(interval: Interval, descending: boolean): RangeRead {
    const range = new RangeRead(interval, descending);
    this.#ranges.push(range);
    return range;
  }

  /** Everything read so far. */
  intervals(): Interval[] {
    const all = [...this.#fixed];
    for (const range of this.#ranges) {
      const read = range.read();
      if (read !== null) all.push(read);
    }
    return all;
  }
}
