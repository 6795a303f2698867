import { globSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nameModule, readImports } from './imports.ts';
import { root } from './settings.ts';

test('what serves the desk never loads the bundler: the app is built in a process that ends', async () => {
  const imports = await readImports(globSync('{scripts,engine}/**/*.ts', { cwd: root }));
  const reached = new Set(['scripts/start']);
  // A set hands out what is added while it is walked.
  for (const module of reached)
    for (const { from, to } of imports) if (from === module) reached.add(nameModule(to));
  expect(reached).toContain('engine/server/engine');
  expect(reached).toContain('scripts/build');
  expect(reached).not.toContain('npm:vite');
});
