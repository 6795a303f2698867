import { describe, expect, test } from 'vitest';
import { type Calendar, faultOfCalendar, maxHolidays, openTimesOf } from './calendar';

const span = { from: 540, to: 1_020 };
const good: Calendar = {
  timeZone: 'Europe/Berlin',
  week: [[], [span], [span], [span], [span], [span, { from: 1_320, to: 1_800 }], []],
  holidays: [
    { name: 'Christmas', from: '2026-12-24', to: '2026-12-26', open: [] },
    { name: 'New Year’s Eve', from: '2026-12-31', to: '2026-12-31', open: [span] },
  ],
};
const holiday = (change: object) => ({ ...good, holidays: [{ ...good.holidays[0]!, ...change }] });
const spans = (...open: { from: number; to: number }[]) => ({ ...good, week: [open, ...good.week.slice(1)] });

describe('a calendar', () => {
  test('[H1] one with spans over midnight and holidays is kept', () => {
    expect(faultOfCalendar(good)).toBeNull();
    expect(faultOfCalendar(holiday({ from: '2028-02-29', to: '2028-02-29' }))).toBeNull();
    expect(faultOfCalendar(spans({ from: 0, to: 1_440 }))).toBeNull();
  });

  test.each<[string, Calendar, RegExp]>([
    ['of no zone', { ...good, timeZone: 'Moon/Base' }, /not a time zone/],
    ['of six days', { ...good, week: good.week.slice(1) }, /seven days/],
    ['with a span that ends before it begins', spans({ from: 600, to: 540 }), /span/],
    ['with an empty span', spans({ from: 600, to: 600 }), /span/],
    ['with a span of more than a day', spans({ from: 600, to: 2_041 }), /span/],
    ['with a span of another day', spans({ from: 1_440, to: 1_500 }), /span/],
    ['with parts of minutes', spans({ from: 0.5, to: 60 }), /span/],
    ['with too many spans', spans(...Array.from({ length: 21 }, () => span)), /at most 20/],
    ['with a span of a holiday that is none', holiday({ open: [{ from: 5, to: 4 }] }), /span/],
    ['with a holiday without a name', holiday({ name: ' ' }), /name of a holiday/],
    ['with a holiday on no date', holiday({ from: '2026-02-30', to: '2026-03-02' }), /not dates/],
    ['with a holiday on what is not a date', holiday({ from: 'tomorrow' }), /not dates/],
    ['with a holiday that ends before it begins', holiday({ to: '2026-12-23' }), /before it begins/],
    ['with a holiday of years', holiday({ to: '2028-12-24' }), /longer than a year/],
    [
      'with two holidays on one day',
      {
        ...good,
        holidays: [
          ...good.holidays,
          { ...good.holidays[0]!, name: 'Yule', from: '2026-12-26', to: '2026-12-27' },
        ],
      },
      /"Christmas" and "Yule" share a day/,
    ],
    [
      'with too many holidays',
      { ...good, holidays: Array.from({ length: maxHolidays + 1 }, () => good.holidays[0]!) },
      /at most 200/,
    ],
  ])('[E2] %s is refused, with the reason', (_how, calendar, reason) => {
    expect(faultOfCalendar(calendar)).toMatch(reason);
  });

  test('[R2] what customers get of it has no names', () => {
    expect(JSON.stringify(openTimesOf(good))).not.toMatch(/Christmas|name/);
    expect(openTimesOf(good).holidays).toHaveLength(2);
  });
});
