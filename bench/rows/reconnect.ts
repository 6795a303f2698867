import { call, removeFolder } from '../../test/engine/cliSupport.ts';
import type { Row } from '../row.ts';
import { startBare } from '../support/bare.ts';
import { BareClient } from '../support/bareClient.ts';
import { BODY, startOn } from '../support/engines.ts';
import { gather } from '../support/gather.ts';
import { inTurns, median } from '../support/measure.ts';
import { SyncClient } from '../support/syncClient.ts';

const EACH = 10;
const ROOMS = 100;

/** The engine is killed; once it answers again everybody comes back at once and must have all results. */
export const reconnect: Row = {
  name: 'reconnect',
  about:
    '1,000 clients with 10 subscriptions come back after a kill, beside bare handshakes with one message',
  async run({ engines, size }) {
    const count = size.tiny ? 10 : 1_000;
    const dataDir = await engines.copyOfEmpty();
    let engine = await startOn(dataDir);
    for (let room = 0; room < ROOMS; room++)
      await call(engine, 'events:record', { rooms: [`room ${room}`], rank: room, body: BODY });
    let clients = await comeBack(engine.url, count);
    const answersAfter: number[] = [];
    const figure = await inTurns(size.tiny ? 1 : 5, {
      async baseline() {
        const bare = await startBare('broadcast', { greeting: EACH * BODY.length });
        const begin = performance.now();
        const greeted = await bareHello(bare.port, count);
        const seconds = (performance.now() - begin) / 1_000;
        for (const client of greeted) client.close();
        await bare.dispose();
        return seconds;
      },
      async engine() {
        await engine.stop('SIGKILL');
        for (const client of clients) client.close();
        const killedAt = performance.now();
        engine = await startOn(dataDir);
        const begin = performance.now();
        answersAfter.push((begin - killedAt) / 1_000);
        clients = await comeBack(engine.url, count);
        return (performance.now() - begin) / 1_000;
      },
    });
    for (const client of clients) client.close();
    await engine.stop();
    removeFolder(dataDir);
    return [
      {
        what: `${count.toLocaleString('en')} clients back after a kill, all fresh`,
        unit: 's',
        against: 'handshakes and one message of the same size each',
        ...figure,
        reach: { atMost: 1 },
        note: `the engine answered ${median(answersAfter).toFixed(2)} s after the kill`,
      },
    ];
  },
};

/** Connects everybody at once; resolves when each has a result for each of its queries. */
function comeBack(url: string, count: number): Promise<SyncClient[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const client = await SyncClient.open(url);
      const queries = Array.from({ length: EACH }, (_, k) => {
        return { path: 'events:newest', args: { room: `room ${(at + k) % ROOMS}` } };
      });
      let left = EACH;
      const fresh = client.transition((frame) => {
        left -= frame.toString('latin1').split('"QueryUpdated"').length - 1;
        return left <= 0;
      });
      client.add(queries);
      await fresh;
      return client;
    }),
  );
}

async function bareHello(port: number, count: number): Promise<BareClient[]> {
  const all = gather(count);
  const everybody = all.next();
  const clients = await Promise.all(
    Array.from({ length: count }, async () => {
      const client = await BareClient.open(port);
      client.onFrame = all.heard;
      client.tell({ type: 'hello' });
      return client;
    }),
  );
  await everybody;
  return clients;
}
