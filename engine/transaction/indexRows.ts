/**
 * What one document change means for the rows on disk: the document, its index entries, its search rows.
 *
 * Answers every key that was or now is the document's, unchanged ones included: whoever read the document through an index
 * has read its content.
 */
import type { DocumentRow } from '../storage/documentCache.ts';
import { internalIdOf } from '../storage/documents.ts';
import type { IndexInfo, TableInfo } from '../storage/registry.ts';
import type { Store } from '../storage/store.ts';
import { searchText } from '../query/search.ts';
import { KeyWriter, compareKeys, writeSortKey } from '../values/sortKey.ts';
import { getPath, type ValueObject } from '../values/value.ts';
import { idKey } from '../query/scan.ts';

const writer = new KeyWriter();

/** The key of a document in a db index. */
export function entryKey(index: IndexInfo, document: ValueObject, internalId: Uint8Array): Uint8Array {
  writer.reset().u32(index.indexId);
  for (const path of index.paths) writeSortKey(writer, getPath(document, path));
  writer.float64(document._creationTime as number);
  return writer.raw(internalId).take();
}

function creationKey(table: TableInfo, document: ValueObject, internalId: Uint8Array): Uint8Array {
  writer
    .reset()
    .u32(table.byCreationTime)
    .float64(document._creationTime as number);
  return writer.raw(internalId).take();
}

/** Keys of a document in by_creation_time and every db index, in the order of the table's indexes. */
export function entryKeys(table: TableInfo, row: DocumentRow): Uint8Array[] {
  const document = row.value;
  const internalId = row.internalId(internalIdOf);
  const keys = [creationKey(table, document, internalId)];
  for (const index of table.indexes)
    if (index.kind === 'db') keys.push(entryKey(index, document, internalId));
  return keys;
}

/** Writes the index and search rows of a change from `before` to `after` (same id) and collects the keys it touches. */
export function writeIndexRows(
  store: Store,
  table: TableInfo,
  before: DocumentRow | null,
  after: DocumentRow | null,
  keys: Uint8Array[],
): void {
  const row = (after ?? before)!;
  keys.push(idKey(table, row.id));
  const old = before === null ? null : entryKeys(table, before);
  const now = after === null ? null : entryKeys(table, after);
  const count = (old ?? now)!.length;
  for (let i = 0; i < count; i++) {
    const oldKey = old?.[i];
    const newKey = now?.[i];
    const same = oldKey !== undefined && newKey !== undefined && compareKeys(oldKey, newKey) === 0;
    if (oldKey !== undefined) {
      keys.push(oldKey);
      if (!same) store.documents.removeEntry(oldKey);
    }
    if (newKey !== undefined && !same) {
      keys.push(newKey);
      store.documents.putEntry(newKey, row.rowid);
    }
  }
  for (const index of table.indexes)
    if (index.kind === 'search') writeSearchRow(store, index, before, after, keys);
}

function writeSearchRow(
  store: Store,
  index: IndexInfo,
  before: DocumentRow | null,
  after: DocumentRow | null,
  keys: Uint8Array[],
): void {
  const old = before === null ? null : searchText(index, before.value);
  const now = after === null ? null : searchText(index, after.value);
  if (old === null && now === null) return;
  const row = (after ?? before)!;
  keys.push(writer.reset().u32(index.indexId).raw(row.internalId(internalIdOf)).take());
  if (old !== null && now !== null && old.terms === now.terms && old.filters === now.filters) return;
  if (old !== null) store.searchRows.remove(index.indexId, row.rowid);
  if (now !== null) store.searchRows.put(index.indexId, row.rowid, now.terms, now.filters);
}
