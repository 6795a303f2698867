// The official packages, as they come from npm. The aggregate against a model of it: aggregate.test.ts.

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { call, convex, copyApp, removeFolder } from './cliSupport.ts';
import { startTestEngine, type TestEngine } from './harness.ts';

let engine: TestEngine['engine'];
let backend: TestEngine;

beforeAll(async () => {
  backend = await startTestEngine({}, 'packages');
  engine = backend.engine;
}, 120_000);

afterAll(async () => {
  await backend?.stop();
  expect([...backend.errors, ...backend.violations]).toEqual([]);
});

describe('official packages', { timeout: 60_000 }, () => {
  test('[engine C1] have the types that code which uses them expects', async () => {
    const app = copyApp('packages');
    const { code, stdout, stderr } = await convex(engine, app, ['codegen', '--typecheck', 'enable']);
    removeFolder(app);
    expect(code, stdout + stderr).toBe(0);
  });

  test('[engine C10] rate-limiter: a limit holds, and is given back by a caller that fails', async () => {
    await expect(call(engine, 'limits:take', { key: 'a', fail: true })).rejects.toThrow('taken in vain');
    const taken: unknown[] = [];
    for (let i = 0; i < 3; i++) taken.push(await call(engine, 'limits:take', { key: 'a' }));
    expect(taken).toEqual([true, true, false]);
    expect(await call(engine, 'limits:take', { key: 'b' })).toBe(true);
  });

  test('[engine C10] aggregate: counts and sums are those of a recount, also after a caller that failed', async () => {
    const points = Array.from({ length: 60 }, (_, i) => (i * 37) % 101);
    await call(engine, 'scores:add', { points });
    await expect(call(engine, 'scores:add', { points: [500], fail: true })).rejects.toThrow('no score');
    await call(engine, 'scores:removeBelow', { points: 20 });
    await vi.waitFor(async () => {
      const { counted, aggregated } = (await call(engine, 'scores:both', { above: 50 })) as Record<
        string,
        number[]
      >;
      expect(counted![0]).toBeGreaterThan(30);
      expect(aggregated).toEqual(counted);
    }, 20_000);
  });

  test('[engine C10] workpool: every job ends, and its caller hears how', async () => {
    await call(engine, 'work:start', { names: ['a', 'b', 'c', 'd', 'bad'] });
    await vi.waitFor(async () => {
      expect(await call(engine, 'work:notes')).toEqual(
        expect.arrayContaining(['a: a!', 'b: b!', 'c: c!', 'd: d!', 'bad: failed', 'by a mutation']),
      );
    }, 30_000);
  });

  test('[engine C10] workpool: as many jobs run at once as it allows and never more, and every job ends', async () => {
    const jobs = Array.from({ length: 14 }, (_, i) => i);
    const ids = await call(engine, 'work:startSlow', { jobs, ms: 150 });
    await vi.waitFor(async () => expect((await ran()).outcomes).toHaveLength(jobs.length), 30_000);
    const { runs, outcomes } = await ran();
    let running = 0;
    const atOnce = runs.map(({ at }) => (running += at === 'start' ? 1 : -1));
    expect([Math.max(...atOnce), running]).toEqual([3, 0]);
    for (const job of jobs)
      expect(runs.filter((one) => one.job === job).map((one) => one.at)).toEqual(['start', 'end']);
    expect(outcomes.toSorted((a, b) => a.job - b.job)).toEqual(
      jobs.map((job) => ({ job, kind: job % 5 === 4 ? 'failed' : 'success' })),
    );
    expect(new Set((await call(engine, 'work:states', { ids })) as string[])).toEqual(new Set(['finished']));
  });

  test('[engine C10] workpool: a job that was cancelled before its turn never runs, one that runs may finish', async () => {
    await call(engine, 'work:forgetRuns');
    const now = (await call(engine, 'work:startSlow', { jobs: [0, 1, 2, 3, 5], ms: 1_500 })) as string[];
    const later = (await call(engine, 'work:startSlow', { jobs: [6], ms: 1, afterMs: 600_000 })) as string[];
    await vi.waitFor(async () => expect((await ran()).runs).toHaveLength(3), 10_000);
    const first = (await ran()).runs.map(({ job }) => job);
    const waiting = [0, 1, 2, 3, 5].filter((job) => !first.includes(job));
    expect((await call(engine, 'work:states', { ids: later })) as string[]).toEqual(['pending']);
    await call(engine, 'work:cancel', { ids: [...now, ...later] });
    await vi.waitFor(async () => expect((await ran()).outcomes).toHaveLength(6), 10_000);
    const { runs, outcomes } = await ran();
    expect(runs.map(({ job }) => job).toSorted()).toEqual([...first, ...first].toSorted());
    const canceled = outcomes.filter(({ kind }) => kind === 'canceled').map(({ job }) => job);
    expect(canceled).toEqual(expect.arrayContaining([...waiting, 6]));
    expect(await call(engine, 'work:states', { ids: later })).toEqual(['finished']);
  });

  test('[engine C10] workflow: its steps run in order, an event is waited for, and its caller hears the end', async () => {
    const workflowId = (await call(engine, 'steps:start', { name: 'a' })) as string;
    await vi.waitFor(async () => expect(await call(engine, 'steps:told')).toEqual(['wrote a: A!']), 20_000);
    await call(engine, 'steps:allow', { workflowId, answer: 'yes' });
    await vi.waitFor(
      async () => expect(await call(engine, 'steps:told')).toEqual(['wrote a: A!', 'done a: yes']),
      20_000,
    );
  });

  test('[engine C10] action-retrier: an action is tried until it works, or too often', async () => {
    const runId = await call(engine, 'retries:start', { name: 'some', failures: 2 });
    const hopeless = await call(engine, 'retries:start', { name: 'all', failures: 100 });
    await vi.waitFor(async () => {
      expect(await call(engine, 'retries:status', { runId })).toEqual({
        type: 'completed',
        result: { type: 'success', returnValue: 'worked at try 3' },
      });
      expect(await call(engine, 'retries:status', { runId: hopeless })).toMatchObject({
        type: 'completed',
        result: { type: 'failed', error: expect.stringContaining('try 5 fails') },
      });
    }, 30_000);
  });

  test('[engine C10] migrations: every document is changed, batch by batch', async () => {
    await call(engine, 'migrate:seed', { users: 45 });
    await call(engine, 'migrate:start');
    await vi.waitFor(
      async () =>
        expect(await call(engine, 'migrate:progress')).toEqual({
          users: 45,
          marked: 45,
          processed: 45,
          state: 'success',
        }),
      30_000,
    );
  });

  test('[engine C10] crons: one that is registered at run time runs until it is deleted', async () => {
    await call(engine, 'clock:start', { name: 'tock' });
    expect(await call(engine, 'clock:registered')).toEqual(['tock']);
    await vi.waitFor(
      async () =>
        expect(
          ((await call(engine, 'work:notes')) as string[]).filter((note) => note === 'tick tock').length,
        ).toBeGreaterThan(1),
      10_000,
    );
    await call(engine, 'clock:stop', { name: 'tock' });
    expect(await call(engine, 'clock:registered')).toEqual([]);
  });

  test('[engine C10] presence: who sends heartbeats is online, who leaves or stops is not', async () => {
    const beat = async (user: string, interval: number) =>
      (await call(engine, 'rooms:heartbeat', { room: 'lobby', user, session: `of ${user}`, interval })) as {
        roomToken: string;
        sessionToken: string;
      };
    const { roomToken } = await beat('ada', 60_000);
    const { sessionToken } = await beat('bob', 60_000);
    await beat('eve', 400);
    const online = async (): Promise<string[]> =>
      ((await call(engine, 'rooms:list', { roomToken })) as { userId: string; online: boolean }[])
        .filter((one) => one.online)
        .map((one) => one.userId)
        .sort();
    expect(await online()).toEqual(['ada', 'bob', 'eve']);
    await call(engine, 'rooms:leave', { sessionToken });
    await vi.waitFor(async () => expect(await online()).toEqual(['ada']), 10_000);
  });

  test('[engine C10] resend: an email is queued and can be cancelled', async () => {
    const id = await call(engine, 'mail:send');
    expect(await call(engine, 'mail:status', { id })).toBe('waiting');
    await call(engine, 'mail:cancel', { id });
    expect(await call(engine, 'mail:status', { id })).toBe('cancelled');
  });
});

async function ran(): Promise<{
  runs: { job: number; at: 'start' | 'end' }[];
  outcomes: { job: number; kind: string }[];
}> {
  return (await call(engine, 'work:runs')) as Awaited<ReturnType<typeof ran>>;
}
