/** SIGKILL under load, again and again. */
import { ConvexClient } from 'convex/browser';
import { anyApi } from 'convex/server';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Ledger } from './ledger.ts';
import {
  count,
  deployedDir,
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

const api = anyApi as any;

/** An official client that appends one entry after another; its reconnects are its own business. */
function official(url: string, caller: string, ledger: Ledger): { finish(): Promise<void> } {
  const client = new ConvexClient(url, { webSocketConstructor: WebSocket as never, logger: false });
  let running = true;
  const done = (async () => {
    for (let n = 0; running; n++) {
      const value = (await client.mutation(api.ledger.append, { caller, n, pad: '' })) as number;
      ledger.acknowledged.push({ caller, n, ts: 0n });
      if (value !== n + 1) ledger.wrong.push(`${caller} ${n} was counted as ${value}`);
    }
  })();
  return {
    async finish() {
      running = false;
      await done;
      await client.close();
    },
  };
}

it('[engine S1] [engine W26] a hundred kills under load lose no acknowledged mutation and double none', async () => {
  const rounds = scaled(100, 3);
  const random = randomOf(SEED);
  const dir = deployedDir();
  let engine = await startEngine(dir);
  later(() => engine.stop('SIGKILL'));
  const flags = ['--port', new URL(engine.url).port, '--site-port', new URL(engine.siteUrl).port];
  const ledger = new Ledger(engine.url, 6);
  later(() => ledger.abandon());
  const officials = [0, 1].map((at) => official(engine.url, `official ${at}`, ledger));
  const restarts: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = ledger.acknowledged.length;
    while (ledger.acknowledged.length < before + 200) await pause(5);
    await pause(random(800));
    await engine.stop('SIGKILL');
    if (round % 10 === 9) expect(ledger.audit(dir)).toMatchObject({ lost: 0, doubled: 0, miscounted: 0 });
    const startedAt = performance.now();
    engine = await startEngine(dir, flags);
    const known = ledger.acknowledged.length;
    while (ledger.acknowledged.length === known) await pause(1);
    restarts.push(performance.now() - startedAt);
  }
  await Promise.all(officials.map((each) => each.finish()));
  await ledger.finish();
  await engine.stop('SIGKILL');
  const { lost, doubled, miscounted, stored } = ledger.audit(dir);
  figure(
    `kills: ${rounds} rounds, ${count(ledger.acknowledged.length)} acknowledged, ${lost} lost, ${doubled} doubled, ` +
      `spawn to first acknowledgement p50 ${seconds(percentile(restarts, 0.5))}, p99 ${seconds(percentile(restarts, 0.99))}`,
  );
  expect(ledger.refusals).toEqual([]);
  expect(ledger.complaints).toEqual([]);
  expect({ lost, doubled, miscounted }).toEqual({ lost: 0, doubled: 0, miscounted: 0 });
  expect(stored).toBe(ledger.acknowledged.length);
});
