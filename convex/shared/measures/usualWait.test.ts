import { expect, test } from 'vitest';
import { usualMinutes } from './usualWait';

const minute = 60_000;
const at = (text: string) => Date.parse(`${text}:00Z`);
const replies = (...minutes: number[]) =>
  minutes.map((each) => ({ at: at('2026-11-24T12:00') + each * minute, ms: each * minute }));
const nineToFive = {
  timeZone: 'UTC',
  week: [[], ...Array.from({ length: 5 }, () => [{ from: 540, to: 1_020 }]), []],
  holidays: [],
};

test('[H5] what is said of the wait is the median of what happened, and nothing where little did', () => {
  expect(usualMinutes(replies(...Array.from({ length: 9 }, () => 3)), null)).toBe(null);
  expect(usualMinutes(replies(1, 1, 1, 1, 3, 4, 60, 90, 200, 900, 1_000), null)).toBe(4);
  expect(usualMinutes(replies(...Array.from({ length: 10 }, () => 0.2)), null)).toBe(1);
  expect(usualMinutes(replies(...Array.from({ length: 10 }, () => 31)), null)).toBe(35);
  expect(usualMinutes(replies(...Array.from({ length: 10 }, () => 95)), null)).toBe(120);
});

test('[H5] nights do not count: neither who wrote in them, nor the hours in which nobody could answer', () => {
  // Handed over at 16:50, answered at 9:05: a quarter of an hour of the team's time.
  const late = Array.from({ length: 10 }, () => ({
    at: at('2026-11-25T09:05'),
    ms: at('2026-11-25T09:05') - at('2026-11-24T16:50'),
  }));
  expect(usualMinutes(late, nineToFive)).toBe(15);
  const atNight = Array.from({ length: 30 }, () => ({ at: at('2026-11-25T09:01'), ms: 10 * 60 * minute }));
  expect(usualMinutes(atNight, nineToFive)).toBe(null);
  expect(usualMinutes([...late, ...atNight], nineToFive)).toBe(15);
});
