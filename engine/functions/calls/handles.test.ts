import { expect, it } from 'vitest';
import { parsePath } from '../code/paths.ts';
import { Handles } from './handles.ts';

it('[engine F19] a handle is accepted by the secret that made it only', () => {
  const handles = new Handles(new Uint8Array(32).fill(1));
  const handle = handles.create('a/b', parsePath('m:f')!);
  expect(handles.resolve(handle)).toEqual({ component: 'a/b', path: { module: 'm.js', name: 'f' } });
  expect(new Handles(new Uint8Array(32).fill(2)).resolve(handle)).toBeNull();
  expect(handles.resolve('function://nonsense')).toBeNull();
});
