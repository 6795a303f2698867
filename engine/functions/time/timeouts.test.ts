import { expect, it } from 'vitest';
import { Timeouts } from './timeouts.ts';

it('[engine F22] timeouts are forgotten when they are a minute old', () => {
  let now = 0;
  const timeouts = new Timeouts(() => now);
  timeouts.strike('f');
  timeouts.strike('f');
  now = 61_000;
  timeouts.strike('f');
  expect(timeouts.blockedFor('f')).toBe(0);
  timeouts.strike('f');
  timeouts.strike('f');
  expect(timeouts.blockedFor('f')).toBe(60);
  expect(timeouts.blockedFor('g')).toBe(0);
});
