import { removeFolder, temporaryFolder } from '../../test/engine/cliSupport.ts';
import type { Figure, Row } from '../row.ts';
import { startScript } from '../support/child.ts';
import { BODY } from '../support/engines.ts';
import { median, timings } from '../support/measure.ts';
import { RawSocket } from '../support/rawSocket.ts';
import { SyncClient } from '../support/syncClient.ts';

const reach: Record<number, number> = { 1: 2.5, 100: 2, 1_000: 1.5 };

/** From sending a write until the last of so many sockets has the new value. */
export const subscribers: Row = {
  name: 'subscribers',
  async run({ engines, size }) {
    const figures: Figure[] = [];
    for (const count of size.tiny ? [1, 5] : [1, 100, 1_000]) {
      const times = size.tiny ? 2 : 60;
      const rounds = size.tiny ? 1 : 3;
      const [baseline, engine] = [[] as number[], [] as number[]];
      for (let round = 0; round < rounds; round++) {
        baseline.push(median(await bare(count, times)));
        engine.push(median(await live(await engines.start(), count, times)));
      }
      figures.push({
        what: `commit → ${count} subscriber${count === 1 ? '' : 's'}`,
        unit: 'ms',
        against: 'socket JSON → commit → broadcast',
        baseline: median(baseline),
        engine: median(engine),
        reach: { of: 'ratio', atMost: reach[count] ?? 10 },
      });
    }
    return figures;
  },
};

/** Calls back once all of them have got one frame each. */
function gather(count: number) {
  let left = 0;
  let done = () => {};
  return {
    heard: () => {
      if (--left === 0) done();
    },
    next: () => {
      left = count;
      return new Promise<void>((resolve) => (done = resolve));
    },
  };
}

async function bare(count: number, times: number): Promise<number[]> {
  const folder = temporaryFolder('bench-bare');
  const server = await startScript<{ port: number }>('baselines/broadcast.ts', { folder });
  const url = `http://127.0.0.1:${server.said.port}/`;
  const all = gather(count);
  const sockets = await Promise.all(Array.from({ length: count }, () => RawSocket.open(url)));
  for (const socket of sockets) socket.onFrame = all.heard;
  const writer = await RawSocket.open(url);
  const write = JSON.stringify({ type: 'write', body: BODY });
  const taken = await timings(times, () => {
    const everybody = all.next();
    writer.send(write);
    return everybody;
  });
  for (const socket of [writer, ...sockets]) socket.close();
  await server.stop();
  removeFolder(folder);
  return taken;
}

async function live(
  engine: { url: string; dispose(): Promise<void> },
  count: number,
  times: number,
): Promise<number[]> {
  const all = gather(count);
  const clients = await Promise.all(Array.from({ length: count }, () => SyncClient.open(engine.url)));
  await Promise.all(
    clients.map((client) => client.watch([{ path: 'events:newest', args: { room: 'lobby' } }])),
  );
  for (const client of clients) client.onTransition = all.heard;
  const writer = await SyncClient.open(engine.url);
  const taken = await timings(times, async (rank) => {
    const everybody = all.next();
    const written = writer.mutate('events:record', { rooms: ['lobby'], rank, body: BODY });
    await everybody;
    await written;
  });
  for (const client of [writer, ...clients]) client.close();
  await engine.dispose();
  return taken;
}
