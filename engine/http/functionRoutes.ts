/**
 * Calling functions over HTTP (§2.3): `/api/query|mutation|action|function|run/…` and the timestamped query forms.
 *
 * Promises: a function's failure is HTTP 200 with status "error"; queries share results with live queries; all queries of
 * a batch see one state of the data; values are spliced into the answer as the text the function produced.
 */
import type { IncomingMessage } from 'node:http';
import type { FunctionResult } from '../functions/calls/failure.ts';
import type { Caller } from '../functions/calls/services.ts';
import type { LiveQueries } from '../subscriptions/liveQueries.ts';
import { decodeTs, encodeTs } from '../sync/protocol.ts';
import type { FunctionCall } from '../sync/calls.ts';
import type { Credentials } from '../sync/session.ts';
import { turnOfItsOwn } from '../turns/largeTurns.ts';
import { sourceOf } from '../turns/sources.ts';
import { HttpError, shortName } from '../values/errors.ts';
import { EDGES } from '../values/edges.ts';
import { jsonToValue, toCleanJson } from '../values/json.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';
import type { ClientAddress } from '../auth/clientAddress.ts';
import { Lines } from './lines.ts';
import { type BodyRules, parseJson, readJsonObject, rooms } from './body.ts';

export interface FunctionBackend {
  live: LiveQueries<Caller>;
  latestTs(): bigint;
  /** From the Authorization header; throws HttpError 401/403. */
  credentials(authorization: string | undefined): Promise<Credentials>;
  requestId(): string;
  mutation(call: FunctionCall): Promise<{ result: FunctionResult; logLines: string[] }>;
  action(call: FunctionCall): Promise<{ result: FunctionResult; logLines: string[] }>;
  /** A query that is not deployed, given as the source of a module. */
  oneOffQuery(call: Omit<FunctionCall, 'path'> & { source: string }): Promise<Run>;
  /** The kind of a function, internal ones included; null if there is none. Throws HttpError 400 for a malformed path. */
  kindOf(component: string, path: string): 'Query' | 'Mutation' | 'Action' | null;
}

type Format = 'json' | 'convex_encoded_json';
type Run = { result: FunctionResult; logLines: readonly string[] };

/** A batch lets others run in between after this long, of all batches together. */
const BATCH_SLICE_MS = 5;
/** A batch of more waits for its turn before it begins. */
const SMALL_BATCH = 16;
const BATCH_ATTEMPTS = 3;
const RECENT_NS = 30_000_000_000n;

export class FunctionRoutes {
  #backend: FunctionBackend;
  #clientOf: ClientAddress;
  readonly #maxCallerBytes: number;
  readonly #actions = new Lines({ most: EDGES.actionsOfAddress.most });

  constructor(backend: FunctionBackend, clientOf: ClientAddress, maxCallerBytes: number) {
    this.#backend = backend;
    this.#clientOf = clientOf;
    this.#maxCallerBytes = maxCallerBytes;
  }

  /** The JSON text of the answer, or null if the path is not one of these. */
  async handle(request: IncomingMessage, url: URL): Promise<string | null> {
    const path = url.pathname;
    const isRun = path.startsWith('/api/run/');
    if (!isRun && !PATHS.has(path)) return null;
    if (request.method === 'GET' && path === '/api/query') return this.#get(request, url);
    if (request.method !== 'POST') throw new HttpError(405, 'MethodNotAllowed', `Use POST for ${path}.`);
    const caller = await this.#caller(request);
    const body = await readJsonObject(request, this.#bodyRulesOf(caller));
    if (isRun) return this.#run(path.slice('/api/run/'.length), body, caller);
    switch (path) {
      case '/api/query':
        return this.#one(body, caller, 'Query');
      case '/api/mutation':
        return this.#one(body, caller, 'Mutation');
      case '/api/action':
        return this.#one(body, caller, 'Action');
      case '/api/function':
        return this.#any(body, caller);
      case '/api/run_test_function':
        return this.#oneOff(body, caller);
      case '/api/query_ts':
        return JSON.stringify({ ts: encodeTs(this.#backend.latestTs()) });
      case '/api/query_at_ts':
        this.#requireRecent(body.ts);
        return this.#one(body, caller, 'Query');
      default:
        return this.#batch(body, caller);
    }
  }

  async #get(request: IncomingMessage, url: URL): Promise<string> {
    const body: JsonObject = { path: url.searchParams.get('path') };
    const args = url.searchParams.get('args');
    body.args = args === null ? {} : parseJson(args, 'The parameter args');
    const format = url.searchParams.get('format');
    if (format !== null) body.format = format;
    return this.#one(body, await this.#caller(request), 'Query');
  }

  /** `/api/run/a/b/fn`: the last segment is the export; the plain format is the default here. */
  async #run(path: string, body: JsonObject, caller: Caller): Promise<string> {
    const cut = path.lastIndexOf('/');
    if (cut < 1)
      throw new HttpError(400, 'BadConvexFunctionIdentifier', 'Expected /api/run/<module>/<function>.');
    const name = decodeURIComponent(`${path.slice(0, cut)}:${path.slice(cut + 1)}`);
    const call = this.#call({ ...body, path: name }, caller);
    const kind = this.#backend.kindOf('', name) ?? 'Query';
    return render(await this.#execute(call, kind), formatOf(body, 'json'));
  }

  async #one(body: JsonObject, caller: Caller, kind: 'Query' | 'Mutation' | 'Action'): Promise<string> {
    const format = formatOf(body, 'convex_encoded_json');
    const call = this.#call(body, caller);
    this.#backend.kindOf(call.component, call.path); // a malformed path is the request's fault, not the function's
    return render(await this.#execute(call, kind), format);
  }

  async #any(body: JsonObject, caller: Caller): Promise<string> {
    if (!caller.admin) throw new HttpError(403, 'AdminRequired', 'This needs the admin key.');
    const format = formatOf(body, 'convex_encoded_json');
    const call = this.#call(body, caller);
    const kind = this.#backend.kindOf(call.component, call.path);
    if (!kind) {
      const name = call.path.replace(/\.js(?=:|$)/, '').replace(/:default$/, '');
      const text = `Could not find function for '${name}'. Did you forget to run \`npx convex dev\`?`;
      const result = { ok: false as const, errorMessage: text, code: 'FunctionNotFound', text };
      return render({ result, logLines: [] }, format);
    }
    return render(await this.#execute(call, kind), format);
  }

  async #oneOff(body: JsonObject, caller: Caller): Promise<string> {
    if (!caller.admin) throw new HttpError(403, 'AdminRequired', 'This needs the admin key.');
    const format = formatOf(body, 'convex_encoded_json');
    const { source } = asObject(body.bundle ?? null, '"bundle"');
    if (typeof source !== 'string')
      throw new HttpError(400, 'BadRequest', 'Expected "bundle" to hold the source of a query.');
    const component = typeof body.componentId === 'string' ? body.componentId : '';
    const args = (Array.isArray(body.args) ? body.args[0] : body.args) ?? {};
    return render(await this.#backend.oneOffQuery({ component, args, caller, source }), format);
  }

  async #batch(body: JsonObject, caller: Caller): Promise<string> {
    if (!Array.isArray(body.queries))
      throw new HttpError(400, 'BadRequest', 'Expected {queries: [{path, args, format?}…]}.');
    if (body.queries.length > EDGES.batch.most)
      throw new HttpError(400, 'BadRequest', `A batch has at most ${EDGES.batch.most} queries.`);
    if (body.queries.length > SMALL_BATCH) await turnOfItsOwn();
    const queries = body.queries.map((item) => {
      const query = asObject(item, 'a query');
      const format = formatOf(query, 'convex_encoded_json');
      const call = this.#call(query, caller);
      this.#backend.kindOf(call.component, call.path);
      return { call, format };
    });
    const answers = await this.#ofOneState(queries, BATCH_ATTEMPTS);
    return `{"results":[${answers.join(',')}]}`;
  }

  /** Begins again when something is committed in between: what did not change is still there and costs no run. */
  async #ofOneState(queries: { call: FunctionCall; format: Format }[], attempts: number): Promise<string[]> {
    const { live } = this.#backend;
    const answers: string[] = [];
    const ts = this.#backend.latestTs();
    let until = performance.now() + BATCH_SLICE_MS;
    for (const { call, format } of queries) {
      answers.push(render(live.fetch({ ...call, journal: null }), format));
      if (attempts === 0 || performance.now() < until) continue;
      await turnOfItsOwn();
      if (this.#backend.latestTs() !== ts) return this.#ofOneState(queries, attempts - 1);
      until = performance.now() + BATCH_SLICE_MS;
    }
    return answers;
  }

  async #execute(call: FunctionCall, kind: 'Query' | 'Mutation' | 'Action'): Promise<Run> {
    if (kind === 'Mutation') return this.#backend.mutation(call);
    if (kind === 'Action') {
      const { admin, ip } = call.caller;
      return this.#actions.run(admin || !ip ? null : sourceOf(ip), () => this.#backend.action(call));
    }
    return this.#backend.live.fetchSoon({ ...call, journal: null });
  }

  async #caller(request: IncomingMessage): Promise<Caller> {
    const { identity, admin, token } = await this.#backend.credentials(request.headers.authorization);
    return {
      identity,
      admin,
      allowInternal: admin,
      authToken: token,
      requestId: this.#backend.requestId(),
      ip: this.#clientOf(request),
      userAgent: request.headers['user-agent'] ?? null,
    };
  }

  #call(body: JsonObject, caller: Caller): FunctionCall {
    const { path, args, componentPath } = body;
    if (typeof path !== 'string')
      throw new HttpError(400, 'BadRequest', 'Expected "path" to name a function.');
    if (componentPath !== undefined && componentPath !== null && typeof componentPath !== 'string') {
      throw new HttpError(400, 'BadRequest', 'Expected "componentPath" to be a string.');
    }
    return {
      component: componentPath ?? '',
      path,
      args: (Array.isArray(args) ? args[0] : args) ?? {},
      caller,
    };
  }

  #bodyRulesOf({ admin, identity, ip }: Caller): BodyRules {
    if (admin)
      return { maxBytes: EDGES.adminBody.most, room: rooms.known, sender: null, mostParts: Infinity };
    const rules = { sender: sourceOf(ip ?? null), mostParts: EDGES.callParts.most };
    return identity === null
      ? { ...rules, maxBytes: EDGES.strangerBody.most, room: rooms.strangers }
      : { ...rules, maxBytes: this.#maxCallerBytes, room: rooms.known };
  }

  #requireRecent(ts: JsonValue | undefined): void {
    let at: bigint;
    try {
      at = decodeTs(typeof ts === 'string' ? ts : '');
    } catch {
      throw new HttpError(400, 'BadTimestamp', 'Expected "ts" to be a timestamp of /api/query_ts.');
    }
    const latest = this.#backend.latestTs();
    if (at > latest || BigInt(Date.now()) * 1_000_000n - at > RECENT_NS) {
      if (at !== latest)
        throw new HttpError(
          400,
          'TimestampNotRecent',
          'The timestamp "ts" is not within the last 30 seconds.',
        );
    }
  }
}

const PATHS = new Set(
  [
    'query',
    'mutation',
    'action',
    'function',
    'query_ts',
    'query_at_ts',
    'query_batch',
    'run_test_function',
  ].map((name) => `/api/${name}`),
);

function formatOf(body: JsonObject, fallback: Format): Format {
  const format = body.format ?? fallback;
  if (format === 'json' || format === 'convex_encoded_json') return format;
  throw new HttpError(
    400,
    'BadFormat',
    `The format must be "json" or "convex_encoded_json", not ${shortName(JSON.stringify(format))}.`,
  );
}

function asObject(json: JsonValue, what: string): JsonObject {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  throw new HttpError(400, 'BadRequest', `Expected ${what} to be an object.`);
}

function render({ result, logLines }: Run, format: Format): string {
  const logs = logLines.length > 0 ? `,"logLines":${JSON.stringify(logLines)}` : '';
  if (result.ok) {
    const value =
      format === 'json' ? JSON.stringify(clean(JSON.parse(result.value) as JsonValue)) : result.value;
    return `{"status":"success","value":${value}${logs}}`;
  }
  const { errorMessage, errorData } = result;
  const data =
    errorData === undefined
      ? ''
      : `,"errorData":${JSON.stringify(format === 'json' ? clean(errorData) : errorData)}`;
  return `{"status":"error","errorMessage":${JSON.stringify(errorMessage)}${data}${logs}}`;
}

function clean(json: JsonValue): JsonValue {
  return toCleanJson(jsonToValue(json));
}
