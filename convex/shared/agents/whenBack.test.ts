import { describe, expect, test } from 'vitest';
import type { OpenTimes } from '../kit/calendar';
import { sayInstant, whenBack } from './whenBack';

const nine = [{ from: 540, to: 1_020 }];
const shop: OpenTimes = {
  timeZone: 'America/New_York',
  week: [[], nine, nine, nine, nine, nine, []],
  holidays: [{ from: '2026-12-24', to: '2027-01-03', open: [] }],
};
const at = (text: string) => Date.parse(text);

describe('when a person will answer', () => {
  test.each([
    [undefined, '2026-11-22T16:00:00Z', 'We are back tomorrow at 09:00 (New York time)'],
    ['America/New_York', '2026-11-23T11:00:00Z', 'We are back today at 09:00'],
    ['Europe/Berlin', '2026-11-20T22:30:00Z', 'We are back on Monday at 15:00'],
    // There it is Sunday already, and the shop opens on what is their Tuesday.
    ['Pacific/Kiritimati', '2026-11-21T12:00:00Z', 'We are back on Tuesday at 04:00'],
    ['Asia/Kathmandu', '2026-11-22T20:00:00Z', 'We are back today at 19:45'],
    // Where the clocks have changed in one of the two zones only.
    ['Europe/Berlin', '2026-10-24T10:00:00Z', 'We are back on Monday at 14:00'],
  ])('[H5] a customer in %s is told at %s: %s', (customerZone, now, told) => {
    expect(whenBack(shop, customerZone, at(now))).toBe(told);
  });

  test('[H5] further than a week away the date is said, and up to then the weekday alone', () => {
    expect(whenBack(shop, 'UTC', at('2026-12-24T12:00:00Z'))).toBe(
      'We are back on Monday 4 January at 14:00',
    );
    expect(whenBack(shop, 'UTC', at('2026-12-28T12:00:00Z'))).toBe(
      'We are back on Monday 4 January at 14:00',
    );
    expect(whenBack(shop, 'UTC', at('2026-12-29T12:00:00Z'))).toBe('We are back on Monday at 14:00');
  });

  test('[H5] nothing is promised while it is open, where it never opens, and where nothing is known', () => {
    const never = { ...shop, week: [[], [], [], [], [], [], []] };
    expect(whenBack(shop, 'UTC', at('2026-11-23T15:00:00Z'))).toBeNull();
    expect(whenBack(never, 'UTC', at('2026-11-23T15:00:00Z'))).toBeNull();
    expect(whenBack(undefined, 'UTC', at('2026-11-23T15:00:00Z'))).toBeNull();
  });

  test('[H5] midnight is the beginning of its day', () => {
    const now = at('2026-11-22T10:00:00Z');
    expect(sayInstant(at('2026-11-23T08:00:00Z'), now, 'America/Los_Angeles')).toBe('tomorrow at 00:00');
  });
});
