import type { Row } from '../row.ts';
import { BODY } from '../support/engines.ts';
import { inTurns, median, timings } from '../support/measure.ts';
import { SyncClient } from '../support/syncClient.ts';

/** 20,000 live queries that a commit does not touch must not slow it down. */
export const idleSubscriptions: Row = {
  name: 'idleSubscriptions',
  about: "what a commit costs beside 20,000 subscriptions it does not touch (Convex's HoldSubscriptions)",
  async run({ engines, size }) {
    const [clients, each] = size.tiny ? [2, 10] : [40, 500];
    const [empty, full] = [await engines.start(), await engines.start()];
    const watchers = await Promise.all(Array.from({ length: clients }, () => SyncClient.open(full.url)));
    for (const [index, watcher] of watchers.entries()) {
      const rooms = Array.from({ length: each }, (_, at) => ({ room: `idle ${index * each + at}` }));
      await watcher.watch(rooms.map((args) => ({ path: 'events:newest', args })));
    }
    const writers = { bare: await SyncClient.open(empty.url), engine: await SyncClient.open(full.url) };
    const commits = (writer: SyncClient) => async () =>
      median(
        await timings(size.tiny ? 3 : 60, (rank) =>
          writer.mutate('events:record', { rooms: ['busy'], rank, body: BODY }),
        ),
      );
    const figure = await inTurns(size.tiny ? 1 : 6, {
      baseline: commits(writers.bare),
      engine: commits(writers.engine),
    });
    for (const client of [...watchers, ...Object.values(writers)]) client.close();
    await empty.dispose();
    await full.dispose();
    return [
      {
        what: `commit beside ${(clients * each).toLocaleString('en')} idle subscriptions`,
        unit: 'ms',
        against: 'the same with none',
        ...figure,
        reach: { ratioAtMost: 1.2 },
      },
    ];
  },
};
