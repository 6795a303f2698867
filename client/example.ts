/**
 * An agent in fifty lines: it is told by webhook, answers what it knows and hands over the rest.
 *   SITE=http://127.0.0.1:3211 KEY=baton_live_… SECRET=whsec_… PORT=8080 node client/example.ts
 */
import { createServer } from 'node:http';
import { Baton, type Conversation, readWebhook, type WebhookEvent } from './client.ts';

const { SITE = 'http://127.0.0.1:3211', KEY = '', SECRET = '', PORT = '8080' } = process.env;
const baton = new Baton({ site: SITE, key: KEY });
const handled = new Set<string>();

/** Where a model would think. */
const knows = (question: string) => (/deliver|ship/i.test(question) ? 'Two to four working days.' : null);

async function takeTurn(conversation: Conversation): Promise<void> {
  let turn = await conversation.read();
  while (turn.mustAnswer) {
    const asked = turn.entries.findLast((entry) => entry.kind === 'message' && entry.from === 'customer');
    const question = asked?.kind === 'message' ? asked.text : '';
    const text = knows(question);
    if (text === null) {
      const brief = { asked: question, facts: [], tried: ['Looked for an answer'] };
      return void (await turn.handOver({ brief, farewell: 'I have asked a person to help you.' }));
    }
    const answered = await turn.answer(text);
    if (answered.outcome === 'accepted') return console.log(`to the customer: ${text}`);
    turn = await turn.readOn();
  }
}

async function handle({ id, type, data }: WebhookEvent): Promise<void> {
  if (handled.has(id)) return;
  handled.add(id);
  if (type === 'message.toAnswer') await takeTurn(baton.conversation(data.conversation.id));
  if (type === 'message.toDeliver') {
    console.log(`${data.entry.name} to the customer: ${data.entry.text}`);
    await baton.conversation(data.conversation.id).receipt(data.entry.id, 'delivered');
  }
}

createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
  request.on('end', () => {
    try {
      const event = readWebhook(SECRET, { headers: request.headers, body });
      response.writeHead(204).end();
      handle(event).catch(console.error);
    } catch {
      response.writeHead(401).end();
    }
  });
}).listen(Number(PORT), '127.0.0.1');

for await (const conversation of baton.waiting()) await takeTurn(conversation);
console.log('ready');
