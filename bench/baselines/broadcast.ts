/** Baseline: a socket server that commits what one client sends and tells everybody. Prints {port}; runs until stopped. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { openBare } from './database.ts';

const { folder } = JSON.parse(process.argv[2]!) as { folder: string };
const database = openBare(folder);
const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
let rank = 0;
sockets.on('connection', (socket) => {
  socket.on('message', (data) => {
    const { type, body } = JSON.parse(String(data)) as { type: string; body?: string };
    if (type !== 'write' || body === undefined) return;
    database.begin();
    database.insert(rank++, body);
    database.commit();
    const told = JSON.stringify({ type: 'told', rank, body });
    for (const client of sockets.clients) client.send(told);
  });
});
process.on('SIGTERM', () => process.exit(0));
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
