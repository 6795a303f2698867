/** Ten thousand scheduled functions while the engine is killed twenty times. */
import { expect, it } from 'vitest';
import { call } from '../engine/cliSupport.ts';
import {
  count,
  deployedDir,
  documentsOf,
  figure,
  later,
  pause,
  randomOf,
  scaled,
  seconds,
  SEED,
  startEngine,
} from './support.ts';

const INTERRUPTED = 'Transient error while executing action';

it('[engine J4] [engine J15] [engine J16] kills lose no scheduled mutation and double none; an action runs at most once and says so', async () => {
  const rounds = scaled(20, 3);
  const mutations = scaled(9_500, 300);
  const actions = scaled(500, 20);
  const random = randomOf(SEED);
  const dir = deployedDir();
  let engine = await startEngine(dir);
  later(() => engine.stop('SIGKILL'));
  // As long as the kills take, so that each of them finds work under way.
  const spreadMs = rounds * 1_200;
  const schedule = async (kind: string, total: number): Promise<void> => {
    for (let first = 0; first < total; first += 500) {
      const batch = { from: kind, first, count: Math.min(500, total - first), kind };
      await call(engine, 'jobs:schedule', { ...batch, delayMs: 200, spreadMs });
    }
  };
  await schedule('mutation', mutations);
  await schedule('action', actions);
  for (let round = 0; round < rounds; round++) {
    await pause(200 + random(1_200));
    await engine.stop('SIGKILL');
    engine = await startEngine(dir);
  }
  const startedAt = performance.now();
  const states = (): Map<string, number> => {
    const found = new Map<string, number>();
    for (const { name, state } of documentsOf(dir, '_scheduled_functions')) {
      const kind = `${name} ${state.kind}${state.error === INTERRUPTED ? ' (interrupted)' : ''}`;
      found.set(kind, (found.get(kind) ?? 0) + 1);
    }
    return found;
  };
  const ended = async (kind: string) => (await call(engine, 'jobs:ran', { from: `${kind}:` })) as number;
  const deadline = performance.now() + scaled(300_000, 30_000);
  while ((await ended('mutation')) < mutations && performance.now() < deadline) await pause(1_000);
  // Actions that are still waiting run after them; the table itself is read from the folder, with no engine on it.
  let found: Map<string, number>;
  for (;;) {
    for (let before = -1, now = 0; now > before; [before, now] = [now, await ended('action')])
      await pause(2_000);
    await engine.stop('SIGKILL');
    found = states();
    if (performance.now() > deadline || ![...found.keys()].some((state) => /pending|inProgress/.test(state)))
      break;
    engine = await startEngine(dir);
  }
  const ran = new Map<string, number>();
  for (const { job, phase } of documentsOf(dir, 'runs')) {
    const key = `${job} ${phase}`;
    ran.set(key, (ran.get(key) ?? 0) + 1);
  }
  const times = (kind: string, at: number, phase: string) => ran.get(`${kind}:${at} ${phase}`) ?? 0;
  const numbers = (total: number) => Array.from({ length: total }, (_, at) => at);
  const notOnce = numbers(mutations).filter((at) => times('mutation', at, 'ended') !== 1);
  const twice = numbers(actions).filter(
    (at) => times('action', at, 'begun') > 1 || times('action', at, 'ended') > 1,
  );
  const complete = numbers(actions).filter((at) => times('action', at, 'ended') === 1).length;
  const interrupted = found.get('jobs.js:act failed (interrupted)') ?? 0;
  figure(
    `jobs: ${count(mutations)} mutations and ${count(actions)} actions across ${rounds} kills, ${notOnce.length} mutations lost or doubled, ` +
      `${twice.length} actions doubled, ${interrupted} shown as interrupted, settled ${seconds(performance.now() - startedAt)} after the last start`,
  );
  expect(notOnce).toEqual([]);
  expect(twice).toEqual([]);
  expect(found.get('jobs.js:mark success')).toBe(mutations);
  const succeeded = found.get('jobs.js:act success') ?? 0;
  expect(succeeded + interrupted).toBe(actions);
  // One that was killed between its last mutation and its own end counts as interrupted although it did everything.
  expect(complete).toBeGreaterThanOrEqual(succeeded);
});
