import { expect, test } from 'vitest';
import { isOpen } from '../kit/openTimes';
import { faultOfHours, type OpeningHours, timesOfHours } from './openingHours';

const hours: OpeningHours = {
  timeZone: 'Europe/Berlin',
  open: [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '17:00' })),
};

test.each([
  ['2026-11-23T08:00:00Z', true],
  ['2026-11-23T07:59:59Z', false],
  ['2026-11-23T16:00:00Z', false],
  ['2026-11-22T10:00:00Z', false],
  ['2026-07-06T07:00:00Z', true],
  ['2026-07-06T15:00:00Z', false],
])("[H1] by an agent's own hours of before, at %s people are there: %s", (instant, open) => {
  expect(isOpen(timesOfHours(hours), Date.parse(instant))).toBe(open);
});

test("[H1] an agent's own hours are open to the last minute of a day that ends at 24:00", () => {
  const late = timesOfHours({ timeZone: 'UTC', open: [{ day: 1, from: '22:30', to: '24:00' }] });
  const times = ['2026-11-23T22:29:00Z', '2026-11-23T23:59:59Z', '2026-11-24T00:00:00Z'];
  expect(times.map((time) => isOpen(late, Date.parse(time)))).toEqual([false, true, false]);
});

test('[E2] hours that cannot be kept are told', () => {
  const fault = (day: number, from: string, to: string) =>
    faultOfHours({ timeZone: 'UTC', open: [{ day, from, to }] });
  expect(faultOfHours(hours)).toBeNull();
  expect(faultOfHours({ timeZone: 'Moon/Base', open: [] })).toContain('time zone');
  expect(fault(7, '09:00', '10:00')).toContain('0 (Sunday)');
  expect(fault(1, '17:00', '09:00')).toContain('span');
  expect(fault(1, '9:00', '10:00')).toContain('span');
});
