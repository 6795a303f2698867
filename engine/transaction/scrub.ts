// A walk over the whole file that finds what reading one row cannot: lost rows, lost or foreign index entries, broken pages.
//
// Every row must pass its checksum, and every document must have exactly the index entries its content asks for.

import { CorruptionError } from '../storage/errors.ts';
import type { Store } from '../storage/store.ts';
import { entryKeys } from './indexRows.ts';

const BATCH = 500;

/** Reads everything; throws CorruptionError at the first thing that is wrong. Outside of any transaction. */
export function scrub(store: Store): void {
  const found = store.db.get('PRAGMA integrity_check(1)')![0] as string;
  if (found !== 'ok') throw new CorruptionError(found);
  store.check();
  let expected = 0;
  for (
    let after = 0, rows = store.documents.batch(after, BATCH);
    rows.length > 0;
    rows = store.documents.batch(after, BATCH)
  ) {
    for (const row of rows) {
      after = row.rowid;
      const table = store.registry.tableById(row.tableId);
      if (table === null) throw new CorruptionError(`document row ${row.rowid} of no table`);
      for (const key of entryKeys(table, row)) {
        if (store.documents.entryAt(key) !== row.rowid)
          throw new CorruptionError(`index entries of document row ${row.rowid}`);
        expected++;
      }
    }
  }
  const everything = { start: new Uint8Array(), end: null };
  if (store.documents.count(everything) !== expected)
    throw new CorruptionError('index entries without a document');
}
