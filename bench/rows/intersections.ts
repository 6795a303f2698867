import type { Figure, Row } from '../row.ts';
import { startBare } from '../support/bare.ts';
import { BareClient } from '../support/bareClient.ts';
import { type Engines, fill } from '../support/engines.ts';
import { gather } from '../support/gather.ts';
import { APART_MS, inTurns, median, timings } from '../support/measure.ts';
import { SyncClient } from '../support/syncClient.ts';

const ROOM = 'room 0';
const RANGES_PER_PLACE = 10;

/** Convex's ManyIntersections, and ranges that overlap so that each write falls into a hundred of a thousand. */
export const manyIntersections: Row = {
  name: 'manyIntersections',
  about:
    "Convex's ManyIntersections: a large commit beside 20,000 subscriptions; one into 100 of 1,000 ranges",
  async run({ engines, size }) {
    return [await large(engines, size.tiny), await overlapping(engines, size.tiny)];
  },
};

/** 100 documents in one mutation; one of all the subscriptions sees them. */
async function large(engines: Engines, tiny: boolean): Promise<Figure> {
  const [watched, perFrame, documents] = tiny ? [50, 25, 5] : [20_000, 500, 100];
  const times = tiny ? 2 : 20;
  const sides = { baseline: await engines.start(), engine: await engines.start() };
  const crowd = await SyncClient.open(sides.engine.url);
  for (let from = 0; from < watched; from += perFrame) {
    const rooms = Array.from({ length: perFrame }, (_, at) => ({ room: `channel ${from + at}`, rank: 0.5 }));
    await crowd.watch(rooms.map((args) => ({ path: 'events:from', args })));
  }
  const observe = async (url: string) => {
    const client = await SyncClient.open(url);
    let rank = 0;
    return async () => {
      const taken = await timings(times, async () => {
        rank++;
        const mark = `mark ${rank};`;
        const seen = client.transition((frame) => frame.includes(mark));
        const added = client.add([{ path: 'events:from', args: { room: 'global', rank } }]);
        const rooms = Array.from({ length: documents }, () => 'global');
        await client.mutate('events:record', { rooms, rank, body: mark });
        await seen;
        client.remove(added);
      });
      return median(taken);
    };
  };
  const figure = await inTurns(tiny ? 1 : 4, {
    baseline: await observe(sides.baseline.url),
    engine: await observe(sides.engine.url),
  });
  crowd.close();
  await sides.baseline.dispose();
  await sides.engine.dispose();
  return {
    what: `commit of ${documents} documents that 1 of ${watched.toLocaleString('en')} subscriptions sees`,
    unit: 'ms',
    against: 'the same with that one only',
    ...figure,
    reach: { ratioAtMost: 1.2 },
  };
}

/** Ranges begin ten to a place and are ten places wide, so each event lies in a hundred of them; a socket for each. */
async function overlapping(engines: Engines, tiny: boolean): Promise<Figure> {
  const [ranges, width] = tiny ? [50, 2] : [1_000, 10];
  const hit = width * RANGES_PER_PLACE;
  const events = ranges / RANGES_PER_PLACE + width;
  const body = 'x'.repeat(100);
  const bare = await startBare('ranges', { events, body });
  const engine = await engines.start();
  await fill(engine.url, 'events:fill', events, { rooms: 1, body });
  const all = gather(hit);
  const bareClients = await Promise.all(Array.from({ length: ranges }, () => BareClient.open(bare.port)));
  const clients = await Promise.all(Array.from({ length: ranges }, () => SyncClient.open(engine.url)));
  const rangeOf = (at: number) => ({ from: at / RANGES_PER_PLACE, to: at / RANGES_PER_PLACE + width });
  const first = gather(ranges);
  const allThere = first.next();
  for (const [query, client] of bareClients.entries()) {
    client.onFrame = first.heard;
    client.tell({ type: 'watch', query, ...rangeOf(query), limit: 100 });
  }
  await allThere;
  await Promise.all(
    clients.map((client, at) =>
      client.watch([{ path: 'events:between', args: { room: ROOM, ...rangeOf(at) } }]),
    ),
  );
  for (const client of bareClients) client.onFrame = all.heard;
  for (const client of clients) client.onTransition = all.heard;
  // Not one of the watchers: whoever writes is told of the commit's time, hit or not.
  const [bareWriter, writer] = [await BareClient.open(bare.port), await SyncClient.open(engine.url)];
  let turn = 0;
  const run = (write: (rank: number, newBody: string) => Promise<unknown>) => async () => {
    const once = async () => {
      // Only places that lie in the full number of ranges.
      const rank = width + (turn++ % (events - 2 * width));
      const everybody = all.next();
      const written = write(rank, `${turn} ${body}`);
      await everybody;
      await written;
    };
    const taken = await timings(tiny ? 2 : 60, once, APART_MS);
    return median(taken);
  };
  const figure = await inTurns(tiny ? 1 : 4, {
    baseline: run((rewrite, newBody) => bareWriter.ask({ rewrite, body: newBody })),
    engine: run((rank, newBody) => writer.mutate('events:rewrite', { room: ROOM, rank, body: newBody })),
  });
  for (const client of [bareWriter, writer, ...bareClients, ...clients]) client.close();
  await bare.dispose();
  await engine.dispose();
  return {
    what: `commit → ${hit} of ${ranges.toLocaleString('en')} overlapping ranges`,
    unit: 'ms',
    against: 'commit → each range tried by hand, read and sent',
    ...figure,
    reach: { ratioAtMost: 2 },
  };
}
