/** Answers: JSON, typed errors as `{code, message}` (§2.1), and the CORS headers of everything under `/api`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { CommitError, HttpError } from '../values/errors.ts';

const METHODS = 'GET, POST, OPTIONS, PATCH, DELETE, PUT';

export function sendText(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

export function sendJson(response: ServerResponse, status: number, json: unknown): void {
  sendText(response, status, 'application/json', JSON.stringify(json));
}

/** Infrastructure errors by their kind; anything unforeseen is reported and answered without detail. */
export function sendError(response: ServerResponse, error: unknown, report: (error: unknown) => void): void {
  const known = toHttpError(error);
  if (!known) report(error);
  if (response.destroyed) return;
  const { status, code, message } = known ?? INTERNAL;
  // What is left of a body nobody will read would keep the connection busy.
  if (!response.req.complete && !response.headersSent) {
    response.setHeader('connection', 'close');
    // Null when the client was gone before the answer was.
    response.once('finish', () => (response.req.socket as Socket | null)?.destroySoon());
  }
  if (status === 429 && !response.headersSent) response.setHeader('retry-after', '1');
  sendJson(response, status, { code, message });
}

const INTERNAL = new HttpError(
  500,
  'InternalServerError',
  'The request could not be completed. Try again later.',
);

function toHttpError(error: unknown): HttpError | null {
  if (error instanceof HttpError) return error;
  if (error instanceof CommitError) return new HttpError(503, error.code, error.message);
  return null;
}

/**
 * Any origin may call the API: what protects it are tokens in headers, never cookies. Credentials are therefore not
 * allowed, so that a page elsewhere cannot use what a browser would attach by itself.
 */
export function allowCors(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('vary', 'origin');
  response.setHeader('access-control-allow-origin', request.headers.origin ?? '*');
  if (request.method !== 'OPTIONS') return;
  response.setHeader('access-control-allow-methods', METHODS);
  response.setHeader(
    'access-control-allow-headers',
    request.headers['access-control-request-headers'] ?? '*',
  );
  response.setHeader('access-control-max-age', '86400');
}
