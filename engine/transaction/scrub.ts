/**
 * A walk over the whole file that finds what reading one row cannot: lost rows, lost or foreign index entries, broken pages.
 *
 * Every row must pass its checksum, every document must have exactly the index entries its content asks for, and a search index
 * must hold what is made of the documents' texts.
 */
import type { DocumentRow } from '../storage/documentCache.ts';
import { CorruptionError, sqliteFailure } from '../storage/errors.ts';
import type { TableInfo } from '../storage/registry.ts';
import { SearchSum } from '../storage/searchRows.ts';
import { searchText } from '../query/search.ts';
import type { Store } from '../storage/store.ts';
import { entryKeys } from './indexRows.ts';

const BATCH = 500;
/** Pages SQLite names before it stops looking. */
const MAX_PAGES = 100;

/** What a walk counted. */
export interface ScrubCounts {
  documents: number;
  indexEntries: number;
}

/** Reads everything; throws CorruptionError at the first thing that is wrong. Outside of any transaction. */
export function scrub(store: Store): void {
  for (const finding of findings(store)) throw new CorruptionError(finding);
}

/** Reads everything and says, a line each, what is wrong. Outside of any transaction. */
export function* findings(store: Store): Generator<string, ScrubCounts> {
  const counts = { documents: 0, indexEntries: 0 };
  for (const [line] of store.db.all(`PRAGMA integrity_check(${MAX_PAGES})`))
    if (line !== 'ok') yield String(line);
  yield* attempt(() => store.check());
  const searches = new Map<number, SearchSum>();
  let lost = false;
  for (const row of rows(store)) {
    const found = typeof row === 'string' ? [row] : checkRow(store, row, counts, searches);
    lost ||= found.length > 0;
    yield* found;
  }
  const entries = store.documents.count({ start: new Uint8Array(), end: null });
  // Entries of documents that could not be read cannot be told from foreign ones.
  if (!lost && entries !== counts.indexEntries)
    yield `${entries - counts.indexEntries} index entries without a document`;
  if (!lost) for (const table of store.registry.tables()) yield* checkSearches(store, table, searches);
  return counts;
}

function checkRow(
  store: Store,
  row: DocumentRow,
  counts: ScrubCounts,
  searches: Map<number, SearchSum>,
): string[] {
  const table = store.registry.tableById(row.tableId);
  if (table === null) return [`document row ${row.rowid} of no table`];
  counts.documents++;
  const keys = entryKeys(table, row);
  counts.indexEntries += keys.length;
  for (const index of table.indexes) {
    const text = index.kind === 'search' ? searchText(index, row.value) : null;
    if (text === null) continue;
    const sum = searches.get(index.indexId) ?? new SearchSum();
    searches.set(index.indexId, sum);
    sum.addRow(row.rowid, text.terms, text.filters);
  }
  return keys.every((key) => store.documents.entryAt(key) === row.rowid)
    ? []
    : [`index entries of document row ${row.rowid}`];
}

function* checkSearches(
  store: Store,
  table: TableInfo,
  searches: ReadonlyMap<number, SearchSum>,
): Generator<string> {
  for (const { indexId, name, kind } of table.indexes) {
    if (kind !== 'search') continue;
    const wanted = searches.get(indexId) ?? new SearchSum();
    const shown = `search index ${name} of table ${table.name}`;
    try {
      if (!store.searchRows.sumOf(indexId).equals(wanted)) yield shown;
    } catch (error) {
      if (sqliteFailure(error) === null) throw error;
      yield shown;
    }
  }
}

/** Every document, or in its place what is wrong with its row. */
function* rows(store: Store): Generator<DocumentRow | string> {
  for (let after = 0; ;) {
    const rowids = store.db.all(
      'SELECT rowid FROM documents WHERE rowid > ? ORDER BY rowid LIMIT ?',
      after,
      BATCH,
    );
    if (rowids.length === 0) return;
    try {
      yield* store.documents.batch(after, BATCH);
    } catch (error) {
      if (!(error instanceof CorruptionError)) throw error;
      for (const [rowid] of rowids) yield* one(store, rowid as number);
    }
    after = rowids.at(-1)![0] as number;
  }
}

function* one(store: Store, rowid: number): Generator<DocumentRow | string> {
  try {
    const row = store.documents.byRowid(rowid);
    if (row !== null) yield row;
  } catch (error) {
    yield reasonOf(error);
  }
}

function* attempt(check: () => void): Generator<string> {
  try {
    check();
  } catch (error) {
    yield reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof CorruptionError) return error.what;
  throw error;
}
