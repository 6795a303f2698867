/**
 * Baseline: told of a mail, it fetches what the provider keeps of it, commits one row and tells everybody who looks.
 * Answers the webhook when that is done.
 */
import { text } from 'node:stream/consumers';
import type { WebSocket } from 'ws';
import { insertEvent, openBare } from './database.ts';
import { serve } from './server.ts';

const { folder, resendUrl, apiKey } = JSON.parse(process.argv[2]!) as {
  folder: string;
  resendUrl: string;
  apiKey: string;
};
const database = openBare(folder);
const headers = { authorization: `Bearer ${apiKey}`, 'user-agent': 'bare' };
let looking = new Set<WebSocket>();
let rank = 0;

async function take(id: string): Promise<void> {
  const response = await fetch(`${resendUrl}/emails/receiving/${id}`, { headers });
  const { raw } = (await response.json()) as { raw: { download_url: string } };
  const mail = await (await fetch(raw.download_url)).text();
  database.begin();
  insertEvent(database, rank++, mail);
  database.commit();
  const told = JSON.stringify({ type: 'told', rank, body: mail });
  for (const socket of looking) socket.send(told);
}

serve(
  (_socket, _text, everybody) => void (looking = everybody),
  (request, response) => {
    void text(request)
      .then((body) => take((JSON.parse(body) as { data: { email_id: string } }).data.email_id))
      .finally(() => response.writeHead(200).end());
  },
);
