/** Targets as the screen writes and reads them. Pure. */
import type { OpenTimes } from '../../../convex/shared/kit/calendar';
import { instantAfterOpen, nextClosing, nextOpening } from '../../../convex/shared/kit/openTimes';
import { goalRangeMinutes } from '../../../convex/shared/tickets/targets';

/** "15m", "4h", "1h 30m". */
export function writeGoal(minutes: number | undefined): string {
  if (minutes === undefined) return '';
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours > 0 && `${hours}h`, rest > 0 && `${rest}m`].filter(Boolean).join(' ');
}

/** What is written there in minutes; undefined: nothing is, so there is no target. Null: no such time. */
export function readGoal(typed: string): number | undefined | null {
  const text = typed.trim().toLowerCase();
  if (text === '') return undefined;
  const found = /^(?:(\d{1,4}) ?h(?:ours?)?)? ?(?:(\d{1,5}) ?(?:m(?:in(?:utes?)?)?)?)?$/.exec(text);
  if (found === null) return null;
  const minutes = Number(found[1] ?? 0) * 60 + Number(found[2] ?? 0);
  return minutes >= goalRangeMinutes.min && minutes <= goalRangeMinutes.max ? minutes : null;
}

/**
 * Half an hour before the team closes next, so that an example shows what happens over night; now, where it never closes.
 * `calendar`: undefined for around the clock.
 */
export function exampleInstant(calendar: OpenTimes | undefined, now: number): number {
  const opens = calendar === undefined ? null : nextOpening(calendar, now);
  const closes = calendar === undefined || opens === null ? null : nextClosing(calendar, opens);
  return closes === null ? now : closes - 30 * 60_000;
}

/** When that much has passed; null: not within a year. */
export function dueAfter(calendar: OpenTimes | undefined, from: number, minutes: number): number | null {
  return calendar === undefined
    ? from + minutes * 60_000
    : instantAfterOpen(calendar, from, minutes * 60_000);
}

/** "Friday 17:30", in the zone of the calendar. */
export function dayAndTime(at: number, timeZone: string | undefined): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const day = new Intl.DateTimeFormat(undefined, { ...zone, weekday: 'long' }).format(at);
  const time = new Intl.DateTimeFormat(undefined, { ...zone, timeStyle: 'short' }).format(at);
  return `${day} ${time}`;
}
