/**
 * The site: HTTP actions on a port of their own (§2.7). Requests are read whole and go to the runner as they are, responses are
 * streamed chunk by chunk; a failure after the headers ends the connection, so that nobody takes half an answer for a whole one.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { ClientAddress } from '../auth/clientAddress.ts';
import { sourceOf } from '../turns/sources.ts';
import { rooms } from './body.ts';
import { EDGES } from '../values/edges.ts';
import { sendError, sendText } from './reply.ts';
import { UnderWay } from './underWay.ts';

export interface HttpActionRequest {
  method: string;
  /** Absolute, with the public origin. */
  url: string;
  headers: [string, string][];
  body: Uint8Array | null;
  ip: string | null;
}

export interface HttpActionResponse {
  status: number;
  headers: [string, string][];
  /** Bytes when all of it is there already. */
  body: AsyncIterable<Uint8Array> | Uint8Array | null;
}

type RunHttpAction = (request: HttpActionRequest) => Promise<HttpActionResponse>;
/** Serves one request as HTTP action under the given path and query. */
export type SiteHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
) => Promise<void>;

const METHODS = new Set(['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'HEAD']);
const BODYLESS = new Set(['GET', 'HEAD', 'OPTIONS']);
const MAX_BODY = EDGES.actionBody.most;
/** Set by this server for its own connections. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'proxy-connection',
  'te',
  'trailer',
]);

interface SiteHandlerOptions {
  run: RunHttpAction;
  siteUrl: () => string | null;
  clientOf: ClientAddress;
  /** Whether this `Authorization` is somebody's. */
  knowsCredential: (authorization: string) => boolean;
  /** By the path, without what is asked for in it. */
  maxBodyBytes: (path: string) => number;
}

export function createSiteHandler(options: SiteHandlerOptions): SiteHandler {
  const { run, siteUrl, clientOf, maxBodyBytes } = options;
  const underWay = new UnderWay(options.knowsCredential);
  return async (request, response, target) => {
    const method = request.method ?? 'GET';
    if (!METHODS.has(method))
      return sendText(response, 405, 'text/plain', `The method ${method} is not supported.`);
    await underWay.run(request, async (served) => {
      const ip = clientOf(request);
      const mostBytes = maxBodyBytes(target.split('?', 1)[0]!);
      const asked = {
        method: method === 'HEAD' ? 'GET' : method,
        url: publicOrigin(request, siteUrl()) + target,
        headers: headersOf(request),
        body: BODYLESS.has(method) ? null : await rooms.actions.read(request, mostBytes, sourceOf(ip)),
        ip,
      };
      const action = await served(() => run(asked));
      // Who has gone is not waited for: the action's next chunk may never come.
      await Promise.race([send(response, action, method === 'HEAD'), gone(response)]);
    });
  };
}

export function createSiteServer(handle: SiteHandler, reportError: (error: unknown) => void): Server {
  return createServer({ maxHeaderSize: 32 * 1024, keepAliveTimeout: 65_000 }, (request, response) => {
    const target = request.url?.startsWith('/') ? request.url : '/';
    handle(request, response, target).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendError(response, error, reportError);
    });
  });
}

async function send(response: ServerResponse, action: HttpActionResponse, headOnly: boolean): Promise<void> {
  // What the action says stands in the place of what every answer carries.
  for (const [name] of action.headers) response.removeHeader(name);
  for (const [name, value] of action.headers) {
    if (!HOP_BY_HOP.has(name.toLowerCase())) response.appendHeader(name, value);
  }
  response.writeHead(action.status);
  if (headOnly || action.body === null) return void response.end();
  if (action.body instanceof Uint8Array) return void response.end(action.body);
  let size = 0;
  for await (const chunk of action.body) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Error('The response of an HTTP action is larger than 20 MiB.');
    if (response.destroyed) return;
    if (!response.write(chunk)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
}

function gone(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) resolve();
    else response.once('close', resolve);
  });
}

/** The configured address if there is one; otherwise what the request (or the proxy before us) says. */
function publicOrigin(request: IncomingMessage, siteUrl: string | null): string {
  if (siteUrl !== null) return siteUrl.replace(/\/$/, '');
  const protocol = String(request.headers['x-forwarded-proto'] ?? 'http')
    .split(',')[0]!
    .trim();
  return `${protocol === 'https' ? 'https' : 'http'}://${request.headers.host ?? 'localhost'}`;
}

function headersOf(request: IncomingMessage): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const name = request.rawHeaders[at]!.toLowerCase();
    if (!HOP_BY_HOP.has(name)) pairs.push([name, request.rawHeaders[at + 1]!]);
  }
  return pairs;
}
