import { join } from 'node:path';
import type { Figure, Row } from '../row.ts';
import { startBare } from '../support/bare.ts';
import { ROOMS, startOn } from '../support/engines.ts';
import { inTurns } from '../support/measure.ts';
import { callOver, RawHttp } from '../support/rawHttp.ts';

const ROOM = 1;

/** From spawning the engine's command to its first answer, which must be the right one. Files are in the page cache. */
export const start: Row = {
  name: 'start',
  about: 'from spawning the engine to its first right answer, with 0 and 1,000,000 documents',
  async run({ engines, size }) {
    const figures: Figure[] = [];
    for (const documents of size.tiny ? [0] : [0, 1_000_000]) {
      const dataDir = await engines.seeded(documents);
      const newest = documents === 0 ? '"value":null' : `"rank":${newestRank(documents)}`;
      const figure = await inTurns(size.tiny ? 1 : 7, {
        baseline: () =>
          secondsTo(
            () => startBare('firstAnswer', { file: join(dataDir, 'data.sqlite') }),
            (http) => http.post('/', {}),
            '',
          ),
        engine: () =>
          secondsTo(
            async () => {
              const engine = await startOn(dataDir);
              return { url: engine.url, dispose: () => engine.stop() };
            },
            (http) => callOver(http, 'query', 'events:newest', { room: `room ${ROOM}` }),
            newest,
          ),
      });
      figures.push({
        what: `start to first answer, ${documents.toLocaleString('en')} documents`,
        unit: 's',
        against: 'a server that opens the same file',
        ...figure,
        reach: { atMost: documents === 0 ? 0.3 : 0.5 },
      });
    }
    return figures;
  },
};

const newestRank = (documents: number): number => documents - 1 - ((documents - 1 - ROOM) % ROOMS);

async function secondsTo(
  startServer: () => Promise<{ url: string; dispose(): Promise<void> }>,
  ask: (http: RawHttp) => Promise<string>,
  expected: string,
): Promise<number> {
  const begin = performance.now();
  const { url, dispose } = await startServer();
  const http = await RawHttp.open(url);
  const answer = await ask(http);
  const seconds = (performance.now() - begin) / 1_000;
  http.close();
  await dispose();
  if (!answer.includes(expected)) throw new Error(`Expected ${expected}: ${answer}`);
  return seconds;
}
