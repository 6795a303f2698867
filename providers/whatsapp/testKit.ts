/** What the tests of the local WhatsApp share: a server with a receiver of its webhooks. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type LocalWhatsapp, startWhatsapp, type WhatsappOptions } from './start.ts';

export interface Hook {
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Receiver {
  url: string;
  hooks: Hook[];
  /** What it answers, by the order of arrival. */
  answer: (hook: Hook, at: number) => number;
}

export const verifyToken = 'meatyhamhock';

export async function startReceiver(): Promise<Receiver> {
  const receiver: Receiver = { url: '', hooks: [], answer: () => 200 };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (request.method === 'GET') {
      const isKnown = url.searchParams.get('hub.verify_token') === verifyToken;
      response.writeHead(isKnown ? 200 : 403).end(url.searchParams.get('hub.challenge'));
      return;
    }
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const hook = { headers: request.headers, body };
      receiver.hooks.push(hook);
      response.writeHead(receiver.answer(hook, receiver.hooks.length - 1)).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return receiver;
}

/** With a webhook that is taken; both end with the test. */
export async function startForTest(
  options: WhatsappOptions = {},
): Promise<{ local: LocalWhatsapp; receiver: Receiver }> {
  const receiver = await startReceiver();
  const local = await startWhatsapp({ retryScale: 0.0001, ...options });
  onTestFinished(() => local.stop());
  await local.setWebhook({ url: receiver.url, verifyToken });
  return { local, receiver };
}
