import { expect, test } from 'vitest';
import { pageOf } from './pages';

test('[E1] a page of no whole number of items, or of far too many, is refused', () => {
  for (const numItems of [1.5, 0, -1, NaN, Infinity, 1_001])
    expect(() => pageOf({ numItems, cursor: null })).toThrow(
      expect.objectContaining({ data: expect.objectContaining({ code: 'INVALID_INPUT' }) }),
    );
  expect(pageOf({ numItems: 50, cursor: 'c' })).toEqual({ numItems: 50, cursor: 'c' });
});
