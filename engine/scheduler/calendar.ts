/**
 * Calendar arithmetic of crons: when does a schedule fire next, in UTC, to the minute.
 *
 * Owns the five-field cron syntax (numbers, names, `*`, lists, ranges that may wrap, steps, `L`, `W`, `#`) and nothing
 * about running. Days of the week are 0–6 from Sunday; 7 is an error, as on Convex. When both the day of the month and
 * the day of the week are restricted a day matches if either does. Pure: no clock is read.
 */

/** A parsed cron expression: which minutes, hours and days match. */
export interface CronCalendar {
  minutes: number[];
  hours: number[];
  matchesDay(year: number, month: number, day: number): boolean;
}

interface Field {
  label: string;
  min: number;
  max: number;
  names?: string[];
}

type DayRule = (year: number, month: number, day: number) => boolean;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** The rarest date an expression can name (a fifth Monday in February) repeats within 40 years. */
const HORIZON_DAYS = 41 * 366;

const MONTH_NAMES = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAY_NAMES = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const MINUTE: Field = { label: 'minute', min: 0, max: 59 };
const HOUR: Field = { label: 'hour', min: 0, max: 23 };
const DAY: Field = { label: 'day of the month', min: 1, max: 31 };
const MONTH: Field = { label: 'month', min: 1, max: 12, names: MONTH_NAMES };
const WEEKDAY: Field = { label: 'day of the week', min: 0, max: 6, names: DAY_NAMES };

export class CronSyntaxError extends Error {}

/** Parses `minute hour day month weekday`; throws CronSyntaxError with a sentence naming the bad field. */
export function parseCron(text: string): CronCalendar {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== 5) {
    throw new CronSyntaxError(
      `a cron expression has five fields (minute hour day month weekday), but "${text}" has ${text.trim() === '' ? 0 : parts.length}`,
    );
  }
  const [minute, hour, day, month, weekday] = parts as [string, string, string, string, string];
  const months = new Set(parseList(MONTH, month));
  const dayRule = day === '*' ? null : parseDayOfMonth(day);
  const weekdayRule = weekday === '*' ? null : parseDayOfWeek(weekday);
  return {
    minutes: parseList(MINUTE, minute),
    hours: parseList(HOUR, hour),
    matchesDay(year, monthOfYear, dayOfMonth) {
      if (!months.has(monthOfYear)) return false;
      if (dayRule === null && weekdayRule === null) return true;
      return (
        (dayRule?.(year, monthOfYear, dayOfMonth) ?? false) ||
        (weekdayRule?.(year, monthOfYear, dayOfMonth) ?? false)
      );
    },
  };
}

/** The first matching instant strictly after `afterMs`, or null if the expression names no date that exists. */
export function nextMatch(calendar: CronCalendar, afterMs: number): number | null {
  const start = Math.floor(afterMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  let dayStart = Math.floor(start / DAY_MS) * DAY_MS;
  for (let i = 0; i < HORIZON_DAYS; i++, dayStart += DAY_MS) {
    const date = new Date(dayStart);
    if (!calendar.matchesDay(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())) continue;
    for (const hour of calendar.hours) {
      for (const minute of calendar.minutes) {
        const at = dayStart + (hour * 60 + minute) * MINUTE_MS;
        if (at >= start) return at;
      }
    }
  }
  return null;
}

function parseList(field: Field, text: string): number[] {
  const values = new Set<number>();
  for (const item of text.split(',')) for (const value of parseItem(field, item)) values.add(value);
  return [...values].sort((a, b) => a - b);
}

function parseItem(field: Field, item: string): number[] {
  const slash = item.indexOf('/');
  const base = slash < 0 ? item : item.slice(0, slash);
  const step = slash < 0 ? 1 : parseNumber(field, item.slice(slash + 1), 1, field.max - field.min, item);
  const dash = base.indexOf('-');
  if (base === '*') return range(field, field.min, field.max, step);
  if (dash >= 0) {
    return range(
      field,
      parseValue(field, base.slice(0, dash), item),
      parseValue(field, base.slice(dash + 1), item),
      step,
    );
  }
  const value = parseValue(field, base, item);
  return slash < 0 ? [value] : range(field, value, field.max, step);
}

/** A range whose end lies before its start wraps round: FRI-MON is Friday to Monday. */
function range(field: Field, from: number, to: number, step: number): number[] {
  const size = field.max - field.min + 1;
  const length = from <= to ? to - from : to - from + size;
  const values: number[] = [];
  for (let offset = 0; offset <= length; offset += step)
    values.push(((from - field.min + offset) % size) + field.min);
  return values;
}

function parseValue(field: Field, text: string, item: string): number {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  return named >= 0 ? named + field.min : parseNumber(field, text, field.min, field.max, item);
}

function parseNumber(field: Field, text: string, min: number, max: number, item: string): number {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : NaN;
  if (!(value >= min && value <= max)) {
    throw new CronSyntaxError(`"${item}" is not a valid ${field.label} (${field.min}-${field.max})`);
  }
  return value;
}

function parseDayOfMonth(text: string): DayRule {
  const last = /^L(?:-(\d{1,2}))?(W)?$/.exec(text);
  if (last) {
    const offset = last[1] === undefined ? 0 : parseNumber(DAY, last[1], 1, 30, text);
    const target = (year: number, month: number): number => daysInMonth(year, month) - offset;
    return last[2]
      ? (year, month, day) =>
          target(year, month) >= 1 && day === nearestWeekday(year, month, target(year, month))
      : (year, month, day) => day === target(year, month);
  }
  const closest = /^(\d{1,2})W$/.exec(text);
  if (closest) {
    const wanted = parseNumber(DAY, closest[1]!, DAY.min, DAY.max, text);
    return (year, month, day) =>
      wanted <= daysInMonth(year, month) && day === nearestWeekday(year, month, wanted);
  }
  const days = new Set(parseList(DAY, text));
  return (_year, _month, day) => days.has(day);
}

function parseDayOfWeek(text: string): DayRule {
  if (text === 'L') return (year, month, day) => weekdayOf(year, month, day) === 6;
  const special = /^([0-9A-Za-z]+?)(?:(L)|#(\d))$/.exec(text);
  if (special) {
    const wanted = parseValue(WEEKDAY, special[1]!, text);
    if (special[2]) {
      return (year, month, day) =>
        weekdayOf(year, month, day) === wanted && day + 7 > daysInMonth(year, month);
    }
    const nth = parseNumber({ label: 'week of the month', min: 1, max: 5 }, special[3]!, 1, 5, text);
    return (year, month, day) => weekdayOf(year, month, day) === wanted && Math.ceil(day / 7) === nth;
  }
  const weekdays = new Set(parseList(WEEKDAY, text));
  return (year, month, day) => weekdays.has(weekdayOf(year, month, day));
}

function weekdayOf(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay();
}

function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The working day closest to a date, never leaving its month. */
function nearestWeekday(year: number, month: number, day: number): number {
  const weekday = weekdayOf(year, month, day);
  if (weekday === 6) return day > 1 ? day - 1 : day + 2;
  if (weekday === 0) return day < daysInMonth(year, month) ? day + 1 : day - 2;
  return day;
}
