import { expect, test } from 'vitest';
import { priorities } from '../../convex/shared/tickets/tickets';
import { pressureOf } from './waits';

const minute = 60_000;

test('[T7] a wait turns amber and red by the priority’s own measure, each a later one than the more pressing', () => {
  expect(pressureOf('urgent', 5 * minute - 1)).toBe('fine');
  expect(pressureOf('urgent', 5 * minute)).toBe('long');
  expect(pressureOf('urgent', 15 * minute)).toBe('tooLong');
  expect(pressureOf('normal', 15 * minute)).toBe('fine');
  expect(pressureOf('low', 24 * 60 * minute)).toBe('tooLong');
  for (const waitMs of [0, 5, 20, 70, 300, 2_000].map((minutes) => minutes * minute)) {
    const ranks = priorities.map((priority) =>
      ['fine', 'long', 'tooLong'].indexOf(pressureOf(priority, waitMs)),
    );
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  }
});
