/** Clients that stop reading, and a whole process of them that stops altogether. */
import { expect, it } from 'vitest';
import { call } from '../engine/cliSupport.ts';
import { startHost, Swarm, type Inside } from './host.ts';
import { count, deployedDir, figure, pause, percentile, scaled, seconds } from './support.ts';

const SLOW = { limit: 10, perClient: 1, rooms: 1, prefix: 'fat' };

it('[engine W4] [engine W33] a hundred clients that never read and a stopped process cost bounded memory, are dropped, and slow nobody down', async () => {
  const readers = scaled(900, 60);
  const frozen = scaled(100, 10);
  const stopped = scaled(50, 5);
  const short = readers < 500;
  const engine = await startHost(
    deployedDir(),
    [],
    short ? { syncLimits: { stuckMs: 4_000, sweepMs: 200 } } : {},
  );
  const { url } = engine;
  const [reading, never, asleep] = [new Swarm(), new Swarm(), new Swarm()];
  await reading.ask({ do: 'make', url, clients: readers, perClient: 1, rooms: 1, prefix: 'thin', limit: 5 });
  await never.ask({ do: 'make', url, clients: frozen, ...SLOW });
  await asleep.ask({ do: 'make', url, clients: stopped, ...SLOW });
  for (const swarm of [reading, never, asleep]) await swarm.ask({ do: 'connect' });
  let posting = true;
  const posts = (async () => {
    for (let at = 0; posting; at++) {
      const startedAt = performance.now();
      await call(engine, 'rooms:post', { room: 'fat 0', body: `0 ${'x'.repeat(20_000)}` });
      await call(engine, 'rooms:post', { room: 'thin 0', body: `${Date.now()} ${'x'.repeat(300)}` });
      await pause(Math.max(0, 250 - (performance.now() - startedAt)));
    }
  })();
  const phaseMs = scaled(20_000, 6_000);
  // What is held, not what the collector has not looked at yet.
  const held = ({ heapUsed, external }: Inside): number => heapUsed + external;
  const peak = (most: Inside, now: Inside): Inside => (held(now) > held(most) ? now : most);
  let before = await engine.inside(true);
  for (const until = performance.now() + phaseMs; performance.now() < until; await pause(2_000))
    before = peak(before, await engine.inside(true));
  const everybody = (await engine.inside()).sockets;
  const healthy = await reading.ask({ do: 'report' });
  await reading.ask({ do: 'reset' });

  await never.ask({ do: 'freeze', clients: frozen });
  asleep.process.kill('SIGSTOP');
  const startedAt = performance.now();
  let worst = before;
  let inside = before;
  // Connections of this test's own HTTP calls come and go.
  const remaining = everybody - frozen - stopped + 3;
  while (inside.sockets > remaining && performance.now() - startedAt < 150_000) {
    await pause(2_000);
    inside = await engine.inside(true);
    worst = peak(worst, inside);
  }
  const droppedMs = performance.now() - startedAt;
  await pause(Math.max(0, phaseMs - droppedMs));
  const beside = await reading.ask({ do: 'report' });
  asleep.process.kill('SIGCONT');
  const back = await asleep.ask({ do: 'connect' });
  posting = false;
  await posts;

  const [was, is] = [healthy, beside].map(({ latencies }) => percentile(latencies, 0.99));
  const perClientMb = (held(worst) - held(before)) / (frozen + stopped) / 1024 / 1024;
  figure(
    `slow clients: ${frozen} of ${count(readers + frozen)} never read, ${stopped} in a stopped process, dropped after ${seconds(droppedMs)}, ` +
      `${perClientMb.toFixed(2)} MB held for each at most, others p99 ${is} ms vs ${was} ms without (${(is! / was!).toFixed(2)}x, ${count(beside.arrivals)} arrivals), ` +
      `stopped ones fresh ${seconds(back.ms)} after waking`,
  );
  expect(inside.sockets).toBeLessThanOrEqual(remaining);
  expect([...healthy.complaints, ...beside.complaints, ...back.complaints]).toEqual([]);
  expect(beside.connected).toBe(readers);
  expect(perClientMb).toBeLessThan(short ? 3 : 1);
  expect(is).toBeLessThan(Math.max(was! * 2, 100));
});
