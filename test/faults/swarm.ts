// A process full of clients, driven over IPC: it connects them when told, says when all have fresh results, and measures how
// long posts that carry their sending time took to arrive.

import { SyncPeer } from './syncPeer.ts';

export type SwarmOrder =
  /** Makes the clients; each has the queries of rooms `<prefix> <(its number + k) mod rooms>`, k < perClient. */
  | {
      do: 'make';
      url: string;
      clients: number;
      perClient: number;
      rooms: number;
      prefix: string;
      limit: number;
    }
  /** Connects all at once; answered when each has a result for each of its queries. */
  | { do: 'connect' }
  /** Stops reading on that many clients. */
  | { do: 'freeze'; clients: number }
  /** Forgets latencies and values. */
  | { do: 'reset' }
  | { do: 'report' };

export interface SwarmReport {
  ms: number;
  connected: number;
  complaints: string[];
  /** Milliseconds from sending a post to its arrival, a random part of them. */
  latencies: number[];
  /** Arrivals in all. */
  arrivals: number;
}

let peers: SyncPeer[] = [];
let latencies: number[] = [];
let arrivals = 0;
const frozen = new Set<SyncPeer>();

function make(order: SwarmOrder & { do: 'make' }): void {
  const { url, clients, perClient, rooms, prefix, limit } = order;
  peers = Array.from({ length: clients }, (_, at) => {
    const queries = Array.from({ length: perClient }, (_, k) => {
      return { udfPath: 'rooms:latest', args: { room: `${prefix} ${(at + k) % rooms}`, limit } };
    });
    const peer = new SyncPeer(url, queries, { retryMs: null });
    peer.onValue = (_, bodies: string[]) => {
      const sentAt = Number(bodies.at(-1)?.split(' ')[0]);
      if (!sentAt || peer.connections === 0) return;
      arrivals++;
      if (latencies.length < 200_000) latencies.push(Date.now() - sentAt);
    };
    return peer;
  });
}

async function connect(): Promise<void> {
  const fresh = peers.map((peer) => new Promise<void>((resolve) => (peer.onFresh = resolve)));
  for (const peer of peers) peer.connect();
  await Promise.all(fresh);
}

process.on('message', (order: SwarmOrder) => {
  void (async () => {
    const startedAt = performance.now();
    if (order.do === 'make') make(order);
    if (order.do === 'connect') await connect();
    if (order.do === 'reset') {
      latencies = [];
      arrivals = 0;
    }
    if (order.do === 'freeze') {
      for (const peer of peers.slice(0, order.clients)) {
        frozen.add(peer);
        peer.ws!.pause();
      }
    }
    const awake = peers.filter((peer) => !frozen.has(peer));
    const report: SwarmReport = {
      ms: performance.now() - startedAt,
      connected: awake.filter((peer) => peer.ws?.readyState === 1).length,
      complaints: awake.flatMap((peer) => peer.complaints).slice(0, 5),
      latencies: order.do === 'report' ? latencies : [],
      arrivals,
    };
    process.send!(report);
  })();
});
process.on('disconnect', () => process.exit());
