/**
 * A pushed schema (the JSON of `schema.js`) reduced to what the storage must provide for each table. That names, fields and
 * counts are allowed was checked when it was pushed.
 */
import type { IndexSpec, IndexState } from '../storage/registry.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';

export interface TableDefinition {
  name: string;
  indexes: IndexSpec[];
}

export function tableDefinitions(schema: JsonObject | null): TableDefinition[] {
  if (schema === null) return [];
  return objects(schema.tables).map((table) => ({
    name: String(table.tableName),
    indexes: indexesOf(table),
  }));
}

function indexesOf(table: JsonObject): IndexSpec[] {
  return [
    ...objects(table.indexes).map((json) => databaseIndex(json, 'enabled')),
    ...objects(table.stagedDbIndexes).map((json) => databaseIndex(json, 'staged')),
    ...objects(table.searchIndexes).map((json) => searchIndex(json, 'enabled')),
    ...objects(table.stagedSearchIndexes).map((json) => searchIndex(json, 'staged')),
    ...objects(table.vectorIndexes).map((json) => vectorIndex(json, 'enabled')),
    ...objects(table.stagedVectorIndexes).map((json) => vectorIndex(json, 'staged')),
  ];
}

function databaseIndex(json: JsonObject, state: IndexState): IndexSpec {
  return { name: String(json.indexDescriptor), kind: 'db', fields: strings(json.fields), state };
}

function searchIndex(json: JsonObject, state: IndexState): IndexSpec {
  const fields = strings(json.filterFields);
  return {
    name: String(json.indexDescriptor),
    kind: 'search',
    field: String(json.searchField),
    fields,
    state,
  };
}

function vectorIndex(json: JsonObject, state: IndexState): IndexSpec {
  const fields = strings(json.filterFields);
  const dimensions = Number(json.dimensions);
  return {
    name: String(json.indexDescriptor),
    kind: 'vector',
    field: String(json.vectorField),
    dimensions,
    fields,
    state,
  };
}

function objects(json: JsonValue | undefined): JsonObject[] {
  return (json ?? []) as JsonObject[];
}

function strings(json: JsonValue | undefined): string[] {
  return (json ?? []) as string[];
}
