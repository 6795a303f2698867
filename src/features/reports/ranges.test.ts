import { expect, test } from 'vitest';
import { dateOf, dayOf, daysAsked, daysBefore, nameOf, rangeOf, todayIn } from './ranges';

const day = (date: string) => dayOf(date)!;
const dates = ({ from, to }: { from: number; to: number }) => [dateOf(from), dateOf(to)];

test('[B3] a report is of dates of the team, wherever one reads it', () => {
  const now = Date.UTC(2026, 2, 29, 22, 30);
  expect(dateOf(todayIn('Europe/Berlin', now))).toBe('2026-03-30');
  expect(dateOf(todayIn('America/Sao_Paulo', now))).toBe('2026-03-29');
});

test('[B3] a range is compared with as many days right before it', () => {
  const today = day('2026-03-01');
  expect(dates(rangeOf('lastMonth', today))).toEqual(['2026-02-01', '2026-02-28']);
  expect(dates(daysBefore(rangeOf('lastMonth', today)))).toEqual(['2026-01-04', '2026-01-31']);
  expect(dates(rangeOf('month', day('2026-12-31')))).toEqual(['2026-12-01', '2026-12-31']);
  expect(dates(rangeOf('lastMonth', day('2026-01-15')))).toEqual(['2025-12-01', '2025-12-31']);
});

test('an address without a range of dates that there are is of the last seven days', () => {
  const today = day('2026-11-28');
  const week = ['2026-11-22', '2026-11-28'];
  for (const asked of [
    {},
    { from: '2026-02-30', to: '2026-03-02' },
    { from: '2026-11-02', to: '2026-11-01' },
    { from: '2020-01-01', to: '2026-01-01' },
    { from: "'; --", to: '2026-11-01' },
  ])
    expect(dates(daysAsked(asked, today))).toEqual(week);
  expect(dates(daysAsked({ from: '2026-11-01', to: '2026-11-02' }, today))).toEqual([
    '2026-11-01',
    '2026-11-02',
  ]);
  expect(nameOf(rangeOf('quarter', today), today)).toBe('quarter');
  expect(nameOf({ from: today - 3, to: today }, today)).toBeUndefined();
});
