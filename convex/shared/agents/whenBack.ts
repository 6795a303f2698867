/** [H5] What a customer is told of when a person will answer: by their own clock, and only what the calendar promises. Pure. */
import type { OpenTimes } from '../kit/calendar';
import { isOpen, nextOpening } from '../kit/openTimes';

const dayMs = 86_400_000;
/** From then on a weekday alone may be taken for that of this week. */
const maxNamedDays = 6;

/**
 * "We are back tomorrow at 09:00", by the customer's clock; where that is not known by the team's, which is then named. Null
 * while it is open, and where nothing is promised. `now`: an instant, ms.
 */
export function whenBack(
  calendar: OpenTimes | undefined,
  customerZone: string | undefined,
  now: number,
): string | null {
  const opensAt = calendar === undefined || isOpen(calendar, now) ? null : nextOpening(calendar, now);
  if (opensAt === null) return null;
  const { timeZone } = calendar!;
  const instant = sayInstant(opensAt, now, customerZone ?? timeZone);
  return `We are back ${instant}${customerZone === undefined ? ` (${sayZone(timeZone)} time)` : ''}`;
}

/** "New York" of "America/New_York". */
const sayZone = (timeZone: string) => timeZone.split('/').at(-1)!.replaceAll('_', ' ');

/** "today at 09:00", "tomorrow at 09:00", "on Monday at 09:00", "on Monday 4 January at 09:00", as it is read in that zone. */
export function sayInstant(instant: number, now: number, timeZone: string): string {
  const say = (format: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { timeZone, ...format }).format(instant);
  const date = new Intl.DateTimeFormat('en-CA', { timeZone });
  const ahead = (Date.parse(date.format(instant)) - Date.parse(date.format(now))) / dayMs;
  const day =
    ahead === 0
      ? 'today'
      : ahead === 1
        ? 'tomorrow'
        : ahead <= maxNamedDays
          ? `on ${say({ weekday: 'long' })}`
          : `on ${say({ weekday: 'long', day: 'numeric', month: 'long' })}`;
  return `${day} at ${say({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })}`;
}
