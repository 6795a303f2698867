// The answers of a push in the shape the CLI parses (§10.3, §10.4): start_push echoes an analysis from which the CLI writes
// `_generated`, finish_push reports what changed.

import type { FunctionInfo } from '../functions/generation.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';
import type { CronDiff } from '../scheduler/crons.ts';
import type { StoredComponent, StoredGeneration } from './generation.ts';

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

/** The body of a successful start_push. */
export function startPushResponse(
  staging: Staging,
  stored: StoredGeneration,
  indexDiff: IndexDiff,
  definition: JsonObject,
): JsonObject {
  const root = stored.components[0]!;
  return {
    environmentVariables: {},
    externalDepsId: null,
    componentDefinitionPackages: { '': {} },
    appAuth: stored.authProviders,
    analysis: {
      '': {
        definition,
        schema: root.schema,
        functions: analyzedModules(root),
        udfConfig: {
          serverVersion: stored.udfServerVersion,
          importPhaseRngSeed: { $bytes: '' },
          importPhaseUnixTimestamp: { $integer: int64(BigInt(Math.floor(stored.createdAtMs)) * 1_000_000n) },
        },
      },
    },
    app: {
      definitionPath: '',
      componentPath: '',
      args: {},
      childComponents: {},
      httpRoutes: { httpModuleRoutes: root.httpRoutes, mounts: [] },
      exports: exportsTree(root.functions),
    },
    schemaChange: schemaChange(staging, indexDiff),
  };
}

export function schemaChange(staging: Staging, indexDiff: IndexDiff): JsonObject {
  return {
    allocatedComponentIds: {},
    schemaIds: { '': String(staging.generationId) },
    indexDiffs: { '': indexDiff as unknown as JsonObject },
    stagedGeneration: staging.generationId,
  };
}

/** The staged generation that a wait_for_schema or finish_push body means, or null. */
export function stagedGenerationOf(schemaChangeJson: JsonValue | undefined): number | null {
  const id = (schemaChangeJson as JsonObject | undefined)?.stagedGeneration;
  return typeof id === 'number' && Number.isInteger(id) ? id : null;
}

/** The body of a successful finish_push for the root component. */
export function finishPushResponse(
  previous: StoredGeneration | null,
  next: StoredGeneration,
  cronDiff: CronDiff,
  indexDiff: IndexDiff,
): JsonObject {
  const before = previous?.components[0] ?? null;
  const after = next.components[0]!;
  const [previousSchema, nextSchema] = [before?.schema ?? null, after.schema].map((schema) =>
    schema === null ? null : JSON.stringify(schema),
  );
  return {
    authDiff: difference(
      (previous?.authProviders ?? []).map((provider) => JSON.stringify(provider)),
      next.authProviders.map((provider) => JSON.stringify(provider)),
    ),
    definitionDiffs: {},
    componentDiffs: {
      '': {
        diffType: { type: previous === null ? 'create' : 'modify' },
        moduleDiff: difference(moduleKeys(before), moduleKeys(after)),
        udfConfigDiff:
          previous === null || previous.udfServerVersion === next.udfServerVersion
            ? null
            : { previous_version: previous.udfServerVersion, next_version: next.udfServerVersion },
        cronDiff: cronDiff as unknown as JsonObject,
        indexDiff: indexDiff as unknown as JsonObject,
        schemaDiff:
          previousSchema === nextSchema
            ? null
            : { previous_schema: previousSchema ?? null, next_schema: nextSchema ?? null },
      },
    },
  };
}

// A module whose text changed is reported as removed and added, as its path alone would show nothing.
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

function analyzedModules(component: StoredComponent): JsonObject {
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
  | { type: 'leaf'; resource: JsonObject };

// Public functions as a tree of directories, files and exports.
function exportsTree(functions: readonly Omit<FunctionInfo, 'component'>[]): JsonObject {
  const root = emptyLevel();
  for (const fn of functions) {
    if (fn.visibility !== 'public') continue;
    let level = root;
    for (const step of fn.modulePath.replace(/\.js$/, '').split('/')) {
      const node = (level[step] ??= { type: 'branch', children: emptyLevel() });
      if (node.type === 'leaf') break;
      level = node.children;
    }
    const path = { component: '', udfPath: `${fn.modulePath}:${fn.name}` };
    level[fn.name] = { type: 'leaf', resource: { type: 'function', path } };
  }
  return root as unknown as JsonObject;
}

// Without a prototype: a file may be called `constructor`.
function emptyLevel(): { [name: string]: ExportNode } {
  return Object.create(null) as { [name: string]: ExportNode };
}

function int64(value: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes.toString('base64');
}
