import type { Figure, Row } from '../row.ts';
import { startBare } from '../support/bare.ts';
import { BareClient } from '../support/bareClient.ts';
import { BODY, type Engines } from '../support/engines.ts';
import { gather } from '../support/gather.ts';
import { APART_MS, inTurns, median, timings } from '../support/measure.ts';
import { SyncClient } from '../support/syncClient.ts';

const REACH: Record<number, number> = { 1: 2.5, 100: 2, 1_000: 1.5 };

const WARM = 200;
const FIRST = 40;
const MEASURED = 80;

/**
 * From sending a write until the last of so many sockets has the new value, once both sides have warmed up. What the first
 * writes after a start took stands beside it.
 */
export const subscribers: Row = {
  name: 'subscribers',
  about: 'from a write until 1, 100 and 1,000 sockets have it, beside socket JSON → commit → broadcast',
  async run({ engines, size }) {
    const figures: Figure[] = [];
    for (const count of size.tiny ? [1, 5] : [1, 100, 1_000]) {
      const first = { baseline: [] as number[], engine: [] as number[] };
      const warm = (side: 'baseline' | 'engine', taken: number[]): number => {
        first[side].push(median(taken.slice(0, FIRST)));
        return median(taken.slice(-MEASURED));
      };
      const times = size.tiny ? 2 : WARM + MEASURED;
      const figure = await inTurns(size.tiny ? 1 : 3, {
        baseline: async () => warm('baseline', await bare(count, times)),
        engine: async () => warm('engine', await live(engines, count, times)),
      });
      const [cold, bareCold] = [median(first.engine), median(first.baseline)];
      figures.push({
        what: `commit → ${count} subscriber${count === 1 ? '' : 's'}`,
        unit: 'ms',
        against: 'socket JSON → commit → broadcast',
        ...figure,
        reach: { ratioAtMost: REACH[count] ?? 10 },
        note: `the first ${FIRST} after a start: ${cold.toFixed(2)} ms beside ${bareCold.toFixed(2)}`,
      });
    }
    return figures;
  },
};

async function bare(count: number, times: number): Promise<number[]> {
  const server = await startBare('broadcast');
  const all = gather(count);
  const clients = await Promise.all(Array.from({ length: count }, () => BareClient.open(server.port)));
  for (const client of clients) client.onFrame = all.heard;
  const writer = await BareClient.open(server.port);
  const taken = await timings(
    times,
    () => {
      const everybody = all.next();
      writer.tell({ type: 'write', body: BODY });
      return everybody;
    },
    APART_MS,
  );
  for (const client of [writer, ...clients]) client.close();
  await server.dispose();
  return taken;
}

async function live(engines: Engines, count: number, times: number): Promise<number[]> {
  const engine = await engines.start();
  const all = gather(count);
  const clients = await Promise.all(Array.from({ length: count }, () => SyncClient.open(engine.url)));
  await Promise.all(
    clients.map((client) => client.watch([{ path: 'events:newest', args: { room: 'lobby' } }])),
  );
  for (const client of clients) client.onTransition = all.heard;
  const writer = await SyncClient.open(engine.url);
  const taken = await timings(
    times,
    async (rank) => {
      const everybody = all.next();
      const written = writer.mutate('events:record', { rooms: ['lobby'], rank, body: BODY });
      await everybody;
      await written;
    },
    APART_MS,
  );
  for (const client of [writer, ...clients]) client.close();
  await engine.dispose();
  return taken;
}
