/** Baseline: a server that opens the engine's file and answers every request with the newest document, or null. */
import { DatabaseSync } from 'node:sqlite';
import { serve } from './server.ts';

const { file } = JSON.parse(process.argv[2]!) as { file: string };
const database = new DatabaseSync(file);
const newest = database.prepare('SELECT json FROM documents ORDER BY rowid DESC LIMIT 1');
serve(
  () => {},
  (_request, response) => {
    const json = (newest.get() as { json: string } | undefined)?.json ?? 'null';
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) };
    response.writeHead(200, headers).end(json);
  },
);
