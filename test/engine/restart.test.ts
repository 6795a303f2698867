/** What clients live through when the engine's process dies or is stopped under them. */
import { ConvexClient } from 'convex/browser';
import { anyApi } from 'convex/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  convex,
  copyApp,
  removeFolder,
  startEngineProcess,
  temporaryFolder,
  type EngineProcess,
} from './cliSupport.ts';
import { until } from './harness.ts';

const api = anyApi as any;
let engine: EngineProcess;
let dataDir: string;
let flags: string[];

beforeAll(async () => {
  dataDir = temporaryFolder('restart');
  engine = await startEngineProcess(dataDir);
  flags = ['--port', new URL(engine.url).port, '--site-port', new URL(engine.siteUrl).port];
  const app = copyApp('basic');
  await convex(engine, app, ['env', 'set', 'TEST_JWKS', 'data:application/json;base64,eyJrZXlzIjpbXX0=']);
  const { code, stderr } = await convex(engine, app, ['deploy', '--typecheck', 'disable']);
  removeFolder(app);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
}, 60_000);

afterAll(async () => {
  await engine.stop();
  removeFolder(dataDir);
});

/** Clients that count one counter up together until told to stop; every answer is written down. */
function workers(name: string, count: number) {
  const clients = Array.from(
    { length: count },
    () => new ConvexClient(engine.url, { webSocketConstructor: WebSocket as never, logger: false }),
  );
  const answers: number[] = [];
  const shown = clients.map(() => [] as number[]);
  clients.forEach((client, at) =>
    client.onUpdate(api.counters.get, { name }, (value) => shown[at]!.push(value as number)),
  );
  let running = true;
  const done = Promise.all(
    clients.map(async (client) => {
      while (running) answers.push((await client.mutation(api.counters.increment, { name })) as number);
    }),
  );
  return {
    answers,
    shown,
    async finish() {
      running = false;
      await done;
      await until(
        () => shown.every((values) => values.at(-1) === answers.length),
        'every client shows the last value',
      );
      await Promise.all(clients.map((client) => client.close()));
    },
  };
}

describe('a restart under clients', () => {
  it.each([
    ['[engine W26] kill -9', 'SIGKILL'],
    ['[engine W26] a clean stop', 'SIGTERM'],
  ] as const)(
    '%s loses no answered mutation, runs none twice, and clients go on',
    async (_, signal) => {
      const name = `w26 ${signal}`;
      const working = workers(name, 6);
      for (let round = 0; round < 2; round++) {
        const before = working.answers.length;
        await until(() => working.answers.length > before + 20, 'work goes on', 20_000);
        const stopping = performance.now();
        await engine.stop(signal);
        expect(performance.now() - stopping).toBeLessThan(5_000);
        engine = await startEngineProcess(dataDir, flags);
      }
      const before = working.answers.length;
      await until(() => working.answers.length > before + 20, 'work goes on', 20_000);
      await working.finish();
      const sorted = [...working.answers].sort((a, b) => a - b);
      expect(sorted).toEqual(Array.from({ length: sorted.length }, (_, at) => at + 1));
      for (const values of working.shown) expect(values).toEqual([...values].sort((a, b) => a - b));
    },
    120_000,
  );
});
