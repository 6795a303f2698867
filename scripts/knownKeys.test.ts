import { expect, it, vi } from 'vitest';
import { knownKeys } from './knownKeys.ts';

const header = `Bearer baton_live_abcdefgh_${'a'.repeat(43)}`;

it('[engine T25] a key is asked for until it is known, what can be none never', () => {
  const ask = vi.fn<(path: string, args: object) => boolean>(() => false);
  const isKnown = knownKeys(ask);
  expect([isKnown('Bearer invented'), ask.mock.calls.length]).toEqual([false, 0]);
  expect([isKnown(header), ask.mock.calls.length]).toEqual([false, 1]);
  ask.mockReturnValue(true);
  expect([isKnown(header), isKnown(header), ask.mock.calls.length]).toEqual([true, true, 2]);
});

it('[engine T25] a call is not refused because the functions of before do not know the question', () => {
  const ask = vi.fn<(path: string, args: object) => boolean>(() => {
    throw new Error("Could not find public function for 'http/api/calls:isKey'.");
  });
  expect(knownKeys(ask)(header)).toBe(false);
});
