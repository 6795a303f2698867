import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ComponentDb } from '../transaction/componentDb.ts';
import type { Transaction } from '../transaction/transaction.ts';
import { CommitError, DeveloperError } from '../values/errors.ts';
import { DueJobs } from './dueJobs.ts';
import { cancelJob, scheduleJob, type JobRequest } from './jobs.ts';
import { openBench, type Bench, type TestFunctions } from './testing.ts';
import { quickest } from '../../test/quickest.ts';

const folders: string[] = [];
const open: Bench[] = [];

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'jobs-'));
  folders.push(dir);
  return dir;
}

function bench(functions: TestFunctions, dir = folder(), options?: { now?: () => number }): Bench {
  const made = openBench(dir, functions, options);
  open.push(made);
  return made;
}

afterEach(async () => {
  for (const one of open.splice(0)) await one.close().catch(() => {});
  for (const dir of folders.splice(0)) rmSync(dir, { recursive: true, force: true });
});

const note: NonNullable<TestFunctions['mutations']> = {
  note: (tx, args) => void tx.db('').insert('notes', args),
  fail: (tx) => {
    tx.db('').insert('notes', { text: 'must not stay' });
    throw new DeveloperError('Boom', 'Uncaught Error: boom');
  },
};

async function schedule(b: Bench, request: Partial<JobRequest> & { path: string }): Promise<string> {
  const { value } = await b.committer.write((tx) =>
    scheduleJob(tx, '', { argsJson: '{}', atMs: tx.nowMs, generation: b.executor.generation(), ...request }),
  );
  return value;
}

const settled = (b: Bench, id: string) =>
  vi.waitFor(() => expect(b.job(id)!.completedTime).toBeTypeOf('number'), 15_000);

describe('scheduled functions', () => {
  test('[engine J1] a job is there exactly if its transaction commits, with the shape of the official table', async () => {
    const b = bench({ mutations: note });
    const id = await schedule(b, { path: 'm:note', argsJson: '{"text":"hi"}', atMs: Date.now() + 60_000 });
    expect(b.job(id)).toEqual({
      _id: id,
      _creationTime: expect.any(Number),
      name: 'm.js:note',
      args: [{ text: 'hi' }],
      scheduledTime: expect.any(Number),
      state: { kind: 'pending' },
    });
    await expect(
      b.committer.write((tx) => {
        scheduleJob(tx, '', { path: 'm:note', argsJson: '{}', atMs: tx.nowMs });
        throw new DeveloperError('Undone', 'undone');
      }),
    ).rejects.toThrow('undone');
    await b.committer.write((tx) => {
      expect(() =>
        tx.nested(() => {
          scheduleJob(tx, '', { path: 'm:note', argsJson: '{}', atMs: tx.nowMs });
          throw new DeveloperError('Undone', 'undone');
        }),
      ).toThrow('undone');
    });
    expect(b.jobs().length).toBe(1);
  });

  test('[engine J2] bad requests are refused with a sentence', async () => {
    const b = bench({ mutations: note });
    const refused = (request: Partial<JobRequest> & { path: string }) => expect(schedule(b, request)).rejects;
    await refused({ path: 'm:nope' }).toThrow('Attempted to schedule function at nonexistent path: m:nope');
    await refused({ path: 'm:note', atMs: Date.now() + 6 * 365 * 86_400_000 }).toThrow(
      'more than 5 years in the future',
    );
    await refused({ path: 'm:note', atMs: Date.now() - 6 * 365 * 86_400_000 }).toThrow(
      'more than 5 years in the past',
    );
    await refused({ path: 'm:note', atMs: NaN }).toThrow('finite');
    await refused({ path: 'm:note', argsJson: '{"at":{"$commitTs":null}}' }).toThrow('commit timestamp');
    await refused({ path: 'm:note', argsJson: JSON.stringify({ x: 'y'.repeat(4 * 1024 * 1024) }) }).toThrow(
      'too large',
    );
    await schedule(b, {
      path: 'm:note',
      argsJson: JSON.stringify({ text: '"$commitTs": is only text here' }),
    });
  });

  test('[engine J2] a mutation may schedule a thousand functions and no more', async () => {
    const b = bench({ mutations: note });
    const many = (count: number) =>
      b.committer.write((tx) => {
        for (let i = 0; i < count; i++)
          scheduleJob(tx, '', { path: 'm:note', argsJson: '{}', atMs: tx.nowMs + 1e6 });
      });
    await many(1000);
    await expect(many(1001)).rejects.toThrow('Too many functions scheduled by this mutation (limit: 1000)');
    expect(b.jobs().length).toBe(1000);
  });

  test('[engine J3] arguments of 2 MiB, nested 60 deep, reach the function unchanged', async () => {
    let nested: unknown = 1;
    for (let i = 0; i < 60; i++) nested = [nested];
    const args = JSON.stringify({ text: 'x'.repeat(2 * 1024 * 1024), nested });
    let seen = '';
    const b = bench({ mutations: { big: (_tx, received) => void (seen = JSON.stringify(received)) } });
    await b.scheduler.start();
    await settled(b, await schedule(b, { path: 'm:big', argsJson: args }));
    expect(JSON.parse(seen)).toEqual(JSON.parse(args));
  });

  test('[engine J4] five hundred jobs that are due run exactly once each, within a second', async () => {
    const b = bench({ mutations: note });
    await b.scheduler.start();
    const startedMs = performance.now();
    await b.committer.write((tx) => {
      for (let i = 0; i < 500; i++)
        scheduleJob(tx, '', { path: 'm:note', argsJson: JSON.stringify({ i }), atMs: tx.nowMs });
    });
    await vi.waitFor(() => expect(b.jobs().every((job) => job.state.kind === 'success')).toBe(true), 10_000);
    expect(performance.now() - startedMs).toBeLessThan(5000);
    expect(b.rows('notes').map((row) => row.i)).toEqual(Array.from({ length: 500 }, (_, i) => i));
  });

  test('[engine J5] jobs run in the order of their times, and one that is due runs within milliseconds of its commit', async () => {
    const b = bench({ mutations: note });
    await b.scheduler.start();
    const time = await quickest(async () => {
      const id = await schedule(b, { path: 'm:note', argsJson: '{"text":"now"}' });
      await vi.waitFor(() => expect(b.job(id)!.state.kind).toBe('success'), { interval: 2, timeout: 10_000 });
    });
    expect(time).toBeLessThan(50);
    const now = Date.now();
    for (const [text, delay] of [
      ['c', 600],
      ['a', 200],
      ['b', 400],
    ] as const) {
      await schedule(b, { path: 'm:note', argsJson: JSON.stringify({ text }), atMs: now + delay });
    }
    await vi.waitFor(() => expect(b.rows('notes').length).toBe(6), 10_000);
    expect(b.rows('notes').map((row) => row.text)).toEqual(['now', 'now', 'now', 'a', 'b', 'c']);
    for (const job of b.jobs())
      expect(job.completedTime).toBeGreaterThanOrEqual(Math.floor(job.scheduledTime));
  });

  test('[E4] [engine J5] an early mutation that is due does not wait for ordinary ones that were due before it', async () => {
    const b = bench({ mutations: { ...note, soon: note.note! }, early: ['soon'] });
    await b.committer.write((tx) => {
      for (let i = 0; i < 300; i++)
        scheduleJob(tx, '', {
          path: 'm:note',
          argsJson: JSON.stringify({ text: 'ordinary' }),
          atMs: tx.nowMs,
        });
      scheduleJob(tx, '', { path: 'm:soon', argsJson: JSON.stringify({ text: 'early' }), atMs: tx.nowMs });
    });
    await b.scheduler.start();
    await vi.waitFor(() => expect(b.rows('notes').length).toBe(301), 10_000);
    expect(b.rows('notes').findIndex((row) => row.text === 'early')).toBeLessThan(64);
  });

  test('[engine J6] a failed mutation leaves only its error, and is not tried again', async () => {
    const b = bench({ mutations: note, queries: ['read'] });
    await b.scheduler.start();
    const id = await schedule(b, { path: 'm:fail' });
    const query = await schedule(b, { path: 'm:read' });
    await settled(b, id);
    await settled(b, query);
    expect(b.job(id)!.state).toEqual({ kind: 'failed', error: 'Uncaught Error: boom' });
    expect(b.job(query)!.state).toMatchObject({ error: expect.stringContaining('defined as Query') });
    expect(b.rows('notes')).toEqual([]);
  });

  test('[engine J6] a function that is gone when its job is due fails the job with the official text', async () => {
    const dir = folder();
    const before = bench({ mutations: note }, dir);
    const id = await schedule(before, { path: 'm:note' });
    await before.close();
    const after = bench({ mutations: {} }, dir);
    await after.scheduler.start();
    await settled(after, id);
    expect(after.job(id)!.state).toEqual({
      kind: 'failed',
      error: "Could not find function for 'm:note'. Did you forget to run `npx convex dev`?",
    });
  });

  test('[engine J6] a job that used its limits up is settled like any other: the bookkeeping is not held against it', async () => {
    const write = (count: number) => (tx: Transaction) => {
      for (let i = 0; i < count; i++) tx.db('').insert('notes', { i });
    };
    const b = bench({ mutations: { greedy: write(16_001), exact: write(16_000) } });
    await b.scheduler.start();
    const greedy = await schedule(b, { path: 'm:greedy' });
    const exact = await schedule(b, { path: 'm:exact' });
    await settled(b, greedy);
    await settled(b, exact);
    expect(b.job(greedy)!.state).toMatchObject({
      kind: 'failed',
      error: expect.stringContaining('Too many writes'),
    });
    expect(b.job(exact)!.state.kind).toBe('success');
    expect(b.committer.read((tx) => tx.db('').count('notes'))).toBe(16_000);
  }, 30_000);

  test('[engine J6] jobs whose arguments together are more than a function may read still run', async () => {
    const b = bench({ mutations: { big: () => {} } });
    for (let i = 0; i < 12; i++) {
      await schedule(b, { path: 'm:big', argsJson: JSON.stringify({ text: 'x'.repeat(3 * 1024 * 1024) }) });
    }
    await b.scheduler.start();
    const unsettled = () =>
      b.committer.read((tx) =>
        tx.uncounted(() =>
          tx.db('').collect({
            source: { type: 'FullTableScan', tableName: '_scheduled_functions', order: 'asc' },
            operators: [{ filter: { $neq: [{ $field: 'state.kind' }, { $literal: 'success' }] } }],
          }),
        ),
      );
    await vi.waitFor(() => expect(unsettled().length).toBe(0), 25_000);
  }, 30_000);

  test('[engine J7] a commit that the engine could not make is tried again until it succeeds, once', async () => {
    let refusals = 2;
    const b = bench({
      mutations: {
        flaky: (tx) => {
          tx.db('').insert('notes', { text: 'flaky' });
          if (refusals-- > 0) throw new CommitError('DISK_FULL', 'The disk is full');
        },
      },
    });
    await b.scheduler.start();
    const id = await schedule(b, { path: 'm:flaky' });
    await vi.waitFor(() => expect(b.job(id)!.state.kind).toBe('success'), 10_000);
    expect(b.rows('notes').length).toBe(1);
  });

  test('[engine J8] during its run a mutation reads its own job as inProgress and cannot cancel it', async () => {
    const seen: unknown[] = [];
    const b = bench({
      mutations: {
        self: (tx, _args, call) => {
          seen.push(JSON.parse(tx.db('').get(call.job!.id, { isSystem: true })!).state);
          cancelJob(tx, '', call.job!.id);
        },
      },
    });
    await b.scheduler.start();
    const id = await schedule(b, { path: 'm:self' });
    await settled(b, id);
    expect(seen).toEqual([{ kind: 'inProgress' }]);
    expect(b.job(id)!.state).toEqual({ kind: 'failed', error: 'A mutation cannot cancel itself' });
  });

  test('[engine J9] a pending job that is canceled never runs; canceling what is finished or forgotten does nothing', async () => {
    const b = bench({ mutations: note });
    await b.scheduler.start();
    const later = await schedule(b, { path: 'm:note', atMs: Date.now() + 150 });
    await b.committer.write((tx) => cancelJob(tx, '', later));
    const done = await schedule(b, { path: 'm:note' });
    await settled(b, done);
    await b.committer.write((tx) => cancelJob(tx, '', done));
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(b.job(later)!.state.kind).toBe('canceled');
    expect(b.job(done)!.state.kind).toBe('success');
    expect(b.rows('notes').length).toBe(1);
    await b.committer.write((tx) => void tx.db('').remove(done, { isSystem: true }));
    await b.committer.write((tx) => cancelJob(tx, '', done));
  });

  test('[engine J9] a job canceled by one that runs just before it does not run', async () => {
    const b = bench({
      mutations: { ...note, cancel: (tx, { id }) => cancelJob(tx, '', id as string) },
    });
    const atMs = Date.now();
    const victim = await schedule(b, { path: 'm:note', atMs });
    const killer = await schedule(b, {
      path: 'm:cancel',
      argsJson: JSON.stringify({ id: victim }),
      atMs: atMs - 1,
    });
    await b.scheduler.start();
    await settled(b, killer);
    await settled(b, victim);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(b.job(victim)!.state.kind).toBe('canceled');
    expect(b.rows('notes')).toEqual([]);
  });

  test('[engine J10] a canceled action keeps running, and what it schedules then is born canceled', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    let child = '';
    const b: Bench = bench({
      mutations: note,
      actions: {
        async act(_args, call) {
          await gate;
          const { value } = await b.committer.write((tx) =>
            scheduleJob(tx, '', { path: 'm:note', argsJson: '{}', atMs: tx.nowMs, parent: call.job }),
          );
          child = value;
        },
      },
    });
    await b.scheduler.start();
    const id = await schedule(b, { path: 'm:act' });
    await vi.waitFor(() => expect(b.job(id)!.state.kind).toBe('inProgress'), 10_000);
    await b.committer.write((tx) => cancelJob(tx, '', id));
    release();
    await vi.waitFor(() => expect(child).not.toBe(''), 10_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(b.job(id)!.state.kind).toBe('canceled');
    expect(b.job(child)!.state.kind).toBe('canceled');
    expect(b.rows('notes')).toEqual([]);
  });

  test('[engine J11] at most ten actions are under way, and mutations do not wait for them', async () => {
    let running = 0;
    let most = 0;
    const gates: (() => void)[] = [];
    const b = bench({
      mutations: note,
      actions: {
        async hold() {
          most = Math.max(most, ++running);
          await new Promise<void>((resolve) => gates.push(resolve));
          running--;
        },
      },
    });
    await b.scheduler.start();
    const ids: string[] = [];
    for (let i = 0; i < 25; i++) ids.push(await schedule(b, { path: 'm:hold' }));
    await vi.waitFor(() => expect(running).toBe(10), 10_000);
    await settled(b, await schedule(b, { path: 'm:note' }));
    expect(most).toBe(10);
    while (b.jobs().some((job) => job.completedTime === undefined)) {
      for (const open of gates.splice(0)) open();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(most).toBe(10);
    expect(ids.every((id) => b.job(id)!.state.kind === 'success')).toBe(true);
  });

  /** An action that ends when its gate is opened, and says its name when it starts. */
  function gated(more: TestFunctions['mutations'] = {}) {
    const gates: (() => void)[] = [];
    const started: string[] = [];
    const hold = async (args: { name?: string }) => {
      started.push(String(args.name));
      await new Promise<void>((resolve) => gates.push(resolve));
    };
    const b = bench({ mutations: { ...note, ...more }, actions: { hold: (args) => hold(args) } });
    /** So many are asked for at once; ten of them are under way. */
    const crowd = (count: number, name: string) =>
      b.committer.write((tx) => {
        const argsJson = JSON.stringify({ name });
        for (let i = 0; i < count; i++) scheduleJob(tx, '', { path: 'm:hold', argsJson, atMs: tx.nowMs });
      });
    return { b, gates, started, crowd };
  }

  test('[engine J11] a mutation does not wait for a thousand actions that were due before it', async () => {
    const { b, started, crowd } = gated();
    await b.scheduler.start();
    for (let i = 0; i < 2; i++) await crowd(600, 'crowd');
    await vi.waitFor(() => expect(started.length).toBe(10), 10_000);
    await settled(b, await schedule(b, { path: 'm:note' }));
    expect(started.length).toBe(10);
  });

  test('[engine J5] what waits is read once, however much is due behind it', async () => {
    const { b, started, crowd } = gated();
    await b.scheduler.start();
    await crowd(400, 'crowd');
    await vi.waitFor(() => expect(started.length).toBe(10), 10_000);
    const read = vi.spyOn(ComponentDb.prototype, 'queryNext');
    for (let i = 0; i < 20; i++) await settled(b, await schedule(b, { path: 'm:note' }));
    // Anew in each pass they would be more than 20,000.
    expect(read.mock.calls.length).toBeLessThan(2_000);
    read.mockRestore();
  });

  test(
    '[engine J5] more than ten thousand actions that wait hold up no mutation behind them',
    { timeout: 60_000 },
    async () => {
      const { b, started, crowd } = gated();
      for (let many = 0; many < 21; many++) await crowd(490, `crowd ${many}`);
      await b.scheduler.start();
      await vi.waitFor(() => expect(started.length).toBe(10), 20_000);
      await settled(b, await schedule(b, { path: 'm:note' }));
    },
  );

  test('[engine J7] [engine J9] of a job that is canceled while it waits for its next try nothing is remembered', async () => {
    const full = () => {
      throw new CommitError('DISK_FULL', 'full');
    };
    const b = bench({ mutations: { ...note, full } });
    await b.scheduler.start();
    const id = await schedule(b, { path: 'm:full' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await b.committer.write((tx) => cancelJob(tx, '', id));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const forget = vi.spyOn(DueJobs.prototype, 'forget');
    for (let each = 0; each < 10; each++) await settled(b, await schedule(b, { path: 'm:note' }));
    expect(forget.mock.calls.length).toBeLessThan(5);
    forget.mockRestore();
  });

  test('[engine J5] [engine J7] while something is tried again and again, a mutation behind many actions is found', async () => {
    const full = () => {
      throw new CommitError('DISK_FULL', 'full');
    };
    const { b, started, crowd } = gated({ full });
    await crowd(490, 'one');
    await crowd(490, 'two');
    await b.scheduler.start();
    await vi.waitFor(() => expect(started.length).toBe(10), 10_000);
    await schedule(b, { path: 'm:full' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const forget = vi.spyOn(DueJobs.prototype, 'forget');
    for (let each = 0; each < 5; each++) await settled(b, await schedule(b, { path: 'm:note' }));
    // All of the queue anew at each pass would be as far as the first few hundred.
    expect(forget.mock.calls.length).toBeLessThan(3);
    forget.mockRestore();
  });

  test('[engine J5] a time in the past stands before what has been read and waits', async () => {
    const { b, gates, started, crowd } = gated();
    await b.scheduler.start();
    await crowd(30, 'crowd');
    await vi.waitFor(() => expect(started.length).toBe(10), 10_000);
    const argsJson = JSON.stringify({ name: 'before' });
    await schedule(b, { path: 'm:hold', argsJson, atMs: Date.now() - 60_000 });
    gates.shift()!();
    await vi.waitFor(() => expect(started.length).toBe(11), 10_000);
    expect(started.at(-1)).toBe('before');
  });

  test('[engine J5] [engine J9] of what waits, one that is canceled meanwhile never runs, and the others do, each once', async () => {
    const { b, gates, started, crowd } = gated();
    await b.scheduler.start();
    await crowd(10, 'crowd');
    await vi.waitFor(() => expect(started.length).toBe(10), 10_000);
    const ids: string[] = [];
    for (const name of ['one', 'two', 'three'])
      ids.push(await schedule(b, { path: 'm:hold', argsJson: JSON.stringify({ name }) }));
    await b.committer.write((tx) => cancelJob(tx, '', ids[1]!));
    for (const open of gates.splice(0)) open();
    await vi.waitFor(() => expect(started.length).toBe(12), 10_000);
    for (const open of gates.splice(0)) open();
    await vi.waitFor(
      () => expect(b.jobs().every((job) => job.completedTime !== undefined)).toBe(true),
      10_000,
    );
    expect(started.slice(10)).toEqual(['one', 'three']);
  });

  test('[engine J12] jobs that came due while the engine was off run at the next start; an interrupted action has failed', async () => {
    const dir = folder();
    let acted = 0;
    const functions: TestFunctions = {
      mutations: note,
      actions: { act: () => (acted++, new Promise(() => {})) },
    };
    const before = bench(functions, dir);
    await before.scheduler.start();
    const action = await schedule(before, { path: 'm:act' });
    const soon = await schedule(before, {
      path: 'm:note',
      argsJson: '{"text":"kept"}',
      atMs: Date.now() + 150,
    });
    await vi.waitFor(() => expect(before.job(action)!.state.kind).toBe('inProgress'), 10_000);
    await before.close();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const after = bench(functions, dir);
    expect(after.job(soon)!.state.kind).toBe('pending');
    await after.scheduler.start();
    await settled(after, soon);
    expect(after.rows('notes').map((row) => row.text)).toEqual(['kept']);
    expect(after.job(action)!.state).toEqual({
      kind: 'failed',
      error: 'Transient error while executing action',
    });
    expect(acted).toBe(1);
  });

  test('[engine J13] a time years away is not run at once, nor forgotten', async () => {
    const b = bench({ mutations: note });
    await b.scheduler.start();
    const id = await schedule(b, { path: 'm:note', atMs: Date.now() + 4 * 365 * 86_400_000 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(b.job(id)!.state.kind).toBe('pending');
  });

  test('[engine J14] finished jobs are forgotten after seven days, others never', async () => {
    const dir = folder();
    const early = bench({ mutations: note }, dir, { now: () => Date.now() - 8 * 86_400_000 });
    await early.scheduler.start();
    const old = await schedule(early, { path: 'm:note', atMs: Date.now() - 8 * 86_400_000 });
    const pending = await schedule(early, { path: 'm:note', atMs: Date.now() + 3_600_000 });
    await settled(early, old);
    await early.close();
    const b = bench({ mutations: note }, dir);
    await b.scheduler.start();
    const fresh = await schedule(b, { path: 'm:note' });
    await settled(b, fresh);
    expect(await b.scheduler.sweep()).toBe(1);
    expect(b.job(old)).toBeNull();
    expect(b.job(pending)!.state.kind).toBe('pending');
    expect(b.job(fresh)!.state.kind).toBe('success');
  });
});

describe('a clock that is set', () => {
  const HOUR = 3_600_000;
  const realNow = Date.now;
  let aheadMs = 0;
  beforeEach(() => void vi.spyOn(Date, 'now').mockImplementation(() => realNow() + aheadMs));
  afterEach(() => {
    aheadMs = 0;
    vi.restoreAllMocks();
  });

  test('[engine J29] an hour ahead and then right again: what was made meanwhile waits as long as was meant', async () => {
    const b = bench({ mutations: { note: (tx) => void tx.db('').insert('notes', { at: tx.nowMs }) } });
    await b.scheduler.start();
    const before = await schedule(b, { path: 'm:note', atMs: Date.now() + 2 * HOUR });
    aheadMs = HOUR;
    await new Promise((noticed) => setTimeout(noticed, 1_500));
    const meant: number[] = [];
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      meant.push(Date.now() + 3_000 + i);
      ids.push(await schedule(b, { path: 'm:note', atMs: meant[i]! }));
    }
    const far = await schedule(b, { path: 'm:note', atMs: Date.now() + 60_000 });
    aheadMs = 0;
    const after = await schedule(b, { path: 'm:note', atMs: Date.now() + HOUR / 2 });
    const asked = b.job(after)!.scheduledTime;
    await vi.waitFor(() => ids.forEach((id) => expect(b.job(id)!.state.kind).toBe('success')), 10_000);
    // By their own clock they came in time, not an hour early.
    b.rows('notes').forEach(({ at }, i) => expect(at as number).toBeGreaterThanOrEqual(meant[i]!));
    expect([before, far, after].map((id) => b.job(id)!.state.kind)).toEqual([
      'pending',
      'pending',
      'pending',
    ]);
    expect(b.job(after)!.scheduledTime).toBe(asked);
    expect(b.job(far)!.scheduledTime - Date.now()).toBeLessThan(61_000);
    expect(b.job(before)!.scheduledTime - Date.now()).toBeGreaterThan(1.9 * HOUR);
  }, 20_000);

  test('[engine J29] a step forward is noticed within seconds, not at the next look', async () => {
    const b = bench({ mutations: note });
    await b.scheduler.start();
    const id = await schedule(b, { path: 'm:note', argsJson: '{"text":"hi"}', atMs: Date.now() + HOUR });
    aheadMs = HOUR;
    await settled(b, id);
    expect(b.job(id)!.state.kind).toBe('success');
  });
});
