import { authTables } from '@convex-dev/auth/server';
import { describe, expect, test } from 'vitest';
import schema from './schema';

/** The library's tables have names of its own. */
const tables = Object.entries(schema.tables).filter(([name]) => !(name in authTables));

function nameOf(fields: string[]): string {
  const name = `by_${fields.join('_and_')}`;
  return name.length <= 64 ? name : `by_${fields.join('_')}`;
}

describe('an index is named by its fields, in the 64 letters that Convex takes', () => {
  test.each(tables)('in %s', (_, table) => {
    const indexes = table[' indexes']();
    // Every index ends in the creation time, which no name says.
    const named = indexes.map(({ fields }) => nameOf(fields.filter((each) => each !== '_creationTime')));
    expect(indexes.map(({ indexDescriptor }) => indexDescriptor)).toEqual(named);
  });
});
