import { expect, it } from 'vitest';
import { guard, type TimeLimitExceeded } from './watchdog.ts';

it('[engine F21] the watchdog tells work that computed from work that waited', () => {
  const cut = (work: () => void): TimeLimitExceeded => {
    try {
      guard(300, work);
    } catch (error) {
      return error as TimeLimitExceeded;
    }
    throw new Error('not cut');
  };
  const waited = cut(() => {
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  });
  expect(waited.starved).toBe(true);
  expect(waited.limitMs).toBe(300);
  expect(guard(300, () => 'free again')).toBe('free again');
});
