/**
 * What a push's bundles contain, learned by evaluating them in a fresh realm: functions with their validators, HTTP
 * routes, crons, schema, auth config (§3.1, §10.3). A module that throws while it is evaluated fails the push with the
 * developer's own file and line.
 */
import { Script } from 'node:vm';
import { type DeclaredRank, RANKS } from '../../transaction/order.ts';
import { HttpError } from '../../values/errors.ts';
import type { ValidatorJson } from '../../values/validator.ts';
import type { JsonObject, JsonValue } from '../../values/value.ts';
import type { UdfType, Visibility } from '../code/generation.ts';
import type { StoredModule } from '../code/modules.ts';
import { mapFrames } from '../code/stack.ts';
import { Realm, type RealmHost } from '../realm/realm.ts';
import { guard, TimeLimitExceeded } from '../time/watchdog.ts';

export interface AnalyzedFunction {
  name: string;
  udfType: UdfType;
  visibility: Visibility;
  args: ValidatorJson;
  returns: ValidatorJson | null;
  writeRank?: DeclaredRank;
}

interface AnalyzedModule {
  functions: AnalyzedFunction[];
  /** Of `http.js`: `[{ path, method }]`, a trailing `*` marks a prefix. */
  httpRoutes: { path: string; method: string }[] | null;
  /** Of `crons.js`. */
  cronSpecs: JsonObject | null;
}

export interface Analysis {
  /** By module path; modules of chunks and generated code are not listed. */
  modules: Record<string, AnalyzedModule>;
  schema: JsonObject | null;
  authConfig: { providers: JsonValue[] } | null;
}

const ANALYZE_LIMIT_MS = 10_000;

const FUNCTIONS = new Script(
  `(exports) => {
    const ranks = ${JSON.stringify(RANKS)};
    const rankOf = (name, rank) => {
      if (ranks.includes(rank)) return rank;
      throw new Error('The writeRank of ' + name + ' must be one of ' + ranks.join(', '));
    };
    const found = [];
    for (const name of Object.keys(exports)) {
      const one = exports[name];
      if (typeof one !== 'function' && typeof one !== 'object' || one === null) continue;
      const kinds = [one.isQuery && 'Query', one.isMutation && 'Mutation', one.isAction && 'Action'].filter(Boolean);
      if (kinds.length !== 1 || typeof one.exportArgs !== 'function') continue;
      if (Boolean(one.isPublic) === Boolean(one.isInternal)) continue;
      if (!/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name)) throw new Error('Invalid function name: ' + name);
      found.push({
        name,
        udfType: kinds[0],
        visibility: one.isPublic ? 'public' : 'internal',
        args: JSON.parse(one.exportArgs()),
        returns: JSON.parse(typeof one.exportReturns === 'function' ? one.exportReturns() : 'null'),
        ...(one.isMutation && one.writeRank !== undefined ? { writeRank: rankOf(name, one.writeRank) } : {}),
      });
    }
    return JSON.stringify(found.sort((a, b) => (a.name < b.name ? -1 : 1)));
  }`,
  { filename: 'engine:analyze/functions' },
);

const ROUTES = new Script(
  `(exports) => {
    const router = exports.default;
    if (typeof router !== 'object' || router === null || router.isRouter !== true) throw new Error('The default export of convex/http is not a Router. Did you forget to \`export default http\`?');
    return JSON.stringify(router.getRoutes().map(([path, method, handler]) => {
      if (typeof handler !== 'function' || handler.isHttp !== true) throw new Error('The handler of ' + method + ' ' + path + ' is not an httpAction');
      return { path, method };
    }));
  }`,
  { filename: 'engine:analyze/routes' },
);

const CRONS = new Script(
  `(exports) => {
    const crons = exports.default;
    if (typeof crons !== 'object' || crons === null || crons.isCrons !== true) throw new Error('The default export of convex/crons is not a Crons. Did you forget to \`export default crons\`?');
    return crons.export();
  }`,
  { filename: 'engine:analyze/crons' },
);

const SCHEMA = new Script(
  `(exports) => {
    const schema = exports.default;
    if (typeof schema !== 'object' || schema === null || typeof schema.export !== 'function') throw new Error('The default export of convex/schema is not a schema. Did you forget to \`export default defineSchema(...)\`?');
    return schema.export();
  }`,
  { filename: 'engine:analyze/schema' },
);

const DEFAULT_JSON = new Script(`(exports) => JSON.stringify(exports.default ?? null)`, {
  filename: 'engine:analyze/default',
});
const DEFINITION = new Script(
  `(exports) => {
    const definition = exports.default;
    if (typeof definition !== 'object' && typeof definition !== 'function' || definition === null || typeof definition.export !== 'function') throw new Error('The default export of convex.config is not an app or component definition');
    const made = definition.export();
    return typeof made === 'string' ? made : JSON.stringify(made);
  }`,
  { filename: 'engine:analyze/definition' },
);

/** A realm for evaluating pushed code, with the environment it sees. */
class Evaluator {
  readonly #modules: ReadonlyMap<string, StoredModule>;
  readonly #host: RealmHost;
  readonly #realm: Realm;

  constructor(modules: ReadonlyMap<string, StoredModule>, env: Record<string, string>) {
    this.#modules = modules;
    this.#host = evaluationHost(env);
    this.#realm = new Realm(modules);
  }

  ask(path: string, question: Script, code = 'InvalidModules'): JsonValue {
    const fail = (text: string): never => {
      throw new HttpError(400, code, `Failed to analyze ${path}: ${text}`);
    };
    try {
      const outcome = guard(ANALYZE_LIMIT_MS, () => this.#realm.examine(this.#host, path, question));
      if (outcome.kind === 'returned') return JSON.parse(outcome.value) as JsonValue;
      if (outcome.kind === 'threw')
        return fail(`Uncaught ${outcome.message}\n${mapFrames(outcome.frames, this.#modules)}`);
      return fail('its evaluation never ends');
    } catch (error) {
      if (error instanceof TimeLimitExceeded)
        return fail(`evaluating it takes longer than ${ANALYZE_LIMIT_MS / 1000} s`);
      throw error;
    }
  }
}

/** Whether functions may be exported from here: not chunks, not generated code, not the special modules. */
export function isFunctionModule(path: string): boolean {
  if (path.split('/').some((part) => part.startsWith('_'))) return false;
  return !['schema.js', 'auth.config.js', 'convex.config.js'].includes(path);
}

/** Analyzes the modules of one component; throws HttpError 400 with what the developer is to read. */
export function analyzeBundle(
  modules: ReadonlyMap<string, StoredModule>,
  env: Record<string, string>,
  nodeModules?: Record<string, AnalyzedFunction[]>,
): Analysis {
  const evaluator = new Evaluator(modules, env);
  const analysis: Analysis = { modules: {}, schema: null, authConfig: null };
  for (const [path, module] of [...modules].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!isFunctionModule(path)) continue;
    if (!/^[A-Za-z0-9_./]+$/.test(path))
      throw new HttpError(
        400,
        'InvalidModulePath',
        `${path} is not a valid module path: only letters, digits, underscores, dots and slashes are allowed`,
      );
    if (module.environment === 'node') {
      analysis.modules[path] = { functions: nodeModules?.[path] ?? [], httpRoutes: null, cronSpecs: null };
      continue;
    }
    analysis.modules[path] = {
      functions: evaluator.ask(path, FUNCTIONS) as unknown as AnalyzedFunction[],
      httpRoutes:
        path === 'http.js' ? (evaluator.ask(path, ROUTES) as { path: string; method: string }[]) : null,
      cronSpecs: path === 'crons.js' ? (evaluator.ask(path, CRONS) as JsonObject) : null,
    };
  }
  if (modules.has('schema.js'))
    analysis.schema = evaluator.ask('schema.js', SCHEMA, 'InvalidSchema') as JsonObject;
  if (modules.has('auth.config.js'))
    analysis.authConfig = authConfig(evaluator.ask('auth.config.js', DEFAULT_JSON, 'InvalidAuthConfig'));
  return analysis;
}

/** The export of a schema module bundled on its own. */
export function evaluateSchema(
  modules: ReadonlyMap<string, StoredModule>,
  env: Record<string, string>,
): JsonObject {
  return new Evaluator(modules, env).ask('schema.js', SCHEMA, 'InvalidSchema') as JsonObject;
}

/** The providers of `auth.config.js`. */
export function evaluateAuthConfig(
  modules: ReadonlyMap<string, StoredModule>,
  env: Record<string, string>,
): { providers: JsonValue[] } {
  return authConfig(new Evaluator(modules, env).ask('auth.config.js', DEFAULT_JSON, 'InvalidAuthConfig'));
}

/** The export of a `convex.config.js`; `modules` holds the stand-ins of the components it imports, too. */
export function evaluateDefinition(
  modules: ReadonlyMap<string, StoredModule>,
  path: string,
  env: Record<string, string>,
): JsonObject {
  return new Evaluator(modules, env).ask(path, DEFINITION, 'InvalidDefinition') as JsonObject;
}

function authConfig(value: JsonValue): { providers: JsonValue[] } {
  const providers = (value as { providers?: JsonValue } | null)?.providers;
  if (!Array.isArray(providers))
    throw new HttpError(400, 'InvalidAuthConfig', 'auth.config must export default { providers: [...] }');
  return { providers };
}

function evaluationHost(env: Record<string, string>): RealmHost {
  const refuse = (): never => {
    throw new HttpError(400, 'InvalidModules', "Can't use database at import time");
  };
  return {
    syncSyscall: refuse,
    asyncSyscall: refuse,
    nowMs: () => Date.now(),
    randomBytes: (target) => void target.fill(7),
    log: () => {},
    env: (name) => (Object.hasOwn(env, name) ? env[name] : undefined),
    envNames: () => Object.keys(env),
  };
}
