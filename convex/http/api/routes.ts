/** /api/v1: finds the operation, the key and the input, and answers in JSON or with a problem (docs/rules.md P1, P2). */
import type { HttpRouter } from 'convex/server';
import { type ActionCtx, httpAction, limited } from '../../functions';
import { internal } from '../../_generated/api';
import { unknownKey } from '../../model/agents/agentAccess';
import { tooMany } from '../../model/kit/requestWindows';
import { closedDesk, requireOpen } from '../../model/kit/closed';
import { hashToken } from '../../model/kit/secrets';
import { keyIn } from '../../shared/agents/keys';
import { withoutEnd, withoutStart } from '../../shared/kit/text';
import { openApiDocument } from './openapi';
import { basePath, type Operation, operations, type SafeOperation, type UnsafeOperation } from './operations';
import { asProblem, Problem, problemResponse, statusOf } from './problems';
import { parse, parseJson, readBody } from './requests';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const maxKeyLength = 256;

export function addApiRoutes(http: HttpRouter): void {
  const handler = limited(
    ['callsOfKey'],
    httpAction(async (ctx, request) => {
      try {
        return toNewAddress(request) ?? (await answer(ctx, request));
      } catch (thrown) {
        return problemResponse(asProblem(thrown));
      }
    }),
  );
  for (const method of methods) http.route({ pathPrefix: `${basePath}/`, method, handler });
}

/** Where the desk is now: the same call there. Null where this is the desk; refuses while it is on its way. */
function toNewAddress(request: Request): Response | null {
  const moved = closedDesk()?.movedTo;
  if (!moved) {
    requireOpen();
    return null;
  }
  const { pathname, search } = new URL(request.url);
  const Location = `${moved.siteUrl}${pathname}${search}`;
  return new Response(null, { status: 308, headers: { Location, 'Cache-Control': 'no-store' } });
}

async function answer(ctx: ActionCtx, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const path = withoutStart(url.pathname, basePath);
  if (path === '/health' || path === '/openapi.json') {
    if (request.method !== 'GET') throw wrongMethod(['GET']);
    return json(
      path === '/health' ? { status: 'ok' } : openApiDocument(process.env.CONVEX_SITE_URL ?? url.origin),
    );
  }
  const keyHash = await readKey(request);
  const counted = new Counted(ctx, keyHash);
  try {
    const { operation, params } = findOperation(request.method, path);
    return operation.method === 'GET'
      ? await read(counted, operation, params, url)
      : await write(counted, operation, params, request);
  } catch (thrown) {
    const problem = asProblem(thrown);
    // What was refused counts as well. And whoever has no key learns only that: not which paths there are, nor what a body must
    // hold.
    if (isRefusal(problem)) await counted.now();
    throw problem;
  }
}

/** Not for a trouble of the desk, nor for want of a key, which is refused without a look at anything else. */
function isRefusal({ code }: Problem): boolean {
  return statusOf(code) < 500 && code !== 'NOT_SIGNED_IN';
}

/** [E4] One call of a key, counted once however it ends. */
class Counted {
  readonly ctx: ActionCtx;
  readonly keyHash: string;
  #isCounted = false;

  constructor(ctx: ActionCtx, keyHash: string) {
    this.ctx = ctx;
    this.keyHash = keyHash;
  }

  /** Refuses with RATE_LIMITED, or because there is no such key. */
  async now(): Promise<void> {
    if (this.#isCounted) return;
    this.byItself();
    const waitMs = await this.ctx.runMutation(internal.http.api.calls.admit, { keyHash: this.keyHash });
    if (waitMs > 0) throw tooMany(waitMs);
  }

  /** A transaction has counted it with what it did. */
  byItself(): void {
    this.#isCounted = true;
  }
}

/** The hash of the key, which may still be unknown; what cannot be a key is not looked up. */
async function readKey(request: Request): Promise<string> {
  const key = keyIn(request.headers.get('Authorization'));
  if (key === null) throw unknownKey();
  return hashToken(key);
}

interface Found {
  operation: Operation;
  params: Record<string, string>;
}

function findOperation(method: string, path: string): Found {
  const onPath = operations.flatMap((operation) => {
    const params = matchPath(operation.path, path);
    return params === null ? [] : [{ operation, params }];
  });
  const found = onPath.find(({ operation }) => operation.method === method);
  if (found !== undefined) return found;
  if (onPath.length > 0) throw wrongMethod(onPath.map(({ operation }) => operation.method));
  throw new Problem('NOT_FOUND', 'There is no such path. See /api/v1/openapi.json.');
}

function wrongMethod(allowed: string[]) {
  const Allow = allowed.join(', ');
  return new Problem('METHOD_NOT_ALLOWED', `Use ${Allow}.`, { headers: { Allow } });
}

/** "/a/{b}" on "/a/x" is {b: "x"}; null when it does not fit. */
function matchPath(template: string, path: string): Record<string, string> | null {
  const wanted = template.split('/');
  const given = path.replace(/\/$/, '').split('/');
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [at, part] of wanted.entries()) {
    const value = given[at] ?? '';
    if (part.startsWith('{')) params[withoutEnd(withoutStart(part, '{'), '}')] = value;
    else if (part !== value) return null;
  }
  return params;
}

async function read(
  counted: Counted,
  operation: SafeOperation,
  params: Record<string, string>,
  url: URL,
): Promise<Response> {
  await counted.now();
  const { ctx, keyHash } = counted;
  const path = operation.params === undefined ? {} : parse(operation.params, params);
  const query =
    operation.query === undefined ? {} : parse(operation.query, Object.fromEntries(url.searchParams));
  const found = await ctx.runQuery(operation.read, { keyHash, ...operation.args?.(path, query) });
  if (operation.after === undefined) return json(found);
  return json(await operation.after(ctx, found, { keyHash, conversationId: params.conversationId ?? '' }));
}

async function write(
  counted: Counted,
  operation: UnsafeOperation,
  params: Record<string, string>,
  request: Request,
): Promise<Response> {
  const { ctx, keyHash } = counted;
  const text = await readBody(request);
  const input = parseJson(operation.body, text);
  if (operation.params !== undefined) parse(operation.params, params);
  const key = idempotencyKey(request);
  const { pathname } = new URL(request.url);
  const scope = key === null ? null : `${request.method} ${pathname} ${key}`;
  const about = { keyHash, conversationId: params.conversationId ?? '' };
  const prepared =
    operation.prepare === undefined ? input : await operation.prepare(ctx, input, about, params);
  const outcome = await ctx.runMutation(operation.call, {
    ...about,
    once: scope === null ? null : { scope, bodyHash: await hashToken(text) },
    input: JSON.stringify(prepared),
  });
  counted.byItself();
  if ('waitMs' in outcome) throw tooMany(outcome.waitMs);
  const { status, body, replayed } = outcome;
  const headers: Record<string, string> = replayed ? { 'Idempotent-Replayed': 'true' } : {};
  return status === 204
    ? new Response(null, { status, headers })
    : new Response(body, { status, headers: { ...jsonHeaders, ...headers } });
}

/** A structured-header string ("…" in quotes) or bare. */
function idempotencyKey(request: Request): string | null {
  const given = request.headers.get('Idempotency-Key');
  if (given === null) return null;
  const key = given.trim().replace(/^"(.*)"$/, '$1');
  if (key !== '' && key.length <= maxKeyLength) return key;
  throw new Problem('INVALID_INPUT', `An Idempotency-Key has 1 to ${maxKeyLength} characters.`);
}

const jsonHeaders = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };

function json(body: unknown): Response {
  return new Response(JSON.stringify(body), { headers: jsonHeaders });
}
