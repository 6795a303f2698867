/** What bare servers share: a socket server that says its port when it listens, and commits in groups. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { BareDatabase } from './database.ts';

/** Prints {port}; runs until stopped. */
export function serve(
  onMessage: (socket: WebSocket, text: string, everybody: Set<WebSocket>) => void,
  onRequest?: RequestListener,
): void {
  const server = createServer(onRequest);
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on('connection', (socket) => {
    socket.on('message', (data) => onMessage(socket, String(data), sockets.clients));
  });
  process.on('SIGTERM', () => process.exit(0));
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
    console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
  });
}

const GROUP = 64;

/** Runs what came in since the last commit in one transaction, at most 64 together; acknowledges after COMMIT. */
export function groupCommit(database: BareDatabase): (run: () => void, acknowledge: () => void) => void {
  let waiting: { run: () => void; acknowledge: () => void }[] = [];
  const commit = () => {
    const group = waiting.slice(0, GROUP);
    waiting = waiting.slice(GROUP);
    database.begin();
    for (const { run } of group) run();
    database.commit();
    for (const { acknowledge } of group) acknowledge();
    if (waiting.length > 0) setImmediate(commit);
  };
  return (run, acknowledge) => {
    if (waiting.push({ run, acknowledge }) === 1) setImmediate(commit);
  };
}
