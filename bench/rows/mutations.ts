import { removeFolder, temporaryFolder } from '../../test/engine/cliSupport.ts';
import type { Row } from '../row.ts';
import { runScript } from '../support/child.ts';
import { BODY, fill } from '../support/engines.ts';
import { closedLoop, inTurns, seededRandom } from '../support/measure.ts';
import { SyncClient } from '../support/syncClient.ts';

const callers = 64;

/** Durable mutations through 64 sockets, beside a bare group commit of the same rows. */
export const mutations: Row = {
  name: 'mutations',
  async run({ engines, size }) {
    const seconds = size.tiny ? 0.2 : 3;
    const engine = await engines.start();
    const clients = await Promise.all(Array.from({ length: callers }, () => SyncClient.open(engine.url)));
    const folders: string[] = [];
    let rank = 0;
    const figure = await inTurns(
      size.tiny ? 1 : 3,
      async () => {
        const folder = temporaryFolder('bench-bare');
        folders.push(folder);
        const bare = { folder, seconds, group: callers, body: BODY };
        return (await runScript<{ perSecond: number }>('baselines/groupCommit.ts', bare)).perSecond;
      },
      () =>
        closedLoop(callers, seconds, (caller) =>
          clients[caller]!.mutate('events:record', { rooms: [`room ${caller}`], rank: rank++, body: BODY }),
        ),
    );
    for (const client of clients) client.close();
    await engine.dispose();
    folders.forEach(removeFolder);
    return [
      {
        what: 'durable mutations, 64 callers',
        unit: '/s',
        against: 'bare group commit of the same rows',
        ...figure,
        reach: { of: 'ratio', atLeast: 0.35 },
      },
    ];
  },
};

const accounts = 2_000;

/** Transfers between random accounts, and all between two: with serial mutations contention costs nothing. */
export const transfers: Row = {
  name: 'transfers',
  async run({ engines, size }) {
    const seconds = size.tiny ? 0.2 : 3;
    const engine = await engines.start();
    await fill(engine.url, 'accounts:fill', accounts, { balance: 1_000 });
    const clients = await Promise.all(Array.from({ length: callers }, () => SyncClient.open(engine.url)));
    const random = seededRandom(7);
    const run = (among: number) => () =>
      closedLoop(callers, seconds, (caller) => {
        const from = Math.floor(random() * among);
        const to = (from + 1 + Math.floor(random() * (among - 1))) % among;
        return clients[caller]!.mutate('accounts:transfer', { from, to, amount: 1 });
      });
    const figure = await inTurns(size.tiny ? 1 : 3, run(accounts), run(2));
    for (const client of clients) client.close();
    await engine.dispose();
    return [
      {
        what: 'transfers, contended',
        unit: '/s',
        against: 'the same, uncontended',
        ...figure,
        reach: { of: 'ratio', atLeast: 1 },
      },
    ];
  },
};
