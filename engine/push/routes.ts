/**
 * The admin endpoints of pushing, environment variables and logs, as plain functions; the HTTP server mounts them.
 *
 * The caller reads the body (undoing its content encoding) and says whether the Authorization header held the admin key; the
 * deploy endpoints also take the key in the body or the query, as the CLI has always sent it.
 */
import { parseChanges } from '../env/environment.ts';
import type { LogRing } from '../logs/ring.ts';
import { HttpError } from '../values/errors.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';
import type { PushService } from './pushService.ts';

interface AdminContext {
  /** Whether the Authorization header proved an administrator. */
  admin: boolean;
  query: URLSearchParams;
  /** Aborted when the client goes away. */
  signal: AbortSignal;
}

interface AdminReply {
  status: number;
  /** Absent for an empty body. */
  json?: JsonValue;
}

export type AdminHandler = (body: JsonObject, context: AdminContext) => Promise<AdminReply>;

export interface AdminDeps {
  push: PushService;
  logs: LogRing;
  urls: () => { cloud: string; site: string };
  /** Constant-time comparison; throws HttpError 401/403 or answers false for a wrong key. */
  checkAdminKey: (key: string) => boolean;
}

/** Handlers by `METHOD /path`. */
export function adminRoutes(deps: AdminDeps): Record<string, AdminHandler> {
  const { push, logs, urls } = deps;
  const routes: Record<string, AdminHandler> = {
    'GET /api/v1/get_canonical_urls': async () =>
      ok({ convexCloudUrl: urls().cloud, convexSiteUrl: urls().site }),
    'GET /api/stream_function_logs': async (_body, { query, signal }) => {
      const cursor = Number(query.get('cursor') ?? 0);
      if (!Number.isFinite(cursor)) throw new HttpError(400, 'BadCursor', 'The cursor must be a number.');
      return ok((await logs.poll(cursor, { signal })) as unknown as JsonValue);
    },
    'POST /api/get_config_hashes': async () => ok(push.configHashes()),
    'POST /api/deploy2/start_push': async (body) => ok(await push.startPush(body)),
    'POST /api/deploy2/evaluate_schema': async (body) => ok(await push.evaluateSchema(body)),
    'POST /api/deploy2/evaluate_push': async (body) => ok(await push.evaluatePush(body)),
    'POST /api/deploy2/wait_for_schema': async (body) => ok(await push.waitForSchema(body)),
    'POST /api/deploy2/finish_push': async (body) => ok(await push.finishPush(body)),
    'POST /api/deploy2/report_push_completed': async () => ok(null),
    'POST /api/update_environment_variables': async (body) => {
      await push.updateEnvironment(parseChanges(body));
      return { status: 200 };
    },
  };
  for (const [route, handler] of Object.entries(routes)) {
    routes[route] = async (body, context) => {
      requireAdmin(deps, body, context);
      return await handler(body, context);
    };
  }
  return routes;
}

function requireAdmin(deps: AdminDeps, body: JsonObject, context: AdminContext): void {
  if (context.admin) return;
  const key = typeof body.adminKey === 'string' ? body.adminKey : context.query.get('adminKey');
  if (key !== null && deps.checkAdminKey(key)) return;
  throw new HttpError(403, 'BadDeployKey', 'The admin key is missing or not valid for this server.');
}

function ok(json: JsonValue): AdminReply {
  return { status: 200, json };
}
