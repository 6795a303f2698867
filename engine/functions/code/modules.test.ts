import { expect, it } from 'vitest';
import { resolveSpecifier } from './modules.ts';

it('[engine F24] an import finds only modules of the same bundle', () => {
  const modules = new Map([
    ['a/b.js', 1],
    ['_deps/x.js', 1],
  ]);
  expect(resolveSpecifier(modules, 'a/c.js', './b.js')).toBe('a/b.js');
  expect(resolveSpecifier(modules, 'a/c.js', '../_deps/x.js')).toBe('_deps/x.js');
  expect(resolveSpecifier(modules, 'a/c.js', '../../etc/passwd')).toBeNull();
  expect(resolveSpecifier(modules, 'a/c.js', 'node:fs')).toBeNull();
});
