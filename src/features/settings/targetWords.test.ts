import { expect, test } from 'vitest';
import type { OpenTimes } from '../../../convex/shared/kit/calendar';
import { dueAfter, exampleInstant, readGoal, writeGoal } from './targetWords';

test('[T7] a target is read as people write it, and written as it is read', () => {
  const read = ['15', '15m', '4h', '1h 30m', '1h30', '2 hours', '90 min', '', '  '].map(readGoal);
  expect(read).toEqual([15, 15, 240, 90, 90, 120, 90, undefined, undefined]);
  for (const bad of ['0', '-5', 'soon', '1.5h', '99999', '2d', 'h', 'm'])
    expect(readGoal(bad), bad).toBeNull();
  for (const minutes of [1, 15, 60, 90, 2_400]) expect(readGoal(writeGoal(minutes))).toBe(minutes);
  expect(writeGoal(undefined)).toBe('');
});

test('[T7] the example is handed over half an hour before the team closes', () => {
  const calendar: OpenTimes = {
    timeZone: 'Europe/Berlin',
    week: [[], ...Array.from({ length: 5 }, () => [{ from: 540, to: 1_080 }]), []],
    holidays: [],
  };
  const friday = Date.parse('2026-11-27T10:00:00+01:00');
  const example = exampleInstant(calendar, friday);
  expect(new Date(example).toISOString()).toBe('2026-11-27T16:30:00.000Z');
  expect(new Date(dueAfter(calendar, example, 60)!).toISOString()).toBe('2026-11-30T08:30:00.000Z');
  expect(exampleInstant(undefined, friday)).toBe(friday);
  expect(dueAfter(undefined, friday, 60)).toBe(friday + 3_600_000);
});
