/**
 * Making a pushed schema the active one: existing documents are checked, indexes built and dropped, in one transaction.
 *
 * What a table no longer declares is dropped with its entries; what is new is filled from every document before anyone
 * can query it. The limits of a function do not apply here; the writer is busy for as long as it takes.
 */
import { indexInterval } from '../query/range.ts';
import { searchText } from '../query/search.ts';
import { keyAfter } from '../query/readSet.ts';
import type { DocumentRow } from '../storage/documentCache.ts';
import { internalIdOf, type Interval } from '../storage/documents.ts';
import { CorruptionError } from '../storage/errors.ts';
import type { IndexInfo, IndexSpec, TableInfo } from '../storage/registry.ts';
import type { Store } from '../storage/store.ts';
import { checkDocumentType, type ValidatorJson } from '../values/validator.ts';
import type { JsonObject } from '../values/value.ts';
import { entryKey } from './indexRows.ts';
import { documentTypes, SchemaMismatch } from './schemaCheck.ts';
import { tableDefinitions } from './schemaDefinition.ts';
import { systemTable } from './systemTables.ts';
import type { Transaction } from './transaction.ts';

/** Index names as `table.index`. */
export interface SchemaDiff {
  component: string;
  addedIndexes: string[];
  removedIndexes: string[];
  /** Were staged and can be queried now. */
  enabledIndexes: string[];
  /** Could be queried and are staged now. */
  disabledIndexes: string[];
  /** Tables whose documents were checked against a new validator. */
  checkedTables: string[];
}

const BATCH = 500;

/** The schema a component has active, as pushed; null without one. */
export function activeSchema(tx: Transaction, component: string): JsonObject | null {
  return tx.registry.schemas.get(component) ?? null;
}

/** Makes `schema` the active one. Throws DeveloperError, having changed nothing that a rolled back transaction keeps. */
export function applySchema(tx: Transaction, component: string, schema: JsonObject | null): SchemaDiff {
  tx.mustWrite();
  const definitions = new Map(tableDefinitions(schema).map((table) => [table.name, table.indexes]));
  const diff: SchemaDiff = {
    component,
    addedIndexes: [],
    removedIndexes: [],
    enabledIndexes: [],
    disabledIndexes: [],
    checkedTables: [],
  };
  for (const name of definitions.keys()) tx.ensureTable(component, name);
  checkExisting(tx, component, schema, diff);
  for (const table of tx.registry.tables(component)) {
    if (!table.system) applyIndexes(tx, table, definitions.get(table.name) ?? [], diff);
  }
  tx.registry = tx.store.saveSchema(tx.registry, component, schema);
  tx.allInvalid = true;
  return diff;
}

/** Throws what `applySchema` would throw about existing documents; builds no index. To be rolled back. */
export function checkDocuments(tx: Transaction, component: string, schema: JsonObject | null): void {
  checkExisting(tx, component, schema, { checkedTables: [] });
}

function checkExisting(
  tx: Transaction,
  component: string,
  schema: JsonObject | null,
  diff: Pick<SchemaDiff, 'checkedTables'>,
): void {
  const before = activeSchema(tx, component);
  const old = before === null ? new Map<string, ValidatorJson>() : documentTypes(before);
  const now = schema === null ? new Map<string, ValidatorJson>() : documentTypes(schema);
  for (const [name, type] of now) {
    const previous = old.get(name);
    if (previous !== undefined && JSON.stringify(previous) === JSON.stringify(type)) continue;
    diff.checkedTables.push(name);
    const mismatch = firstMismatch(tx, component, name, type);
    if (mismatch !== null) throw new SchemaMismatch(name, mismatch);
  }
}

/** What a document of the table has against the validator, in the official words; null when all fit. */
export function firstMismatch(
  tx: Transaction,
  component: string,
  name: string,
  type: ValidatorJson,
): string | null {
  const table = tx.registry.table(component, name);
  const names = tx.db(component);
  for (const row of table === null ? [] : allRows(tx.store, table)) {
    const problem = checkDocumentType(type, row.value, names);
    if (problem !== null)
      return `Document with ID "${row.id}" in table "${name}" does not match the schema: ${problem}`;
  }
  return null;
}

export function countDocuments(tx: Transaction, component: string, name: string): number {
  const table = tx.registry.table(component, name);
  return table === null ? 0 : tx.store.documents.count(indexInterval(table.byCreationTime));
}

function applyIndexes(tx: Transaction, table: TableInfo, wanted: IndexSpec[], diff: SchemaDiff): void {
  const { store } = tx;
  const kept: IndexInfo[] = [];
  for (const index of table.indexes) {
    const spec = wanted.find(
      (candidate) => candidate.name === index.name && sameDefinition(candidate, index),
    );
    if (spec === undefined) {
      dropIndex(store, index);
      diff.removedIndexes.push(`${table.name}.${index.name}`);
    } else if (spec.state === index.state) {
      kept.push(index);
    } else {
      kept.push(store.setIndexState(index, spec.state));
      (spec.state === 'staged' ? diff.disabledIndexes : diff.enabledIndexes).push(
        `${table.name}.${index.name}`,
      );
    }
  }
  const missing = wanted.filter((spec) => !kept.some((index) => index.name === spec.name));
  const built = buildIndexes(store, table, missing);
  for (const index of built) diff.addedIndexes.push(`${table.name}.${index.name}`);
  tx.registry = tx.registry.withTable({ ...table, indexes: [...kept, ...built] });
}

function sameDefinition(spec: IndexSpec, index: IndexInfo): boolean {
  return (
    spec.kind === index.kind &&
    JSON.stringify(spec.fields) === JSON.stringify(index.fields) &&
    (spec.field ?? null) === index.field &&
    (spec.dimensions ?? null) === index.dimensions
  );
}

function dropIndex(store: Store, index: IndexInfo): void {
  if (index.kind === 'db') store.documents.removeEntries(indexInterval(index.indexId));
  store.dropIndex(index);
}

/** Registers indexes and fills them from the documents there are. */
function buildIndexes(store: Store, table: TableInfo, specs: IndexSpec[]): IndexInfo[] {
  if (specs.length === 0) return [];
  const indexes = specs.map((spec) => store.createIndex(table.tableId, spec));
  for (const row of allRows(store, table)) {
    for (const index of indexes) addRow(store, index, row);
  }
  return indexes;
}

function addRow(store: Store, index: IndexInfo, row: DocumentRow): void {
  if (index.kind === 'db')
    store.documents.putEntry(entryKey(index, row.value, row.internalId(internalIdOf)), row.rowid);
  if (index.kind !== 'search') return;
  const text = searchText(index, row.value);
  if (text !== null) store.searchRows.put(index.indexId, row.rowid, text.terms, text.filters);
}

/** Every document of a table, read past the cache: a walk over everything must not push out what is in use. */
export function* allRows(store: Store, table: TableInfo): Generator<DocumentRow> {
  let rest: Interval = indexInterval(table.byCreationTime);
  for (;;) {
    const entries = store.documents.entries(rest, false, BATCH);
    for (const entry of entries) {
      const row = store.documents.byRowid(entry.rowid);
      if (row === null) throw new CorruptionError(`index entry without a document, row ${entry.rowid}`);
      yield row;
    }
    if (entries.length < BATCH) return;
    rest = { start: keyAfter(entries[entries.length - 1]!.key), end: rest.end };
  }
}

/** Gives the system tables of an older data folder the indexes this engine expects. Outside of any transaction. */
export function upgradeSystemTables(store: Store): void {
  const outdated = store.registry.tables().filter((table) => missingSystemIndexes(table).length > 0);
  if (outdated.length === 0) return;
  let { registry } = store;
  store.db.begin();
  for (const table of outdated) {
    const built = buildIndexes(store, table, missingSystemIndexes(table));
    registry = registry.withTable({ ...table, indexes: [...table.indexes, ...built] });
  }
  store.sealRegistry();
  store.db.commit();
  store.committed(registry);
}

function missingSystemIndexes(table: TableInfo): IndexSpec[] {
  const wanted = table.system ? (systemTable(table.name)?.indexes ?? []) : [];
  return wanted.filter(
    (spec) => !table.indexes.some((index) => index.name === spec.name && sameDefinition(spec, index)),
  );
}
