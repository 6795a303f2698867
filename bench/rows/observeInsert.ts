import type { Row } from '../row.ts';
import { startBare } from '../support/bare.ts';
import { BareClient } from '../support/bareClient.ts';
import { fill } from '../support/engines.ts';
import { closedLoop, inTurns, median, seededRandom, timings } from '../support/measure.ts';
import { SyncClient } from '../support/syncClient.ts';

const WRITERS = 64;
const LIMIT = 10;
const ROOM = 'room 0';

/** One turn: watch the ten rows from a place on, insert a row at that place, see it, let go. */
type Turn = (writer: number) => Promise<void>;

/**
 * Convex's ObserveInsert, in its shape: all writers share one index range, each watches ten rows of it at a random
 * place, so that now and then one's row is news to another.
 */
export const observeInsert: Row = {
  name: 'observeInsert',
  about: "Convex's ObserveInsert: subscribe, insert, see it in the own subscription; alone and 64 at once",
  async run({ engines, size }) {
    const events = size.tiny ? 100 : 10_000;
    const body = 'x'.repeat(100);
    const bare = await startBare('ranges', { events, body });
    const engine = await engines.start();
    await fill(engine.url, 'events:fill', events, { rooms: 1, body });
    const bareClients = await Promise.all(Array.from({ length: WRITERS }, () => BareClient.open(bare.port)));
    const clients = await Promise.all(Array.from({ length: WRITERS }, () => SyncClient.open(engine.url)));
    const random = seededRandom(13);
    let turns = 0;
    const place = () => ({ rank: random() * events, mark: `seen ${turns++};` });

    const byHand: Turn = async (writer) => {
      const { rank, mark } = place();
      const client = bareClients[writer]!;
      const query = turns;
      const seen = new Promise<void>((resolve) => {
        client.onFrame = (frame) => {
          if (frame.includes(mark)) resolve();
        };
      });
      client.tell({ type: 'watch', query, from: rank, to: events, limit: LIMIT });
      await client.ask({ rank, body: mark + body });
      await seen;
      client.tell({ type: 'unwatch', query });
    };
    const byEngine: Turn = async (writer) => {
      const { rank, mark } = place();
      const client = clients[writer]!;
      const seen = client.transition((frame) => frame.includes(mark));
      const added = client.add([{ path: 'events:from', args: { room: ROOM, rank } }]);
      await client.mutate('events:record', { rooms: [ROOM], rank, body: mark + body });
      await seen;
      client.remove(added);
    };

    const alone = (turn: Turn) => async () => median(await timings(size.tiny ? 3 : 300, () => turn(0)));
    const together = (turn: Turn) => () => closedLoop(WRITERS, size.tiny ? 0.05 : 2, turn);
    const rounds = size.tiny ? 1 : 3;
    const one = await inTurns(rounds, { baseline: alone(byHand), engine: alone(byEngine) });
    const many = await inTurns(rounds, { baseline: together(byHand), engine: together(byEngine) });
    for (const client of [...bareClients, ...clients]) client.close();
    await bare.dispose();
    await engine.dispose();
    const against = 'the same with ranges checked by hand';
    return [
      { what: 'subscribe, insert, see it', unit: 'ms', against, ...one, reach: { ratioAtMost: 2.5 } },
      {
        what: 'subscribe, insert, see it, 64 writers',
        unit: '/s',
        against,
        ...many,
        reach: { ratioAtLeast: 0.35 },
      },
    ];
  },
};
