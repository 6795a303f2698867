/** A wall clock that jumps and stops while clients and scheduled functions are at work. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { call } from '../engine/cliSupport.ts';
import { Ledger } from './ledger.ts';
import {
  count,
  deployedDir,
  documentsOf,
  emptyDir,
  figure,
  later,
  pause,
  scaled,
  startEngine,
} from './support.ts';

const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;

it('[engine T4] [engine J4] [engine J13] no jump of the clock turns time back, loses a scheduled function or runs one twice', async () => {
  const dir = deployedDir();
  const file = join(emptyDir(), 'clock');
  const phaseMs = scaled(8_000, 1_200);
  const surroundings = {
    nodeFlags: ['--import', pathToFileURL(join(import.meta.dirname, 'clock.ts')).href],
    env: { CLOCK_FILE: file },
  };
  writeFileSync(file, '0');
  let engine = await startEngine(dir, [], surroundings);
  later(() => engine.stop('SIGKILL'));
  const flags = ['--port', new URL(engine.url).port, '--site-port', new URL(engine.siteUrl).port];
  const ledger = new Ledger(engine.url, 3, { window: 4 });
  later(() => ledger.abandon());
  const phases: [string, string][] = [
    ['as it is', '0'],
    ['+1 h', String(HOUR)],
    ['back', '0'],
    ['-1 h', String(-HOUR)],
    ['frozen', 'freeze'],
    ['+10 y', String(10 * YEAR)],
    ['back from +10 y', '0'],
    ['killed and back', '0'],
  ];
  const jobs: string[] = [];
  const perPhase = scaled(200, 20);
  const late: string[] = [];
  for (const [name, order] of phases) {
    writeFileSync(file, order);
    await pause(50);
    if (name.startsWith('killed')) {
      await engine.stop('SIGKILL');
      engine = await startEngine(dir, flags, surroundings);
    }
    const before = ledger.acknowledged.length;
    // Half of them are due at once, half within this phase or after the next jump.
    const batch = { first: 0, count: perPhase / 2, kind: 'mutation' };
    await call(engine, 'jobs:schedule', { ...batch, from: `${name} now`, delayMs: 0, spreadMs: 0 });
    await call(engine, 'jobs:schedule', {
      ...batch,
      from: `${name} soon`,
      delayMs: 1,
      spreadMs: 2 * phaseMs,
    });
    for (let at = 0; at < perPhase / 2; at++) jobs.push(`${name} now:${at}`, `${name} soon:${at}`);
    await pause(phaseMs);
    if (ledger.acknowledged.length < before + 20) late.push(`${name}: mutations stood still`);
    const rooms = (await call(engine, 'jobs:ran', { from: `${name} now` })) as number;
    if (rooms < perPhase / 2) late.push(`${name}: ${rooms} of ${perPhase / 2} due functions ran`);
  }
  // Whatever is scheduled for an hour or a decade ahead comes due now.
  writeFileSync(file, String(11 * YEAR));
  const deadline = performance.now() + 60_000;
  while (
    performance.now() < deadline &&
    ((await call(engine, 'jobs:ran', { from: '' })) as number) < jobs.length
  )
    await pause(200);
  await ledger.finish();
  await engine.stop('SIGKILL');
  const ran = new Map<string, number>();
  for (const { job } of documentsOf(dir, 'runs')) ran.set(job as string, (ran.get(job as string) ?? 0) + 1);
  const lost = jobs.filter((job) => !ran.has(job)).length;
  const twice = jobs.filter((job) => (ran.get(job) ?? 0) > 1).length;
  const created = documentsOf(dir, 'entries').map(({ _creationTime }) => _creationTime as number);
  const backwards = created.filter((at, index) => index > 0 && at <= created[index - 1]!).length;
  const stamps = ledger.acknowledged.map(({ ts }) => ts);
  const perCaller = new Map<string, bigint>();
  let tsBackwards = stamps.length - new Set(stamps).size;
  for (const { caller, ts } of ledger.acknowledged) {
    if (ts <= (perCaller.get(caller) ?? 0n)) tsBackwards++;
    perCaller.set(caller, ts);
  }
  const audit = ledger.audit(dir);
  figure(
    `clock jumps: ${phases.length} phases (+1 h, -1 h, freeze, +10 y and back, kill), ${count(created.length)} documents, ${backwards} creation times and ` +
      `${tsBackwards} commit timestamps not increasing, ${count(jobs.length)} jobs, ${lost} lost, ${twice} doubled, ${audit.lost} mutations lost`,
  );
  expect(late).toEqual([]);
  expect({ lost, twice, backwards, tsBackwards }).toEqual({
    lost: 0,
    twice: 0,
    backwards: 0,
    tsBackwards: 0,
  });
  expect(audit).toMatchObject({ lost: 0, doubled: 0, miscounted: 0 });
  expect(ledger.complaints).toEqual([]);
});
