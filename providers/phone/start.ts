/**
 * The demo phone: one page on which whoever tries the desk is its customer in every messenger, without an account. Each app is a tab,
 * played by its local provider. Only for this machine: other hosts' names and other pages' calls are refused.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PhoneApp } from './app.ts';
import { phonePage } from './page.ts';

const files: Record<string, { type: string; name: string }> = {
  '/phone.css': { type: 'text/css; charset=utf-8', name: 'phone.css' },
  '/phone.js': { type: 'text/javascript; charset=utf-8', name: 'phone.js' },
};
const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

export interface LocalPhone {
  url: string;
  stop(): Promise<void>;
}

export async function startPhone({
  port = 0,
  apps,
}: {
  port?: number;
  apps: PhoneApp[];
}): Promise<LocalPhone> {
  const server = createServer((request, response) => {
    answer(apps, request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(`The phone failed: ${error instanceof Error ? error.message : String(error)}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(apps: PhoneApp[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`);
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  const { origin } = request.headers;
  const isOwn = request.method !== 'POST' || origin === url.origin;
  if (!isHere || !isOwn) return say(response, 403, 'text/plain', 'Only from here.');
  const file = files[url.pathname];
  if (file) return say(response, 200, file.type, readFileSync(new URL(file.name, import.meta.url)));
  if (url.pathname === '/') return say(response, 200, 'text/html; charset=utf-8', phonePage(apps));
  const [, id, act = '', ...rest] = url.pathname.split('/');
  const app = apps.find((each) => each.id === id);
  if (!app) return say(response, 404, 'text/plain', 'There is no such app on this phone.');
  if (request.method === 'POST') return take(app, act, request, response);
  if (act === 'events') return stream(app, request, response);
  if (act === 'files') return sendFile(app, rest.join('/'), response);
  app.open(act, url.searchParams);
  response.writeHead(303, { location: `/#${app.id}` }).end();
}

function say(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, {
    'content-type': type,
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
  });
  response.end(body);
}

/** What is on the screen now, and again whenever it changes (server-sent events). */
function stream(app: PhoneApp, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const tell = () => void response.write(`data: ${JSON.stringify(app.view())}\n\n`);
  const end = app.onChange(tell);
  request.on('close', end);
  tell();
}

function sendFile(app: PhoneApp, path: string, response: ServerResponse): void {
  const file = app.file(path);
  if (file === null) return say(response, 404, 'text/plain', 'There is no such file.');
  const isShown = /^image\/(?:png|jpeg|gif|webp)$/.test(file.type);
  response.setHeader('content-disposition', isShown ? 'inline' : 'attachment');
  say(response, 200, isShown ? file.type : 'application/octet-stream', file.bytes);
}

async function take(
  app: PhoneApp,
  act: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const form = await new Response(await readAll(request), {
    headers: { 'content-type': request.headers['content-type'] ?? '' },
  }).formData();
  const text = (name: string) => String(form.get(name) ?? '');
  const acts: Record<string, () => void | Promise<void>> = {
    begin: () => app.begin(),
    write: () =>
      text('text').trim() === '' ? undefined : app.write(text('text'), text('answers') || undefined),
    edit: () => app.edit(text('id'), text('text')),
    react: () => app.react(text('id'), text('emoji')),
    block: () => app.setBlocked(text('isBlocked') === 'true'),
    file: async () => {
      const file = form.get('file');
      if (!(file instanceof File)) return;
      const bytes = new Uint8Array(await file.arrayBuffer());
      app.sendFile({ name: file.name, type: file.type, bytes }, text('caption'));
    },
  };
  const carryOut = acts[act];
  if (!carryOut) return say(response, 404, 'text/plain', 'The phone cannot do that.');
  await carryOut();
  say(response, 200, 'text/plain', '');
}

async function readAll(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
