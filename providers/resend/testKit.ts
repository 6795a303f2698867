/** What the tests of the local Resend share: a server with a receiver of its webhooks. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Resend } from 'resend';
import { onTestFinished } from 'vitest';
import { type LocalResend, type ResendOptions, startResend } from './start.ts';

export interface Hook {
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Receiver {
  url: string;
  /** All that came, proper or not. */
  hooks: Hook[];
  events(): { type: string; data: Record<string, unknown> }[];
  /** What it answers, by the order of arrival. */
  answer: (hook: Hook, at: number) => number;
}

export async function startReceiver(): Promise<Receiver> {
  const receiver: Receiver = {
    url: '',
    hooks: [],
    events: () => receiver.hooks.map(({ body }) => JSON.parse(body)),
    answer: () => 200,
  };
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const hook = { headers: request.headers, body };
      receiver.hooks.push(hook);
      response.writeHead(receiver.answer(hook, receiver.hooks.length - 1)).end('seen');
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

/** With the SDK on it; both end with the test. */
export async function startForTest(
  options: ResendOptions = {},
): Promise<{ local: LocalResend; sdk: Resend }> {
  const local = await startResend({ ratePerSecond: 1_000, retryScale: 0.0001, ...options });
  onTestFinished(() => local.stop());
  return { local, sdk: new Resend(local.apiKey, { baseUrl: local.url }) };
}

export const mail = {
  from: 'Ana (Acme) <support@acme.example>',
  to: 'you@customer.example',
  subject: 'Your order',
  text: 'It is on its way.',
};
