import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import schema from '../../convex/schema.js';
import { versions } from '../fixtures/folders/versions.ts';
import { keptVersions } from './folder.ts';
import { formerVersions } from './formerVersions.ts';

/** What `convex deploy` sends of it. */
const shape = (schema as unknown as { export(): string }).export();

test('the schema is that of the last version: whoever changes it keeps a folder of before and migrates it', () => {
  const hash = createHash('sha256').update(shape).digest('hex').slice(0, 16);
  expect(hash, 'The schema has changed: see test/fixtures/folders/versions.ts').toBe(versions.at(-1)!.schema);
});

test('a folder of every version of before is kept, and what is of it alone', () => {
  const before = versions.slice(0, -1).map(({ version }) => String(version));
  expect(keptVersions.toSorted()).toEqual(before.toSorted());
  expect(Object.keys(formerVersions).toSorted()).toEqual(before.toSorted());
});
