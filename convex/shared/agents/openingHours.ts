/**
 * An agent's own hours, as they were kept before a team had a calendar (docs/rules.md H1, H5); where an agent has some, they
 * count and the team's do not. Pure; read as a calendar (shared/kit/openTimes.ts).
 */
import { type Infer, v } from 'convex/values';
import { isTimeZone, type OpenTimes } from '../kit/calendar';

/** `day` 0 is Sunday; `from` and `to` are "HH:MM" of that day. */
export const vOpeningHours = v.object({
  timeZone: v.string(),
  open: v.array(v.object({ day: v.number(), from: v.string(), to: v.string() })),
});
export type OpeningHours = Infer<typeof vOpeningHours>;

const days = [0, 1, 2, 3, 4, 5, 6];

/** Why these hours cannot be kept, or null. */
export function faultOfHours({ timeZone, open }: OpeningHours): string | null {
  if (!isTimeZone(timeZone)) return `"${timeZone}" is not a time zone. Use a name like "Europe/Berlin".`;
  const time = /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/;
  for (const { day, from, to } of open) {
    if (!days.includes(day)) return 'A day is a number from 0 (Sunday) to 6 (Saturday).';
    if (!time.test(from) || !time.test(to) || from >= to)
      return `"${from}" to "${to}" is not a span of one day.`;
  }
  return null;
}

export function timesOfHours({ timeZone, open }: OpeningHours): OpenTimes {
  const week = days.map((day) =>
    open
      .filter((span) => span.day === day)
      .map(({ from, to }) => ({ from: minutesOf(from), to: minutesOf(to) })),
  );
  return { timeZone, week, holidays: [] };
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
