import { expect, it } from 'vitest';
import { toScript } from './modules.ts';
import { SourceMap } from './sourceMap.ts';
import { mapFrames } from './stack.ts';

it('[engine F4] source maps lead from the script through the bundle to the developer’s file', async () => {
  // Line 2 of the bundle, column 1, is line 7, column 3 of app.ts.
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

it('[engine F4] source maps that are broken cost positions, not the error', () => {
  expect(() => new SourceMap('{"sources":[],"mappings":"!"}')).toThrow();
  const modules = new Map([
    ['a.js', { script: '', sourceMap: 'not a map', environment: 'isolate' as const }],
  ]);
  expect(mapFrames('    at f (convex:/a.js:3:4)', modules)).toBe('    at f (../convex/a.js:3:4)\n');
});
