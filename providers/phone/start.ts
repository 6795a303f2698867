/**
 * The demo phone: one page on which whoever tries the desk is its customer in every messenger, without an account. Each app is a tab,
 * played by its local provider. Only for this machine: other hosts' names and other pages' calls are refused.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isHere, readForm, type Said, send, styleSheet, textOf } from '../pages/serve.ts';
import type { PhoneApp } from './app.ts';
import { phonePage } from './page.ts';

const policy =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const pages: Record<string, (apps: PhoneApp[]) => Said> = {
  '/': (apps) => ({ body: phonePage(apps) }),
  '/phone.css': () => styleSheet(new URL('phone.css', import.meta.url)),
  '/phone.js': () => ({
    type: 'text/javascript; charset=utf-8',
    body: readFileSync(new URL('phone.js', import.meta.url)),
  }),
};

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
  const { origin } = request.headers;
  const isOwn = request.method !== 'POST' || origin === url.origin;
  if (!isHere(url) || !isOwn) return say(response, 403, 'text/plain', 'Only from here.');
  const page = pages[url.pathname];
  if (page) return send(response, policy, page(apps));
  const [, id, act = '', ...rest] = url.pathname.split('/');
  const app = apps.find((each) => each.id === id);
  if (!app) return say(response, 404, 'text/plain', 'There is no such app on this phone.');
  if (request.method === 'POST') return take(app, act, request, response);
  if (act === 'events') return stream(app, request, response);
  if (act === 'files') return sendFile(app, rest.join('/'), response);
  app.open(act, url.searchParams);
  response.writeHead(303, { location: `/#${app.id}` }).end();
}

const say = (response: ServerResponse, status: number, type: string, body: string | Uint8Array): void =>
  send(response, policy, { status, type, body });

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
  const form = await readForm(request);
  const text = (name: string) => textOf(form, name);
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
