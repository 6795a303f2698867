/** The HTTP server: the Graph API with its token and faults, the addresses of files, and the dashboard. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Fault } from '../resend/faults.ts';
import type { Account } from './account.ts';
import { carryOut } from './api/routes.ts';
import { newTrace } from './ids.ts';
import type { LoggedRequest } from './log.ts';
import { Refused, refuse } from './refusals.ts';

export type Pages = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<boolean>;

export interface Listening {
  url: string;
  close(): Promise<void>;
}

const mostBytes = 110 * 1024 * 1024;

export async function listen(account: Account, port: number, pages: Pages): Promise<Listening> {
  const server: Server = createServer((request, response) => {
    answer(account, request, response, pages).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(`The local WhatsApp failed: ${error instanceof Error ? error.stack : String(error)}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  account: Account,
  request: IncomingMessage,
  response: ServerResponse,
  pages: Pages,
): Promise<void> {
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? '127.0.0.1'}`);
  if (await pages(request, response, url)) return;
  const { faults, log, settings } = account;
  const method = request.method ?? 'GET';
  const path = url.pathname.replace(/^\/v\d+\.\d+(?=\/)/, '');
  const logged: LoggedRequest = {
    at: settings.now(),
    method,
    path,
    body: '',
    outcome: 'silence',
    fault: null,
  };
  log.requests.push(logged);
  const met = { method, path, idempotencyKey: null, body: '' };
  const early = faults.meet(met, true);
  if (early) return reset(request, logged);
  const bytes = await readBody(request);
  const contentType = request.headers['content-type'] ?? '';
  logged.body = contentType.includes('json') ? bytes.toString('utf8') : '';
  const fault = faults.meet({ ...met, body: logged.body });
  logged.fault = fault?.kind ?? null;
  if (fault?.kind === 'silentBefore') return;
  if (fault?.kind === 'resetBefore') return reset(request, logged);
  const call = {
    account,
    method,
    path,
    query: url.searchParams,
    contentType,
    body: bytes,
    origin: url.origin,
  };
  const said = failed(fault) ?? (await carriedOut(call, request, url));
  if (fault?.kind === 'slow')
    await new Promise<void>((resolve) => account.work.later(fault.ms ?? 0, resolve));
  if (fault?.kind === 'silentAfter') return;
  if (fault?.kind === 'resetAfter') return reset(request, logged);
  const written = fault?.kind === 'errorAfter' ? gateway : said;
  const { code } = (written.body as { error?: { code?: number } }).error ?? {};
  logged.outcome = { status: written.status, ...(code !== undefined && { code }) };
  write(response, written);
}

interface Said {
  status: number;
  body: object | string | Buffer;
  headers?: Record<string, string>;
}

/** It does not say whether the request was carried out. */
const gateway: Said = { status: 502, body: '<html><body><h1>502 Bad Gateway</h1></body></html>' };

/** What a fault answers in the place of the API. */
function failed(fault: Fault | null): Said | null {
  if (fault?.kind === 'error')
    return {
      status: 500,
      body: { error: { message: '(#131000) Something went wrong', code: 131000, fbtrace_id: newTrace() } },
    };
  if (fault?.kind === 'html') return gateway;
  if (fault?.kind === 'limited')
    return {
      status: 400,
      body: { error: { message: '(#130429) Rate limit hit', code: 130429, fbtrace_id: newTrace() } },
      headers: { 'retry-after': `${fault.retryAfter ?? 1}` },
    };
  return null;
}

async function carriedOut(
  call: Parameters<typeof carryOut>[0],
  request: IncomingMessage,
  url: URL,
): Promise<Said> {
  try {
    checkToken(call.account, request);
    if (url.pathname.startsWith('/whatsapp_business/attachments')) {
      const file = call.account.media.open(url.searchParams.get('hash') ?? '');
      if (file === null) return { status: 404, body: 'URL signature expired' };
      return { status: 200, body: file.content, headers: { 'content-type': file.contentType } };
    }
    return { status: 200, body: await carryOut(call) };
  } catch (error) {
    if (error instanceof Refused) return { status: error.status, body: error.body };
    throw error;
  }
}

function checkToken({ settings, isTokenGood }: Account, request: IncomingMessage): void {
  const { authorization } = request.headers;
  if (authorization === undefined) refuse('noToken');
  if (!isTokenGood || authorization !== `Bearer ${settings.token}`) refuse('wrongToken');
}

function write(response: ServerResponse, { status, body, headers = {} }: Said): void {
  const isBytes = Buffer.isBuffer(body);
  const bytes = isBytes ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const type = typeof body === 'string' ? 'text/html; charset=utf-8' : 'application/json; charset=UTF-8';
  response.writeHead(status, { 'content-type': type, 'content-length': `${bytes.length}`, ...headers });
  response.end(bytes);
}

function reset(request: IncomingMessage, logged: LoggedRequest): void {
  logged.outcome = 'reset';
  request.socket.resetAndDestroy();
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error('The request is larger than the local WhatsApp reads.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
