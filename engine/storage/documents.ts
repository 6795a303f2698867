/**
 * Rows of documents and index entries. Knows bytes, not meaning: which keys a document has is decided above.
 *
 * Promises: a row whose checksum does not fit raises CorruptionError; so does an index entry that points to nothing or to
 * another document than its key names. The cache answers only for rows the caller calls clean.
 */
import { crc32 } from 'node:zlib';
import { decodeId } from '../values/id.ts';
import { compareKeys } from '../values/sortKey.ts';
import type { ValueObject } from '../values/value.ts';
import type { Database } from './database.ts';
import { DocumentRow, type DocumentCache } from './documentCache.ts';
import { CorruptionError } from './errors.ts';

/** One index entry: its key and the rowid of its document. */
export interface Entry {
  key: Uint8Array;
  rowid: number;
}

export interface Interval {
  start: Uint8Array;
  /** Exclusive; null means unbounded. */
  end: Uint8Array | null;
}

/** Rows of `dirty` were written by the running transaction or its batch: the cache knows nothing of them. */
export type Dirty = ReadonlySet<string> | null;

const INTERNAL_ID_BYTES = 16;
const UNBOUNDED = new Uint8Array(8).fill(0xff);
const COLUMNS = 'rowid, table_id, id, size, crc, json';
/** A sum, so that SQLite cannot look at it when it plans: where it can, it plans anew at every call. */
export const LIMIT = 'LIMIT ? + 0';

export class Documents {
  readonly #db: Database;
  readonly #cache: DocumentCache;

  constructor(db: Database, cache: DocumentCache) {
    this.#db = db;
    this.#cache = cache;
  }

  byId(tableId: number, id: string, dirty: Dirty): DocumentRow | null {
    const clean = dirty === null || !dirty.has(id);
    if (clean) {
      const cached = this.#cache.getById(id);
      if (cached !== undefined && cached.tableId === tableId) return cached;
    }
    const row = this.#db.get(`SELECT ${COLUMNS} FROM documents WHERE table_id = ? AND id = ?`, tableId, id);
    if (row === undefined) return null;
    const document = verified(row);
    if (document.tableId !== tableId || document.id !== id) throw new CorruptionError(`document ${id}`);
    if (clean) this.#cache.add(document);
    return document;
  }

  /** The document behind an index entry. */
  byEntry(entry: Entry, dirty: Dirty): DocumentRow {
    let document = this.#cache.getByRowid(entry.rowid);
    if (document === undefined || (dirty !== null && dirty.has(document.id))) {
      document = this.byRowid(entry.rowid) ?? undefined;
      if (document === undefined)
        throw new CorruptionError(`index entry without a document, row ${entry.rowid}`);
      if (dirty === null || !dirty.has(document.id)) this.#cache.add(document);
    }
    const internalId = document.internalId(internalIdOf);
    const tail = entry.key.subarray(entry.key.length - INTERNAL_ID_BYTES);
    if (compareKeys(tail, internalId) !== 0)
      throw new CorruptionError(`index entry of another document, row ${entry.rowid}`);
    return document;
  }

  byRowid(rowid: number): DocumentRow | null {
    const row = this.#db.get(`SELECT ${COLUMNS} FROM documents WHERE rowid = ?`, rowid);
    return row === undefined ? null : verified(row);
  }

  /** Documents of a table in the order of their ids, within inclusive bounds. */
  rangeById(tableId: number, low: string, high: string, descending: boolean, limit: number): DocumentRow[] {
    const order = descending ? 'DESC' : 'ASC';
    return this.#db
      .all(
        `SELECT ${COLUMNS} FROM documents WHERE table_id = ? AND id >= ? AND id <= ? ORDER BY id ${order} ${LIMIT}`,
        tableId,
        low,
        high,
        limit,
      )
      .map(verified);
  }

  entries(interval: Interval, descending: boolean, limit: number): Entry[] {
    const rows = this.#db.all(
      descending
        ? `SELECT key, doc FROM index_entries WHERE key >= ? AND key < ? ORDER BY key DESC ${LIMIT}`
        : `SELECT key, doc FROM index_entries WHERE key >= ? AND key < ? ORDER BY key ${LIMIT}`,
      interval.start,
      interval.end ?? UNBOUNDED,
      limit,
    );
    const entries: Entry[] = [];
    for (const [key, rowid] of rows) {
      if (!(key instanceof Uint8Array) || typeof rowid !== 'number')
        throw new CorruptionError('an index entry');
      entries.push({ key, rowid });
    }
    return entries;
  }

  /** The rowid an entry points to; null when there is no such entry. */
  entryAt(key: Uint8Array): number | null {
    return (
      (this.#db.get('SELECT doc FROM index_entries WHERE key = ?', key)?.[0] as number | undefined) ?? null
    );
  }

  /** Documents behind `afterRowid` in the order they were written. */
  batch(afterRowid: number, limit: number): DocumentRow[] {
    return this.#db
      .all(`SELECT ${COLUMNS} FROM documents WHERE rowid > ? ORDER BY rowid ${LIMIT}`, afterRowid, limit)
      .map(verified);
  }

  /** Entries of an interval; stops counting at `limit`. */
  count(interval: Interval, limit = -1): number {
    return this.#db.get(
      `SELECT count(*) FROM (SELECT 1 FROM index_entries WHERE key >= ? AND key < ? ${LIMIT})`,
      interval.start,
      interval.end ?? UNBOUNDED,
      limit,
    )![0] as number;
  }

  insert(tableId: number, id: string, json: string, size: number, value: ValueObject): DocumentRow {
    const { lastInsertRowid } = this.#db.run(
      'INSERT INTO documents (table_id, id, size, crc, json) VALUES (?, ?, ?, ?, ?)',
      tableId,
      id,
      size,
      checksum(tableId, id, size, json),
      json,
    );
    return new DocumentRow(Number(lastInsertRowid), tableId, id, json, size, value);
  }

  /** Puts a removed row back where it was. */
  restore(row: DocumentRow): void {
    this.#db.run(
      `INSERT INTO documents (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`,
      row.rowid,
      row.tableId,
      row.id,
      row.size,
      checksum(row.tableId, row.id, row.size, row.json),
      row.json,
    );
  }

  update(old: DocumentRow, json: string, size: number, value: ValueObject): DocumentRow {
    this.#db.run(
      'UPDATE documents SET size = ?, crc = ?, json = ? WHERE rowid = ?',
      size,
      checksum(old.tableId, old.id, size, json),
      json,
      old.rowid,
    );
    return new DocumentRow(old.rowid, old.tableId, old.id, json, size, value);
  }

  remove(rowid: number): void {
    this.#db.run('DELETE FROM documents WHERE rowid = ?', rowid);
  }

  removeTable(tableId: number): void {
    this.#db.run('DELETE FROM documents WHERE table_id = ?', tableId);
  }

  putEntry(key: Uint8Array, rowid: number): void {
    this.#db.run('INSERT INTO index_entries (key, doc) VALUES (?, ?)', key, rowid);
  }

  removeEntry(key: Uint8Array): void {
    this.#db.run('DELETE FROM index_entries WHERE key = ?', key);
  }

  removeEntries(interval: Interval): void {
    this.#db.run(
      'DELETE FROM index_entries WHERE key >= ? AND key < ?',
      interval.start,
      interval.end ?? UNBOUNDED,
    );
  }
}

export function internalIdOf(id: string): Uint8Array {
  return decodeId(id).internalId;
}

function verified(row: unknown[]): DocumentRow {
  const [rowid, tableId, id, size, crc, json] = row as [number, number, string, number, number, string];
  if (typeof json !== 'string' || typeof id !== 'string' || crc !== checksum(tableId, id, size, json)) {
    throw new CorruptionError(`document row ${rowid}`);
  }
  return new DocumentRow(rowid, tableId, id, json, size);
}

function checksum(tableId: number, id: string, size: number, json: string): number {
  return crc32(json, crc32(id, (Math.imul(tableId, 0x9e37_79b1) ^ size) >>> 0));
}
