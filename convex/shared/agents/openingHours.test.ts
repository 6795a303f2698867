import { describe, expect, test } from 'vitest';
import { faultOfHours, isOpen, nextOpening, type OpeningHours, sayInstant } from './openingHours';

const hours: OpeningHours = {
  timeZone: 'Europe/Berlin',
  open: [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '17:00' })),
};
const at = (text: string) => Date.parse(text);

describe('opening hours', () => {
  test.each([
    ['2026-11-23T08:00:00Z', true],
    ['2026-11-23T07:59:59Z', false],
    ['2026-11-23T16:00:00Z', false],
    ['2026-11-22T10:00:00Z', false],
    ['2026-07-06T07:00:00Z', true],
    ['2026-07-06T15:00:00Z', false],
  ])('[H1] at %s people are there: %s', (instant, open) => {
    expect(isOpen(hours, at(instant))).toBe(open);
  });

  test.each([
    ['2026-11-23T06:00:00Z', 'today at 09:00'],
    ['2026-11-22T10:00:00Z', 'tomorrow at 09:00'],
    ['2026-11-20T20:00:00Z', 'on Monday at 09:00'],
    // The clocks go back in the night from Saturday to Sunday, and forth in spring.
    ['2026-10-24T10:00:00Z', 'on Monday at 09:00'],
    ['2026-03-28T10:00:30Z', 'on Monday at 09:00'],
  ])('[H5] at %s they are back %s', (instant, when) => {
    const now = at(instant);
    expect(sayInstant(nextOpening(hours, now)!, now, hours.timeZone)).toBe(when);
  });

  test.each([
    ['America/Los_Angeles', '2026-11-22T10:00:00Z', 'tomorrow at 00:00'],
    ['America/Los_Angeles', '2026-11-23T06:00:00Z', 'tomorrow at 00:00'],
    ['Asia/Tokyo', '2026-11-22T16:00:00Z', 'today at 17:00'],
  ])('[H5] to a customer in %s at %s they are back %s', (zone, instant, when) => {
    const now = at(instant);
    expect(sayInstant(nextOpening(hours, now)!, now, zone)).toBe(when);
  });

  test('[H5] a desk that never opens promises nothing', () => {
    expect(nextOpening({ timeZone: 'UTC', open: [] }, 0)).toBeNull();
  });

  test('[E2] hours that cannot be kept are told', () => {
    expect(faultOfHours(hours)).toBeNull();
    expect(faultOfHours({ timeZone: 'Moon/Base', open: [] })).toContain('time zone');
    expect(faultOfHours({ timeZone: 'UTC', open: [{ day: 7, from: '09:00', to: '10:00' }] })).toContain(
      '0 (Sunday)',
    );
    expect(faultOfHours({ timeZone: 'UTC', open: [{ day: 1, from: '17:00', to: '09:00' }] })).toContain(
      'span',
    );
    expect(faultOfHours({ timeZone: 'UTC', open: [{ day: 1, from: '9:00', to: '10:00' }] })).toContain(
      'span',
    );
  });
});
