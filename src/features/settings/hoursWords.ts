/** Opening hours as the screen writes and reads them. Pure. */
import type { Calendar, Span } from '../../../convex/shared/kit/calendar';
import { isOpen, nextClosing, nextOpening } from '../../../convex/shared/kit/openTimes';

const dayMinutes = 1_440;

/** As a time field has it: "09:05"; the midnight at the end of a day is "00:00". */
export function timeOf(minute: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor((minute % dayMinutes) / 60))}:${two(minute % 60)}`;
}

/** What is not later than the beginning is of the next day; the same time twice is a whole day. */
export function spanOf(from: string, to: string): Span {
  const [begins, ends] = [minuteOf(from), minuteOf(to)];
  return { from: begins, to: ends > begins ? ends : ends + dayMinutes };
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

const usualSpan: Span = { from: 9 * 60, to: 17 * 60 };

/** What "Add hours" adds: an hour later than the last, as long as the day lasts. */
export function nextSpan(spans: readonly Span[]): Span {
  const last = spans.at(-1);
  if (last === undefined) return usualSpan;
  const from = Math.min(last.to + 60, dayMinutes - 60);
  return { from, to: from + 60 };
}

/** Whoever sets opening hours begins with these. */
export function usualWeek(timeZone: string): Calendar {
  const week = Array.from({ length: 7 }, (_, day) => (day === 0 || day === 6 ? [] : [usualSpan]));
  return { timeZone, week, holidays: [] };
}

/** The zone that is meant: by its name, by its city, or by a part of its name that no other has. Null: none. */
export function zoneNamed(typed: string, zones: readonly string[]): string | null {
  const plain = (text: string) =>
    text
      .trim()
      .replaceAll(/[_\s]+/g, ' ')
      .toLowerCase();
  const wanted = plain(typed);
  if (wanted === '') return null;
  const named = zones.filter((zone) => plain(zone) === wanted);
  const cities = zones.filter((zone) => plain(zone.split('/').at(-1)!) === wanted);
  const parts = zones.filter((zone) => plain(zone).includes(wanted));
  for (const found of [named, cities, parts]) if (found.length === 1) return found[0]!;
  return alias(typed.trim());
}

/** A name that the list of the browser has under another. */
function alias(name: string): string | null {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return name;
  } catch {
    return null;
  }
}

const cityOf = (timeZone: string) => timeZone.split('/').at(-1)!.replaceAll('_', ' ');

/** "Now: closed. Opens Monday 9:00 AM (Berlin time), Monday 3:00 AM (your time)." */
export function previewOf(calendar: Calendar, now: number, ownZone: string): string {
  const isNow = isOpen(calendar, now);
  const at = isNow ? nextClosing(calendar, now) : nextOpening(calendar, now);
  if (at === null)
    return isNow ? 'Now: open, and it never closes.' : 'Now: closed, and it does not open within a year.';
  const there = sayIn(at, now, calendar.timeZone);
  const here = sayIn(at, now, ownZone);
  const when = there === here ? there : `${there} (${cityOf(calendar.timeZone)} time), ${here} (your time)`;
  return isNow ? `Now: open. Closes ${when}.` : `Now: closed. Opens ${when}.`;
}

function sayIn(at: number, now: number, timeZone: string): string {
  const say = (format: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(undefined, { timeZone, ...format }).format(at);
  const date = new Intl.DateTimeFormat('en-CA', { timeZone });
  const ahead = (Date.parse(date.format(at)) - Date.parse(date.format(now))) / (dayMinutes * 60_000);
  const day =
    ahead === 0
      ? 'today'
      : ahead === 1
        ? 'tomorrow'
        : ahead < 7
          ? say({ weekday: 'long' })
          : say({ weekday: 'long', day: 'numeric', month: 'long' });
  return `${day} ${say({ timeStyle: 'short' })}`;
}
