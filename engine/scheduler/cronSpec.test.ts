import { describe, expect, test } from 'vitest';
import { missedRuns, nextRun, parseCronSpec, sameCron, type CronSchedule } from './cronSpec.ts';

const at = (text: string): number => Date.parse(`${text}Z`);

describe('cron specs', () => {
  test('[engine J22] an interval runs at once when new, then keeps the rhythm of its scheduled times', () => {
    const every90s: CronSchedule = { type: 'interval', seconds: 90 };
    expect(nextRun(every90s, null, 1_000)).toBe(1_000);
    expect(nextRun(every90s, 1_000, 1_005)).toBe(91_000);
    expect(nextRun(every90s, 1_000, 91_000)).toBe(181_000);
    expect(nextRun(every90s, 1_000, 500_000)).toBe(541_000);
    expect(missedRuns(every90s, 1_000, 500_000)).toBe(5);
    expect(nextRun(every90s, 1_000, 0)).toBe(91_000);
  });

  test.each<[CronSchedule, string, string]>([
    [{ type: 'hourly', minuteUTC: 5 }, '2023-03-01T08:35', '2023-03-01T09:05'],
    [{ type: 'hourly' }, '2023-03-01T08:35', '2023-03-01T09:00'],
    [{ type: 'daily', hourUTC: 8, minuteUTC: 30 }, '2023-02-28T08:35', '2023-03-01T08:30'],
    [
      { type: 'weekly', dayOfWeek: 'tuesday', hourUTC: 12, minuteUTC: 30 },
      '2023-02-28T12:30',
      '2023-03-07T12:30',
    ],
    [{ type: 'monthly', day: 1, hourUTC: 12, minuteUTC: 30 }, '2023-03-01T12:30', '2023-04-01T12:30'],
    [{ type: 'monthly', day: 31, hourUTC: 0 }, '2023-03-31T00:00', '2023-05-31T00:00'],
    [{ type: 'cron', cron: '0 12 * * 1,5' }, '2023-02-28T08:35', '2023-03-03T12:00'],
  ])('[engine J20] %j after %s is %s', (schedule, after, expected) => {
    expect(new Date(nextRun(schedule, null, at(after))).toISOString().slice(0, 16)).toBe(expected);
    expect(nextRun(schedule, at(expected), at(after))).toBeGreaterThan(at(expected));
  });

  test('[engine J21] a bad schedule is refused with a sentence that names the cron', () => {
    const spec = (schedule: object) => () =>
      parseCronSpec('sweep', { name: 'jobs:sweep', args: [{}], schedule: schedule as never });
    expect(spec({ type: 'cron', cron: '0 12 * * 7' })).toThrow(
      'Cron "sweep" is not valid: "7" is not a valid day of the week (0-6).',
    );
    expect(spec({ type: 'cron', cron: '0 0 30 2 *' })).toThrow('names a date that never comes');
    expect(spec({ type: 'interval', seconds: 0 })).toThrow('greater than 0');
    expect(spec({ type: 'interval', seconds: 1, hours: 1 })).toThrow('exactly one');
    expect(spec({ type: 'monthly', day: 32, hourUTC: 0 })).toThrow('1-31');
    expect(() => parseCronSpec('é', { name: 'a:b', args: [{}], schedule: { type: 'hourly' } })).toThrow(
      'printable ASCII',
    );
  });

  test('[engine J23] a cron is unchanged only with the same function, arguments and schedule, whatever the key order', () => {
    const base = parseCronSpec('a', {
      name: 'm:f',
      args: [{ x: 1, y: 2 }],
      schedule: { type: 'hourly', minuteUTC: 1 },
    });
    const reordered = parseCronSpec('a', {
      name: 'm.js:f',
      args: [{ y: 2, x: 1 }],
      schedule: { minuteUTC: 1, type: 'hourly' },
    });
    expect(sameCron(base, reordered)).toBe(true);
    expect(sameCron(base, { ...base, args: [{ x: 2, y: 2 }] })).toBe(false);
    expect(sameCron(base, { ...base, udfPath: 'm.js:g' })).toBe(false);
    expect(sameCron(base, { ...base, schedule: { type: 'hourly', minuteUTC: 2 } })).toBe(false);
  });
});
