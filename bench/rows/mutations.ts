import type { Row } from '../row.ts';
import { BODY } from '../support/engines.ts';
import { bareGroupCommit } from '../support/groupCommit.ts';
import { closedLoop, inTurns } from '../support/measure.ts';
import { SyncClient } from '../support/syncClient.ts';

const CALLERS = 64;

/** The bare side has no sockets at all: what a commit can cost at the least. */
export const mutations: Row = {
  name: 'mutations',
  about: 'durable mutations through 64 sockets, beside a bare group commit of the same rows',
  async run({ engines, size }) {
    const seconds = size.tiny ? 0.1 : 3;
    const engine = await engines.start();
    const clients = await Promise.all(Array.from({ length: CALLERS }, () => SyncClient.open(engine.url)));
    let rank = 0;
    const figure = await inTurns(size.tiny ? 1 : 3, {
      baseline: () => bareGroupCommit('event', BODY, seconds),
      engine: () =>
        closedLoop(CALLERS, seconds, (caller) =>
          clients[caller]!.mutate('events:record', { rooms: [`room ${caller}`], rank: rank++, body: BODY }),
        ),
    });
    for (const client of clients) client.close();
    await engine.dispose();
    return [
      {
        what: 'durable mutations, 64 callers',
        unit: '/s',
        against: 'bare group commit of the same rows',
        ...figure,
        reach: { ratioAtLeast: 0.35 },
      },
    ];
  },
};
