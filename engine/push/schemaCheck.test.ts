import { describe, expect, test } from 'vitest';
import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';
import { HttpError } from '../values/errors.ts';
import type { JsonObject } from '../values/value.ts';
import { checkSchema } from './schemaCheck.ts';

interface Table {
  tableName: string;
  indexes: JsonObject[];
  searchIndexes: JsonObject[];
  vectorIndexes: JsonObject[];
  documentType: JsonObject;
}

function schemaWith(change: (table: Table) => void): JsonObject {
  const table: Table = {
    tableName: 'messages',
    indexes: [{ indexDescriptor: 'by_author', fields: ['author'] }],
    searchIndexes: [{ indexDescriptor: 'search', searchField: 'body', filterFields: ['author'] }],
    vectorIndexes: [{ indexDescriptor: 'near', vectorField: 'embedding', dimensions: 4, filterFields: [] }],
    documentType: { type: 'any' },
  };
  change(table);
  return { tables: [table as unknown as JsonObject], schemaValidation: true };
}

function fieldOf(name: string, fieldType: JsonObject = { type: 'any' }): JsonObject {
  return { type: 'object', value: { [name]: { fieldType, optional: false } } };
}

function codeOf(schema: JsonObject): string {
  try {
    checkSchema(schema);
  } catch (error) {
    if (error instanceof HttpError && error.status === 400 && error.message.length > 20) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('schema rules of a push', () => {
  test('[engine P10] what defineSchema exports is accepted', () => {
    const schema = defineSchema({
      messages: defineTable({ body: v.string(), author: v.optional(v.id('users')) })
        .index('by_author', ['author'])
        .searchIndex('search', { searchField: 'body', filterFields: ['author'] }),
      users: defineTable(v.union(v.object({ a: v.string() }), v.object({ b: v.number() }))),
    });
    expect(codeOf(JSON.parse((schema as unknown as { export(): string }).export()) as JsonObject)).toBe(
      'accepted',
    );
  });

  test.each<[string, (table: Table) => void]>([
    ['accepted', () => {}],
    [
      'IndexFieldsContainCreationTime',
      (t) => (t.indexes = [{ indexDescriptor: 'x', fields: ['a', '_creationTime'] }]),
    ],
    ['IndexFieldsContainId', (t) => (t.indexes = [{ indexDescriptor: 'x', fields: ['_id'] }])],
    ['IndexFieldNameReserved', (t) => (t.indexes = [{ indexDescriptor: 'x', fields: ['_secret'] }])],
    ['FieldsNotUniqueWithinIndex', (t) => (t.indexes = [{ indexDescriptor: 'x', fields: ['a', 'b', 'a'] }])],
    ['IndexNotUnique', (t) => t.indexes.push({ indexDescriptor: 'again', fields: ['author'] })],
    ['IndexNamesNotUnique', (t) => t.indexes.push({ indexDescriptor: 'by_author', fields: ['other'] })],
    ['IndexNamesNotUnique', (t) => t.indexes.push({ indexDescriptor: 'search', fields: ['other'] })],
    ['IndexNameReserved', (t) => t.indexes.push({ indexDescriptor: 'by_id', fields: ['a'] })],
    ['IndexNameReserved', (t) => t.indexes.push({ indexDescriptor: '_mine', fields: ['a'] })],
    ['InvalidIndexName', (t) => t.indexes.push({ indexDescriptor: 'by-author', fields: ['a'] })],
    ['InvalidTableName', (t) => (t.tableName = 'my-table')],
    ['InvalidTableName', (t) => (t.tableName = 'x'.repeat(65))],
    ['TableNameReserved', (t) => (t.tableName = '_messages')],
    ['EmptyIndex', (t) => (t.indexes = [{ indexDescriptor: 'x', fields: [] }])],
    [
      'IndexTooManyFields',
      (t) => (t.indexes = [{ indexDescriptor: 'x', fields: Array.from({ length: 17 }, (_, i) => `f${i}`) }]),
    ],
    [
      'TooManyIndexes',
      (t) =>
        (t.indexes = Array.from({ length: 65 }, (_, i) => ({ indexDescriptor: `x${i}`, fields: [`f${i}`] }))),
    ],
    [
      'TooManyIndexes',
      (t) =>
        (t.searchIndexes = Array.from({ length: 5 }, (_, i) => ({
          indexDescriptor: `s${i}`,
          searchField: `f${i}`,
          filterFields: [],
        }))),
    ],
    [
      'SearchIndexFieldNotUnique',
      (t) => t.searchIndexes.push({ indexDescriptor: 's2', searchField: 'body', filterFields: [] }),
    ],
    [
      'VectorIndexFieldNotUnique',
      (t) =>
        t.vectorIndexes.push({
          indexDescriptor: 'v2',
          vectorField: 'embedding',
          dimensions: 4,
          filterFields: [],
        }),
    ],
    ['InvalidVectorDimension', (t) => (t.vectorIndexes[0]!.dimensions = 1)],
    ['InvalidTopLevelType', (t) => (t.documentType = { type: 'string' })],
    [
      'InvalidTopLevelType',
      (t) =>
        (t.documentType = { type: 'object', value: { _x: { fieldType: { type: 'any' }, optional: false } } }),
    ],
    ...['a-b', '$x', '', '1st', '_', 'é', 'x'.repeat(65)].flatMap(
      (name): [string, (table: Table) => void][] => [
        ['InvalidValidator', (t) => (t.documentType = fieldOf(name))],
        ['InvalidValidator', (t) => (t.documentType = fieldOf('a', { type: 'array', value: fieldOf(name) }))],
        ['InvalidValidator', (t) => Object.assign(t, { stagedDocumentType: fieldOf(name) })],
      ],
    ),
    ['accepted', (t) => (t.documentType = fieldOf('x'.repeat(64)))],
    ['accepted', (t) => (t.documentType = fieldOf('handle', { type: 'function', fnType: 'mutation' }))],
    ['InvalidValidator', (t) => (t.documentType = fieldOf('a', { type: 'of a later version' }))],
  ])('[engine P11] a schema is judged %s (%#)', (code, change) => {
    expect(codeOf(schemaWith(change))).toBe(code);
  });

  test('[engine P11] a table defined twice is refused', () => {
    const one = schemaWith(() => {});
    (one.tables as JsonObject[]).push((one.tables as JsonObject[])[0]!);
    expect(codeOf(one)).toBe('TableNamesNotUnique');
  });
});
