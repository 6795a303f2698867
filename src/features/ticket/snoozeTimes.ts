/** The snooze choices, from the operator's own clock. */
import { formatClock } from '../../lib/time';

const dayAndClock = new Intl.DateTimeFormat(undefined, {
  weekday: 'long',
  hour: '2-digit',
  minute: '2-digit',
});

interface SnoozeChoice {
  label: string;
  /** As in "Back tomorrow, 08:00". */
  hint: string;
  at: number;
}

function atHour(now: Date, days: number, hour: number): Date {
  const date = new Date(now);
  date.setDate(date.getDate() + days);
  date.setHours(hour, 0, 0, 0);
  return date;
}

/** In three hours, this evening (while it is ahead), tomorrow, next week. */
export function snoozeChoices(now: Date): SnoozeChoice[] {
  const later = new Date(now.getTime() + 3 * 3_600_000);
  const evening = atHour(now, 0, 19);
  const tomorrow = atHour(now, 1, 8);
  const monday = atHour(now, (8 - now.getDay()) % 7 || 7, 8);
  const choices = [{ label: 'Later today', at: later, hint: `at ${formatClock(later.getTime())}` }];
  if (evening.getTime() > later.getTime()) {
    choices.push({ label: 'This evening', at: evening, hint: `at ${formatClock(evening.getTime())}` });
  }
  choices.push({ label: 'Tomorrow', at: tomorrow, hint: `tomorrow, ${formatClock(tomorrow.getTime())}` });
  choices.push({ label: 'Next week', at: monday, hint: dayAndClock.format(monday) });
  return choices.map(({ at, ...rest }) => ({ ...rest, at: at.getTime() }));
}
