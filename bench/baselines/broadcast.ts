/**
 * Baseline: commits what one client writes and tells everybody; says hello with one message of `greeting` bytes. Each
 * write has a commit of its own.
 */
import { insertEvent, openBare } from './database.ts';
import { serve } from './server.ts';

const { folder, greeting = 0 } = JSON.parse(process.argv[2]!) as { folder: string; greeting?: number };
const database = openBare(folder);
const hello = JSON.stringify({ type: 'hello', body: 'x'.repeat(greeting) });
let rank = 0;
serve((socket, text, everybody) => {
  const { type, body } = JSON.parse(text) as { type: string; body?: string };
  if (type === 'hello') return socket.send(hello);
  if (type !== 'write' || body === undefined) return;
  database.begin();
  insertEvent(database, rank++, body);
  database.commit();
  const told = JSON.stringify({ type: 'told', rank, body });
  for (const client of everybody) client.send(told);
});
