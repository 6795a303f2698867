/**
 * What a calendar means at an instant (docs/rules.md H1, H5): it is open exactly while the wall clock of its zone shows a minute
 * of one of its spans. Pure.
 *
 * So a span in the hour that is left out in spring does not happen, and one in the hour that comes twice in autumn happens twice.
 * Times are walked in stretches of one offset each, in which the wall clock is instant + offset and spans are plain intervals.
 */
import type { OpenTimes, Span } from './calendar';

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;
/** Who opens later than this promises nothing. */
const horizonMs = 366 * dayMs;

/** Instants in ms; `to` is not part of it. */
interface Stretch {
  from: number;
  to: number;
}

export function isOpen(calendar: OpenTimes, at: number): boolean {
  return !openStretches(calendar, at, at + 1).next().done;
}

/** The first instant from `at` on at which it is open: `at` itself while it is. Null: none within a year. */
export function nextOpening(calendar: OpenTimes, at: number): number | null {
  if (!everOpens(calendar)) return null;
  return openStretches(calendar, at, at + horizonMs).next().value?.from ?? null;
}

function everOpens({ week, holidays }: OpenTimes): boolean {
  return [...week, ...holidays.map(({ open }) => open)].some((spans) => spans.length > 0);
}

/** The first instant from `at` on at which it is closed. Null: none within a year. */
export function nextClosing(calendar: OpenTimes, at: number): number | null {
  const { value } = openStretches(calendar, at, at + horizonMs).next();
  if (value === undefined || value.from > at) return at;
  return value.to < at + horizonMs ? value.to : null;
}

/** How long it is open from one instant to the other; parts of minutes count as such. */
export function openMinutesBetween(calendar: OpenTimes, from: number, to: number): number {
  let open = 0;
  for (const stretch of openStretches(calendar, from, to)) open += stretch.to - stretch.from;
  return open / minuteMs;
}

/** By when it has been open for so long since `from`. Null: not within a year. */
export function instantAfterOpen(calendar: OpenTimes, from: number, openMs: number): number | null {
  if (!everOpens(calendar)) return null;
  let left = openMs;
  let at = from;
  // Most ends are near: further ahead it looks in longer and longer parts.
  for (let lengthMs = 2 * dayMs; at < from + horizonMs; lengthMs *= 2) {
    for (const stretch of openStretches(calendar, at, at + lengthMs)) {
      if (stretch.to - stretch.from >= left) return stretch.from + left;
      left -= stretch.to - stretch.from;
    }
    at += lengthMs;
  }
  return null;
}

/** In order, with closed time between them. */
function* openStretches(calendar: OpenTimes, from: number, to: number): Generator<Stretch, undefined> {
  let last: Stretch | undefined;
  for (const { offset, ...even } of evenStretches(calendar.timeZone, from, to)) {
    for (const wall of spansWithin(calendar, even.from + offset, even.to + offset)) {
      const next = { from: wall.from - offset, to: wall.to - offset };
      if (last !== undefined && next.from <= last.to) {
        last.to = Math.max(last.to, next.to);
        continue;
      }
      if (last !== undefined) yield last;
      last = next;
    }
  }
  if (last !== undefined) yield last;
}

/** What of its spans lies between two times of the wall clock, by their beginnings. */
function spansWithin(calendar: OpenTimes, from: number, to: number): Stretch[] {
  const found: Stretch[] = [];
  // One day earlier: its spans may go on past midnight.
  for (let day = Math.floor(from / dayMs) - 1; day * dayMs < to; day++) {
    for (const span of spansOf(calendar, day)) {
      const begins = Math.max(from, day * dayMs + span.from * minuteMs);
      const ends = Math.min(to, day * dayMs + span.to * minuteMs);
      if (begins < ends) found.push({ from: begins, to: ends });
    }
  }
  return found.sort((a, b) => a.from - b.from);
}

/** `day`: since 1970-01-01, which was a Thursday. */
function spansOf({ week, holidays }: OpenTimes, day: number): Span[] {
  const holiday =
    holidays.length > 0 && holidays.find(({ from, to }) => dayOf(from) <= day && day <= dayOf(to));
  return (holiday ? holiday.open : week[(((day + 4) % 7) + 7) % 7]) ?? [];
}

const dayOf = (date: string) => Date.parse(date) / dayMs;

/** Together from one instant to the other, each with what the wall clock is ahead of UTC, in ms. */
function* evenStretches(
  timeZone: string,
  from: number,
  to: number,
): Generator<Stretch & { offset: number }, undefined> {
  let at = from;
  let offset = offsetAt(timeZone, at);
  while (at < to) {
    // No zone changes its clocks and changes them back within a day.
    const end = Math.min(to, at + dayMs);
    const isEven = offsetAt(timeZone, end) === offset;
    const until = isEven ? end : firstOther(timeZone, at, end, offset);
    yield { from: at, to: until, offset };
    at = until;
    if (!isEven) offset = offsetAt(timeZone, at);
  }
}

/** The first instant with another offset, between one that has this one and one that has not. */
function firstOther(timeZone: string, same: number, other: number, offset: number): number {
  let [low, high] = [Math.floor(same), Math.ceil(other)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(timeZone, middle) === offset) low = middle;
    else high = middle;
  }
  return high;
}

/** The date the wall clock shows, in days since 1970-01-01. */
export function dayIn(timeZone: string, at: number): number {
  return Math.floor((at + offsetAt(timeZone, at)) / dayMs);
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function offsetAt(timeZone: string, at: number): number {
  let clock = clocks.get(timeZone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    clocks.set(timeZone, clock);
  }
  const second = Math.floor(at / 1000) * 1000;
  const part: Record<string, number> = {};
  for (const { type, value } of clock.formatToParts(second)) part[type] = Number(value);
  const wall = Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second);
  return wall - second;
}
