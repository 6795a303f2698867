import { startEngineProcess } from '../../test/engine/cliSupport.ts';
import type { Row } from '../row.ts';
import { ROOMS } from '../support/engines.ts';
import { inTurns, median, seededRandom, timings } from '../support/measure.ts';

async function query(url: string, path: string, args: object): Promise<void> {
  const response = await fetch(`${url}/api/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ path, args, format: 'convex_encoded_json' }),
  });
  const text = await response.text();
  if (!text.includes('"success"')) throw new Error(text);
}

/** Fifty rows from the middle of an index, never the same place twice, in a small table and in one ten times as big. */
export const pages: Row = {
  name: 'pages',
  async run({ engines, size }) {
    const [small, big] = size.tiny ? [600, 1_200] : [10_000, 100_000];
    const [few, many] = [await engines.start(small), await engines.start(big)];
    const random = seededRandom(11);
    const read = (url: string, documents: number) => async () => {
      const taken = await timings(size.tiny ? 5 : 200, () => {
        const room = `room ${Math.floor(random() * ROOMS)}`;
        return query(url, 'events:page', {
          room,
          before: documents / 2 + Math.floor((random() * documents) / 2),
        });
      });
      return median(taken);
    };
    const figure = await inTurns(size.tiny ? 1 : 5, read(few.url, small), read(many.url, big));
    await few.dispose();
    await many.dispose();
    return [
      {
        what: `50-row index page at ${big.toLocaleString('en')} documents, over HTTP`,
        unit: 'ms',
        against: `the same at ${small.toLocaleString('en')}`,
        ...figure,
        reach: { of: 'ratio', atMost: 2.5 },
      },
    ];
  },
};

/** From starting the process to its first answer. */
export const start: Row = {
  name: 'start',
  async run({ engines, size }) {
    const figures = [];
    for (const documents of size.tiny ? [0] : [0, 100_000]) {
      const dataDir = await engines.copyOf(documents);
      const taken: number[] = [];
      for (let round = 0; round < (size.tiny ? 1 : 5); round++) {
        const begin = performance.now();
        const engine = await startEngineProcess(dataDir);
        await query(engine.url, 'events:newest', { room: 'room 1' });
        taken.push((performance.now() - begin) / 1000);
        await engine.stop();
      }
      figures.push({
        what: `start to first answer, ${documents.toLocaleString('en')} documents`,
        unit: 's',
        against: '',
        baseline: Number.NaN,
        engine: median(taken),
        reach: { of: 'value' as const, atMost: documents === 0 ? 0.3 : 0.5 },
      });
    }
    return figures;
  },
};
