/**
 * Judges the code of one pushed component definition: evaluates its modules and checks what they declare against each other.
 */
import {
  analyzeBundle,
  evaluateAuthConfig,
  evaluateSchema,
  isFunctionModule,
} from '../functions/analysis/analyze.ts';
import { analyzeNodeModules } from '../functions/analysis/analyzeNode.ts';
import type { FunctionInfo } from '../functions/code/generation.ts';
import type { StoredModule } from '../functions/code/modules.ts';
import { HttpError } from '../values/errors.ts';
import type { TableNames } from '../values/validator.ts';
import { faultOfValidator } from '../values/validatorJson.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';
import type { Variables } from '../env/environment.ts';
import { checkCrons } from './cronCheck.ts';
import type { PreparedModule } from './generation.ts';
import { checkSchema } from './schemaCheck.ts';

export interface CodeInput {
  modules: readonly PreparedModule[];
  schema: PreparedModule | null;
  env: Variables;
  /** What ids in the arguments of crons may refer to. */
  tables: TableNames;
  /** Where packages that were not bundled into "use node" modules are found. */
  packagesDir: string;
}

export interface CodeAnalysis {
  functions: Omit<FunctionInfo, 'component'>[];
  httpRoutes: { path: string; method: string }[] | null;
  crons: JsonObject | null;
  schema: JsonObject | null;
}

/** Evaluates and checks everything; throws HttpError 400 with the sentence the developer is to read. */
export async function analyseCode(input: CodeInput): Promise<CodeAnalysis> {
  const modules = new Map(input.modules.map((module) => [module.path, module.stored]));
  modules.delete('auth.config.js');
  const schema = schemaOf(input);
  const nodePaths = input.modules
    .filter(({ path, environment }) => environment === 'node' && isFunctionModule(path))
    .map(({ path }) => path);
  const node = await analyzeNodeModules(modules, nodePaths, input.env, input.packagesDir);
  const analysis = analyzeBundle(modules, input.env, node);
  const functions = Object.entries(analysis.modules).flatMap(([modulePath, module]) =>
    module.functions.map((fn) => ({ modulePath, ...fn })),
  );
  refuseNodeFunctions(input.modules, functions);
  checkValidators(functions);
  const crons = analysis.modules['crons.js']?.cronSpecs ?? null;
  if (crons !== null) checkCrons(crons, functions, input.tables);
  return { functions, httpRoutes: analysis.modules['http.js']?.httpRoutes ?? null, crons, schema };
}

/** The providers of auth.config with this environment; reading a variable that is not set is refused, as on Convex. */
export function evaluateAuth(modules: ReadonlyMap<string, StoredModule>, env: Variables): JsonValue[] {
  if (!modules.has('auth.config.js')) return [];
  const missing = new Set<string>();
  const watched = new Proxy(env, {
    getOwnPropertyDescriptor(target, name) {
      if (typeof name === 'string' && !Object.hasOwn(target, name)) missing.add(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
  });
  let providers: JsonValue[] | null = null;
  let failure: unknown;
  try {
    ({ providers } = evaluateAuthConfig(modules, watched));
  } catch (error) {
    failure = error;
  }
  missing.delete('NODE_ENV');
  const [name] = missing;
  if (name !== undefined) {
    throw new HttpError(
      400,
      'AuthConfigMissingEnvironmentVariable',
      `Environment variable ${name} is used in auth config file but its value was not set. Set it with \`npx convex env set ${name} <value>\`.`,
    );
  }
  if (providers === null) throw failure;
  return providers.map(normalizeProvider);
}

/** Refuses an environment without the variables that `convex/convex.config.ts` requires. */
export function requireVariables(names: readonly string[], env: Variables): void {
  const missing = names.filter((name) => !Object.hasOwn(env, name));
  if (missing.length === 0) return;
  throw new HttpError(
    400,
    'MissingEnvironmentVariables',
    `The environment variables that convex.config.ts requires are not set: ${missing.join(', ')}.`,
  );
}

/** The shape the CLI parses: an OIDC provider has text in both fields, a custom one says null for no applicationID. */
function normalizeProvider(json: JsonValue): JsonValue {
  const provider = json as JsonObject;
  const invalid = (): HttpError =>
    new HttpError(
      400,
      'InvalidAuthConfig',
      'A provider in auth.config needs `domain` and `applicationID`, or `type: "customJwt"` with `issuer`, `jwks` and `algorithm`.',
    );
  if (typeof provider !== 'object' || provider === null || Array.isArray(provider)) throw invalid();
  if (provider.type === 'customJwt') {
    const { issuer, jwks, algorithm } = provider;
    if (typeof issuer !== 'string' || typeof jwks !== 'string') throw invalid();
    if (algorithm !== 'RS256' && algorithm !== 'ES256') throw invalid();
    return { ...provider, applicationID: provider.applicationID ?? null };
  }
  if (typeof provider.domain !== 'string' || typeof provider.applicationID !== 'string') throw invalid();
  return provider;
}

function schemaOf({ schema, env }: CodeInput): JsonObject | null {
  if (schema === null) return null;
  const exported = evaluateSchema(new Map([[schema.path, schema.stored]]), env);
  checkSchema(exported);
  return exported;
}

function checkValidators(functions: Omit<FunctionInfo, 'component'>[]): void {
  for (const { modulePath, name, args, returns } of functions) {
    const fault = faultOfValidator(args) ?? (returns === null ? null : faultOfValidator(returns));
    if (fault === null) continue;
    const file = modulePath.replace(/\.js$/, '');
    throw new HttpError(
      400,
      'InvalidValidator',
      `The validators of \`${name}\` in ${file} cannot be: ${fault}`,
    );
  }
}

function refuseNodeFunctions(
  modules: readonly PreparedModule[],
  functions: Omit<FunctionInfo, 'component'>[],
): void {
  const node = new Set(
    modules.filter((module) => module.environment === 'node').map((module) => module.path),
  );
  const wrong = functions.find((fn) => fn.udfType !== 'Action' && node.has(fn.modulePath));
  if (wrong === undefined) return;
  const file = wrong.modulePath.replace(/\.js$/, '');
  throw new HttpError(
    400,
    'InvalidModules',
    `\`${wrong.name}\` in ${file} is a ${wrong.udfType.toLowerCase()}, but the file has "use node": only actions run in Node. Move it to another file.`,
  );
}
