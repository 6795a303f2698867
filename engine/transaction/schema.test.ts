import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeveloperError } from '../values/errors.ts';
import type { JsonObject } from '../values/value.ts';
import { activeSchema, applySchema } from './schema.ts';
import { indexRange, openTestEngine, pushSchema, schemaOf, tableScan, type TestEngine } from './testKit.ts';
import type { Transaction } from './transaction.ts';

let engine: TestEngine;
beforeEach(() => {
  engine = openTestEngine();
});
afterEach(() => engine.dispose());

function write<T>(job: (tx: Transaction) => T): Promise<T> {
  return engine.committer.write(job).then(({ value }) => value);
}

function read<T>(job: (tx: Transaction) => T): T {
  return engine.committer.read(job);
}

function rows(table: string): JsonObject[] {
  return read((tx) => tx.db('').collect(tableScan(table)));
}

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(DeveloperError);
    return (error as Error).message;
  }
  throw new Error('Expected a refusal');
}

describe('schema', () => {
  const named = { type: 'object', value: { name: { fieldType: { type: 'string' }, optional: false } } };

  it('[engine T16] is enforced at every write, where the function can still catch it', async () => {
    await pushSchema(engine, { users: { documentType: named } });
    await write((tx) => {
      const id = tx.db('').insert('users', { name: 'Ana' });
      const texts = [
        () => tx.db('').insert('users', {}),
        () => tx.db('').patch(id, { name: 1 }),
        () => tx.db('').replace(id, {}),
      ].map(messageOf);
      for (const text of texts)
        expect(text).toMatch(
          /^Failed to insert or update a document in table "users" because it does not match the schema: /,
        );
    });
    expect(rows('users')).toMatchObject([{ name: 'Ana' }]);
  });

  it('[engine T17] is refused as a whole when an existing document does not fit', async () => {
    const id = await write((tx) => tx.db('').insert('users', { name: 1 }));
    await expect(
      pushSchema(engine, { users: { documentType: named, indexes: { by_name: ['name'] } }, more: {} }),
    ).rejects.toMatchObject({
      table: 'users',
      message: expect.stringContaining(
        `Document with ID "${id}" in table "users" does not match the schema: `,
      ),
    });
    expect(engine.store.registry.table('', 'more')).toBeNull();
    expect(engine.store.registry.table('', 'users')!.indexes).toEqual([]);
    await write((tx) => tx.db('').patch(id, { name: 'Ana' }));
    await pushSchema(engine, { users: { documentType: named } });
    expect(read((tx) => activeSchema(tx, ''))).toMatchObject({ tables: [{ tableName: 'users' }] });
  });

  it('[engine T18] builds indexes from what is there, drops them with their entries, and keeps them over a restart', async () => {
    await write((tx) => {
      for (let n = 0; n < 1200; n++) tx.db('').insert('a', { n: n % 7, t: `word${n % 5}` });
    });
    const count = (): number => Number(engine.store.db.get('SELECT count(*) FROM index_entries')![0]);
    const before = count();
    const { value: diff } = await engine.committer.write((tx) =>
      applySchema(tx, '', schemaOf({ a: { indexes: { by_n: ['n'] }, search: { s: { field: 't' } } } })),
    );
    expect(diff.addedIndexes).toEqual(['a.by_n', 'a.s']);
    expect(count()).toBe(before + 1200);
    const { dir } = engine;
    engine.store.close();
    engine = openTestEngine({}, dir);
    expect(read((tx) => tx.db('').collect(indexRange('a.by_n', [['Eq', 'n', 3]])))).toHaveLength(171);
    const { value: dropped } = await engine.committer.write((tx) => applySchema(tx, '', null));
    expect(dropped.removedIndexes).toEqual(['a.by_n', 'a.s']);
    expect(count()).toBe(before);
    expect(messageOf(() => read((tx) => tx.db('').collect(indexRange('a.by_n'))))).toBe(
      'Index a.by_n not found.',
    );
  });

  it('[engine T19] a staged index is kept up to date but cannot be queried until it is enabled', async () => {
    const staged = {
      ...schemaOf({ a: {} }),
      tables: [{ tableName: 'a', stagedDbIndexes: [{ indexDescriptor: 'by_n', fields: ['n'] }] }],
    };
    await write((tx) => applySchema(tx, '', staged));
    await write((tx) => tx.db('').insert('a', { n: 1 }));
    expect(() => read((tx) => tx.db('').collect(indexRange('a.by_n')))).toThrow(
      expect.objectContaining({ code: 'IndexStagedError' }),
    );
    const { value: diff } = await engine.committer.write((tx) =>
      applySchema(tx, '', schemaOf({ a: { indexes: { by_n: ['n'] } } })),
    );
    expect(diff.enabledIndexes).toEqual(['a.by_n']);
    expect(read((tx) => tx.db('').collect(indexRange('a.by_n', [['Eq', 'n', 1]])))).toHaveLength(1);
  });
});
