/**
 * What `crons.js` exports: names, targets and schedules; checked at push, compared between pushes, asked for their next run.
 *
 * Owns the JSON shape of a cron (§7.3) and the rule for the next instant: calendar schedules take the next matching UTC
 * minute, intervals run at once when new and then keep their rhythm from the previous *scheduled* time. Instants that
 * passed while the server was off or the previous run was still going are skipped, never made up for.
 */
import { parsePath, serverPath } from '../functions/code/paths.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';
import { CronSyntaxError, nextMatch, parseCron } from './calendar.ts';

export type CronSchedule =
  | { type: 'interval'; seconds?: number; minutes?: number; hours?: number }
  | { type: 'hourly'; minuteUTC?: number }
  | { type: 'daily'; hourUTC: number; minuteUTC?: number }
  | { type: 'weekly'; dayOfWeek: string; hourUTC: number; minuteUTC?: number }
  | { type: 'monthly'; day: number; hourUTC: number; minuteUTC?: number }
  | { type: 'cron'; cron: string };

/** One cron as declared: `udfPath` is `mod.js:fn`, `args` the one-element list of Convex JSON. */
export interface CronSpec {
  udfPath: string;
  args: JsonValue[];
  schedule: CronSchedule;
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

export class CronSpecError extends Error {}

/** Reads one entry of `crons.export()`; throws CronSpecError with a sentence that names the cron. */
export function parseCronSpec(name: string, json: JsonValue): CronSpec {
  if (!/^[\x20-\x7e]*$/.test(name)) {
    throw new CronSpecError(`Cron "${name}" has a name with characters other than printable ASCII.`);
  }
  const fail = (reason: string): never => {
    throw new CronSpecError(`Cron "${name}" is not valid: ${reason}.`);
  };
  if (!isObject(json) || typeof json.name !== 'string' || !isObject(json.schedule))
    return fail('it is malformed');
  if (!Array.isArray(json.args) || json.args.length > 1) return fail('its arguments must be a single object');
  const schedule = json.schedule as unknown as CronSchedule;
  const problem = scheduleProblem(schedule);
  if (problem !== null) return fail(problem);
  const path = parsePath(json.name);
  if (path === null) return fail(`"${json.name}" is not a path to a function`);
  return { udfPath: serverPath(path), args: json.args.length === 0 ? [{}] : json.args, schedule };
}

/** The next instant in ms. `previousMs` is the previous scheduled instant, null for a cron that never ran. */
export function nextRun(schedule: CronSchedule, previousMs: number | null, nowMs: number): number {
  if (schedule.type === 'interval') {
    if (previousMs === null) return nowMs;
    const period = intervalMs(schedule);
    // Whole periods are skipped when late, so the rhythm stays and nothing runs twice.
    return previousMs + Math.max(1, Math.floor((nowMs - previousMs) / period) + 1) * period;
  }
  const next = nextMatch(parseCron(cronText(schedule)), Math.max(nowMs, previousMs ?? nowMs));
  if (next === null) throw new CronSpecError(`The schedule "${cronText(schedule)}" never comes round.`);
  return next;
}

/** How many scheduled instants lie after `previousMs` up to `nowMs`: the runs that were skipped. */
export function missedRuns(schedule: CronSchedule, previousMs: number, nowMs: number): number {
  if (schedule.type === 'interval')
    return Math.max(0, Math.floor((nowMs - previousMs) / intervalMs(schedule)));
  const calendar = parseCron(cronText(schedule));
  let missed = 0;
  for (let at = nextMatch(calendar, previousMs); at !== null && at <= nowMs && missed < 1000; missed++) {
    at = nextMatch(calendar, at);
  }
  return missed;
}

/** True if a redeploy leaves the cron as it is: same function, arguments and schedule. */
export function sameCron(a: CronSpec, b: CronSpec): boolean {
  return (
    a.udfPath === b.udfPath &&
    canonicalJson(a.args) === canonicalJson(b.args) &&
    canonicalJson(a.schedule as unknown as JsonValue) === canonicalJson(b.schedule as unknown as JsonValue)
  );
}

function scheduleProblem(schedule: CronSchedule): string | null {
  if (schedule.type === 'interval') {
    const given = [schedule.seconds, schedule.minutes, schedule.hours].filter((n) => n !== undefined);
    if (given.length !== 1) return 'exactly one of seconds, minutes, hours must be given';
    return Number.isInteger(given[0]) && given[0]! > 0
      ? null
      : 'the interval must be an integer greater than 0';
  }
  if (schedule.type === 'cron') {
    if (typeof schedule.cron !== 'string') return 'the cron expression must be a string';
    try {
      return nextMatch(parseCron(schedule.cron), 0) === null
        ? `"${schedule.cron}" names a date that never comes`
        : null;
    } catch (error) {
      if (error instanceof CronSyntaxError) return error.message;
      throw error;
    }
  }
  if (!['hourly', 'daily', 'weekly', 'monthly'].includes(schedule.type))
    return 'its schedule has an unknown type';
  if (!within(schedule.minuteUTC ?? 0, 0, 59)) return 'minuteUTC must be 0-59';
  if (schedule.type === 'hourly') return null;
  if (!within(schedule.hourUTC, 0, 23)) return 'hourUTC must be 0-23';
  if (schedule.type === 'weekly' && !WEEKDAYS.includes(schedule.dayOfWeek))
    return 'dayOfWeek must be a day of the week';
  if (schedule.type === 'monthly' && !within(schedule.day, 1, 31)) return 'day of month must be 1-31';
  return null;
}

function cronText(schedule: Exclude<CronSchedule, { type: 'interval' }>): string {
  if (schedule.type === 'cron') return schedule.cron;
  const minute = schedule.minuteUTC ?? 0;
  switch (schedule.type) {
    case 'hourly':
      return `${minute} * * * *`;
    case 'daily':
      return `${minute} ${schedule.hourUTC} * * *`;
    case 'weekly':
      return `${minute} ${schedule.hourUTC} * * ${WEEKDAYS.indexOf(schedule.dayOfWeek)}`;
    case 'monthly':
      return `${minute} ${schedule.hourUTC} ${schedule.day} * *`;
  }
}

function intervalMs(schedule: { seconds?: number; minutes?: number; hours?: number }): number {
  return ((schedule.seconds ?? 0) + (schedule.minutes ?? 0) * 60 + (schedule.hours ?? 0) * 3600) * 1000;
}

function within(value: unknown, min: number, max: number): boolean {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function canonicalJson(value: JsonValue): string {
  return JSON.stringify(value, (_key, inner: JsonValue) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}
