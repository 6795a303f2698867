import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OpenTimes, Span } from './calendar';
import { isOpen, nextClosing, nextOpening, openMinutesBetween } from './openTimes';

const minuteMs = 60_000;
const at = (text: string) => Date.parse(text);
const nine = { from: 9 * 60, to: 17 * 60 };
const always = { from: 0, to: 1_440 };

const shop: OpenTimes = {
  timeZone: 'Europe/Berlin',
  week: [[], [nine], [nine], [nine], [nine], [nine], []],
  holidays: [
    { from: '2026-12-24', to: '2026-12-26', open: [] },
    { from: '2026-12-31', to: '2026-12-31', open: [{ from: 540, to: 720 }] },
  ],
};
const nights = (timeZone: string, span: Span): OpenTimes => ({
  timeZone,
  week: Array.from({ length: 7 }, () => [span]),
  holidays: [],
});

/** Shares no code: it asks the wall clock of every minute, and looks it up in a set of minutes. */
class Twin {
  readonly #calendar: OpenTimes;
  readonly #clock: Intl.DateTimeFormat;

  constructor(calendar: OpenTimes) {
    this.#calendar = calendar;
    this.#clock = new Intl.DateTimeFormat('sv-SE', {
      timeZone: calendar.timeZone,
      dateStyle: 'short',
      timeStyle: 'short',
    });
  }

  isOpen(instant: number): boolean {
    const [date = '', time = ''] = this.#clock.format(instant).split(' ');
    const [hours = 0, minutes = 0] = time.split(':').map(Number);
    const minute = hours * 60 + minutes;
    const yesterday = new Date(`${date}T00:00:00Z`);
    yesterday.setUTCDate(yesterday.getUTCDate() - 1);
    const before = yesterday.toISOString().replace(/T.*/, '');
    return this.#has(date, minute) || this.#has(before, minute + 1_440);
  }

  #has(date: string, minute: number): boolean {
    const holiday = this.#calendar.holidays.find((each) => date >= each.from && date <= each.to);
    const weekday = new Date(`${date}T12:00:00Z`).getUTCDay();
    const spans = holiday?.open ?? this.#calendar.week[weekday]!;
    return spans.some(({ from, to }) => minute >= from && minute < to);
  }
}

const aSpan = fc
  .tuple(fc.integer({ min: 0, max: 1_439 }), fc.integer({ min: 1, max: 1_440 }))
  .map(([from, length]) => ({ from, to: from + length }));
const aDay = fc.array(aSpan, { maxLength: 3 });

/** Zones that change their clocks by an hour and by half of one, at midnight, by whole days, that are behind UTC, or never do. */
const changes: [zone: string, about: string][] = [
  ['Europe/Berlin', '2026-03-29T01:00:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00:00Z'],
  ['America/New_York', '2026-03-08T07:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
  ['Africa/Cairo', '2026-04-23T22:00:00Z'],
  ['America/Santiago', '2026-09-06T04:00:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
  ['Africa/Casablanca', '2026-02-15T02:00:00Z'],
  ['Asia/Kathmandu', '2026-06-01T00:00:00Z'],
  ['Pacific/Kiritimati', '2026-12-31T10:00:00Z'],
  ['UTC', '1969-12-31T23:00:00Z'],
];
const zones = Intl.supportedValuesOf('timeZone');
const aPlace = fc.oneof(
  fc.constantFrom(...changes),
  fc.tuple(
    fc.constantFrom(...zones),
    fc
      .integer({ min: 1990, max: 2035 })
      .chain((year) =>
        fc.integer({ min: 0, max: 364 }).map((day) => new Date(Date.UTC(year, 0, 1 + day)).toISOString()),
      ),
  ),
);

/** A calendar, with holidays around the instant that counts, and a minute within two days of it. */
const aCase = aPlace.chain(([timeZone, about]) =>
  fc.record({
    calendar: fc.record({
      timeZone: fc.constant(timeZone),
      week: fc.array(aDay, { minLength: 7, maxLength: 7 }),
      holidays: fc
        .array(fc.tuple(fc.integer({ min: 0, max: 1 }), aDay), { maxLength: 3 })
        .map((found) =>
          found.map(([length, open], index) => ({ ...daysAfter(about, index * 2 - 2, length), open })),
        ),
    }),
    from: fc
      .integer({ min: -2 * 1_440, max: 1_440 })
      .map((minutes) => Math.floor(at(about) / minuteMs + minutes) * minuteMs),
  }),
);

function daysAfter(about: string, days: number, length: number) {
  const date = (more: number) =>
    new Date(at(about) + (days + more) * 1_440 * minuteMs).toISOString().replace(/T.*/, '');
  return { from: date(0), to: date(length) };
}

describe('when people are there', () => {
  test('[H1] property: it is open in exactly the minutes whose wall clock is in a span, over changes of the clocks too', () => {
    fc.assert(
      fc.property(aCase, fc.integer({ min: 0, max: minuteMs - 1 }), ({ calendar, from }, ms) => {
        const twin = new Twin(calendar);
        const minutes = Array.from({ length: 96 }, (_, index) => from + index * 30 * minuteMs);
        for (const minute of minutes)
          expect([minute, isOpen(calendar, minute + ms)]).toEqual([minute, twin.isOpen(minute)]);
      }),
      { numRuns: 60 },
    );
  });

  test('[H5] property: the next opening and closing are the first such minutes', () => {
    fc.assert(
      fc.property(aCase, ({ calendar, from }) => {
        const twin = new Twin(calendar);
        const first = (open: boolean) => {
          for (let minute = from; minute < from + 9 * 1_440 * minuteMs; minute += minuteMs)
            if (twin.isOpen(minute) === open) return minute;
          return null;
        };
        for (const [found, expected] of [
          [nextOpening(calendar, from), first(true)],
          [nextClosing(calendar, from), first(false)],
        ]) {
          if (expected === null && found !== null)
            expect(found).toBeGreaterThanOrEqual(from + 9 * 1_440 * minuteMs);
          else expect(found).toBe(expected);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('[T7] property: open minutes are those the twin counts, and add up', () => {
    fc.assert(
      fc.property(
        aCase,
        fc.integer({ min: 0, max: 3 * 1_440 }),
        fc.nat(),
        ({ calendar, from }, length, cut) => {
          const twin = new Twin(calendar);
          let open = 0;
          for (let minute = 0; minute < length; minute++) if (twin.isOpen(from + minute * minuteMs)) open++;
          const to = from + length * minuteMs;
          expect(openMinutesBetween(calendar, from, to)).toBe(open);
          const middle = from + (cut % (length + 1)) * minuteMs + (cut % minuteMs);
          const parts = openMinutesBetween(calendar, from, middle) + openMinutesBetween(calendar, middle, to);
          if (middle <= to) expect(parts).toBeCloseTo(open, 6);
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each([
    ['2026-11-23T08:00:00Z', true],
    ['2026-11-23T07:59:59.999Z', false],
    ['2026-11-23T16:00:00Z', false],
    ['2026-11-22T10:00:00Z', false],
    ['2026-07-06T07:00:00Z', true],
    ['2026-12-24T10:00:00Z', false],
    ['2026-12-31T10:00:00Z', true],
    ['2026-12-31T11:00:00Z', false],
  ])('[H1] at %s people are there: %s', (instant, open) => {
    expect(isOpen(shop, at(instant))).toBe(open);
  });

  test('[H5] after a long weekend of holidays it opens on the first working day', () => {
    expect(nextOpening(shop, at('2026-12-23T16:00:00Z'))).toBe(at('2026-12-28T08:00:00Z'));
  });

  test('[H1] a span in the hour that is left out does not happen, and in the one that comes twice it happens twice', () => {
    const night = nights('Europe/Berlin', { from: 120, to: 180 });
    const day = (date: string) => openMinutesBetween(night, at(`${date}T00:00:00Z`), at(`${date}T12:00:00Z`));
    expect(['2026-03-29', '2026-03-28', '2026-10-25'].map(day)).toEqual([0, 60, 120]);
  });

  test('[H1] a shift over midnight goes on into a holiday, and does not begin on one', () => {
    const shift = nights('UTC', { from: 22 * 60, to: 30 * 60 });
    const closed = { ...shift, holidays: [{ from: '2026-12-25', to: '2026-12-25', open: [] }] };
    expect(isOpen(closed, at('2026-12-25T05:59:00Z'))).toBe(true);
    expect(isOpen(closed, at('2026-12-25T22:00:00Z'))).toBe(false);
    expect(nextOpening(closed, at('2026-12-25T06:00:00Z'))).toBe(at('2026-12-26T22:00:00Z'));
  });

  test('[H5] who never opens promises nothing, and who never closes does not say when', () => {
    const never: OpenTimes = { timeZone: 'UTC', week: [[], [], [], [], [], [], []], holidays: [] };
    expect(nextOpening(never, 0)).toBeNull();
    expect(nextClosing(nights('Europe/Berlin', always), 0)).toBeNull();
    const past = { ...never, holidays: [{ from: '2020-01-01', to: '2020-01-01', open: [always] }] };
    expect(nextOpening(past, at('2026-01-01T00:00:00Z'))).toBeNull();
  });

  test('[T7] parts of minutes count, and backwards there is nothing', () => {
    const from = at('2026-11-23T07:59:45Z');
    expect(openMinutesBetween(shop, from, from + 30_000)).toBe(0.25);
    expect(openMinutesBetween(shop, from + 30_000, from)).toBe(0);
  });
});
