/**
 * Second half of an import: what was staged becomes the tables' content, in one transaction.
 *
 * Ids embed their table's number, so tables get the numbers the import's ids have. A table that is empty, or about to be,
 * makes way; one with documents of its own does not.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { BLOBS, STORAGE } from '../files/files.ts';
import type { IndexSpec, TableInfo } from '../storage/registry.ts';
import { createTable, dropTable } from '../transaction/bulk.ts';
import { systemTable, systemTableByNumber } from '../transaction/systemTables.ts';
import type { Transaction } from '../transaction/transaction.ts';
import { DeveloperError } from '../values/errors.ts';
import type { JsonObject } from '../values/value.ts';
import type { ImportMode, Staged, StagedTable } from './stage.ts';

export interface TableChange {
  component: string;
  name: string;
  added: number;
  removed: number;
}

/** Records of written rows are dropped this often: a commit that invalidates everything needs none. */
const FORGET_EVERY = 1_000;
const CHUNK = 1024 * 1024;

/** What an import would do, or the DeveloperError that refuses it. */
export function planImport(tx: Transaction, staged: Staged, mode: ImportMode): TableChange[] {
  return tx.uncounted(() => {
    const changes = new Map<string, TableChange>();
    for (const { component, name, rows } of staged.tables) {
      const present = countOf(tx, component, name);
      if (mode === 'requireEmpty' && present > 0) {
        throw new DeveloperError(
          'TableNotEmpty',
          `Table "${name}" already has documents. Add to them with --append, replace them with --replace, or replace all tables with --replace-all.`,
        );
      }
      const removed = mode === 'append' ? 0 : present;
      changes.set(`${component}|${name}`, { component, name, added: rows, removed });
    }
    if (mode === 'replaceAll') {
      for (const { component, name } of clearedByReplaceAll(tx, staged)) {
        const key = `${component}|${name}`;
        if (!changes.has(key))
          changes.set(key, { component, name, added: 0, removed: countOf(tx, component, name) });
      }
    }
    return [...changes.values()];
  });
}

/** Does it; answers how many documents were written. */
export function applyImport(tx: Transaction, staged: Staged, mode: ImportMode): number {
  tx.mustWrite();
  planImport(tx, staged, mode);
  tx.allInvalid = true;
  // Rows that go without a record must not be answered from memory meanwhile; losing the cache costs only time.
  tx.store.cache.clear();
  return tx.uncounted(() => {
    const components = new Set(staged.tables.map(({ component }) => component));
    if (mode === 'replaceAll')
      for (const { component } of clearedByReplaceAll(tx, staged)) components.add(component);
    for (const component of components) arrange(tx, component, staged, mode);
    let written = 0;
    for (const table of staged.tables) written += insertAll(tx, table, staged);
    return written;
  });
}

function arrange(tx: Transaction, component: string, staged: Staged, mode: ImportMode): void {
  const imported = new Map(
    staged.tables.filter((table) => table.component === component).map((table) => [table.name, table]),
  );
  const dropped = new Map<string, { indexes: IndexSpec[]; number: number }>();
  const makeWay = (table: TableInfo): void => {
    if (!dropped.has(table.name))
      dropped.set(table.name, { indexes: dropTable(tx, table), number: table.number });
  };
  for (const table of tx.registry.tables(component)) {
    if (isCleared(table, imported, mode)) makeWay(table);
    if (table.name === STORAGE && dropped.has(STORAGE)) {
      const blobs = tx.registry.table(component, BLOBS);
      if (blobs !== null) makeWay(blobs);
    }
  }
  for (const { name, number } of imported.values()) {
    if (number === null || name === STORAGE) continue;
    if (number <= 10_000 || systemTableByNumber(number) !== null)
      throw new DeveloperError(
        'InvalidTableNumber',
        `Table "${name}" has the number ${number} of a system table.`,
      );
    const own = tx.registry.table(component, name);
    if (own !== null && own.number !== number) requireEmpty(tx, own, number, name, makeWay);
    const other = tx.registry.tableByNumber(component, number);
    if (other !== null && other.name !== name) requireEmpty(tx, other, number, name, makeWay);
  }
  for (const { name, number } of imported.values()) {
    if (tx.registry.table(component, name) !== null) continue;
    const indexes = dropped.get(name)?.indexes ?? systemTable(name)?.indexes ?? [];
    createTable(tx, component, name, number ?? freeNumber(tx, component, dropped.get(name)?.number), indexes);
    dropped.delete(name);
  }
  for (const [name, { indexes, number }] of dropped)
    createTable(tx, component, name, freeNumber(tx, component, number), indexes);
}

function isCleared(table: TableInfo, imported: ReadonlyMap<string, StagedTable>, mode: ImportMode): boolean {
  if (mode === 'append' || mode === 'requireEmpty') return false;
  return imported.has(table.name) || (mode === 'replaceAll' && !table.system);
}

/** Tables of users that an import of everything empties although it does not hold them. */
function clearedByReplaceAll(tx: Transaction, staged: Staged): TableInfo[] {
  const roots = new Set(staged.tables.map(({ component }) => component.split('/')[0]!));
  return tx.registry
    .tables()
    .filter(({ system, component }) => !system && (roots.has('') || roots.has(component.split('/')[0]!)));
}

function requireEmpty(
  tx: Transaction,
  table: TableInfo,
  number: number,
  wantedBy: string,
  makeWay: (table: TableInfo) => void,
): void {
  if (countOf(tx, table.component, table.name) === 0) return makeWay(table);
  throw new DeveloperError(
    'TableNumberConflict',
    table.name === wantedBy
      ? `The ids of the documents to import belong to another table "${wantedBy}" (number ${number}, here ${table.number}). Replace the table with --replace, or leave the field _id out.`
      : `The ids of the documents for "${wantedBy}" have the number of table "${table.name}", which has documents. Replace all tables with --replace-all, or leave the field _id out.`,
  );
}

/** The number a table had, if it is still free. */
function freeNumber(tx: Transaction, component: string, number: number | undefined): number | null {
  return number !== undefined && tx.registry.tableByNumber(component, number) === null ? number : null;
}

function insertAll(tx: Transaction, table: StagedTable, staged: Staged): number {
  const db = tx.db(table.component);
  let rows = 0;
  for (const line of linesOfFile(table.path)) {
    const document = JSON.parse(line) as JsonObject;
    const id = db.insertImported(table.name, document);
    if (table.name === STORAGE) {
      const { uuid } = staged.blobs.get(`${table.component}|${id}`)!;
      db.insert(BLOBS, { file: id, blob: uuid }, { isSystem: true });
    }
    if (++rows % FORGET_EVERY === 0) tx.log.length = tx.keys.length = 0;
  }
  tx.log.length = tx.keys.length = 0;
  return rows;
}

/** In one go, for a transaction cannot wait; a chunk at a time, for a file can be larger than memory. */
function* linesOfFile(path: string): Generator<string> {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.alloc(CHUNK);
    let rest = Buffer.alloc(0);
    for (let bytes = readSync(file, chunk); bytes > 0; bytes = readSync(file, chunk)) {
      const known = Buffer.concat([rest, chunk.subarray(0, bytes)]);
      let start = 0;
      for (let end = known.indexOf(10); end >= 0; end = known.indexOf(10, start)) {
        yield known.toString('utf8', start, end);
        start = end + 1;
      }
      rest = known.subarray(start);
    }
  } finally {
    closeSync(file);
  }
}

function countOf(tx: Transaction, component: string, name: string): number {
  return tx.db(component).count(name);
}
