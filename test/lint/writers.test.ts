/** Each table has one writer (writers.ts), whatever a write looks like. */
import { authTables } from '@convex-dev/auth/server';
import { beforeAll, expect, it } from 'vitest';
import schema from '../../convex/schema';
import { findWrites } from './findWrites.ts';
import { notYet, writers } from './writers.ts';

/** `table by module`, once each. */
let writes: Set<string>;

beforeAll(() => {
  writes = new Set(findWrites().map(({ table, module }) => `${table} by ${module}`));
}, 120_000);

it('names the only writer of every table', () => {
  const ours = Object.keys(schema.tables).filter((table) => !(table in authTables));
  expect(ours.filter((table) => !(table in writers))).toEqual([]);
  expect(Object.keys(writers).filter((table) => table !== 'any' && !(table in schema.tables))).toEqual([]);
});

it('sees these writes, and no others', () => {
  const named = [...Object.entries(writers), ...notYet].map(([table, module]) => `${table} by ${module}`);
  expect([...writes].toSorted()).toEqual([...new Set(named)].toSorted());
});

it.each(notYet)('has another writer for %s than %s', (table, module) => {
  expect(writers[table]).not.toBe(module);
});
