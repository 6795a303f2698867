import { call } from '../../test/engine/cliSupport.ts';
import type { Row } from '../row.ts';
import { startBare } from '../support/bare.ts';
import { BareClient } from '../support/bareClient.ts';
import { type BenchEngine, fill } from '../support/engines.ts';
import { closedLoop, inTurns, seededRandom, zipf } from '../support/measure.ts';
import { SyncClient } from '../support/syncClient.ts';

const CALLERS = 64;
const BALANCE = 1_000_000;
const TOTAL_BATCH = 10_000;

type Transfer = (caller: number, args: { from: number; to: number; amount: number }) => Promise<unknown>;

/**
 * Convex's keynote workload: money moves between accounts drawn by Zipf's law. With alpha 0 hardly two transfers meet,
 * with 1.5 most of them want the same few accounts; where mutations run one after another that must cost nothing.
 */
export const transfers: Row = {
  name: 'transfers',
  about: 'transfers of 64 sockets among 100,000 accounts, alpha 0 and 1.5, beside a hand-written loop',
  async run({ engines, size }) {
    const accounts = size.tiny ? 50 : 100_000;
    const seconds = size.tiny ? 0.1 : 3;
    const bare = await startBare('transfers', { accounts, balance: BALANCE });
    const engine = await engines.start();
    await fill(engine.url, 'accounts:fill', accounts, { balance: BALANCE });
    const bareClients = await Promise.all(Array.from({ length: CALLERS }, () => BareClient.open(bare.port)));
    const clients = await Promise.all(Array.from({ length: CALLERS }, () => SyncClient.open(engine.url)));
    const random = seededRandom(7);
    const drawn = { even: zipf(accounts, 0, random), hot: zipf(accounts, 1.5, random) };
    const run = (transfer: Transfer, draw: () => number) => () =>
      closedLoop(CALLERS, seconds, (caller) => {
        const from = draw();
        let to = draw();
        while (to === from) to = draw();
        return transfer(caller, { from, to, amount: 1 });
      });
    const byHand: Transfer = (caller, args) => bareClients[caller]!.ask(args);
    const byEngine: Transfer = (caller, args) => clients[caller]!.mutate('accounts:transfer', args);
    const rates = await inTurns(size.tiny ? 1 : 3, {
      bareEven: run(byHand, drawn.even),
      engineEven: run(byEngine, drawn.even),
      bareHot: run(byHand, drawn.hot),
      engineHot: run(byEngine, drawn.hot),
    });
    const { total } = JSON.parse(await bareClients[0]!.ask({ total: true })) as { total: number };
    requireAll(total, accounts, 'The bare loop');
    requireAll(await totalOf(engine, accounts), accounts, 'The engine');
    for (const client of [...bareClients, ...clients]) client.close();
    await bare.dispose();
    await engine.dispose();
    const compared = { unit: '/s', against: 'socket JSON → bare transaction → group commit' };
    return [
      {
        what: 'transfers, uncontended (alpha 0)',
        ...compared,
        baseline: rates.bareEven,
        engine: rates.engineEven,
        reach: { ratioAtLeast: 0.35 },
      },
      {
        what: 'transfers, contended (alpha 1.5)',
        ...compared,
        baseline: rates.bareHot,
        engine: rates.engineHot,
        reach: { ratioAtLeast: 0.35 },
      },
      {
        what: 'transfers, contended',
        unit: '/s',
        against: 'the same, uncontended',
        baseline: rates.engineEven,
        engine: rates.engineHot,
        reach: { ratioAtLeast: 1 },
        note: 'no money lost or made',
      },
    ];
  },
};

async function totalOf(engine: BenchEngine, accounts: number): Promise<number> {
  let sum = 0;
  for (let from = 0; from < accounts; from += TOTAL_BATCH) {
    sum += (await call(engine, 'accounts:total', { from, count: TOTAL_BATCH })) as number;
  }
  return sum;
}

function requireAll(total: number, accounts: number, who: string): void {
  if (total !== accounts * BALANCE)
    throw new Error(`${who} holds ${total} instead of ${accounts * BALANCE}.`);
}
