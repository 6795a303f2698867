/** Everybody comes back at once after a kill. */
import { expect, it } from 'vitest';
import { call } from '../engine/cliSupport.ts';
import { startHost, Swarm } from './host.ts';
import { count, deployedDir, figure, pause, scaled, seconds } from './support.ts';

const PER_CLIENT = 10;
const ROOMS = 100;

it.each([1_000, 5_000])('%i clients reconnect at once after a kill and are fresh', async (full) => {
  const clients = scaled(full, 50);
  const dir = deployedDir();
  let engine = await startHost(dir);
  const flags = ['--port', new URL(engine.url).port, '--site-port', new URL(engine.siteUrl).port];
  for (let room = 0; room < ROOMS; room++)
    for (let post = 0; post < 3; post++)
      await call(engine, 'rooms:post', { room: `room ${room}`, body: `0 post ${post}` });
  // Two processes of clients, or they would be measured instead of the engine.
  const swarms = [new Swarm(), new Swarm()];
  for (const swarm of swarms) {
    const half = Math.ceil(clients / 2);
    await swarm.ask({
      do: 'make',
      url: engine.url,
      clients: half,
      perClient: PER_CLIENT,
      rooms: ROOMS,
      prefix: 'room',
      limit: 10,
    });
    await swarm.ask({ do: 'connect' });
  }
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    await engine.stop('SIGKILL');
    await pause(300);
    engine = await startHost(dir, flags);
    const startedAt = performance.now();
    const reports = await Promise.all(swarms.map((swarm) => swarm.ask({ do: 'connect' })));
    times.push(performance.now() - startedAt);
    expect(reports.flatMap((report) => report.complaints)).toEqual([]);
    expect(reports.map((report) => report.connected)).toEqual([
      Math.ceil(clients / 2),
      Math.ceil(clients / 2),
    ]);
    // `connect` asked for results of this connection; each distinct query was computed for all of them together.
    expect((await engine.inside()).queries).toBe(Math.min(ROOMS, Math.ceil(clients / 2) + PER_CLIENT - 1));
  }
  figure(
    `reconnect storm: ${count(clients)} clients x ${PER_CLIENT} queries, all fresh after ${times.map(seconds).join(', ')}, 0 errors, ${ROOMS} distinct queries run once each`,
  );
  expect(Math.min(...times)).toBeLessThan(clients > 1_000 ? 10_000 : 3_000);
});
