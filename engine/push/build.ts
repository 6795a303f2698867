// Builds the generation a push asks for: transforms what was sent, takes what was only named from the store, evaluates and
// judges all of it. Touches nothing that runs and stores nothing.

import { ModuleSyntaxError, toScript, type PushedModule } from '../functions/modules.ts';
import type { Generations } from '../storage/generations.ts';
import { environmentHash } from '../env/service.ts';
import { HttpError } from '../values/errors.ts';
import type { JsonObject } from '../values/value.ts';
import { analysePush, type PushAnalysis, type PushInput } from './analysis.ts';
import {
  CURRENT_FORMAT,
  readModule,
  type PreparedModule,
  type StoredComponent,
  type StoredGeneration,
} from './generation.ts';
import { refOf, type PushRequest } from './request.ts';

export interface BuildContext extends Pick<PushInput, 'env' | 'tables' | 'nodeResolveFrom'> {
  generations: Generations;
  /** The generation that is live now. */
  baseId: number;
  /** What the developer set, without the built-in variables. */
  variables: readonly { name: string; value: string }[];
}

export interface BuiltGeneration {
  stored: StoredGeneration;
  modules: PreparedModule[];
  /** The app's definition as the CLI reads it back. */
  definition: JsonObject;
}

/** Throws HttpError 400 with the sentence the developer is to read. */
export async function buildGeneration(request: PushRequest, context: BuildContext): Promise<BuiltGeneration> {
  if (request.componentCount > 0) {
    throw new HttpError(
      400,
      'ComponentsNotSupported',
      'This app uses components (`app.use(…)` in convex.config.ts), which this server does not support yet.',
    );
  }
  const modules = await prepareModules(request, context.generations);
  const [schema, definition] = await Promise.all([
    prepareOne(request.schema),
    prepareOne(request.definition),
  ]);
  const analysis = await analysePush({ ...context, modules, schema, definition });
  const stored: StoredGeneration = {
    format: CURRENT_FORMAT,
    createdAtMs: Date.now(),
    udfServerVersion: request.udfServerVersion,
    nodeVersion: request.nodeVersion,
    functionsDir: request.functionsDir,
    authProviders: analysis.authProviders,
    requiredVariables: analysis.requiredVariables,
    baseId: context.baseId,
    environmentHash: environmentHash(context.variables),
    components: [rootComponent(modules, analysis)],
  };
  return { stored, modules, definition: analysis.definition };
}

function rootComponent(modules: readonly PreparedModule[], analysis: PushAnalysis): StoredComponent {
  return {
    info: { path: '', children: {}, env: null, httpMounts: {}, httpPrefix: analysis.httpPrefix },
    definitionPath: '',
    modules: modules.map(({ path, environment, sha256 }) => ({ path, environment, sha256 })),
    functions: analysis.functions,
    crons: analysis.crons,
    schema: analysis.schema,
    httpRoutes: analysis.httpRoutes,
  };
}

async function prepareModules(request: PushRequest, generations: Generations): Promise<PreparedModule[]> {
  const kept = request.unchanged.map((ref) => {
    const module = readModule(generations, ref);
    if (module !== null) return module;
    throw new HttpError(
      400,
      'ModuleNotFound',
      `Could not find existing unchanged module ${ref.path}. Please push again.`,
    );
  });
  const changed = await Promise.all(
    request.changed.map(
      async (pushed) => readModule(generations, refOf(pushed)) ?? (await transform(pushed)),
    ),
  );
  return [...kept, ...changed].sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function prepareOne(pushed: PushedModule | null): Promise<PreparedModule | null> {
  return pushed === null ? null : await transform(pushed);
}

async function transform(pushed: PushedModule): Promise<PreparedModule> {
  try {
    return { ...refOf(pushed), pushed, stored: await toScript(pushed) };
  } catch (error) {
    if (error instanceof ModuleSyntaxError) throw new HttpError(400, 'InvalidModules', error.message);
    throw error;
  }
}
