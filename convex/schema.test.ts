import { authTables } from '@convex-dev/auth/server';
import { describe, expect, test } from 'vitest';
import schema from './schema';

/** The library's tables have names of its own. */
const tables = Object.entries(schema.tables).filter(([name]) => !(name in authTables));

describe('an index is named by its fields', () => {
  test.each(tables)('in %s', (_, table) => {
    const indexes = table[' indexes']();
    // Every index ends in the creation time, which no name says.
    const named = indexes.map(
      ({ fields }) => `by_${fields.filter((each) => each !== '_creationTime').join('_and_')}`,
    );
    expect(indexes.map(({ indexDescriptor }) => indexDescriptor)).toEqual(named);
  });
});
