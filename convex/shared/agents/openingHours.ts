/** When people are there (docs/rules.md H1 "outside opening hours", H5). Pure; times are local to the named zone. */
import { type Infer, v } from 'convex/values';

/** `day` 0 is Sunday; `from` and `to` are "HH:MM" of that day. */
export const vOpeningHours = v.object({
  timeZone: v.string(),
  open: v.array(v.object({ day: v.number(), from: v.string(), to: v.string() })),
});
export type OpeningHours = Infer<typeof vOpeningHours>;

const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Why these hours cannot be kept, or null. */
export function faultOfHours({ timeZone, open }: OpeningHours): string | null {
  if (!isTimeZone(timeZone)) return `"${timeZone}" is not a time zone. Use a name like "Europe/Berlin".`;
  const time = /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/;
  for (const { day, from, to } of open) {
    if (dayNames[day] === undefined) return 'A day is a number from 0 (Sunday) to 6 (Saturday).';
    if (!time.test(from) || !time.test(to) || from >= to)
      return `"${from}" to "${to}" is not a span of one day.`;
  }
  return null;
}

function localTime(timeZone: string, at: number): { day: number; time: string } {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
  return {
    day: dayNames.findIndex((name) => name === part('weekday')),
    time: `${part('hour')}:${part('minute')}`,
  };
}

export function isOpen(hours: OpeningHours, at: number): boolean {
  const { day, time } = localTime(hours.timeZone, at);
  return hours.open.some((span) => span.day === day && span.from <= time && time < span.to);
}

/** The instant of the next opening, or null when it never opens. */
export function nextOpening({ timeZone, open }: OpeningHours, at: number): number | null {
  const { day, time } = localTime(timeZone, at);
  for (let ahead = 0; ahead <= 7; ahead++) {
    const starts = open
      .filter((span) => span.day === (day + ahead) % 7 && (ahead > 0 || span.from > time))
      .map((span) => span.from)
      .sort();
    if (starts[0] !== undefined) return instantOf(timeZone, at, ahead, starts[0]);
  }
  return null;
}

const minuteMs = 60_000;
const dayMinutes = 1_440;
const minutesOf = (time: string) => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
};

/** When it is `time` in the zone, so many days ahead; right also when the clocks change in between. */
function instantOf(timeZone: string, at: number, ahead: number, time: string): number {
  const now = minutesOf(localTime(timeZone, at).time);
  const guess = at - (at % minuteMs) + (ahead * dayMinutes + minutesOf(time) - now) * minuteMs;
  const off = minutesOf(time) - minutesOf(localTime(timeZone, guess).time);
  return guess + (off - Math.round(off / dayMinutes) * dayMinutes) * minuteMs;
}

/** "today at 09:00", "tomorrow at 09:00", "on Monday at 09:00", as it is read in that zone. */
export function sayInstant(instant: number, now: number, timeZone: string): string {
  const { day, time } = localTime(timeZone, instant);
  const date = new Intl.DateTimeFormat('en-CA', { timeZone });
  const ahead = (Date.parse(date.format(instant)) - Date.parse(date.format(now))) / (dayMinutes * minuteMs);
  return `${ahead === 0 ? 'today' : ahead === 1 ? 'tomorrow' : `on ${dayNames[day]}`} at ${time}`;
}
