/** Serves the dashboard and does what is asked there. Only for this machine: other hosts' names and other pages' forms are refused. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Account } from '../account.ts';
import { shakeHands } from '../webhooks/handshake.ts';
import { dashboardPage } from './page.ts';

const policy =
  "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

interface Said {
  status?: number;
  type?: string;
  body?: string | Buffer;
  headers?: Record<string, string>;
}

/** True where the path is the dashboard's. */
export async function serveDashboard(
  account: Account,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<boolean> {
  if (!/^\/dashboard(\/|$)/.test(url.pathname)) return false;
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  const { origin } = request.headers;
  const isOwn = request.method !== 'POST' || origin === undefined || origin === url.origin;
  const said =
    isHere && isOwn
      ? await answer(account, request, url)
      : { status: 403, type: 'text/plain', body: 'Only from here.' };
  const { status = 200, type = 'text/html; charset=utf-8', body = '', headers = {} } = said;
  response.writeHead(status, {
    'content-type': type,
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    // Stricter, and the forms of these pages would come without their origin.
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(body);
  return true;
}

async function answer(account: Account, request: IncomingMessage, url: URL): Promise<Said> {
  const [, , what = ''] = url.pathname.split('/');
  if (what === 'dashboard.css')
    return { type: 'text/css; charset=utf-8', body: readFileSync(new URL('dashboard.css', import.meta.url)) };
  if (request.method !== 'POST') return { body: dashboardPage(account) };
  const form = await readForm(request);
  const failure = what === 'webhook' ? await setWebhook(account, form) : act(account, what, form);
  if (failure !== null) return { status: 422, body: dashboardPage(account, failure) };
  return { status: 303, headers: { location: '/dashboard' } };
}

async function setWebhook({ deliveries }: Account, form: FormData): Promise<string | null> {
  const webhook = { url: textOf(form, 'url'), verifyToken: textOf(form, 'verifyToken') };
  if (!(await shakeHands(webhook))) return 'The callback URL or the verify token could not be validated.';
  deliveries.webhook = webhook;
  return null;
}

const dayMs = 86_400_000;

function act({ people, writing }: Account, what: string, form: FormData): string | null {
  const person = people.find(textOf(form, 'phone'));
  if (person === null) return 'There is no such customer.';
  if (what === 'echo') writing.echo(person, { text: textOf(form, 'text') });
  // On their phone alone: what the desk was told stays as it was told.
  if (what === 'later') for (const message of people.thread(person)) message.at -= dayMs;
  if (what === 'move') writing.move(person, textOf(form, 'number').replace(/\D/g, ''));
  return null;
}

async function readForm(request: IncomingMessage): Promise<FormData> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const headers = { 'content-type': request.headers['content-type'] ?? 'application/x-www-form-urlencoded' };
  return new Response(Buffer.concat(chunks), { headers }).formData();
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}
