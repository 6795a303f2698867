import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { DeveloperError } from '../values/errors.ts';
import { applyCrons, CronRunner, readCrons } from './crons.ts';
import { parseCronSpec, type CronSpec } from './cronSpec.ts';
import { openBench, type Bench, type TestFunctions } from './testing.ts';

const folders: string[] = [];
const open: { bench: Bench; crons: CronRunner }[] = [];

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'crons-'));
  folders.push(dir);
  return dir;
}

function start(functions: TestFunctions, dir = folder(), options?: { now?: () => number }) {
  const bench = openBench(dir, functions, options);
  const crons = new CronRunner(bench);
  open.push({ bench, crons });
  const close = async () => {
    await crons.stop();
    await bench.close();
  };
  const cron = (name: string) =>
    bench.committer.read((tx) => readCrons(tx, '')).find((one) => one.name === name)!;
  const apply = async (specs: Record<string, CronSpec>) =>
    (await bench.committer.write((tx) => applyCrons(tx, '', new Map(Object.entries(specs))))).value;
  return { bench, crons, close, cron, apply };
}

afterEach(async () => {
  for (const { bench, crons } of open.splice(0)) {
    await crons.stop();
    await bench.close().catch(() => {});
  }
  for (const dir of folders.splice(0)) rmSync(dir, { recursive: true, force: true });
});

const spec = (path: string, schedule: object, args: object = {}): CronSpec =>
  parseCronSpec('test', { name: path, args: [args as never], schedule: schedule as never });

const note: NonNullable<TestFunctions['mutations']> = {
  note: (tx, args) => void tx.db('').insert('notes', { ...args, at: tx.nowMs }),
};

describe('crons', () => {
  test('[engine J24] a push adds, keeps, changes and removes crons; an unchanged one keeps its next time', async () => {
    const { apply, cron } = start({ mutations: note });
    const hourly = spec('m:note', { type: 'hourly', minuteUTC: 7 });
    const every = spec('m:note', { type: 'interval', hours: 1 });
    expect(await apply({ a: hourly, b: every, c: hourly })).toEqual({
      added: ['a', 'b', 'c'],
      updated: [],
      deleted: [],
    });
    const kept = cron('b').nextTime;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await apply({ a: spec('m:note', { type: 'hourly', minuteUTC: 8 }), b: every })).toEqual({
      added: [],
      updated: ['a'],
      deleted: ['c'],
    });
    expect(cron('b').nextTime).toBe(kept);
    expect(new Date(cron('a').nextTime).getUTCMinutes()).toBe(8);
  });

  test('[engine J22] an interval runs at once and then on its rhythm, each instant once', async () => {
    const { bench, crons, apply, cron } = start({ mutations: note });
    await crons.start();
    await apply({ tick: spec('m:note', { type: 'interval', seconds: 1 }, { from: 'cron' }) });
    const first = cron('tick').nextTime;
    crons.wake();
    await vi.waitFor(() => expect(bench.rows('notes').length).toBe(3), 5000);
    expect(cron('tick').nextTime).toBe(first + 3000);
    expect(cron('tick').logs.map((log) => [log.scheduledTime, log.status])).toEqual([
      [first, 'success'],
      [first + 1000, 'success'],
      [first + 2000, 'success'],
    ]);
  });

  test('[engine J25] after a pause the run that was due happens late and once; the others are skipped and noted', async () => {
    const dir = folder();
    let now = Date.now() - 3_600_000;
    const before = start({ mutations: note }, dir, { now: () => now });
    await before.apply({ tick: spec('m:note', { type: 'interval', minutes: 10 }) });
    await before.close();
    now = Date.now();
    const after = start({ mutations: note }, dir);
    await after.crons.start();
    await vi.waitFor(() => expect(after.bench.rows('notes').length).toBe(1));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(after.bench.rows('notes').length).toBe(1);
    expect(after.cron('tick').nextTime).toBeGreaterThan(Date.now());
    expect(after.cron('tick').logs.map((log) => log.status)).toEqual(['success', 'canceled']);
  });

  test('[engine J26] an action cron never runs beside itself, and one that a stop interrupted has failed and goes on', async () => {
    const dir = folder();
    let running = 0;
    let most = 0;
    let runs = 0;
    const functions: TestFunctions = {
      actions: {
        async slow() {
          runs++;
          most = Math.max(most, ++running);
          await new Promise((resolve) => setTimeout(resolve, 1300));
          running--;
        },
      },
    };
    const one = start(functions, dir);
    await one.crons.start();
    await one.apply({ slow: spec('m:slow', { type: 'interval', seconds: 1 }) });
    one.crons.wake();
    await vi.waitFor(() => expect(runs).toBe(2), 5000);
    await one.close();
    expect(most).toBe(1);
    const two = start(functions, dir);
    expect(two.cron('slow').state).toBe('inProgress');
    await two.crons.start();
    expect(two.cron('slow').logs.some((log) => log.detail === 'Transient error while executing action')).toBe(
      true,
    );
    await vi.waitFor(() => expect(runs).toBe(3), 5000);
  }, 15_000);

  test('[engine J27] a cron that fails notes its error and runs again next time', async () => {
    let attempts = 0;
    const { bench, crons, apply, cron } = start({
      mutations: {
        fail: (tx) => {
          attempts++;
          tx.db('').insert('notes', { text: 'must not stay' });
          throw new DeveloperError('Boom', 'Uncaught Error: boom');
        },
      },
    });
    await crons.start();
    await apply({
      bad: spec('m:fail', { type: 'interval', seconds: 1 }),
      gone: spec('m:gone', { type: 'interval', hours: 1 }),
    });
    crons.wake();
    await vi.waitFor(() => expect(attempts).toBe(2), 5000);
    expect(cron('bad').logs[0]).toMatchObject({ status: 'failure', detail: 'Uncaught Error: boom' });
    expect(cron('gone').logs[0]!.detail).toContain("Could not find function for 'm:gone'");
    expect(bench.rows('notes')).toEqual([]);
  });

  test('[engine J28] only the last five runs are kept', async () => {
    const { bench, crons, apply, cron } = start({ mutations: note });
    await crons.start();
    for (let i = 1; i <= 7; i++) {
      await apply({ c: spec('m:note', { type: 'interval', hours: i }) });
      crons.wake();
      await vi.waitFor(() => expect(bench.rows('notes').length).toBe(i));
    }
    expect(cron('c').logs.length).toBe(5);
  });
});
