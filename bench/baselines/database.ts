/** The same rows without an engine: one document and five index entries an event, WAL, synchronous=FULL. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface BareDatabase {
  insert(rank: number, body: string): void;
  begin(): void;
  commit(): void;
}

export function openBare(folder: string): BareDatabase {
  const database = new DatabaseSync(join(folder, 'bare.sqlite'));
  database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=10000');
  database.exec('CREATE TABLE documents (rowid INTEGER PRIMARY KEY, id BLOB UNIQUE, json TEXT)');
  database.exec('CREATE TABLE entries (key BLOB PRIMARY KEY, document INTEGER) WITHOUT ROWID');
  const document = database.prepare('INSERT INTO documents (id, json) VALUES (?, ?)');
  const entry = database.prepare('INSERT INTO entries (key, document) VALUES (?, ?)');
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  return {
    insert(rank, body) {
      const json = JSON.stringify({ room: 'room', rank, kind: 'kind', author: 'author', body });
      const { lastInsertRowid } = document.run(randomBytes(16), json);
      for (let index = 0; index < 5; index++) {
        const key = Buffer.alloc(40);
        key[0] = index;
        key.writeDoubleBE(index < 2 ? rank : Math.random(), 1);
        randomBytes(16).copy(key, 24);
        entry.run(key, lastInsertRowid);
      }
    },
    begin: () => void begin.run(),
    commit: () => void commit.run(),
  };
}
