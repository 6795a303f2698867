/** Which days a report is of: dates of the team's zone, in days since 1970-01-01. Pure. */
import type { Days } from '../../convex/reports';

const dayMs = 86_400_000;
/** As much as one question may be of. */
export const mostDays = 92;

export const rangeWords = {
  today: 'Today',
  yesterday: 'Yesterday',
  week: 'Last 7 days',
  fourWeeks: 'Last 28 days',
  month: 'This month',
  lastMonth: 'Last month',
  quarter: 'Last 91 days',
};
export type RangeName = keyof typeof rangeWords;

/** "2026-11-28" */
export const dateOf = (day: number): string => new Date(day * dayMs).toISOString().split('T')[0]!;

/** Null: no such date. */
export function dayOf(date: string): number | null {
  const at = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(date) : Number.NaN;
  return Number.isNaN(at) || dateOf(at / dayMs) !== date ? null : at / dayMs;
}

/** The date there now. */
export function todayIn(timeZone: string, now: number): number {
  return dayOf(new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(now))!;
}

export function rangeOf(name: RangeName, today: number): Days {
  const first = new Date(today * dayMs);
  first.setUTCDate(1);
  const month = first.getTime() / dayMs;
  const before = new Date(first);
  before.setUTCMonth(first.getUTCMonth() - 1);
  switch (name) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: today - 1, to: today - 1 };
    case 'week':
      return { from: today - 6, to: today };
    case 'fourWeeks':
      return { from: today - 27, to: today };
    case 'quarter':
      return { from: today - 90, to: today };
    case 'month':
      return { from: month, to: today };
    case 'lastMonth':
      return { from: before.getTime() / dayMs, to: month - 1 };
  }
}

/** As many days right before: what is compared with. */
export function daysBefore({ from, to }: Days): Days {
  return { from: from - (to - from + 1), to: from - 1 };
}

/** What an address asks for; anything that is no range is the last seven days. */
export function daysAsked(
  asked: { from?: string | undefined; to?: string | undefined },
  today: number,
): Days {
  const [from, to] = [dayOf(asked.from ?? ''), dayOf(asked.to ?? '')];
  if (from === null || to === null || to < from || to - from >= mostDays) return rangeOf('week', today);
  return { from, to };
}

/** Undefined: days of one's own choice. */
export function nameOf(days: Days, today: number): RangeName | undefined {
  return (Object.keys(rangeWords) as RangeName[]).find((name) => {
    const { from, to } = rangeOf(name, today);
    return from === days.from && to === days.to;
  });
}
