/** What the tests of storage, query and transaction share: a data folder of their own, and query JSON in short form. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store, type StoreOptions } from '../storage/store.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';
import { Committer, type CommitterOptions } from './committer.ts';
import { applySchema } from './schema.ts';

export interface TestEngine {
  dir: string;
  store: Store;
  committer: Committer;
  /** Closes the store and removes the folder. */
  dispose(): void;
}

export function tempDir(): string {
  return mkdtempSync(join(tmpdir(), 'engine-'));
}

export function openTestEngine(options: StoreOptions & CommitterOptions = {}, dir = tempDir()): TestEngine {
  const store = openStore(dir, options);
  let committer: Committer;
  try {
    committer = new Committer(store, options);
  } catch (error) {
    store.close();
    throw error;
  }
  return {
    dir,
    store,
    committer,
    dispose() {
      store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

interface TableShape {
  indexes?: Record<string, string[]>;
  search?: Record<string, { field: string; filterFields?: string[] }>;
  documentType?: JsonValue;
}

/** The JSON of a schema with these tables. */
export function schemaOf(tables: Record<string, TableShape>): JsonObject {
  return {
    schemaValidation: true,
    tables: Object.entries(tables).map(([tableName, { indexes = {}, search = {}, documentType = null }]) => ({
      tableName,
      indexes: Object.entries(indexes).map(([indexDescriptor, fields]) => ({ indexDescriptor, fields })),
      searchIndexes: Object.entries(search).map(([indexDescriptor, { field, filterFields = [] }]) => ({
        indexDescriptor,
        searchField: field,
        filterFields,
      })),
      vectorIndexes: [],
      documentType,
    })),
  };
}

export async function pushSchema(
  engine: TestEngine,
  tables: Record<string, TableShape>,
  component = '',
): Promise<void> {
  await engine.committer.write((tx) => applySchema(tx, component, schemaOf(tables)));
}

export function tableScan(
  tableName: string,
  order: 'asc' | 'desc' = 'asc',
  operators: JsonValue[] = [],
): JsonObject {
  return { source: { type: 'FullTableScan', tableName, order }, operators };
}

export function indexRange(
  indexName: string,
  range: [type: string, fieldPath: string, value: JsonValue][] = [],
  order: 'asc' | 'desc' = 'asc',
  operators: JsonValue[] = [],
): JsonObject {
  const expressions = range.map(([type, fieldPath, value]) => ({ type, fieldPath, value }));
  return { source: { type: 'IndexRange', indexName, range: expressions, order }, operators };
}

export function page(query: JsonObject, pageSize: number, more: JsonObject = {}): JsonObject {
  return { query, cursor: null, endCursor: null, pageSize, maximumRowsRead: null, ...more };
}
