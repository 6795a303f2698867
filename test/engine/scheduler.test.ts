// Scheduled functions and crons of a real engine process, through restarts and kills.

import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  call,
  convex,
  copyApp,
  removeFolder,
  startEngineProcess,
  temporaryFolder,
  type EngineProcess,
} from './cliSupport.ts';
import { cpSync } from 'node:fs';

// Pushed once; every test starts from a copy of its data folder.
let pushed: string;
const folders: string[] = [];
const running: EngineProcess[] = [];

beforeAll(async () => {
  pushed = temporaryFolder('pushed');
  const app = copyApp('push');
  const engine = await startEngineProcess(pushed);
  const { code, stderr } = await convex(engine, app, ['deploy', '-y', '--typecheck', 'disable']);
  await engine.stop();
  removeFolder(app);
  if (code !== 0) throw new Error(stderr);
  return () => removeFolder(pushed);
}, 60_000);

afterEach(async () => {
  for (const engine of running.splice(0)) await engine.stop('SIGKILL');
  for (const dir of folders.splice(0)) removeFolder(dir);
});

function freshData(): string {
  const dir = temporaryFolder('scheduler');
  folders.push(dir);
  cpSync(pushed, dir, { recursive: true });
  return dir;
}

async function start(dir: string, flags?: string[]): Promise<EngineProcess> {
  const engine = await startEngineProcess(dir, flags);
  running.push(engine);
  return engine;
}

const ticks = async (engine: EngineProcess, prefix: string) =>
  ((await call(engine, 'jobs:ticks', { prefix })) as string[]).sort();
const state = (engine: EngineProcess, id: string) =>
  call(engine, 'jobs:state', { id }) as Promise<{ state: { kind: string; error?: string } }>;
const names = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${prefix}:${i}`).sort();

describe('scheduled functions in a running engine', { timeout: 60_000 }, () => {
  test('[engine J4] five hundred functions scheduled by one mutation run exactly once each', async () => {
    const engine = await start(freshData());
    await call(engine, 'jobs:schedule', { from: 'many', count: 500, delayMs: 0 });
    await vi.waitFor(async () => expect((await ticks(engine, 'many')).length).toBe(500), {
      timeout: 20_000,
      interval: 100,
    });
    expect(await ticks(engine, 'many')).toEqual(names('many', 500));
    const states = (await call(engine, 'jobs:states')) as { name: string; state: { kind: string } }[];
    expect(states.filter((job) => job.state.kind !== 'success')).toEqual([]);
  });

  test('[engine J1] what a mutation scheduled before it threw never runs', async () => {
    const engine = await start(freshData());
    await expect(call(engine, 'jobs:scheduleAndThrow')).rejects.toThrow('undone');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await ticks(engine, 'never')).toEqual([]);
  });

  test('[engine J6] a scheduled mutation that throws leaves its error text and nothing else', async () => {
    const engine = await start(freshData());
    const id = (await call(engine, 'jobs:scheduleFailing')) as string;
    await vi.waitFor(async () => expect((await state(engine, id)).state.kind).toBe('failed'), 5000);
    expect((await state(engine, id)).state.error).toMatch(
      /^Uncaught Error: boom\n {4}at .*convex\/jobs\.ts:\d+/,
    );
    expect(await ticks(engine, 'fail')).toEqual([]);
  });

  test('[engine J12] a function that came due while the engine was stopped runs at the next start', async () => {
    const dir = freshData();
    const first = await start(dir);
    await call(first, 'jobs:schedule', { from: 'later', count: 3, delayMs: 1500 });
    await first.stop();
    await new Promise((resolve) => setTimeout(resolve, 1600));
    const second = await start(dir);
    await vi.waitFor(async () => expect(await ticks(second, 'later')).toEqual(names('later', 3)), {
      timeout: 5000,
      interval: 50,
    });
  });

  test('[engine J15] kills in the middle of five hundred jobs lose none and double none', async () => {
    const dir = freshData();
    let engine = await start(dir);
    await call(engine, 'jobs:schedule', { from: 'kill', count: 500, delayMs: 300 });
    for (let round = 0; round < 4; round++) {
      await new Promise((resolve) => setTimeout(resolve, 330 + round * 40));
      await engine.stop('SIGKILL');
      engine = await start(dir);
    }
    await vi.waitFor(async () => expect((await ticks(engine, 'kill')).length).toBeGreaterThanOrEqual(500), {
      timeout: 20_000,
      interval: 100,
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await ticks(engine, 'kill')).toEqual(names('kill', 500));
  });

  test('[engine J16] an action that a kill interrupted ran once, has failed, and scheduled nothing', async () => {
    const dir = freshData();
    const first = await start(dir);
    const id = (await call(first, 'jobs:scheduleSlow', { from: 'slow', ms: 5000 })) as string;
    await vi.waitFor(async () => expect(await ticks(first, 'slow')).toEqual(['slow:start']), 10_000);
    expect((await state(first, id)).state.kind).toBe('inProgress');
    await first.stop('SIGKILL');
    const second = await start(dir);
    await vi.waitFor(
      async () =>
        expect((await state(second, id)).state).toEqual({
          kind: 'failed',
          error: 'Transient error while executing action',
        }),
      5000,
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await ticks(second, 'slow')).toEqual(['slow:start']);
  });

  test('[engine J10] what a canceled action schedules afterwards is born canceled', async () => {
    const engine = await start(freshData());
    const id = (await call(engine, 'jobs:scheduleSlow', { from: 'gone', ms: 800 })) as string;
    await vi.waitFor(async () => expect(await ticks(engine, 'gone')).toEqual(['gone:start']), 10_000);
    await call(engine, 'jobs:cancel', { id });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect((await state(engine, id)).state.kind).toBe('canceled');
    expect(await ticks(engine, 'gone')).toEqual(['gone:start']);
  });

  test('[engine J17] a cron goes on after a kill, each instant once', async () => {
    const dir = freshData();
    const first = await start(dir);
    await vi.waitFor(async () => expect((await ticks(first, 'cron')).length).toBeGreaterThan(1), 10_000);
    const before = (await ticks(first, 'cron')).length;
    await first.stop('SIGKILL');
    const second = await start(dir);
    const startedMs = Date.now();
    await vi.waitFor(
      async () => expect((await ticks(second, 'cron')).length).toBeGreaterThanOrEqual(before + 3),
      10_000,
    );
    const seconds = (Date.now() - startedMs) / 1000;
    expect((await ticks(second, 'cron')).length - before).toBeLessThanOrEqual(Math.ceil(seconds) + 2);
  });

  test('[engine J18] under --chaos-occ every job still runs exactly once', async () => {
    const engine = await start(freshData(), ['--chaos-occ', '0.5']);
    await call(engine, 'jobs:schedule', { from: 'chaos', count: 100, delayMs: 0 });
    await vi.waitFor(async () => expect((await ticks(engine, 'chaos')).length).toBeGreaterThanOrEqual(100), {
      timeout: 10_000,
      interval: 100,
    });
    expect(await ticks(engine, 'chaos')).toEqual(names('chaos', 100));
  });
});
