/**
 * Recently used documents in memory: text, size and (once somebody asks) the decoded value.
 *
 * Holds committed state only: a transaction fills it with rows nobody has touched since the last COMMIT, and the committer
 * replaces what was written after COMMIT. What came first goes first; the bound counts characters of text.
 * Surprises: a watchdog may cut `add` between its two maps. Either half alone is harmless (both point to a committed row,
 * `forget` clears both), and the byte count only errs by that one row.
 */
import { jsonToValue } from '../values/json.ts';
import type { JsonValue, ValueObject } from '../values/value.ts';

/** One document as stored. */
export class DocumentRow {
  readonly rowid: number;
  readonly tableId: number;
  readonly id: string;
  readonly json: string;
  /** In bytes by the rules of V5, system fields included. */
  readonly size: number;
  #decoded: ValueObject | null;
  #internal: Uint8Array | null = null;

  constructor(
    rowid: number,
    tableId: number,
    id: string,
    json: string,
    size: number,
    value: ValueObject | null = null,
  ) {
    this.rowid = rowid;
    this.tableId = tableId;
    this.id = id;
    this.json = json;
    this.size = size;
    this.#decoded = value;
  }

  /** The decoded document; shared, never to be changed. */
  get value(): ValueObject {
    return (this.#decoded ??= jsonToValue(JSON.parse(this.json) as JsonValue) as ValueObject);
  }

  get creationTime(): number {
    return this.value._creationTime as number;
  }

  internalId(decode: (id: string) => Uint8Array): Uint8Array {
    return (this.#internal ??= decode(this.id));
  }
}

export class DocumentCache {
  readonly #byId = new Map<string, DocumentRow>();
  readonly #byRowid = new Map<number, DocumentRow>();
  readonly #maxChars: number;
  #chars = 0;

  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  getById(id: string): DocumentRow | undefined {
    return this.#byId.get(id);
  }

  getByRowid(rowid: number): DocumentRow | undefined {
    return this.#byRowid.get(rowid);
  }

  /**
   * A document that is written again takes its own place: taken out and put back, it would leave a hole in its chain of the
   * map each time, and reading the hottest documents would become the slowest.
   */
  add(row: DocumentRow): void {
    const old = this.#byRowid.get(row.rowid);
    if (old?.id === row.id) this.#chars -= cost(old);
    else this.forget(row.id, row.rowid);
    this.#byRowid.set(row.rowid, row);
    this.#byId.set(row.id, row);
    this.#chars += cost(row);
    if (this.#chars > this.#maxChars) this.#evict();
  }

  forget(id: string, rowid: number): void {
    const old = this.#byRowid.get(rowid) ?? this.#byId.get(id);
    this.#byRowid.delete(rowid);
    this.#byId.delete(id);
    if (old === undefined) return;
    this.#byRowid.delete(old.rowid);
    this.#byId.delete(old.id);
    this.#chars -= cost(old);
  }

  clear(): void {
    this.#byId.clear();
    this.#byRowid.clear();
    this.#chars = 0;
  }

  /**
   * Oldest first, an eighth at a time: cheaper than moving entries on every hit, and what is hot comes back at once.
   */
  #evict(): void {
    for (const row of this.#byRowid.values()) {
      if (this.#chars <= this.#maxChars - this.#maxChars / 8) return;
      this.forget(row.id, row.rowid);
    }
    this.clear();
  }
}

function cost(row: DocumentRow): number {
  return row.json.length + 256;
}
