/**
 * Whole tables at once, for imports: emptied without touching each row, and created under a given number.
 *
 * Who uses this sets `tx.allInvalid`: no keys are collected, so nobody could be told apart, and the document cache is
 * emptied with the COMMIT.
 */
import { indexInterval } from '../query/range.ts';
import type { IndexSpec, TableInfo } from '../storage/registry.ts';
import { systemTable } from './systemTables.ts';
import type { Transaction } from './transaction.ts';

/** Removes a table with its documents and indexes; answers what it takes to create it again. */
export function dropTable(tx: Transaction, table: TableInfo): IndexSpec[] {
  tx.mustWrite();
  const { store } = tx;
  tx.allInvalid = true;
  store.documents.removeTable(table.tableId);
  store.documents.removeEntries(indexInterval(table.byCreationTime));
  for (const index of table.indexes) {
    if (index.kind === 'db') store.documents.removeEntries(indexInterval(index.indexId));
    store.dropIndex(index);
  }
  tx.registry = store.dropTable(tx.registry, table.tableId);
  return table.indexes.map(({ name, kind, state, fields, field, dimensions }) => ({
    name,
    kind,
    state,
    fields: [...fields],
    field,
    dimensions,
  }));
}

/** Creates a table; `number` is fixed by the ids of its documents, or null for the next free one. */
export function createTable(
  tx: Transaction,
  component: string,
  name: string,
  number: number | null,
  indexes: IndexSpec[],
): TableInfo {
  const system = systemTable(name);
  const fixed = system?.number ?? number;
  const created = tx.store.createTable(tx.registry, component, name, {
    system: system !== null,
    indexes,
    ...(fixed !== null && { number: fixed }),
  });
  tx.registry = created.registry;
  tx.changed.push(`tables:${component}`);
  return created.table;
}
