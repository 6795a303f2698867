/**
 * The HTTP server: the API with its keys, limits and faults, the links to files, and the mailbox pages. Checks come in
 * the order of the real one: the network's (User-Agent), the key, the rate limit, the path, the key's rights, the body.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answer } from './api/call.ts';
import { openLink } from './api/links.ts';
import { routeFor } from './api/routes.ts';
import type { Fault } from './faults.ts';
import type { LoggedRequest } from './log.ts';
import { Refused, refuse } from './refusals.ts';
import { hash } from './sending.ts';
import type { Team } from './team.ts';

/** Twice of what a mail may be: the mail's own limit says so. */
const mostBytes = 90 * 1024 * 1024;

export type Pages = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<boolean>;

export interface Listening {
  url: string;
  close(): Promise<void>;
}

export async function listen(team: Team, port: number, pages: Pages): Promise<Listening> {
  const server: Server = createServer((request, response) => {
    answer(team, request, response, pages).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(`The local Resend failed: ${error instanceof Error ? error.stack : String(error)}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: addressOf(server),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const addressOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function answer(
  team: Team,
  request: IncomingMessage,
  response: ServerResponse,
  pages: Pages,
): Promise<void> {
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`);
  if (url.pathname.startsWith('/cdn/')) return sendFile(team, response, url);
  if (await pages(request, response, url)) return;
  await answerApi(team, request, response, url);
}

function sendFile(team: Team, response: ServerResponse, url: URL): void {
  const file = openLink(team, url.pathname, url.searchParams);
  if (!file) {
    response.writeHead(403, { 'content-type': 'text/xml' });
    response.end('<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code></Error>');
    return;
  }
  response.writeHead(200, {
    'content-type': file.contentType,
    'content-length': `${file.content.length}`,
    'content-disposition': 'attachment',
    'x-content-type-options': 'nosniff',
  });
  response.end(file.content);
}

async function answerApi(
  team: Team,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const { settings, faults, log } = team;
  const method = request.method ?? 'GET';
  const path = url.pathname.replace(/(.)\/$/, '$1');
  const idempotencyKey = headerOf(request, 'idempotency-key');
  const logged: LoggedRequest = {
    at: settings.now(),
    method,
    path,
    idempotencyKey,
    bodySha256: '',
    outcome: 'silence',
    fault: null,
    emailId: null,
    isReplay: false,
  };
  log.requests.push(logged);
  const early = faults.meet({ method, path, idempotencyKey, body: '' }, true);
  const body = early ? '' : await readBody(request);
  const fault = early ?? faults.meet({ method, path, idempotencyKey, body });
  Object.assign(logged, { bodySha256: hash(body), fault: fault?.kind ?? null });
  if (early) return reset(request, logged);
  if (fault?.kind === 'silentBefore') return;
  if (fault?.kind === 'resetBefore') return reset(request, logged);
  const answered = failed(fault) ?? (await carryOut(team, request, url, { method, path, body, fault }));
  logged.emailId = answered.emailId ?? null;
  logged.isReplay = answered.isReplay ?? false;
  if (fault?.kind === 'silentAfter') return;
  if (fault?.kind === 'resetAfter') return reset(request, logged);
  const said = fault?.kind === 'errorAfter' ? internalError : answered;
  logged.outcome = { status: said.status, name: (said.body as { name?: string }).name };
  write(team, response, said);
}

const internalError = {
  status: 500,
  body: {
    statusCode: 500,
    name: 'application_error',
    message:
      'Internal server error. We are unable to process your request right now, please try again later.',
  },
};

type Said = Answer & { headers?: Record<string, string> };

/** What a fault answers in the place of the API. */
function failed(fault: Fault | null): Said | null {
  if (fault?.kind === 'error') return internalError;
  if (fault?.kind === 'html')
    return { status: 502, body: '<html><body><h1>502 Bad Gateway</h1></body></html>' };
  if (fault?.kind === 'limited') {
    const { status, body } = new Refused('rateLimit', { limit: 5 });
    return { status, body, headers: { 'retry-after': `${fault.retryAfter ?? 1}` } };
  }
  return null;
}

async function carryOut(
  team: Team,
  request: IncomingMessage,
  url: URL,
  { method, path, body, fault }: { method: string; path: string; body: string; fault: Fault | null },
): Promise<Said> {
  const { settings, limiter } = team;
  try {
    if (!headerOf(request, 'user-agent')) refuse('noUserAgent');
    const key = keyOf(team, request, method === 'POST' && /^\/emails(\/batch)?$/.test(path));
    const waitMs = limiter.take(settings.now(), settings.ratePerSecond);
    if (waitMs !== null) {
      const { status, body: said } = new Refused('rateLimit', { limit: settings.ratePerSecond });
      return { status, body: said, headers: { 'retry-after': `${Math.ceil(waitMs / 1_000)}` } };
    }
    const { handler, params, isSend } = routeFor(method, path);
    if (key === 'sending' && !isSend) refuse('restrictedKey');
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
    );
    const slowMs = fault?.kind === 'slow' ? (fault.ms ?? 0) : 0;
    return await handler({ team, params, query: url.searchParams, headers, body, url: url.origin, slowMs });
  } catch (error) {
    if (error instanceof Refused) return { status: error.status, body: error.body };
    throw error;
  }
}

function keyOf({ settings }: Team, request: IncomingMessage, isSend: boolean): 'full' | 'sending' {
  const authorization = headerOf(request, 'authorization');
  if (!authorization) return refuse('missingKey');
  const key = authorization.replace(/^Bearer\s+/i, '');
  if (key === settings.apiKey) return 'full';
  if (key === settings.sendingKey) return 'sending';
  return refuse(isSend ? 'wrongKeyOfSend' : 'wrongKey');
}

function write(
  { limiter, quota, settings }: Team,
  response: ServerResponse,
  { status, body, headers = {} }: Said,
): void {
  const isText = typeof body === 'string';
  const text = isText ? body : JSON.stringify(body);
  const now = settings.now();
  response.writeHead(status, {
    'content-type': isText ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
    'content-length': `${Buffer.byteLength(text)}`,
    ...limiter.headers(now, settings.ratePerSecond),
    ...quota.headers(now),
    ...headers,
  });
  response.end(text);
}

function reset(request: IncomingMessage, logged: LoggedRequest): void {
  logged.outcome = 'reset';
  request.socket.resetAndDestroy();
}

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error('The request is larger than the local Resend reads.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
