/**
 * Baseline: live queries over ranges of one index, by hand. A write tries every range that is watched, reads those it
 * falls into again and sends what they hold now.
 *
 *   {type: watch, query, from, to, limit}   answered with {query, rows}, now and after each write into it
 *   {type: unwatch, query}
 *   {id, rank, body}                        a new event; answered with {id} once durable
 *   {id, rewrite: rank, body}               the event at a place has a new body; the same
 */
import type { WebSocket } from 'ws';
import { insertEvent, openBare } from './database.ts';
import { groupCommit, serve } from './server.ts';

interface Watch {
  socket: WebSocket;
  query: number;
  from: number;
  to: number;
  limit: number;
}

type Message =
  | ({ type: 'watch' } & Omit<Watch, 'socket'>)
  | { type: 'unwatch'; query: number }
  | { type?: undefined; id: number; rank?: number; rewrite?: number; body: string };

/** Events are ordered by rank in this index. */
const BY_RANK = 0;

/** `events` are there from the start, at 0, 1, 2, … */
const { folder, events, body } = JSON.parse(process.argv[2]!) as {
  folder: string;
  events: number;
  body: string;
};
const database = openBare(folder);
database.begin();
for (let rank = 0; rank < events; rank++) insertEvent(database, rank, body);
database.commit();

const commit = groupCommit(database);
const watches = new Set<Watch>();

/** Sends what a range holds; where the limit cut it off, only writes before that place concern it. */
function tell(watch: Watch): void {
  const rows = database.range(BY_RANK, watch.from, watch.to, watch.limit);
  if (rows.length === watch.limit) watch.to = (JSON.parse(rows.at(-1)!.json) as { rank: number }).rank + 1e-9;
  const { query } = watch;
  watch.socket.send(`{"query":${query},"rows":[${rows.map(({ json }) => json).join(',')}]}`);
}

function tellWatchersOf(rank: number): void {
  for (const watch of watches) if (rank >= watch.from && rank < watch.to) tell(watch);
}

function rewrite(rank: number, newBody: string): void {
  const [row] = database.range(BY_RANK, rank, rank + 1, 1);
  database.replace(row!.rowid, { ...(JSON.parse(row!.json) as object), body: newBody });
}

serve((socket, text) => {
  const message = JSON.parse(text) as Message;
  if (message.type === 'watch') {
    const { query, from, to, limit } = message;
    const watch = { socket, query, from, to, limit };
    watches.add(watch);
    return tell(watch);
  }
  if (message.type === 'unwatch') {
    for (const watch of watches)
      if (watch.socket === socket && watch.query === message.query) watches.delete(watch);
    return;
  }
  const { id, rank, rewrite: at, body: newBody } = message;
  commit(
    () => (at === undefined ? insertEvent(database, rank!, newBody) : rewrite(at, newBody)),
    () => {
      socket.send(`{"id":${id}}`);
      tellWatchersOf(at ?? rank!);
    },
  );
});
