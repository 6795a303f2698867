/** The vectors of one index in memory: unit vectors side by side, searched by brute force. */
import { encodeSortKey } from '../values/sortKey.ts';
import { getPath, type Value, type ValueObject } from '../values/value.ts';

export interface Scored {
  id: string;
  score: number;
}

/** A document passes if one of these fields has this key. */
export type Condition = { field: number; key: string };

const FIRST_CAPACITY = 64;

export class VectorIndex {
  readonly #dimensions: number;
  readonly #path: readonly string[];
  readonly #filterPaths: readonly (readonly string[])[];
  readonly #slots = new Map<string, number>();
  #vectors: Float32Array;
  #ids: string[] = [];
  #filters: string[][] = [];

  constructor(dimensions: number, path: readonly string[], filterPaths: readonly (readonly string[])[]) {
    this.#dimensions = dimensions;
    this.#path = path;
    this.#filterPaths = filterPaths;
    this.#vectors = new Float32Array(FIRST_CAPACITY * dimensions);
  }

  /** Takes a document in, or out again when its field is no vector of this index. */
  put(id: string, document: ValueObject): void {
    const vector = getPath(document, this.#path);
    if (!isVector(vector, this.#dimensions)) return this.remove(id);
    let slot = this.#slots.get(id);
    if (slot === undefined) {
      slot = this.#ids.length;
      this.#slots.set(id, slot);
      this.#ids.push(id);
      this.#grow();
    }
    this.#filters[slot] = this.#filterPaths.map((path) => keyOf(getPath(document, path)));
    this.#vectors.set(unit(vector), slot * this.#dimensions);
  }

  remove(id: string): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    // The last one takes the free place.
    const last = this.#ids.length - 1;
    const moved = this.#ids[last]!;
    this.#ids[slot] = moved;
    this.#filters[slot] = this.#filters[last]!;
    const from = last * this.#dimensions;
    this.#vectors.copyWithin(slot * this.#dimensions, from, from + this.#dimensions);
    this.#slots.set(moved, slot);
    this.#slots.delete(id);
    this.#ids.pop();
    this.#filters.pop();
  }

  /** The `limit` nearest by cosine, best first, equal ones by id from the end. */
  nearest(query: readonly number[], limit: number, conditions: readonly Condition[] | null): Scored[] {
    const wanted = unit(query);
    const best: Scored[] = [];
    for (let slot = 0; slot < this.#ids.length; slot++) {
      const filters = this.#filters[slot]!;
      if (conditions !== null && !conditions.some(({ field, key }) => filters[field] === key)) continue;
      const score = this.#score(slot, wanted);
      if (best.length === limit && score < best[limit - 1]!.score) continue;
      insert(best, { id: this.#ids[slot]!, score }, limit);
    }
    return best;
  }

  #score(slot: number, wanted: Float32Array): number {
    const vectors = this.#vectors;
    const size = this.#dimensions;
    let sum = 0;
    for (let i = 0, at = slot * size; i < size; i++, at++) sum += vectors[at]! * wanted[i]!;
    return Math.fround(sum);
  }

  #grow(): void {
    if (this.#ids.length * this.#dimensions <= this.#vectors.length) return;
    const larger = new Float32Array(this.#vectors.length * 2);
    larger.set(this.#vectors);
    this.#vectors = larger;
  }
}

/** Equal values, a missing field included, have equal keys. */
export function keyOf(value: Value | undefined): string {
  return Buffer.from(encodeSortKey(value)).toString('latin1');
}

function insert(best: Scored[], one: Scored, limit: number): void {
  let at = best.length;
  while (at > 0 && isBetter(one, best[at - 1]!)) at--;
  best.splice(at, 0, one);
  if (best.length > limit) best.pop();
}

function isBetter(a: Scored, b: Scored): boolean {
  return a.score > b.score || (a.score === b.score && a.id > b.id);
}

function isVector(value: Value | undefined, dimensions: number): value is number[] {
  return (
    Array.isArray(value) && value.length === dimensions && value.every((item) => typeof item === 'number')
  );
}

function unit(vector: readonly number[]): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  const scaled = Float32Array.from(vector);
  if (length > 0) for (let i = 0; i < scaled.length; i++) scaled[i]! /= length;
  return scaled;
}
