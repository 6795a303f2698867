/**
 * The main port: API, sync upgrades, deploy routes, small GETs, the host's own routes and the app's files.
 *
 * Order: `/api/…` (CORS on everything) → exact routes of the host → the engine's small GETs → `/http/…` (HTTP actions for
 * whoever has one port only) → files. Promises: an unknown path under `/api` is a JSON 404, never the app's page.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { EDGES } from '../values/edges.ts';
import { HttpError } from '../values/errors.ts';
import type { SyncEndpoint } from '../sync/endpoint.ts';
import type { ClientAddress } from '../auth/clientAddress.ts';
import { FairTurns } from '../turns/fairTurns.ts';
import { FunctionRoutes, type FunctionBackend } from './functionRoutes.ts';
import { readTurns } from '../turns/largeTurns.ts';
import { sourceOf } from '../turns/sources.ts';
import { allowCors, sendError, sendJson, sendText } from './reply.ts';
import type { SiteHandler } from './site.ts';
import type { StaticFiles } from './staticFiles.ts';
import { urlOf } from './url.ts';

/** A page the host serves at run time, for example the public addresses as `/config.json`. */
export type HostRoute = () => { status?: number; headers?: Record<string, string>; body: string };
/** Whether pages of an origin may call. */
export type AllowsOrigin = (origin: string) => boolean | Promise<boolean>;
/** Answers and returns true, or returns false if the path is not one of its own. */
export type ApiRoutes = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<boolean>;

export interface MainServerOptions {
  functions: FunctionBackend;
  /** Of the body of a call of somebody who is signed in. */
  maxCallerBytes: number;
  /** Push, environment, logs: `/api/…` routes of other rooms, asked before the 404. */
  api: ApiRoutes;
  /** What serves the operator: asked before everything else, so that no page of the host can stand in front. */
  operations: ApiRoutes;
  sync: SyncEndpoint;
  allowsOrigin?: AllowsOrigin | undefined;
  site: SiteHandler;
  clientOf: ClientAddress;
  staticFiles: StaticFiles | null;
  routes: Record<string, HostRoute>;
  instanceName: string;
  /** Of Convex: what this behaves like. */
  version: string;
  /** Public keys of tokens that mutations sign; null while there are none. */
  jwks: () => Promise<string | null> | string | null;
  /** Whether the engine serves; named reasons become a 503 of `/health`. */
  health: () => { ok: boolean } & Record<string, unknown>;
  reportError: (error: unknown) => void;
}

const MAX_URL = EDGES.url.most;
const MAX_ECHO = EDGES.echo.most;
const maxHeaderSize = EDGES.headers.most;
const ECHO_IDLE_MS = 15_000;

export function createMainServer(options: MainServerOptions): Server {
  const functions = new FunctionRoutes(options.functions, options.clientOf, options.maxCallerBytes);
  const turns = new FairTurns();
  const server = createServer({ maxHeaderSize, keepAliveTimeout: 65_000 }, (request, response) => {
    turns.begin(sourceOf(options.clientOf(request)), () => {
      answer(request, response, options, functions).catch((error: unknown) => {
        sendError(response, error, options.reportError);
      });
    });
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => {});
    const refuse = (status: string): void =>
      void socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    if (!options.sync.serves(pathOf(request))) return refuse('404 Not Found');
    requireOrigin(request, options).then(
      () => options.sync.upgrade(request, socket, head),
      () => refuse('403 Forbidden'),
    );
  });
  return server;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: MainServerOptions,
  functions: FunctionRoutes,
): Promise<void> {
  const url = parseUrl(request);
  const { pathname } = url;
  if (await options.operations(request, response, url)) return;
  if (pathname === '/api' || pathname.startsWith('/api/')) {
    await requireOrigin(request, options);
    allowCors(request, response);
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    if (pathname === '/api/debug_event') return sendText(response, 200, 'text/plain', '');
    const body = await functions.handle(request, url);
    if (body !== null) return sendText(response, 200, 'application/json', body);
    if (await options.api(request, response, url)) return;
    throw new HttpError(404, 'NotFound', `There is no ${request.method} ${pathname} here.`);
  }
  const route = Object.hasOwn(options.routes, pathname) ? options.routes[pathname] : undefined;
  if (route) return sendRoute(response, route);
  if (await sendSmall(response, pathname, options)) return;
  if (pathname.startsWith('/http/'))
    return options.site(request, response, pathname.slice('/http'.length) + url.search);
  if (options.staticFiles) return options.staticFiles.handle(request, response, url);
  if (pathname === '/')
    return sendText(response, 200, 'text/plain', 'This is a Convex-compatible deployment.');
  sendText(response, 404, 'text/plain; charset=utf-8', 'Not found');
}

async function requireOrigin(
  { headers: { origin } }: IncomingMessage,
  { allowsOrigin }: MainServerOptions,
): Promise<void> {
  if (origin === undefined || allowsOrigin === undefined || (await allowsOrigin(origin))) return;
  throw new HttpError(403, 'OriginRefused', 'Pages of this origin may not call this deployment now.');
}

function sendRoute(response: ServerResponse, route: HostRoute): void {
  const { status = 200, headers = {}, body } = route();
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const type =
    Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? 'text/plain';
  sendText(response, status, type, body);
}

async function sendSmall(
  response: ServerResponse,
  pathname: string,
  options: MainServerOptions,
): Promise<boolean> {
  switch (pathname) {
    case '/health': {
      const health = options.health();
      response.setHeader('cache-control', 'no-store');
      sendJson(response, health.ok ? 200 : 503, health);
      return true;
    }
    case '/version':
    case '/instance_version':
      sendText(response, 200, 'text/plain', options.version);
      return true;
    case '/instance_name':
      sendText(response, 200, 'text/plain', options.instanceName);
      return true;
    case '/echo':
      echo(response.req, response, sourceOf(options.clientOf(response.req)));
      return true;
    case '/.well-known/jwks.json': {
      const jwks = await options.jwks();
      if (jwks === null) return false;
      allowCors(response.req, response);
      sendText(response, 200, 'application/json', jwks);
      return true;
    }
    default:
      return false;
  }
}

/** What was sent, as it comes: how `npx convex network-test` measures the way here. */
function echo(request: IncomingMessage, response: ServerResponse, sender: string): void {
  allowCors(request, response);
  const size = Number(request.headers['content-length'] ?? 0);
  if (size > MAX_ECHO)
    throw new HttpError(413, 'RequestTooLarge', `At most ${MAX_ECHO} bytes are sent back.`);
  request.setTimeout(ECHO_IDLE_MS, () => request.destroy());
  let sent = 0;
  request.on('data', (chunk: Buffer) => {
    sent += chunk.length;
    if (sent > MAX_ECHO) return void request.destroy();
    readTurns.took(request, chunk.length, sender);
  });
  request.once('close', () => readTurns.forget(request, sender));
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'x-content-type-options': 'nosniff',
  });
  request.on('error', () => response.destroy()).pipe(response);
}

function pathOf(request: IncomingMessage): string {
  const target = request.url ?? '/';
  const query = target.indexOf('?');
  return query < 0 ? target : target.slice(0, query);
}

function parseUrl(request: IncomingMessage): URL {
  const target = request.url ?? '/';
  if (target.length > MAX_URL)
    throw new HttpError(414, 'UrlTooLong', `The URL is longer than ${MAX_URL} characters.`);
  const url = urlOf(target);
  if (!url) throw new HttpError(400, 'BadUrl', 'The URL could not be parsed.');
  return url;
}
