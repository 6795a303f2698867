import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextMatch, parseCron } from './calendar.ts';

const MINUTE = 60_000;
const at = (text: string): number => Date.parse(`${text}Z`);
const next = (cron: string, after: string): string | null => {
  const ms = nextMatch(parseCron(cron), at(after));
  return ms === null ? null : new Date(ms).toISOString().slice(0, 16);
};

// The oracle knows nothing of parsing: it holds the generated sets and walks minute by minute.
interface Part {
  text: string;
  has: (value: number) => boolean;
}

function part(min: number, max: number): fc.Arbitrary<Part> {
  const value = fc.integer({ min, max });
  const item: fc.Arbitrary<Part> = fc.oneof(
    value.map((v) => ({ text: `${v}`, has: (x: number) => x === v })),
    fc.tuple(value, value).map(([a, b]) => ({
      text: `${a}-${b}`,
      has: (x: number) => (a <= b ? x >= a && x <= b : x >= a || x <= b),
    })),
    fc
      .integer({ min: 1, max: max - min })
      .map((step) => ({ text: `*/${step}`, has: (x: number) => (x - min) % step === 0 })),
    fc.tuple(value, fc.integer({ min: 1, max: max - min })).map(([a, step]) => ({
      text: `${a}/${step}`,
      has: (x: number) => x >= a && (x - a) % step === 0,
    })),
  );
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant<Part>({ text: '*', has: () => true }) },
    {
      weight: 2,
      arbitrary: fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => ({
        text: items.map((i) => i.text).join(','),
        has: (x: number) => items.some((i) => i.has(x)),
      })),
    },
  );
}

describe('cron calendar', () => {
  test('[engine J20] the next instant equals a minute-by-minute walk of the calendar', () => {
    const from = Date.UTC(2023, 11, 1);
    fc.assert(
      fc.property(
        part(0, 59),
        part(0, 23),
        part(1, 31),
        part(1, 12),
        part(0, 6),
        fc.integer({ min: 0, max: 120 * 24 * 60 }),
        (minute, hour, day, month, weekday, offset) => {
          const after = from + offset * MINUTE + 17;
          const calendar = parseCron([minute, hour, day, month, weekday].map((p) => p.text).join(' '));
          const matches = (ms: number): boolean => {
            const d = new Date(ms);
            const byDay = day.has(d.getUTCDate());
            const byWeekday = weekday.has(d.getUTCDay());
            const dayFits = day.text === '*' ? byWeekday : weekday.text === '*' ? byDay : byDay || byWeekday;
            return (
              minute.has(d.getUTCMinutes()) &&
              hour.has(d.getUTCHours()) &&
              month.has(d.getUTCMonth() + 1) &&
              dayFits
            );
          };
          const found = nextMatch(calendar, after);
          const horizon = after + 100 * 24 * 60 * MINUTE;
          let expected = (Math.floor(after / MINUTE) + 1) * MINUTE;
          while (expected < horizon && !matches(expected)) expected += MINUTE;
          if (expected < horizon) expect(found).toBe(expected);
          else expect(found === null || found >= horizon).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([
    ['0 12 * * 1,5', '2023-02-28T08:35', '2023-03-03T12:00'],
    ['0 0 29 2 *', '2023-03-01T00:00', '2024-02-29T00:00'],
    ['0 0 29 2 *', '2097-01-01T00:00', '2104-02-29T00:00'],
    ['30 12 31 * *', '2023-03-31T12:30', '2023-05-31T12:30'],
    ['59 23 31 12 *', '2024-12-31T23:58', '2024-12-31T23:59'],
    ['59 23 31 12 *', '2024-12-31T23:59', '2025-12-31T23:59'],
    ['0 9 * jan-MAR mon', '2024-03-25T09:00', '2025-01-06T09:00'],
    ['0 0 * * FRI-MON', '2024-01-01T00:00', '2024-01-05T00:00'],
    ['0 0 L * *', '2024-02-01T00:00', '2024-02-29T00:00'],
    ['0 0 L-3 * *', '2023-02-01T00:00', '2023-02-25T00:00'],
    ['0 0 LW * *', '2024-06-01T00:00', '2024-06-28T00:00'],
    ['0 0 1W * *', '2024-05-31T00:00', '2024-06-03T00:00'],
    ['0 0 15W * *', '2024-06-01T00:00', '2024-06-14T00:00'],
    ['0 0 * * 5L', '2024-02-01T00:00', '2024-02-23T00:00'],
    ['0 0 * * MON#2', '2024-02-01T00:00', '2024-02-12T00:00'],
    ['0 0 13 * FRI', '2024-09-07T00:00', '2024-09-13T00:00'],
    ['0 0 * 2 MON#5', '2024-03-01T00:00', '2044-02-29T00:00'],
  ])('[engine J20] "%s" after %s fires at %s', (cron, after, expected) => {
    expect(next(cron, after)).toBe(expected);
  });

  test('[engine J20] a date that never comes has no next instant', () => {
    expect(next('0 0 30 2 *', '2024-01-01T00:00')).toBeNull();
  });

  test.each([
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 7',
    '*/0 * * * *',
    'a * * * *',
    '1- * * * *',
    '* * * FOO *',
    '-1 * * * *',
    '* * * * MON#6',
  ])('[engine J21] "%s" is refused with a sentence', (cron) => {
    expect(() => parseCron(cron)).toThrow(/is not a valid|five fields/);
  });
});
