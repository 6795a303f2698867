/**
 * The same rows without an engine: documents as JSON, one ordered key space for every index, WAL, synchronous=FULL.
 * A key is the index, the value, and 16 random bytes that make it unique.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface BareRow {
  rowid: number;
  json: string;
}

export interface BareDatabase {
  /** Adds a document with an entry in each index. */
  insert(document: object, values: readonly number[]): void;
  replace(rowid: number, document: object): void;
  /** Documents of an index from a value on, up to (without) another. */
  range(index: number, from: number, to: number, limit: number): BareRow[];
  begin(): void;
  commit(): void;
}

const VALUE_AT = 1;
const UNIQUE_AT = 9;
const KEY_LENGTH = 40;

function prefix(index: number, value: number): Buffer {
  const key = Buffer.alloc(KEY_LENGTH);
  key[0] = index;
  key.writeDoubleBE(value, VALUE_AT);
  return key;
}

function uniqueKey(index: number, value: number): Buffer {
  const key = prefix(index, value);
  randomBytes(16).copy(key, UNIQUE_AT);
  return key;
}

export function openBare(folder: string): BareDatabase {
  const database = new DatabaseSync(join(folder, 'bare.sqlite'));
  database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=10000');
  database.exec('CREATE TABLE documents (rowid INTEGER PRIMARY KEY, id BLOB UNIQUE, json TEXT)');
  database.exec('CREATE TABLE entries (key BLOB PRIMARY KEY, document INTEGER) WITHOUT ROWID');
  const document = database.prepare('INSERT INTO documents (id, json) VALUES (?, ?)');
  const entry = database.prepare('INSERT INTO entries (key, document) VALUES (?, ?)');
  const replace = database.prepare('UPDATE documents SET json = ? WHERE rowid = ?');
  const range = database.prepare(
    `SELECT documents.rowid, json FROM entries JOIN documents ON documents.rowid = entries.document
     WHERE key >= ? AND key < ? ORDER BY key LIMIT ?`,
  );
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  return {
    insert(content, values) {
      const { lastInsertRowid } = document.run(randomBytes(16), JSON.stringify(content));
      for (const [index, value] of values.entries()) entry.run(uniqueKey(index, value), lastInsertRowid);
    },
    replace: (rowid, content) => void replace.run(JSON.stringify(content), rowid),
    range: (index, from, to, limit) =>
      range.all(prefix(index, from), prefix(index, to), limit) as unknown as BareRow[],
    begin: () => void begin.run(),
    commit: () => void commit.run(),
  };
}

/** What the bench app's events are: one document and five index entries, three of them at random places. */
export function insertEvent(database: BareDatabase, rank: number, body: string): void {
  const values = [rank, rank, Math.random(), Math.random(), Math.random()];
  database.insert({ room: 'room', rank, kind: 'kind', author: 'author', body }, values);
}
