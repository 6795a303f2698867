import type { Figure, Row } from '../row.ts';
import { startBare } from '../support/bare.ts';
import { BareClient } from '../support/bareClient.ts';
import { BODY } from '../support/engines.ts';
import { closedLoop, inTurns } from '../support/measure.ts';
import { callOver, RawHttp } from '../support/rawHttp.ts';
import { SyncClient } from '../support/syncClient.ts';

const CALLERS = 64;
const KINDS = ['query', 'mutation', 'action'] as const;
type Kind = (typeof KINDS)[number];
type Call = (kind: Kind, caller: number) => Promise<unknown>;

/**
 * Convex's RunFunction. A call over the socket is what its clients make of one: a query is subscribed to, answered and
 * dropped again. Against an echo, a seventh of the calls has to arrive; a mutation's baseline commits the same rows.
 */
export const runFunction: Row = {
  name: 'runFunction',
  about: "Convex's RunFunction: a trivial query, mutation and action, 64 callers, over HTTP and over sockets",
  async run({ engines, size }) {
    const seconds = size.tiny ? 0.05 : 1.5;
    const rounds = size.tiny ? 1 : 3;
    const bare = await startBare('functions');
    const engine = await engines.start();
    const many = <T>(open: () => Promise<T>): Promise<T[]> =>
      Promise.all(Array.from({ length: CALLERS }, open));
    const bareHttp = await many(() => RawHttp.open(bare.url));
    const engineHttp = await many(() => RawHttp.open(engine.url));
    const bareSockets = await many(() => BareClient.open(bare.port));
    const engineSockets = await many(() => SyncClient.open(engine.url));
    let nonce = 0;
    const bareRequest = (kind: Kind) =>
      kind === 'mutation' ? { rank: nonce++, body: BODY } : { nonce: nonce++ };
    const transports: { over: string; baseline: Call; engine: Call }[] = [
      {
        over: 'HTTP',
        baseline: (kind, caller) => bareHttp[caller]!.post('/', { id: 0, ...bareRequest(kind) }),
        engine: (kind, caller) => callOver(engineHttp[caller]!, kind, ...engineRequest(kind, nonce++)),
      },
      {
        over: 'a socket',
        baseline: (kind, caller) => bareSockets[caller]!.ask(bareRequest(kind)),
        engine: (kind, caller) => callBySocket(engineSockets[caller]!, kind, nonce++),
      },
    ];
    const figures: Figure[] = [];
    for (const { over, baseline, engine: call } of transports) {
      for (const kind of KINDS) {
        const run = (side: Call) => () => closedLoop(CALLERS, seconds, (caller) => side(kind, caller));
        figures.push({
          what: `call of a trivial ${kind} over ${over}, 64 callers`,
          unit: '/s',
          against: kind === 'mutation' ? 'JSON → group commit of the same rows' : 'JSON echo',
          ...(await inTurns(rounds, { baseline: run(baseline), engine: run(call) })),
          reach: { ratioAtLeast: kind === 'mutation' ? 0.35 : 0.15 },
        });
      }
    }
    for (const client of [...bareHttp, ...engineHttp, ...bareSockets, ...engineSockets]) client.close();
    await bare.dispose();
    await engine.dispose();
    return figures;
  },
};

function engineRequest(kind: Kind, nonce: number): [path: string, args: object] {
  if (kind === 'mutation') return ['events:record', { rooms: ['run'], rank: nonce, body: BODY }];
  return [kind === 'query' ? 'run:echoQuery' : 'run:echoAction', { nonce }];
}

async function callBySocket(client: SyncClient, kind: Kind, nonce: number): Promise<void> {
  const [path, args] = engineRequest(kind, nonce);
  if (kind === 'mutation') return client.mutate(path, args);
  if (kind === 'action') return client.act(path, args);
  const answered = client.transition((frame) => frame.includes('"Query'));
  const added = client.add([{ path, args }]);
  await answered;
  client.remove(added);
}
