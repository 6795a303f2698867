import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { pathThrough, type ScaleKind, ticksTo } from './chartScale';

test('a scale has two to five ticks in even steps from nought, and none that a value is above', () => {
  const anyKind = fc.constantFrom<ScaleKind>('count', 'time');
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e11, noNaN: true }), anyKind, (most, kind) => {
      const ticks = ticksTo(most, kind);
      expect(ticks[0]).toBe(0);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      expect(ticks.length).toBeLessThanOrEqual(5);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(most);
      for (const tick of ticks) expect(Number.isInteger(tick)).toBe(true);
    }),
  );
});

test('what is counted goes by whole numbers, time by minutes and hours', () => {
  expect(ticksTo(1, 'count')).toEqual([0, 1]);
  expect(ticksTo(3, 'count')).toEqual([0, 1, 2, 3]);
  expect(ticksTo(37, 'count')).toEqual([0, 10, 20, 30, 40]);
  expect(ticksTo(40 * 60_000, 'time').map((ms) => ms / 60_000)).toEqual([0, 15, 30, 45]);
  expect(ticksTo(100 * 86_400_000, 'time').map((ms) => ms / 86_400_000)).toEqual([0, 50, 100]);
});

test('a line has a gap where there is no value', () => {
  expect(
    pathThrough(
      [1, 2, null, 3, null],
      (x) => x * 10,
      (y) => y,
    ),
  ).toBe('M0 1L10 2M30 3');
});
