// An engine in a process of its own that also says, over IPC, what only its inside knows. Options come as JSON in ENGINE_HOST.

import { parseArgs } from 'node:util';
import { startEngine } from '../../engine/server/engine.ts';

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { data: text, port: text, 'site-port': text, 'admin-key': text } });
const engine = await startEngine({
  dataDir: values.data!,
  port: Number(values.port),
  sitePort: Number(values['site-port'] ?? 0),
  adminKey: values['admin-key'],
  ...(JSON.parse(process.env.ENGINE_HOST ?? '{}') as object),
});

let queries = 0;
const { runner } = engine.backend;
const run = runner.queries.bind(runner);
runner.queries = (calls) => {
  queries += calls.length;
  return run(calls);
};

process.on('message', ({ collect }: { collect: boolean }) => {
  if (collect) for (let round = 0; round < 3; round++) globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  const sockets = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
  process.send!({ queries, rss, heapUsed, external, sockets, live: engine.backend.live.liveCount });
});
process.on('disconnect', () => process.exit());
console.log(`Ready: ${engine.url} (HTTP actions: ${engine.siteUrl})`);
