/** Serves the dashboard and does what is asked there. Only for this machine: other hosts' names and other pages' forms are refused. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { formSheet, readForm, type Said, serve, styleSheet, textOf } from '../../pages/serve.ts';
import type { Account } from '../account.ts';
import { shakeHands } from '../webhooks/handshake.ts';
import { dashboardPage } from './page.ts';

const policy =
  "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** True where the path is the dashboard's. */
export async function serveDashboard(
  account: Account,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<boolean> {
  if (!/^\/dashboard(\/|$)/.test(url.pathname)) return false;
  await serve({ request, response, url, policy }, () => answer(account, request, url));
  return true;
}

async function answer(account: Account, request: IncomingMessage, url: URL): Promise<Said> {
  const [, , what = ''] = url.pathname.split('/');
  if (what === 'dashboard.css') return styleSheet(formSheet, new URL('dashboard.css', import.meta.url));
  if (request.method !== 'POST') return { body: dashboardPage(account) };
  const form = await readForm(request);
  const failure = what === 'webhook' ? await setWebhook(account, form) : act(account, what, form);
  if (failure !== null) return { status: 422, body: dashboardPage(account, failure) };
  return { status: 303, headers: { location: '/dashboard' } };
}

async function setWebhook({ deliveries }: Account, form: FormData): Promise<string | null> {
  const webhook = { url: lineOf(form, 'url'), verifyToken: lineOf(form, 'verifyToken') };
  if (!(await shakeHands(webhook))) return 'The callback URL or the verify token could not be validated.';
  deliveries.webhook = webhook;
  return null;
}

const dayMs = 86_400_000;

function act({ people, writing }: Account, what: string, form: FormData): string | null {
  const person = people.find(lineOf(form, 'phone'));
  if (person === null) return 'There is no such customer.';
  if (what === 'echo') writing.echo(person, { text: lineOf(form, 'text') });
  // On their phone alone: what the desk was told stays as it was told.
  if (what === 'later') for (const message of people.thread(person)) message.at -= dayMs;
  if (what === 'move') writing.move(person, lineOf(form, 'number').replace(/\D/g, ''));
  return null;
}

const lineOf = (form: FormData, name: string): string => textOf(form, name).trim();
