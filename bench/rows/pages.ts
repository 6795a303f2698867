import type { Row } from '../row.ts';
import { type Engines, ROOMS, startOn } from '../support/engines.ts';
import { inTurns, median, seededRandom, timings } from '../support/measure.ts';
import { callOver, RawHttp } from '../support/rawHttp.ts';

/** Fifty rows from the middle of an index, never the same place twice, in a small table and in one a hundred times as big. */
export const pages: Row = {
  name: 'pages',
  about: 'a page of 50 rows out of an index of 1,000,000 documents, beside one of 10,000',
  async run({ engines, size }) {
    const [small, big] = size.tiny ? [7_000, 8_000] : [10_000, 1_000_000];
    const few = await reader(engines, small);
    const many = await reader(engines, big);
    const times = size.tiny ? 5 : 200;
    const figure = await inTurns(size.tiny ? 1 : 5, {
      baseline: async () => median(await timings(times, few.page)),
      engine: async () => median(await timings(times, many.page)),
    });
    await few.dispose();
    await many.dispose();
    return [
      {
        what: `50-row index page at ${big.toLocaleString('en')} documents, over HTTP`,
        unit: 'ms',
        against: `the same at ${small.toLocaleString('en')}`,
        ...figure,
        reach: { ratioAtMost: 2.5 },
      },
    ];
  },
};

async function reader(engines: Engines, documents: number) {
  const engine = await startOn(await engines.seeded(documents));
  const http = await RawHttp.open(engine.url);
  const random = seededRandom(11);
  // In the newer half, where fifty older rows of the room are sure to be.
  const place = () => Math.ceil(documents - (random() * documents) / 2);
  return {
    async page() {
      const room = `room ${Math.floor(random() * ROOMS)}`;
      const reply = await callOver(http, 'query', 'events:page', { room, before: place() });
      if (reply.split('"rank":').length !== 51) throw new Error(`Not fifty rows: ${reply}`);
    },
    async dispose() {
      http.close();
      await engine.stop();
    },
  };
}
