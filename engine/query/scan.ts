/**
 * Rows of an index interval, one at a time.
 *
 * Entries are fetched in pages that grow while the reader keeps reading; a write of the same transaction makes what was
 * fetched ahead worthless, so it is fetched again behind the last row delivered.
 */
import type { DocumentRow } from '../storage/documentCache.ts';
import type { Entry, Interval } from '../storage/documents.ts';
import type { TableInfo } from '../storage/registry.ts';
import { compareKeys } from '../values/sortKey.ts';
import type { QueryContext } from './context.ts';
import { keyPrefix } from './range.ts';
import { keyAfter } from './readSet.ts';

export interface ScannedRow {
  key: Uint8Array;
  row: DocumentRow;
}

/** Something that yields rows in order; null at the end, and from then on. */
export interface Scan {
  next(): ScannedRow | null;
  /** Nothing is left, as long as nothing is written; false where that is not known yet. */
  readonly isOver: boolean;
}

const FIRST_PAGE = 16;
const MAX_PAGE = 512;

abstract class PagedScan<T> implements Scan {
  protected readonly context: QueryContext;
  protected readonly descending: boolean;
  #rest: Interval;
  #page: T[] = [];
  #at = 0;
  #size: number;
  #writes: number;
  #ended = false;

  constructor(context: QueryContext, interval: Interval, descending: boolean, firstPage = FIRST_PAGE) {
    this.context = context;
    this.descending = descending;
    this.#rest = interval;
    this.#size = Math.min(firstPage, MAX_PAGE);
    this.#writes = context.writes;
  }

  protected abstract fetch(rest: Interval, limit: number): T[];
  protected abstract open(item: T): ScannedRow;

  get isOver(): boolean {
    return this.#ended && this.#at === this.#page.length && this.context.writes === this.#writes;
  }

  next(): ScannedRow | null {
    if (this.context.writes !== this.#writes) {
      this.#writes = this.context.writes;
      this.#page = [];
      this.#at = 0;
      this.#size = 2;
      this.#ended = false;
    }
    if (this.#at === this.#page.length && !this.#refill()) return null;
    const scanned = this.open(this.#page[this.#at++]!);
    this.#rest = this.descending
      ? { start: this.#rest.start, end: scanned.key }
      : { start: keyAfter(scanned.key), end: this.#rest.end };
    return scanned;
  }

  #refill(): boolean {
    if (this.#ended) return false;
    this.#page = this.fetch(this.#rest, this.#size);
    this.#at = 0;
    this.#ended = this.#page.length < this.#size;
    this.#size = Math.min(this.#size * 2, MAX_PAGE);
    return this.#page.length > 0;
  }
}

/** A range of index entries. */
export class EntryScan extends PagedScan<Entry> {
  protected fetch(rest: Interval, limit: number): Entry[] {
    return this.context.documents.entries(rest, this.descending, limit);
  }

  protected open(entry: Entry): ScannedRow {
    return { key: entry.key, row: this.context.documents.byEntry(entry, this.context.dirty) };
  }
}

const TAG_STRING = 0x10;

/** A range of the built-in by_id index, which has no entries: documents are found by their id. */
export class IdScan extends PagedScan<ScannedRow> {
  readonly #table: TableInfo;

  constructor(
    context: QueryContext,
    table: TableInfo,
    interval: Interval,
    descending: boolean,
    firstPage?: number,
  ) {
    super(context, interval, descending, firstPage);
    this.#table = table;
  }

  protected fetch(rest: Interval, limit: number): ScannedRow[] {
    const low = lowText(rest.start);
    const high = highText(rest.end, this.#table.byId);
    if (low === null || high === null) return [];
    // Each text is rounded outwards by at most one id, which the comparison of exact keys drops.
    return this.context.documents
      .rangeById(this.#table.tableId, low, high, this.descending, limit + 2)
      .map((row) => ({ key: idKey(this.#table, row.id), row }))
      .filter(
        ({ key }) =>
          compareKeys(key, rest.start) >= 0 && (rest.end === null || compareKeys(key, rest.end) < 0),
      )
      .slice(0, limit);
  }

  protected open(scanned: ScannedRow): ScannedRow {
    return scanned;
  }
}

/** The key a document has in by_id. */
export function idKey(table: TableInfo, id: string): Uint8Array {
  return keyPrefix(table.byId, [id]);
}

/** The smallest id text a key at or behind `start` can have; null when it lies behind every text. */
function lowText(start: Uint8Array): string | null {
  if (start.length <= 4 || start[4]! < TAG_STRING) return '';
  return start[4] === TAG_STRING ? asciiOf(start).text : null;
}

/** The greatest id text a key before `end` can have; null when none can. */
function highText(end: Uint8Array | null, indexId: number): string | null {
  if (end === null || end.length <= 4 || end[4]! > TAG_STRING) return '\x7f';
  if (Buffer.from(end.buffer, end.byteOffset, 4).readUInt32BE(0) !== indexId) return '\x7f';
  if (end[4]! < TAG_STRING) return null;
  const { text, closed } = asciiOf(end);
  return closed ? text : `${text}\x7f`;
}

/** The ASCII start of a string's key, and whether the string ends there. */
function asciiOf(key: Uint8Array): { text: string; closed: boolean } {
  let at = 5;
  while (at < key.length && key[at]! > 0 && key[at]! < 0x7f) at++;
  return {
    text: Buffer.from(key.buffer, key.byteOffset + 5, at - 5).toString('latin1'),
    closed: at < key.length && key[at] === 0,
  };
}
