/** Writes, syncs and opens that fail: first each call in turn under the storage alone, then under a whole engine with clients. */
import { spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { call, type EngineProcess } from '../engine/cliSupport.ts';
import { environmentOf, LIBRARY, type Fault } from './failingCalls.ts';
import { Ledger } from './ledger.ts';
import {
  count,
  deployedDir,
  documentsOf,
  emptyDir,
  figure,
  later,
  pause,
  percentile,
  randomOf,
  scaled,
  seconds,
  SEED,
  startEngine,
} from './support.ts';

const WRITER = join(import.meta.dirname, 'diskWriter.ts');
/** Enough for every call of a sweep to happen: a commit writes more often than it syncs, and three share one. */
const COMMITS = { write: 90, open: 90, sync: 1_200 };
const LOST = 'lost what was acknowledged';
const SENTENCE =
  /^(The engine stops because its data can no longer be written safely: |The data folder .* cannot be opened \()/;

interface Run {
  code: number | null;
  acknowledged: number[];
  refusals: string[];
  stderr: string;
}

function write(dir: string, commits: number, env: Record<string, string>): Promise<Run> {
  const child = spawn(process.execPath, [WRITER, dir, String(commits)], { env: { ...process.env, ...env } });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) =>
    child.once('close', (code) => {
      const lines = stdout.split(';\n').filter((line) => line !== '');
      const acknowledged = lines.filter((line) => !line.startsWith('-')).map(Number);
      const refusals = lines.filter((line) => line.startsWith('-')).map((line) => line.split(' ')[1]!);
      resolve({ code, acknowledged, refusals, stderr });
    }),
  );
}

/** What is wrong with how one run went and with what it left; empty when nothing is. */
async function verdict(fault: Fault): Promise<{ faults: string[]; run: Run }> {
  const dir = emptyDir();
  const run = await write(dir, COMMITS[fault.call], environmentOf(fault));
  const faults: string[] = [];
  const check = (ok: boolean, what: string) => void (ok || faults.push(`${what} (${JSON.stringify(fault)})`));
  check(run.code === 0 || run.code === 1, `ended with ${run.code}: ${run.stderr.slice(0, 600)}`);
  check(run.code !== 1 || SENTENCE.test(run.stderr), `said ${run.stderr.slice(0, 300)}`);
  check(
    run.refusals.every((code) => code === 'DISK_FULL' || code === 'STORAGE_FAILED'),
    `refused with ${run.refusals}`,
  );
  if (fault.errno === 'ENOSPC' && fault.call === 'write' && run.acknowledged.length + run.refusals.length > 0)
    check(run.code === 0, 'a full disk ended it');
  // Nothing may be acknowledged whose sync failed, and every one of these places lies within the run.
  if (fault.call === 'sync') check(run.code === 1, 'went on after a failed sync');
  if (fault.errno === 'EINTR')
    check(run.code === 0 && run.refusals.length === 0, 'an interrupted call was not repeated');
  const [a, b] = ['a', 'b'].map((table) => documentsOf(dir, table).map(({ n }) => n as number));
  check(
    run.acknowledged.every((n) => a!.includes(n)),
    LOST,
  );
  check(new Set(a).size === a!.length && String(a) === String(b), 'left half a change');
  const again = await write(dir, 30, {});
  check(
    again.code === 0 && again.acknowledged.length === 30,
    `did not go on afterwards: ${again.stderr.slice(0, 300)}`,
  );
  return { faults, run };
}

describe.skipIf(LIBRARY === null)('calls that fail (needs cc on Linux)', () => {
  const sweeps: [Fault['call'], Fault['errno'], number, number][] = [
    ['write', 'EIO', 300, 1],
    ['write', 'ENOSPC', 300, 1],
    ['write', 'ENOSPC', 100, 25],
    ['sync', 'EIO', 300, 1],
    ['sync', 'ENOSPC', 300, 1],
    ['open', 'EIO', 12, 1],
    ['open', 'ENOSPC', 12, 1],
    ['write', 'EINTR', 30, 1],
  ];

  it.each(sweeps)(
    '[engine S1] [engine S5] [engine S6] %s fails with %s at each of the first %i calls (%i at a time)',
    async (name, errno, last, failing) => {
      const step = Math.max(1, Math.round(last / scaled(last, 6)));
      const places = Array.from({ length: Math.floor(last / step) }, (_, at) => 1 + at * step);
      const faults: string[] = [];
      const codes = { came: 0, stopped: 0, refused: 0 };
      const lane = async (): Promise<void> => {
        for (let at = places.pop(); at !== undefined; at = places.pop()) {
          const { faults: found, run } = await verdict({ call: name, errno, at, failing });
          faults.push(...found);
          if (run.code === 1) codes.stopped++;
          else codes.came++;
          codes.refused += run.refusals.length;
        }
      };
      const runs = places.length;
      await Promise.all([lane(), lane()]);
      figure(
        `failing ${name}, ${errno}, ${failing} at a time: ${runs} runs, ${faults.filter((text) => text.startsWith(LOST)).length} lost acknowledged writes, ` +
          `${faults.filter((text) => !text.startsWith(LOST)).length} other faults ` +
          `(${codes.came} came through with ${count(codes.refused)} refusals, ${codes.stopped} stopped and recovered)`,
      );
      expect(faults.slice(0, 3)).toEqual([]);
    },
  );

  it('[engine S6] an engine whose fsync or write fails ends within a second, loses nothing and goes on after a restart', async () => {
    const random = randomOf(SEED);
    const dir = deployedDir();
    const switchFile = join(emptyDir(), 'switch');
    const rounds = scaled(30, 4);
    const ends: number[] = [];
    let flags: string[] = [];
    let ledger: Ledger | null = null;
    later(() => ledger?.abandon());
    for (let round = 0; round < rounds; round++) {
      const env = environmentOf({ call: round % 2 ? 'write' : 'sync', errno: 'EIO', switchFile });
      const engine: EngineProcess = await startEngine(dir, flags, { env });
      later(() => engine.stop('SIGKILL'));
      flags = ['--port', new URL(engine.url).port, '--site-port', new URL(engine.siteUrl).port];
      ledger ??= new Ledger(engine.url, 4);
      const before = ledger.acknowledged.length;
      while (ledger.acknowledged.length < before + 100) await pause(5);
      await pause(random(300));
      const startedAt = performance.now();
      writeFileSync(switchFile, '');
      expect(await engine.exited).toBe(1);
      ends.push(performance.now() - startedAt);
      rmSync(switchFile);
      expect(engine.output()).toMatch(/The engine stops because its data can no longer be written safely: /);
    }
    const engine = await startEngine(dir, flags);
    later(() => engine.stop('SIGKILL'));
    await ledger!.finish();
    await engine.stop();
    const audit = ledger!.audit(dir);
    figure(
      `failing disk under a whole engine: ${rounds} times, exit after ${seconds(percentile(ends, 1))} at most, ` +
        `${count(ledger!.acknowledged.length)} acknowledged, ${audit.lost} lost, ${audit.doubled} doubled`,
    );
    expect(percentile(ends, 1)).toBeLessThan(1_000);
    expect(ledger!.complaints).toEqual([]);
    expect(ledger!.refusals.filter((text) => !text.includes('STORAGE_FAILED'))).toEqual([]);
    expect(audit).toMatchObject({ lost: 0, doubled: 0, miscounted: 0 });
  });

  it('[engine S5] an engine whose disk is full serves reads, refuses writes with DISK_FULL and recovers by itself', async () => {
    const dir = deployedDir();
    const switchFile = join(emptyDir(), 'switch');
    const engine = await startEngine(dir, [], {
      env: environmentOf({ call: 'write', errno: 'ENOSPC', switchFile }),
    });
    later(() => engine.stop('SIGKILL'));
    const ledger = new Ledger(engine.url, 4);
    later(() => ledger.abandon());
    const rounds = scaled(20, 3);
    const recoveries: number[] = [];
    let reads = 0;
    for (let round = 0; round < rounds; round++) {
      const before = ledger.acknowledged.length;
      while (ledger.acknowledged.length < before + 50) await pause(2);
      writeFileSync(switchFile, '');
      await pause(100);
      const [answered, refused] = [ledger.acknowledged.length, ledger.refusals.length];
      for (let read = 0; read < 10; read++, reads++)
        expect(await call(engine, 'ledger:count', { caller: 'caller 1' })).toBeGreaterThan(0);
      await pause(200);
      expect(ledger.acknowledged.length).toBe(answered);
      expect(ledger.refusals.length).toBeGreaterThan(refused);
      const startedAt = performance.now();
      rmSync(switchFile);
      while (ledger.acknowledged.length === answered) await pause(1);
      recoveries.push(performance.now() - startedAt);
    }
    await ledger.finish();
    await engine.stop();
    const audit = ledger.audit(dir);
    figure(
      `full disk (failing writes): ${rounds} times, ${count(ledger.refusals.length)} refusals, ${reads} reads served meanwhile, ` +
        `writing again after ${seconds(percentile(recoveries, 1))} at most, ${audit.lost} lost, ${audit.doubled} doubled`,
    );
    expect(ledger.refusals.filter((text) => !text.includes('DISK_FULL: The disk is full'))).toEqual([]);
    expect(ledger.complaints).toEqual([]);
    expect(percentile(recoveries, 1)).toBeLessThan(2_000);
    expect(audit).toMatchObject({ lost: 0, doubled: 0, miscounted: 0 });
    // Sentences for the operator are welcome, stacks are not.
    expect(engine.output()).not.toMatch(/^ +at /m);
  });
});

describe('a file system that is really full (needs user namespaces)', () => {
  it('[engine S5] refuses, reads, and writes again once there is space', async ({ skip }) => {
    const dir = deployedDir();
    const go = join(emptyDir(), 'go');
    // A small disk of its own, with ballast that goes when the test says so, or the engine has gone.
    const script = [
      'mkdir -p "$0/disk" && mount -t tmpfs -o size=24m none "$0/disk" && cp -r "$0"/data.sqlite* "$0/disk"',
      'head -c 8000000 /dev/zero > "$0/disk/ballast"',
      `(while [ ! -e '${go}' ] && kill -0 $$; do sleep 0.05; done; rm "$0/disk/ballast") &`,
      'exec "$@"',
    ].join('\n');
    const engine = await startEngine(`${dir}/disk`, [], {
      wrapper: ['unshare', '-Urm', 'sh', '-ec', script, dir],
    }).catch((error: Error) => (/unshare|mount/.test(error.message) ? null : Promise.reject(error)));
    if (engine === null) return skip('no user namespaces here');
    later(() => engine.stop('SIGKILL'));
    const append = (n: number, pad: string) => call(engine, 'ledger:append', { caller: 'full', n, pad });
    let written = 0;
    const failure = await (async () => {
      for (;;) await append(written, 'x'.repeat(300_000)).then(() => written++);
    })().catch((error: Error) => error);
    expect(failure.message).toContain('The disk is full');
    for (let read = 0; read < 20; read++)
      expect(await call(engine, 'ledger:count', { caller: 'full' })).toBe(written);
    const refusedAgain = await append(written, 'x'.repeat(300_000)).catch((error: Error) => error.message);
    expect(refusedAgain).toContain('The disk is full');
    const startedAt = performance.now();
    writeFileSync(go, '');
    while (
      !(await append(written, 'small').then(
        () => true,
        () => false,
      ))
    )
      await pause(10);
    const ms = performance.now() - startedAt;
    expect(await call(engine, 'ledger:count', { caller: 'full' })).toBe(written + 1);
    figure(
      `full disk (tmpfs of 24 MB): refused after ${written} large writes, reads served, writing again after ${seconds(ms)}`,
    );
    expect(ms).toBeLessThan(2_000);
    expect(existsSync(join(dir, 'disk/data.sqlite'))).toBe(false);
  });
});
