/**
 * Builds the generation a push asks for: transforms what was sent, takes what was only named from the store, evaluates and
 * judges all of it. Touches nothing that runs and stores nothing.
 */
import { environmentOf } from '../functions/code/environment.ts';
import { ModuleSyntaxError, toScript, type PushedModule } from '../functions/code/modules.ts';
import { createGeneration, type ComponentInfo } from '../functions/code/generation.ts';
import type { Generations } from '../storage/generations.ts';
import type { Variables } from '../env/environment.ts';
import { environmentHash } from '../env/service.ts';
import { HttpError } from '../values/errors.ts';
import type { TableNames } from '../values/validator.ts';
import { analyseCode, evaluateAuth, type CodeAnalysis } from './analysis.ts';
import { evaluateDefinitions, type Definition, type DefinitionSource } from './definitions.ts';
import {
  CURRENT_FORMAT,
  readModule,
  type PreparedModule,
  type StoredComponent,
  type StoredGeneration,
} from './generation.ts';
import { instanceTree, type Instance } from './instances.ts';
import { checkPackages } from './packages.ts';
import { refOf, type PushRequest } from './request.ts';

export interface BuildContext {
  generations: Generations;
  /** The generation that is live now. */
  baseId: number;
  /** What the developer set, without the built-in variables. */
  variables: readonly { name: string; value: string }[];
  env: Variables;
  urls: { cloud: string; site: string };
  tables: (component: string) => TableNames;
  /** The folder in whose `node_modules` external packages are. */
  packagesDir: string;
}

/** A definition with everything that was learned of its code. */
export interface AnalysedDefinition extends CodeAnalysis {
  definition: Definition;
  modules: PreparedModule[];
}

export interface BuiltGeneration {
  stored: StoredGeneration;
  /** By path, the app's under `""`; also those nothing uses. */
  definitions: Map<string, AnalysedDefinition>;
}

interface Source extends DefinitionSource {
  schema: PreparedModule | null;
  modules: PreparedModule[];
}

/** Throws HttpError 400 with the sentence the developer is to read. */
export async function buildGeneration(request: PushRequest, context: BuildContext): Promise<BuiltGeneration> {
  checkPackages(request.externalPackages, context.packagesDir);
  const sources = await prepareAll(request, context.generations);
  const evaluated = await evaluateDefinitions(sources, context.env);
  const { instances, requiredVariables } = instanceTree(evaluated, context.env);
  const app = new Map(sources[0]!.modules.map((module) => [module.path, module.stored]));
  const authProviders = evaluateAuth(app, context.env);
  const definitions = new Map<string, AnalysedDefinition>();
  for (const source of sources) {
    const definition = evaluated.get(source.path)!;
    const analysis = await analyse(source, instances, context);
    definitions.set(source.path, { ...analysis, definition, modules: source.modules });
  }
  const stored: StoredGeneration = {
    format: CURRENT_FORMAT,
    createdAtMs: Date.now(),
    udfServerVersion: request.udfServerVersion,
    nodeVersion: request.nodeVersion,
    functionsDir: request.functionsDir,
    authProviders,
    requiredVariables,
    baseId: context.baseId,
    environmentHash: environmentHash(context.variables),
    components: instances.map(({ info, definition }) =>
      storedComponent(info, definitions.get(definition.path)!),
    ),
  };
  return { stored, definitions };
}

/** A definition is judged once, with the variables of its first instance. */
async function analyse(
  { path, modules, schema }: Source,
  instances: readonly Instance[],
  { env, urls, tables, packagesDir }: BuildContext,
): Promise<CodeAnalysis> {
  const component = instances.find(({ definition }) => definition.path === path)?.info.path ?? path;
  const tree = createGeneration({
    id: 0,
    createdAtMs: 0,
    components: instances.map(({ info }) => ({ info, modules: new Map(), functions: [] })),
  });
  return await analyseCode({
    modules,
    schema,
    env: path === '' ? env : environmentOf(component, tree, { env: () => env, urls: () => urls }),
    tables: tables(component),
    packagesDir,
  });
}

function storedComponent(info: ComponentInfo, analysed: AnalysedDefinition): StoredComponent {
  return {
    info,
    definitionPath: analysed.definition.path,
    modules: analysed.modules.map(({ path, environment, sha256 }) => ({ path, environment, sha256 })),
    functions: analysed.functions,
    crons: analysed.crons,
    schema: analysed.schema,
    httpRoutes: analysed.httpRoutes,
  };
}

/** The app first. */
async function prepareAll(request: PushRequest, generations: Generations): Promise<Source[]> {
  const app = { ...request, path: '', modules: await prepareApp(request, generations) };
  const components = request.components.map(async ({ definitionPath, modules, ...rest }) => ({
    ...rest,
    path: definitionPath,
    modules: await prepareSent(modules, generations),
  }));
  return await Promise.all(
    [app, ...(await Promise.all(components))].map(async (one) => ({
      path: one.path,
      dependencies: one.dependencies,
      modules: one.modules.sort((a, b) => (a.path < b.path ? -1 : 1)),
      module: await prepareOne(one.definition),
      schema: await prepareOne(one.schema),
    })),
  );
}

async function prepareApp(request: PushRequest, generations: Generations): Promise<PreparedModule[]> {
  const kept = request.unchanged.map((ref) => {
    const module = readModule(generations, ref);
    if (module !== null) return module;
    throw new HttpError(
      400,
      'ModuleNotFound',
      `Could not find existing unchanged module ${ref.path}. Please push again.`,
    );
  });
  return [...kept, ...(await prepareSent(request.changed, generations))];
}

async function prepareSent(
  sent: readonly PushedModule[],
  generations: Generations,
): Promise<PreparedModule[]> {
  return await Promise.all(
    sent.map(async (pushed) => readModule(generations, refOf(pushed)) ?? (await transform(pushed))),
  );
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
