import { expect, it } from 'vitest';
import { toScript } from './modules.ts';
import { mapFrames } from './stack.ts';

it('[engine F4] source maps lead from the script through the bundle to the developer’s file', async () => {
  // Line 2 of the bundle, column 1, is line 7, column 3 of its source.
  const bundleMap = JSON.stringify({
    version: 3,
    sources: ['../convex/app.ts'],
    names: [],
    mappings: ';AAME',
  });
  const stored = await toScript({
    path: 'app.js',
    source: 'const a = 1;\nexport function broken() { throw new Error(a); }\n',
    sourceMap: bundleMap,
    environment: 'isolate',
  });
  const lines = stored.script.split('\n');
  const line = lines.findIndex((text) => text.includes('function broken'));
  const modules = new Map([['app.js', stored]]);
  expect(
    mapFrames(
      `    at broken (convex:/app.js:${line + 1}:1)\n    at engine (file:///x/engine.ts:1:1)\n    at handler (../convex/other.ts:1:2)`,
      modules,
    ),
  ).toBe('    at broken (../convex/app.ts:7:3)\n    at handler (../convex/other.ts:1:2)\n');
});

/** Where each 1-based position of a module with this map is said to be. */
function places(map: object, positions: [number, number][]): string[] {
  const sourceMap = JSON.stringify({ version: 3, names: [], ...map });
  const modules = new Map([['a.js', { script: '', sourceMap, environment: 'isolate' as const }]]);
  return positions.map(([line, column]) => mapFrames(`    at f (convex:/a.js:${line}:${column})`, modules));
}
const at = (place: string): string => `    at f (${place})\n`;

it('[engine F4] source maps name the nearest mapping before a place on its own line, and nothing where there is none', () => {
  // Line 1: columns 3 to 5 are 2:2 of the first source, from 6 on nothing is mapped. Line 2 has no mapping. Line 3: all is 1:1
  // of the second.
  const map = { sources: ['b.ts', 'c.ts'], sourceRoot: 'src/', mappings: 'EACC,G;;ACDD' };
  const positions: [number, number][] = [[1, 1], [1, 3], [1, 5], [1, 6], [2, 1], [3, 1], [3, 900], [4, 1]]; // prettier-ignore
  expect(places(map, positions)).toEqual(
    [
      '../convex/a.js:1:1',
      'src/b.ts:2:2',
      'src/b.ts:2:2',
      '../convex/a.js:1:6',
      '../convex/a.js:2:1',
      'src/c.ts:1:1',
      'src/c.ts:1:1',
      '../convex/a.js:4:1',
    ].map(at),
  );
  expect(places({ sources: [null], mappings: 'AAAA' }, [[1, 1]])).toEqual([at('../convex/a.js:1:1')]);
});

it('[engine F4] source maps that are broken cost positions, not the error', () => {
  const broken = ['not a map', '{}', 'null', '{"sources":[],"mappings":"!"}', '{"sources":[],"mappings":7}'];
  for (const sourceMap of [...broken, '{"version":3,"sources":[],"names":[],"mappings":"AAAA"}']) {
    const modules = new Map([['a.js', { script: '', sourceMap, environment: 'isolate' as const }]]);
    expect(mapFrames('    at f (convex:/a.js:3:4)', modules)).toBe(at('../convex/a.js:3:4'));
    expect(mapFrames('    at f (convex:/a.js:1:1)', modules)).toBe(at('../convex/a.js:1:1'));
  }
});
