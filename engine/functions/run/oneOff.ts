/**
 * One-off queries (`convex run --inline-query`, §10.6): a module that is not deployed, run against what is.
 *
 * The source is an administrator's and may import one thing only, the query wrappers; nothing of this machine can be
 * bundled into it.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import { HttpError } from '../../values/errors.ts';
import type { FunctionInfo, Generation } from '../code/generation.ts';
import { type StoredModule, toScript } from '../code/modules.ts';

const WRAPPERS = 'convex:/_system/repl/wrappers.js';
const WRAPPERS_SOURCE =
  "export { queryGeneric as query, internalQueryGeneric as internalQuery } from 'convex/server';";
const MAX_BYTES = 1024 * 1024;
/** What the wrappers may import themselves. */
const LIBRARY = join(dirname(fileURLToPath(import.meta.resolve('convex/package.json'))), '/');

/** Where a one-off module stands among the others; no deployed module can have this name. */
const ONE_OFF_PATH = 'testQuery.js';

/** Throws HttpError 400 with what is wrong with the source. */
export async function oneOffModule(source: string): Promise<StoredModule> {
  if (source.length > MAX_BYTES) throw new HttpError(400, 'QueryTooLarge', 'The query is larger than 1 MiB.');
  const { build } = await import('esbuild');
  try {
    const { outputFiles } = await build({
      stdin: { contents: source, resolveDir: import.meta.dirname, loader: 'js' },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      conditions: ['convex', 'module'],
      target: 'esnext',
      define: { 'process.env.NODE_ENV': '"production"' },
      plugins: [wrappersOnly],
      logLevel: 'silent',
    });
    return await toScript({ path: ONE_OFF_PATH, source: outputFiles[0]!.text, environment: 'isolate' });
  } catch (error) {
    const first = (error as { errors?: { text: string; location: { line: number } | null }[] }).errors?.[0];
    if (first === undefined) throw error;
    const at = first.location === null ? '' : ` (line ${first.location.line})`;
    throw new HttpError(400, 'InvalidQuery', `The query cannot be loaded: ${first.text}${at}`);
  }
}

const wrappersOnly: Plugin = {
  name: 'wrappers-only',
  setup(build) {
    build.onResolve({ filter: /./ }, ({ path, importer, namespace }) => {
      if (path === WRAPPERS) return { path, namespace: 'wrappers' };
      if (namespace === 'wrappers' || importer.startsWith(LIBRARY)) return undefined;
      return { errors: [{ text: `Only "${WRAPPERS}" can be imported, not ${JSON.stringify(path)}` }] };
    });
    build.onLoad({ filter: /./, namespace: 'wrappers' }, () => ({
      contents: WRAPPERS_SOURCE,
      resolveDir: import.meta.dirname,
    }));
  },
};

export function oneOffInfo(component: string): FunctionInfo {
  return {
    component,
    modulePath: ONE_OFF_PATH,
    name: 'default',
    udfType: 'Query',
    visibility: 'internal',
    args: { type: 'any' },
    returns: null,
  };
}

/** The generation with one module more in one component. */
export function withModule(generation: Generation, component: string, module: StoredModule): Generation {
  const modules = new Overlay(generation.modules(component), module);
  return { ...generation, modules: (path) => (path === component ? modules : generation.modules(path)) };
}

class Overlay extends Map<string, StoredModule> {
  readonly #base: ReadonlyMap<string, StoredModule>;

  constructor(base: ReadonlyMap<string, StoredModule>, module: StoredModule) {
    super([[ONE_OFF_PATH, module]]);
    this.#base = base;
  }

  override get(path: string): StoredModule | undefined {
    return super.get(path) ?? this.#base?.get(path);
  }

  override has(path: string): boolean {
    return super.has(path) || this.#base?.has(path);
  }
}
