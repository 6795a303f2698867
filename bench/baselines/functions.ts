/**
 * Baseline: what calling a function comes down to. Over HTTP and over sockets the same: {id, nonce} is answered with
 * itself, {id, rank, body} after a group commit of that event.
 */
import type { IncomingMessage } from 'node:http';
import { insertEvent, openBare } from './database.ts';
import { groupCommit, serve } from './server.ts';

const { folder } = JSON.parse(process.argv[2]!) as { folder: string };
const database = openBare(folder);
const commit = groupCommit(database);

function answer(text: string, reply: (text: string) => void): void {
  const { id, nonce, rank, body } = JSON.parse(text) as {
    id: number;
    nonce?: number;
    rank: number;
    body: string;
  };
  if (nonce !== undefined) return reply(JSON.stringify({ id, nonce }));
  commit(
    () => insertEvent(database, rank, body),
    () => reply(JSON.stringify({ id })),
  );
}

function textOf(request: IncomingMessage, done: (text: string) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => done(Buffer.concat(chunks).toString()));
}

serve(
  (socket, text) => answer(text, (reply) => socket.send(reply)),
  (request, response) =>
    textOf(request, (text) =>
      answer(text, (reply) => {
        const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(reply) };
        response.writeHead(200, headers).end(reply);
      }),
    ),
);
