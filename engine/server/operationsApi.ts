/**
 * What serves the operator: `/metrics`, and the doors the commands beside a running engine knock on.
 *
 *   GET  /metrics                      figures; with the admin key, or from this machine while no proxy stands before us
 *   POST /api/engine/backup            holds the data folder still for as long as the connection is open
 *   POST /api/engine/rotate_admin_key  makes a new key and forgets the old one
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson, sendText } from '../http/reply.ts';
import type { ApiRoutes } from '../http/server.ts';
import type { Logger } from '../logs/logger.ts';
import { HttpError } from '../values/errors.ts';

export interface OperationsDeps {
  /** Throws HttpError 401 for a wrong key. */
  isAdmin: (authorization: string | undefined) => Promise<boolean>;
  /** No proxy stands in front: whoever connects from this machine is on this machine. */
  isDirect: () => boolean;
  metrics: () => string;
  /** Holds the data folder still until the answer is called; throws when it is held already. */
  hold: () => () => void;
  /** Of the database's log, which grows while the folder is held. */
  logBytes: () => number;
  /** Null when the key is not the folder's own. */
  rotateAdminKey: (() => void) | null;
  log: Logger;
}

/** A log that has grown beyond this during a backup costs too much afterwards. */
const MAX_LOG_BYTES = 2 * 1024 ** 3;
const WATCH_LOG_MS = 1_000;

export function createOperationsApi(deps: OperationsDeps): ApiRoutes {
  return async (request, response, { pathname }) => {
    switch (`${request.method} ${pathname}`) {
      case 'GET /metrics':
        if (!(isLocal(request) && deps.isDirect())) await requireAdmin(deps, request);
        response.setHeader('cache-control', 'no-store');
        sendText(response, 200, 'text/plain; version=0.0.4; charset=utf-8', deps.metrics());
        return true;
      case 'POST /api/engine/backup':
        await requireAdmin(deps, request);
        holdFor(response, deps);
        return true;
      case 'POST /api/engine/rotate_admin_key':
        await requireAdmin(deps, request);
        if (!deps.rotateAdminKey)
          throw new HttpError(
            409,
            'KeyGivenAtStart',
            'This engine was given its admin key at its start: change it there.',
          );
        deps.rotateAdminKey();
        sendJson(response, 200, { ok: true });
        return true;
      default:
        return false;
    }
  };
}

async function requireAdmin({ isAdmin }: OperationsDeps, request: IncomingMessage): Promise<void> {
  if (await isAdmin(request.headers.authorization)) return;
  throw new HttpError(403, 'BadDeployKey', 'This needs the admin key: Authorization: Convex <admin key>.');
}

/** The connection is the hold: however its owner ends, the hold ends with it. */
function holdFor(response: ServerResponse, { hold, logBytes, log }: OperationsDeps): void {
  const release = hold();
  const began = performance.now();
  const watch = setInterval(() => {
    if (logBytes() < MAX_LOG_BYTES) return;
    log.warn(
      'backup_ended',
      'The backup was ended: too much was written while it was made. Try again at a quieter time.',
    );
    response.destroy();
  }, WATCH_LOG_MS).unref();
  response.once('close', () => {
    clearInterval(watch);
    release();
    const seconds = Math.round(performance.now() - began) / 1_000;
    log.info('backup_copied', `The data folder was held for a backup for ${seconds} s.`, { seconds });
  });
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"held":true}\n');
}

/** A request that was forwarded comes from elsewhere, whatever the last hop; a page's own address would be its Host. */
function isLocal({ socket, headers }: IncomingMessage): boolean {
  const address = socket.remoteAddress ?? '';
  if (!/^(?:::ffff:)?127\.|^::1$/.test(address)) return false;
  if (['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => headers[name] !== undefined))
    return false;
  return isLoopbackName(URL.parse(`http://${headers.host ?? ''}`)?.hostname ?? '');
}

export function isLoopbackName(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
