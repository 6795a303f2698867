/** When a snooze may end, from the operator's own clock: a few likely instants, or one that is typed. */
import type * as Parser from 'chrono-node/en';
import { changed } from './registry';
import { daysBetween, formatClock, formatSoon } from '../lib/time';

export interface SnoozeChoice {
  label: string;
  /** Beside the label, which it does not say again. */
  hint: string;
  /** As in "Back tomorrow, 8:00". */
  back: string;
  at: number;
}

const hourMs = 3_600_000;
const [morning, evening, bedtime] = [8, 19, 22];

function atHour(now: Date, days: number, hour: number): number {
  const date = new Date(now);
  date.setDate(date.getDate() + days);
  return date.setHours(hour, 0, 0, 0);
}

/** Only what is ahead and what its name says, in order of time; no instant twice. */
export function snoozeChoices(now: Date): SnoozeChoice[] {
  const toMonday = (8 - now.getDay()) % 7 || 7;
  const inThreeHours = now.getTime() + 3 * hourMs;
  const named: [label: string, at: number][] = [
    ['This morning', atHour(now, 0, morning)],
    ['Later today', inThreeHours < atHour(now, 0, bedtime) ? inThreeHours : 0],
    ['This evening', atHour(now, 0, evening)],
    ['Tomorrow', atHour(now, 1, morning)],
    ['Next week', atHour(now, toMonday, morning)],
  ];
  const ahead = named.filter(([, at]) => at > now.getTime());
  const distinct = ahead.filter(([, at], index) => ahead.findIndex(([, other]) => other === at) === index);
  return distinct
    .toSorted((one, other) => one[1] - other[1])
    .map(([label, at]) => {
      const back = backAt(at, now);
      return { label, at, back, hint: label === 'Tomorrow' ? `at ${formatClock(at)}` : back };
    });
}

const backAt = (at: number, now: Date) =>
  daysBetween(now.getTime(), at) === 0 ? `at ${formatClock(at)}` : formatSoon(at, now.getTime());

let parser: typeof Parser | 'coming' | null = null;

/** Fetched when somebody types a time, and then the menu looks again. */
function bringParser(): void {
  parser = 'coming';
  import('chrono-node/en').then(
    (loaded) => {
      parser = loaded;
      changed();
    },
    () => (parser = null),
  );
}

/** The parser's mark of a part of the day, such as "evening". */
const dayTime = /CasualTimeParser|tonight/;

/** May stand before a time, and say nothing else. */
const leadIn = /^(?:(?:snooze|until|till|til|on|by)\b|[\s,])*$/i;

/** "tomorrow at 9", "in 2 hours", "Friday"; null for what is no instant to come, or says more than one: "tomorrow at 25:00". */
export function typedTime(text: string, now: Date): SnoozeChoice | null {
  if (parser === null) bringParser();
  if (parser === null || parser === 'coming') return null;
  const [found] = parser.parse(text, now, { forwardDate: true });
  if (!found) return null;
  const [before = '', ...after] = text.split(found.text);
  if (!leadIn.test(before) || !/^[\s.,!]*$/.test(after.join(found.text))) return null;
  const { start } = found;
  const date = start.date();
  // A day alone means its morning; "in 2 hours" and "Friday evening" say when.
  const saysWhen = start.isCertain('hour') || [...start.tags()].some((tag) => dayTime.test(tag));
  const at = saysWhen ? date.getTime() : date.setHours(morning, 0, 0, 0);
  if (at <= now.getTime()) return null;
  const back = backAt(at, now);
  return { label: text.trim(), at, back, hint: back };
}
