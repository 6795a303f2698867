/**
 * When a team's people are there: a zone, the spans of each weekday, holidays (docs/rules.md H1, H5). Pure.
 *
 * A span belongs to the day it begins on, and may go on past midnight. What a holiday replaces are the spans that begin on its
 * dates: a night shift of the day before goes on to its end. What the calendar means at an instant is in openTimes.ts, apart,
 * so that the customer's page takes no validators.
 */
import { type Infer, v } from 'convex/values';
import { hidesCharacters, mixesScripts } from './lookalikes';
import { isLonger, isVisible } from './text';

/** Minutes of the wall clock from the midnight its day begins with; `to` is at most a day later, and not part of it. */
const vSpan = v.object({ from: v.number(), to: v.number() });
export type Span = Infer<typeof vSpan>;

/** `from` and `to` are dates like "2026-12-24", both part of it. Without spans it is closed. */
const holidayTimes = { from: v.string(), to: v.string(), open: v.array(vSpan) };
const vHoliday = v.object({ name: v.string(), ...holidayTimes });
export type Holiday = Infer<typeof vHoliday>;

/** `week` has seven days, Sunday first. */
const times = { timeZone: v.string(), week: v.array(v.array(vSpan)) };
export const vCalendar = v.object({ ...times, holidays: v.array(vHoliday) });
export type Calendar = Infer<typeof vCalendar>;

/** All that is needed to tell the time by it, and all that a customer's page gets. */
export const vOpenTimes = v.object({ ...times, holidays: v.array(v.object(holidayTimes)) });
export type OpenTimes = Infer<typeof vOpenTimes>;

const dayMinutes = 1_440;
const dayMs = dayMinutes * 60_000;
/** More than any team has. */
const maxSpans = 20;
export const maxHolidays = 200;
const maxHolidayDays = 366;
const maxNameLength = 80;

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Why this calendar cannot be kept, or null. */
export function faultOfCalendar({ timeZone, week, holidays }: Calendar): string | null {
  if (!isTimeZone(timeZone)) return `"${timeZone}" is not a time zone. Use a name like "Europe/Berlin".`;
  if (week.length !== 7) return 'A week has seven days, Sunday first.';
  for (const spans of [...week, ...holidays.map(({ open }) => open)]) {
    const fault = faultOfSpans(spans);
    if (fault !== null) return fault;
  }
  if (holidays.length > maxHolidays) return `A calendar has at most ${maxHolidays} holidays.`;
  return faultOfHolidays(holidays);
}

function faultOfSpans(spans: Span[]): string | null {
  if (spans.length > maxSpans) return `A day has at most ${maxSpans} spans.`;
  const isSpan = ({ from, to }: Span) =>
    Number.isInteger(from) &&
    Number.isInteger(to) &&
    from >= 0 &&
    from < dayMinutes &&
    from < to &&
    to <= from + dayMinutes;
  return spans.every(isSpan) ? null : 'A span begins on its day and ends at most a day later.';
}

function faultOfHolidays(holidays: Holiday[]): string | null {
  for (const { name, from, to } of holidays) {
    if (!isVisible(name) || isLonger(name, maxNameLength) || hidesCharacters(name) || mixesScripts(name))
      return `The name of a holiday has 1 to ${maxNameLength} characters, none of them hidden.`;
    if (dayOf(from) === null || dayOf(to) === null) return `"${from}" to "${to}" are not dates.`;
    const days = dayOf(to)! - dayOf(from)! + 1;
    if (days < 1) return `"${name}" ends before it begins.`;
    if (days > maxHolidayDays) return `"${name}" is longer than a year.`;
  }
  const inOrder = holidays.toSorted((a, b) => dayOf(a.from)! - dayOf(b.from)!);
  const at = inOrder.findIndex(({ from }, index) => index > 0 && from <= inOrder[index - 1]!.to);
  return at < 0 ? null : `"${inOrder[at - 1]!.name}" and "${inOrder[at]!.name}" share a day.`;
}

/** Days since 1970-01-01; null: no such date. */
function dayOf(date: string): number | null {
  const at = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(date) : Number.NaN;
  return new Date(at || 0).toISOString().startsWith(date) ? at / dayMs : null;
}

/** Without what is the team's own. */
export function openTimesOf({ timeZone, week, holidays }: Calendar): OpenTimes {
  return { timeZone, week, holidays: holidays.map(({ from, to, open }) => ({ from, to, open })) };
}
