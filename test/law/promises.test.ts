/** What docs/promises.md says that a journey shows, a journey of that name does. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PROMISES = 22;

const rows = Array.from(
  readFileSync(join(root, 'docs/promises.md'), 'utf8').matchAll(/^\| (S\d+) \| .+ \| (.+) \|$/gm),
  ([, id, shownBy]) => ({ id: id!, journeys: shownBy!.split(' · ') }),
);

test('every promise is shown by a journey', () => {
  expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: PROMISES }, (_, at) => `S${at + 1}`));
});

test.each(rows)('$id: its journeys are there', ({ journeys }) => {
  for (const journey of journeys) {
    const [, name, title] = /^`(\w+)`: (.+)$/.exec(journey) ?? [];
    const file = join(root, 'test/journeys', `${name}.test.ts`);
    expect(existsSync(file), journey).toBe(true);
    // Behind the ids of its rules.
    const titles = Array.from(
      readFileSync(file, 'utf8').matchAll(/\b(?:it|test)\(\s*(['"`])(?:\[[^\]]+\] )*(.*?)\1,/g),
      ([, , told]) => told,
    );
    expect(titles, journey).toContain(title);
  }
});
