import { readFileSync } from 'node:fs';
import { removeFolder, temporaryFolder } from '../../test/engine/cliSupport.ts';
import type { Row } from '../row.ts';
import { startScript } from '../support/child.ts';
import { BODY } from '../support/engines.ts';
import { median, pause, timings } from '../support/measure.ts';
import { RawSocket } from '../support/rawSocket.ts';
import { SyncClient } from '../support/syncClient.ts';

/** 20,000 live queries that a commit does not touch must not slow it down. */
export const idleSubscriptions: Row = {
  name: 'idleSubscriptions',
  async run({ engines, size }) {
    const [clients, each] = size.tiny ? [2, 10] : [40, 500];
    const [empty, full] = [await engines.start(), await engines.start()];
    const watchers = await Promise.all(Array.from({ length: clients }, () => SyncClient.open(full.url)));
    for (const [index, watcher] of watchers.entries()) {
      const rooms = Array.from({ length: each }, (_, at) => ({ room: `idle ${index * each + at}` }));
      await watcher.watch(rooms.map((args) => ({ path: 'events:newest', args })));
    }
    const writers = { baseline: await SyncClient.open(empty.url), engine: await SyncClient.open(full.url) };
    const taken = { baseline: [] as number[], engine: [] as number[] };
    for (let round = 0; round < (size.tiny ? 1 : 6); round++) {
      for (const side of ['baseline', 'engine'] as const) {
        const write = (rank: number) =>
          writers[side].mutate('events:record', { rooms: ['busy'], rank, body: BODY });
        taken[side].push(...(await timings(size.tiny ? 3 : 60, write)));
      }
    }
    for (const client of [...watchers, ...Object.values(writers)]) client.close();
    await empty.dispose();
    await full.dispose();
    return [
      {
        what: `commit beside ${(clients * each).toLocaleString('en')} idle subscriptions`,
        unit: 'ms',
        against: 'the same with none',
        baseline: median(taken.baseline),
        engine: median(taken.engine),
        reach: { of: 'ratio', atMost: 1.2 },
      },
    ];
  },
};

const residentKb = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);

/** Memory of a client that only listens to ten queries, beside a bare socket. Read from /proc: Linux only. */
export const memory: Row = {
  name: 'memory',
  async run({ engines, size }) {
    if (process.platform !== 'linux') return [];
    const count = size.tiny ? 10 : 1_000;
    const folder = temporaryFolder('bench-bare');
    const server = await startScript<{ port: number }>('baselines/broadcast.ts', { folder });
    const url = `http://127.0.0.1:${server.said.port}/`;
    const bareBefore = residentKb(server.pid);
    const sockets = await Promise.all(Array.from({ length: count }, () => RawSocket.open(url)));
    await pause(1_000);
    const bare = (residentKb(server.pid) - bareBefore) / count;

    const engine = await engines.start();
    const first = await SyncClient.open(engine.url);
    const ten = Array.from({ length: 10 }, (_, at) => ({
      path: 'events:newest',
      args: { room: `room ${at}` },
    }));
    await first.watch(ten);
    await pause(1_000);
    const before = residentKb(engine.pid);
    const clients = await Promise.all(Array.from({ length: count }, () => SyncClient.open(engine.url)));
    await Promise.all(clients.map((client) => client.watch(ten)));
    await pause(1_000);
    const taken = (residentKb(engine.pid) - before) / count;
    for (const client of [first, ...clients]) client.close();
    for (const socket of sockets) socket.close();
    await server.stop();
    removeFolder(folder);
    await engine.dispose();
    return [
      {
        what: 'memory per idle client, 10 subscriptions',
        unit: 'KB',
        against: 'a bare socket',
        baseline: Math.max(bare, 1),
        engine: taken,
        reach: { of: 'value', atMost: 60 },
      },
    ];
  },
};
