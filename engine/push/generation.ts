/**
 * A pushed generation as it is stored, and the live object made of it.
 *
 * Stored: what there is (modules by hash, functions, schema, crons, auth; how that is written down: record.ts) and the modules
 * beside it by the hash of what was pushed, already transformed. So a restart needs no esbuild and reads a module when a
 * function first needs it; source maps, most of the bytes, are read only for a stack trace.
 */
import { createHash } from 'node:crypto';
import {
  createGeneration,
  type ComponentData,
  type ComponentInfo,
  type FunctionInfo,
  type Generation,
} from '../functions/code/generation.ts';
import {
  toScript,
  type ModuleEnvironment,
  type PushedModule,
  type StoredModule,
} from '../functions/code/modules.ts';
import { CorruptionError } from '../storage/errors.ts';
import type { Generations } from '../storage/generations.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';

/** Raised when the shape of stored scripts changes: older ones are then made again from their source. */
const SCRIPT_FORMAT = 1;

export interface StoredModuleRef {
  path: string;
  environment: ModuleEnvironment;
  sha256: string;
}

/** What a definition declares; the same for all its instances. */
export interface StoredDefinition {
  modules: StoredModuleRef[];
  functions: Omit<FunctionInfo, 'component'>[];
  /** Cron name → spec as exported, or null without `crons.js`. */
  crons: JsonObject | null;
  schema: JsonObject | null;
  httpRoutes: { path: string; method: string }[] | null;
}

export interface StoredComponent extends StoredDefinition {
  info: ComponentInfo;
  definitionPath: string;
}

export interface StoredGeneration {
  format: number;
  createdAtMs: number;
  udfServerVersion: string;
  nodeVersion: string | null;
  functionsDir: string;
  components: StoredComponent[];
  authProviders: JsonValue[];
  /** Variables that `convex/convex.config.ts` declares as required. */
  requiredVariables: string[];
  /** The generation that was live when this one was staged. */
  baseId: number;
  /** What the environment was then; a change in between is a race. */
  environmentHash: string;
}

/** The CLI's hash of a module: hex sha256 of source and source map. */
export function moduleHash(module: PushedModule): string {
  return createHash('sha256')
    .update(module.source)
    .update(module.sourceMap ?? '')
    .digest('hex');
}

/** A module as it goes into the store. */
export interface PreparedModule extends StoredModuleRef {
  pushed: PushedModule;
  stored: StoredModule;
}

export function putModule(generations: Generations, module: PreparedModule): void {
  const kind = kindOf(module);
  if (generations.hasModule(module.sha256, kind)) return;
  const { sha256, pushed, stored } = module;
  generations.putModule({
    sha256,
    kind,
    source: pushed.source,
    sourceMap: pushed.sourceMap ?? null,
    code: stored.script,
  });
  generations.putModule({ sha256, kind: `${kind}:map`, source: '', sourceMap: stored.sourceMap, code: null });
}

/** The module pushed earlier under this hash, as it was pushed and as it runs; null if it was never kept. */
export function readModule(generations: Generations, ref: StoredModuleRef): PreparedModule | null {
  const record = generations.getModule(ref.sha256, kindOf(ref));
  if (record?.code == null) return null;
  const pushed = {
    path: ref.path,
    source: record.source,
    sourceMap: record.sourceMap,
    environment: ref.environment,
  };
  return { ...ref, pushed, stored: lazyModule(generations, ref, record.code) };
}

function kindOf(ref: StoredModuleRef): string {
  return `${SCRIPT_FORMAT}:${ref.environment}:${ref.path}`;
}

function lazyModule(generations: Generations, ref: StoredModuleRef, script: string): StoredModule {
  return {
    script,
    environment: ref.environment,
    get sourceMap() {
      return generations.getModule(ref.sha256, `${kindOf(ref)}:map`)?.sourceMap ?? null;
    },
  };
}

/** The live object of a stored generation. */
export function openGeneration(generations: Generations, id: number, stored: StoredGeneration): Generation {
  // Instances of one definition share its modules, and so what is compiled of them.
  const modules = new Map(
    stored.components.map((one) => [one.definitionPath, new LazyModules(generations, one.modules)]),
  );
  const components = stored.components.map((component): ComponentData => ({
    info: component.info,
    modules: modules.get(component.definitionPath)!,
    functions: component.functions,
    crons: component.crons,
  }));
  return createGeneration({
    id,
    createdAtMs: stored.createdAtMs,
    components,
    authProviders: stored.authProviders,
  });
}

/** Makes scripts again that an older engine stored in another shape; a no-op otherwise. */
export async function upgradeScripts(
  generations: Generations,
  stored: StoredGeneration,
): Promise<PreparedModule[]> {
  if (stored.format === SCRIPT_FORMAT) return [];
  const made: PreparedModule[] = [];
  for (const ref of stored.components.flatMap((component) => component.modules)) {
    if (readModule(generations, ref) !== null) continue;
    const old = generations.getModule(ref.sha256, `${stored.format}:${ref.environment}:${ref.path}`);
    if (old === null) continue;
    const pushed = {
      path: ref.path,
      source: old.source,
      sourceMap: old.sourceMap,
      environment: ref.environment,
    };
    made.push({ ...ref, pushed, stored: await toScript(pushed) });
  }
  return made;
}

export const CURRENT_FORMAT = SCRIPT_FORMAT;

/** Modules by path, read from the store at first use. */
class LazyModules implements ReadonlyMap<string, StoredModule> {
  readonly #generations: Generations;
  readonly #refs: Map<string, StoredModuleRef>;
  readonly #loaded = new Map<string, StoredModule>();

  constructor(generations: Generations, refs: readonly StoredModuleRef[]) {
    this.#generations = generations;
    this.#refs = new Map(refs.map((ref) => [ref.path, ref]));
  }

  get size(): number {
    return this.#refs.size;
  }

  has(path: string): boolean {
    return this.#refs.has(path);
  }

  get(path: string): StoredModule | undefined {
    const loaded = this.#loaded.get(path);
    if (loaded !== undefined) return loaded;
    const ref = this.#refs.get(path);
    if (ref === undefined) return undefined;
    const module = readModule(this.#generations, ref);
    if (module === null) throw new CorruptionError(`deployed module ${path}`);
    this.#loaded.set(path, module.stored);
    return module.stored;
  }

  keys(): MapIterator<string> {
    return this.#refs.keys();
  }

  *entries(): MapIterator<[string, StoredModule]> {
    for (const path of this.#refs.keys()) yield [path, this.get(path)!];
  }

  *values(): MapIterator<StoredModule> {
    for (const path of this.#refs.keys()) yield this.get(path)!;
  }

  forEach(visit: (module: StoredModule, path: string, map: ReadonlyMap<string, StoredModule>) => void): void {
    for (const [path, module] of this.entries()) visit(module, path, this);
  }

  [Symbol.iterator](): MapIterator<[string, StoredModule]> {
    return this.entries();
  }
}
