import { readFileSync } from 'node:fs';
import type { Figure, Row } from '../row.ts';
import { startBare } from '../support/bare.ts';
import type { BenchEngine, Engines } from '../support/engines.ts';
import { inTurns, pause } from '../support/measure.ts';
import { RawSocket } from '../support/rawSocket.ts';
import { SyncClient, type Watched } from '../support/syncClient.ts';

const EACH = 10;
/** What the desk must hold on to for a client that listens. */
const REACH = { ratioAtMost: 3, atMost: 60 };

/** Everybody listens to the same ten queries, as the operators of a team do. Read from /proc: Linux only. */
export const memory: Row = {
  name: 'memory',
  about: 'memory of an idle client with 10 subscriptions that others have, too, beside a bare socket',
  async run({ engines, size }) {
    if (process.platform !== 'linux') return [];
    const shared = Array.from({ length: EACH }, (_, at) => newest(`room ${at}`));
    return [await perClient(engines, size.tiny, 'memory per idle client, 10 subscriptions', () => shared)];
  },
};

/** Every client listens to ten queries that nobody else has: all results and read sets are kept a thousand times. */
export const holdSubscriptions: Row = {
  name: 'holdSubscriptions',
  about: "Convex's HoldSubscriptions: 1,000 clients hold 10 subscriptions of their own; memory and idle CPU",
  async run({ engines, size }) {
    if (process.platform !== 'linux') return [];
    const own = (client: number) => Array.from({ length: EACH }, (_, at) => newest(`held ${client} ${at}`));
    const figures: Figure[] = [];
    let cpu = 0;
    const what = 'memory per idle client, 10 subscriptions of its own';
    figures.push(
      await perClient(engines, size.tiny, what, own, async (engine) => {
        cpu = await cpuPercent(engine.pid, size.tiny ? 0.1 : 5);
      }),
    );
    figures.push({
      what: 'CPU while 10,000 subscriptions are held',
      unit: '%',
      baseline: null,
      engine: cpu,
      reach: { atMost: 1 },
    });
    return figures;
  },
};

const newest = (room: string): Watched => ({ path: 'events:newest', args: { room } });

async function perClient(
  engines: Engines,
  tiny: boolean,
  what: string,
  queriesOf: (client: number) => Watched[],
  whileIdle: (engine: BenchEngine) => Promise<void> = async () => {},
): Promise<Figure> {
  const count = tiny ? 10 : 1_000;
  const settle = () => pause(tiny ? 50 : 1_000);
  const open = <T>(one: (client: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: count }, (_, client) => one(client)));
  const figure = await inTurns(tiny ? 1 : 3, {
    async baseline() {
      const bare = await startBare('broadcast');
      const before = residentKb(bare.pid);
      const sockets = await open(() => RawSocket.open(bare.url));
      await settle();
      const grown = residentKb(bare.pid) - before;
      for (const socket of sockets) socket.close();
      await bare.dispose();
      return Math.max(grown / count, 1);
    },
    async engine() {
      const engine = await engines.start();
      const first = await SyncClient.open(engine.url);
      await first.watch(queriesOf(count));
      await settle();
      const before = residentKb(engine.pid);
      const clients = await open(async (at) => {
        const client = await SyncClient.open(engine.url);
        await client.watch(queriesOf(at));
        return client;
      });
      await settle();
      const grown = residentKb(engine.pid) - before;
      await whileIdle(engine);
      for (const client of [first, ...clients]) client.close();
      await engine.dispose();
      return Math.max(grown / count, 0);
    },
  });
  return { what, unit: 'KB', against: 'a bare socket', ...figure, reach: REACH };
}

const residentKb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);

/** Ticks of user and system time come in hundredths of a second. */
function ticks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

async function cpuPercent(pid: number, seconds: number): Promise<number> {
  const before = ticks(pid);
  await pause(seconds * 1_000);
  return (ticks(pid) - before) / seconds;
}
