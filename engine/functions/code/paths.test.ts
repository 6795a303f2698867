import { expect, it } from 'vitest';
import { displayPath, parsePath, serverPath } from './paths.ts';

it('[engine F1] a function path has one server form and one for people', () => {
  expect(['a/b:c', 'a/b.js:c', 'a/b', 'b:default'].map((text) => serverPath(parsePath(text)!))).toEqual([
    'a/b.js:c',
    'a/b.js:c',
    'a/b.js:default',
    'b.js:default',
  ]);
  expect(displayPath(parsePath('a/b:default')!)).toBe('a/b');
  for (const bad of ['', ':c', '/a:b', 'a//b:c', '../a:b', 'a:1b', 'a b:c', 'a:b:c'])
    expect(parsePath(bad)).toBeNull();
});
