/** Backups taken while clients write, and what is restored from them. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
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
  percentile,
  scaled,
  seconds,
  startEngine,
} from './support.ts';

const MAIN = join(import.meta.dirname, '../../engine/cli/main.mjs');

async function command(args: string[]): Promise<void> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${said}`);
}

it('a backup under load restores to one moment: all that was acknowledged before it, nothing torn', async () => {
  const rounds = scaled(10, 2);
  const dir = deployedDir();
  const engine = await startEngine(dir);
  later(() => engine.stop('SIGKILL'));
  const ledger = new Ledger(engine.url, 4);
  later(() => ledger.abandon());
  while (ledger.acknowledged.length < scaled(5_000, 500)) await pause(5);
  const times: number[] = [];
  let lost = 0;
  let torn = 0;
  let restored = 0;
  for (let round = 0; round < rounds; round++) {
    const acknowledged = ledger.acknowledged.slice();
    const [file, copy] = [join(emptyDir(), 'backup'), join(emptyDir(), 'copy')];
    const startedAt = performance.now();
    await command(['backup', '--data', dir, '--to', file, '--admin-key', engine.adminKey]);
    times.push(performance.now() - startedAt);
    await command(['restore', '--from', file, '--data', copy]);
    const entries = documentsOf(copy, 'entries');
    const stored = new Set(entries.map(({ caller, n }) => `${caller} ${n}`));
    restored = stored.size;
    lost += acknowledged.filter(({ caller, n }) => !stored.has(`${caller} ${n}`)).length;
    // Each append counted itself in the same transaction: a backup between the two would not fit.
    for (const { name, value } of documentsOf(copy, 'counters'))
      if (entries.filter(({ caller }) => caller === name).length !== value) torn++;
    const again = await startEngine(copy);
    later(() => again.stop('SIGKILL'));
    expect(await call(again, 'ledger:append', { caller: 'restored', n: 0, pad: '' })).toBe(1);
    await again.stop();
  }
  await ledger.finish();
  await engine.stop();
  const audit = ledger.audit(dir);
  figure(
    `backup under load: ${rounds} taken in ${seconds(percentile(times, 0.5))} (p50), ${seconds(percentile(times, 1))} (longest), ` +
      `restored and checked, ${count(restored)} entries in the last, ${lost} acknowledged before missing, ${torn} torn`,
  );
  expect({ lost, torn }).toEqual({ lost: 0, torn: 0 });
  expect(ledger.refusals).toEqual([]);
  expect(ledger.complaints).toEqual([]);
  expect(audit).toMatchObject({ lost: 0, doubled: 0, miscounted: 0 });
});
