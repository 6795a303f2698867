/** Mounts the deploy, environment and log routes, which are plain functions from body to reply. */
import type { ClientAddress } from '../auth/clientAddress.ts';
import { readJsonObject, rooms } from '../http/body.ts';
import { sendJson, sendText } from '../http/reply.ts';
import type { ApiRoutes } from '../http/server.ts';
import type { AdminHandler } from '../push/routes.ts';
import type { Credentials } from '../sync/session.ts';
import { sourceOf } from '../turns/sources.ts';
import { HttpError } from '../values/errors.ts';
import { LIMITS } from '../values/limits.ts';

/** Who has not shown the key in a header may still send it in the body, but not a whole deployment first. */
const OF_OTHERS = { maxBytes: LIMITS.strangerBytes, room: rooms.strangers };
const OF_ADMINS = { maxBytes: LIMITS.pushBytes, room: rooms.known, sender: null };

export function createAdminApi(
  routes: Record<string, AdminHandler>,
  credentials: (authorization: string | undefined) => Promise<Credentials>,
  /** Waits before a wrong key is refused. */
  slowDown: () => Promise<void>,
  clientOf: ClientAddress,
): ApiRoutes {
  return async (request, response, url) => {
    const name = `${request.method} ${url.pathname}`;
    const handler = Object.hasOwn(routes, name) ? routes[name] : undefined;
    if (!handler) return false;
    const { admin } = await credentials(request.headers.authorization);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const rules = admin ? OF_ADMINS : { ...OF_OTHERS, sender: sourceOf(clientOf(request)) };
    const body = request.method === 'GET' ? {} : await readJsonObject(request, rules);
    const context = { admin, query: url.searchParams, signal: gone.signal };
    const { status, json } = await handler(body, context).catch(async (error: unknown) => {
      if (error instanceof HttpError && error.code === 'BadDeployKey') await slowDown();
      throw error;
    });
    if (json === undefined) sendText(response, status, 'text/plain', '');
    else sendJson(response, status, json);
    return true;
  };
}
