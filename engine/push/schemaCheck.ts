/**
 * What a pushed schema must satisfy before a single document is looked at (§4.7).
 *
 * Each rule has a code, which tools read, and a sentence, which the developer reads in the terminal. The first broken rule
 * is reported. Whether the stored documents fit is another question, answered by transaction/schema.ts.
 */
import { HttpError } from '../values/errors.ts';
import { isIdentifier, LIMITS } from '../values/limits.ts';
import type { JsonObject } from '../values/value.ts';
import { faultOfValidator, type ValidatorJson } from '../values/validatorJson.ts';

interface DbIndex {
  indexDescriptor: string;
  fields: string[];
}

interface SearchIndex {
  indexDescriptor: string;
  searchField: string;
  filterFields: string[];
}

interface VectorIndex {
  indexDescriptor: string;
  vectorField: string;
  dimensions: number;
  filterFields: string[];
}

interface TableDefinition {
  tableName: string;
  indexes: DbIndex[];
  stagedDbIndexes?: DbIndex[] | null;
  searchIndexes?: SearchIndex[] | null;
  stagedSearchIndexes?: SearchIndex[] | null;
  vectorIndexes?: VectorIndex[] | null;
  stagedVectorIndexes?: VectorIndex[] | null;
  documentType: ValidatorJson | null;
  stagedDocumentType?: ValidatorJson | null;
}

/** Throws HttpError 400 for the first rule that the schema breaks. */
export function checkSchema(schema: JsonObject): void {
  const tables = schema.tables as unknown as TableDefinition[] | undefined;
  if (!Array.isArray(tables)) {
    throw refuse('InvalidSchema', 'The default export of schema.ts must be the result of defineSchema().');
  }
  if (tables.length > LIMITS.tables) {
    throw refuse('TooManyTables', `The schema has ${tables.length} tables; the most is ${LIMITS.tables}.`);
  }
  const seen = new Set<string>();
  for (const table of tables) {
    checkTableName(table.tableName);
    if (seen.has(table.tableName)) {
      throw refuse('TableNamesNotUnique', `The schema defines table "${table.tableName}" twice.`);
    }
    seen.add(table.tableName);
    checkIndexes(table);
    for (const type of [table.documentType, table.stagedDocumentType]) {
      if (type !== null && type !== undefined) checkDocumentType(table.tableName, type);
    }
  }
}

function checkTableName(name: string): void {
  if (name.startsWith('_')) {
    throw refuse(
      'TableNameReserved',
      `"${name}" is not a valid table name: names that start with "_" are reserved.`,
    );
  }
  if (!isIdentifier(name)) {
    throw refuse('InvalidTableName', `"${name}" is not a valid table name: ${IDENTIFIER_RULE}.`);
  }
}

const IDENTIFIER_RULE = `use at most ${LIMITS.identifierLength} letters, digits and underscores, starting with a letter`;

function checkIndexes(table: TableDefinition): void {
  const db = [...table.indexes, ...(table.stagedDbIndexes ?? [])];
  const search = [...(table.searchIndexes ?? []), ...(table.stagedSearchIndexes ?? [])];
  const vector = [...(table.vectorIndexes ?? []), ...(table.stagedVectorIndexes ?? [])];
  checkCount(table, 'indexes', db.length, LIMITS.indexesPerTable);
  checkCount(table, 'search indexes', search.length, LIMITS.searchIndexesPerTable);
  checkCount(table, 'vector indexes', vector.length, LIMITS.vectorIndexesPerTable);
  const names = new Set<string>();
  for (const { indexDescriptor: name } of [...db, ...search, ...vector]) {
    checkIndexName(table.tableName, name);
    if (names.has(name)) {
      throw refuse('IndexNamesNotUnique', `Table "${table.tableName}" has two indexes named "${name}".`);
    }
    names.add(name);
  }
  checkDbIndexes(table.tableName, db);
  checkSearchIndexes(table.tableName, search);
  checkVectorIndexes(table.tableName, vector);
}

function checkCount(table: TableDefinition, what: string, count: number, limit: number): void {
  if (count > limit) {
    throw refuse('TooManyIndexes', `Table "${table.tableName}" has ${count} ${what}; the most is ${limit}.`);
  }
}

function checkIndexName(table: string, name: string): void {
  if (name.startsWith('_') || name === 'by_id' || name === 'by_creation_time') {
    throw refuse(
      'IndexNameReserved',
      `Index "${name}" of table "${table}" has a reserved name: "by_id", "by_creation_time" and names that start with "_" belong to the system.`,
    );
  }
  if (!isIdentifier(name)) {
    throw refuse(
      'InvalidIndexName',
      `"${name}", an index of table "${table}", is not a valid name: ${IDENTIFIER_RULE}.`,
    );
  }
}

function checkDbIndexes(table: string, indexes: DbIndex[]): void {
  const byFields = new Map<string, string>();
  for (const { indexDescriptor: name, fields } of indexes) {
    const label = `Index "${name}" of table "${table}"`;
    if (fields.length === 0) throw refuse('EmptyIndex', `${label} has no fields; it needs at least one.`);
    if (fields.length > LIMITS.indexFields) {
      throw refuse(
        'IndexTooManyFields',
        `${label} has ${fields.length} fields; the most is ${LIMITS.indexFields}.`,
      );
    }
    if (fields.includes('_creationTime')) {
      throw refuse(
        'IndexFieldsContainCreationTime',
        `${label} names \`_creationTime\`, which is the last field of every index by itself: leave it out.`,
      );
    }
    checkFields(label, fields);
    const key = JSON.stringify(fields);
    const twin = byFields.get(key);
    if (twin !== undefined) {
      throw refuse(
        'IndexNotUnique',
        `Indexes "${twin}" and "${name}" of table "${table}" have the same fields.`,
      );
    }
    byFields.set(key, name);
  }
}

function checkFields(label: string, fields: string[]): void {
  for (const field of fields) {
    if (field === '_id') {
      throw refuse(
        'IndexFieldsContainId',
        `${label} names \`_id\`: use \`db.get\` or the index "by_id" instead.`,
      );
    }
    for (const step of field.split('.')) {
      if (step.startsWith('_')) {
        throw refuse(
          'IndexFieldNameReserved',
          `${label} names \`${field}\`: fields that start with "_" are reserved.`,
        );
      }
      if (!isIdentifier(step))
        throw refuse('InvalidIndexField', `${label} names \`${field}\`, which is not a field path.`);
    }
  }
  if (new Set(fields).size < fields.length) {
    throw refuse('FieldsNotUniqueWithinIndex', `${label} names a field twice.`);
  }
}

function checkSearchIndexes(table: string, indexes: SearchIndex[]): void {
  const byField = new Map<string, string>();
  for (const { indexDescriptor: name, searchField, filterFields } of indexes) {
    const label = `Search index "${name}" of table "${table}"`;
    checkFilters(label, [searchField], filterFields);
    const twin = byField.get(searchField);
    if (twin !== undefined) {
      throw refuse(
        'SearchIndexFieldNotUnique',
        `Search indexes "${twin}" and "${name}" of table "${table}" search the same field.`,
      );
    }
    byField.set(searchField, name);
  }
}

function checkVectorIndexes(table: string, indexes: VectorIndex[]): void {
  const byField = new Map<string, string>();
  for (const { indexDescriptor: name, vectorField, filterFields, dimensions } of indexes) {
    const label = `Vector index "${name}" of table "${table}"`;
    checkFilters(label, [vectorField], filterFields);
    if (!Number.isInteger(dimensions) || dimensions < 2 || dimensions > 4096) {
      throw refuse(
        'InvalidVectorDimension',
        `${label} has ${dimensions} dimensions; it needs a whole number from 2 to 4096.`,
      );
    }
    const twin = byField.get(vectorField);
    if (twin !== undefined) {
      throw refuse(
        'VectorIndexFieldNotUnique',
        `Vector indexes "${twin}" and "${name}" of table "${table}" index the same field.`,
      );
    }
    byField.set(vectorField, name);
  }
}

function checkFilters(label: string, field: string[], filterFields: string[]): void {
  checkFields(label, field);
  checkFields(label, filterFields);
  if (filterFields.length > LIMITS.filterFields) {
    throw refuse(
      'IndexTooManyFields',
      `${label} has ${filterFields.length} filter fields; the most is ${LIMITS.filterFields}.`,
    );
  }
}

function checkDocumentType(table: string, type: ValidatorJson): void {
  const fault = faultOfValidator(type);
  if (fault !== null) throw refuse('InvalidValidator', `The schema of table "${table}" cannot be: ${fault}`);
  const members = type.type === 'union' ? type.value : [type];
  for (const member of members) {
    if (member.type === 'union') {
      checkDocumentType(table, member);
      continue;
    }
    if (member.type !== 'object' && member.type !== 'any') {
      throw refuse(
        'InvalidTopLevelType',
        `Documents of table "${table}" must be objects, but the schema allows ${member.type === 'literal' ? 'a literal' : `v.${member.type}()`}.`,
      );
    }
    if (member.type !== 'object') continue;
    for (const field of Object.keys(member.value)) {
      if (field.startsWith('_') && field !== '_id' && field !== '_creationTime') {
        throw refuse(
          'InvalidTopLevelType',
          `Table "${table}" has a field \`${field}\`: top-level fields that start with "_" are reserved for the system.`,
        );
      }
    }
  }
}

function refuse(code: string, message: string): HttpError {
  return new HttpError(400, code, message);
}
