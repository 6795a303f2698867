/**
 * The answers of a push in the shape the CLI parses (§10.3, §10.4): start_push echoes an analysis from which the CLI writes
 * `_generated`, finish_push reports what changed.
 */
import type { FunctionInfo } from '../functions/code/generation.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';
import type { CronDiff } from '../scheduler/crons.ts';
import type { AnalysedDefinition, BuiltGeneration } from './build.ts';
import type { StoredComponent, StoredGeneration } from './generation.ts';
import { indexDiffOf } from './indexDiff.ts';

export interface IndexDiff {
  added_indexes: JsonObject[];
  removed_indexes: JsonObject[];
  enabled_indexes: JsonObject[];
  disabled_indexes: JsonObject[];
}

/** What the CLI echoes in finish_push: which staged generation it means. */
export interface Staging {
  generationId: number;
}

/** By component path. */
export type IndexDiffs = Record<string, IndexDiff>;

/** The body of a successful start_push. */
export function startPushResponse(
  staging: Staging,
  { stored, definitions }: BuiltGeneration,
  indexDiffs: IndexDiffs,
): JsonObject {
  const paths = [...definitions.keys()];
  return {
    environmentVariables: {},
    externalDepsId: null,
    componentDefinitionPackages: Object.fromEntries(paths.map((path) => [path, {}])),
    appAuth: stored.authProviders,
    analysis: Object.fromEntries(
      [...definitions].map(([path, analysed]) => [path, analysedDefinition(analysed, stored)]),
    ),
    app: checkedComponent(stored, ''),
    schemaChange: schemaChange(staging, indexDiffs),
  };
}

function analysedDefinition(analysed: AnalysedDefinition, stored: StoredGeneration): JsonObject {
  return {
    definition: definitionWithExports(analysed),
    schema: analysed.schema,
    functions: analyzedModules(analysed),
    udfConfig: {
      serverVersion: stored.udfServerVersion,
      importPhaseRngSeed: { $bytes: '' },
      importPhaseUnixTimestamp: { $integer: int64(BigInt(Math.floor(stored.createdAtMs)) * 1_000_000n) },
    },
  };
}

/** A component exports its public functions; the CLI makes the types of `components.x` from this. */
function definitionWithExports({ definition, functions }: AnalysedDefinition): JsonObject {
  const json = definition as unknown as JsonObject;
  if (definition.path === '') return json;
  return { ...json, exports: declaredExports({ type: 'branch', children: exportsTree('', functions) }) };
}

function declaredExports(node: ExportNode): JsonObject {
  if (node.type === 'leaf')
    return { type: 'leaf', leaf: `_reference/function/${node.resource.path.udfPath}` };
  const branch = Object.entries(node.children).map(([name, child]) => [name, declaredExports(child)]);
  return { type: 'branch', branch };
}

function checkedComponent(stored: StoredGeneration, path: string): JsonObject {
  const { info, definitionPath, httpRoutes, functions } = stored.components.find(
    (one) => one.info.path === path,
  )!;
  return {
    definitionPath,
    componentPath: path,
    args: {},
    childComponents: Object.fromEntries(
      Object.entries(info.children).map(([name, child]) => [name, checkedComponent(stored, child)]),
    ),
    httpRoutes: { httpModuleRoutes: httpRoutes, mounts: Object.keys(info.httpMounts) },
    exports: exportsTree(path, functions) as unknown as JsonObject,
  };
}

export function schemaChange(staging: Staging, indexDiffs: IndexDiffs): JsonObject {
  const paths = Object.keys(indexDiffs);
  return {
    allocatedComponentIds: {},
    schemaIds: Object.fromEntries(paths.map((path) => [path, String(staging.generationId)])),
    indexDiffs: indexDiffs as unknown as JsonObject,
    stagedGeneration: staging.generationId,
  };
}

/** The staged generation that a wait_for_schema or finish_push body means, or null. */
export function stagedGenerationOf(schemaChangeJson: JsonValue | undefined): number | null {
  const id = (schemaChangeJson as JsonObject | undefined)?.stagedGeneration;
  return typeof id === 'number' && Number.isInteger(id) ? id : null;
}

/** What a push did to one component. */
export interface ComponentChange {
  /** Null before it was mounted, or after. */
  before: StoredComponent | null;
  after: StoredComponent | null;
  /** It was mounted in some earlier push, and its data is still there. */
  hasData: boolean;
  crons: CronDiff;
}

/** The body of a successful finish_push; `changes` by component path. */
export function finishPushResponse(
  previous: StoredGeneration | null,
  next: StoredGeneration,
  changes: ReadonlyMap<string, ComponentChange>,
): JsonObject {
  const udfConfigDiff =
    previous === null || previous.udfServerVersion === next.udfServerVersion
      ? null
      : { previous_version: previous.udfServerVersion, next_version: next.udfServerVersion };
  return {
    authDiff: difference(
      (previous?.authProviders ?? []).map((provider) => JSON.stringify(provider)),
      next.authProviders.map((provider) => JSON.stringify(provider)),
    ),
    definitionDiffs: {},
    componentDiffs: Object.fromEntries(
      [...changes].map(([path, change]) => [path, { ...componentDiff(change), udfConfigDiff }]),
    ),
  };
}

function componentDiff({ before, after, hasData, crons }: ComponentChange): JsonObject {
  const mounted = hasData ? 'remount' : 'create';
  const type = after === null ? 'unmount' : before === null ? mounted : 'modify';
  const [previousSchema, nextSchema] = [before, after].map((one) =>
    one?.schema == null ? null : JSON.stringify(one.schema),
  );
  return {
    diffType: { type },
    moduleDiff: difference(moduleKeys(before), moduleKeys(after)),
    cronDiff: crons as unknown as JsonObject,
    // An unmounted component keeps its indexes with its data.
    indexDiff: indexDiffOf(
      before?.schema ?? null,
      (after ?? before)?.schema ?? null,
    ) as unknown as JsonObject,
    schemaDiff:
      previousSchema === nextSchema
        ? null
        : { previous_schema: previousSchema ?? null, next_schema: nextSchema ?? null },
  };
}

/** A module whose text changed is reported as removed and added, as its path alone would show nothing. */
function moduleKeys(component: StoredComponent | null): string[] {
  return (component?.modules ?? []).map((module) => `${module.path}\0${module.sha256}`);
}

function difference(before: string[], after: string[]): { added: string[]; removed: string[] } {
  const [old, now] = [new Set(before), new Set(after)];
  const shown = (key: string): string => key.split('\0')[0]!;
  return {
    added: after.filter((key) => !old.has(key)).map(shown),
    removed: before.filter((key) => !now.has(key)).map(shown),
  };
}

function analyzedModules(component: AnalysedDefinition): JsonObject {
  const modules: JsonObject = {};
  for (const { path } of component.modules) {
    if (path.startsWith('_deps/') || path === 'auth.config.js') continue;
    modules[path] = {
      functions: [],
      httpRoutes: path === 'http.js' ? (component.httpRoutes as JsonValue) : null,
      cronSpecs: path === 'crons.js' ? component.crons : null,
      sourceMapped: null,
    };
  }
  for (const fn of component.functions) {
    const module = modules[fn.modulePath] as { functions: JsonValue[] } | undefined;
    module?.functions.push({
      name: fn.name,
      pos: null,
      udfType: fn.udfType,
      visibility: { kind: fn.visibility },
      args: JSON.stringify(fn.args),
      returns: fn.returns === null ? null : JSON.stringify(fn.returns),
    });
  }
  return modules;
}

type ExportNode =
  | { type: 'branch'; children: { [name: string]: ExportNode } }
  | { type: 'leaf'; resource: { type: 'function'; path: { component: string; udfPath: string } } };

/** Public functions as a tree of directories, files and exports. */
function exportsTree(
  component: string,
  functions: readonly Omit<FunctionInfo, 'component'>[],
): { [name: string]: ExportNode } {
  const root = emptyLevel();
  for (const fn of functions) {
    if (fn.visibility !== 'public') continue;
    let level = root;
    for (const step of fn.modulePath.replace(/\.js$/, '').split('/')) {
      const node = (level[step] ??= { type: 'branch', children: emptyLevel() });
      if (node.type === 'leaf') break;
      level = node.children;
    }
    const path = { component, udfPath: `${fn.modulePath}:${fn.name}` };
    level[fn.name] = { type: 'leaf', resource: { type: 'function', path } };
  }
  return root;
}

/** Without a prototype: a file may be called `constructor`. */
function emptyLevel(): { [name: string]: ExportNode } {
  return Object.create(null) as { [name: string]: ExportNode };
}

function int64(value: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes.toString('base64');
}
