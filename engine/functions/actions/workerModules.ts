/**
 * Modules inside an action worker: compiled in the worker's own realm, so that `fetch`, `Response` and errors are one
 * family, with the names of Node shadowed for the default runtime.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { resolveSpecifier, WRAPPER_COLUMNS } from '../code/modules.ts';
import type { WorkerKind } from './protocol.ts';

type Wrapper = (
  exports: object,
  require: (specifier: string) => unknown,
  module: { exports: object },
  filename: string,
  dirname: string | undefined,
) => void;

const SHADOWED = ['process', 'console', 'Buffer', 'global', 'setImmediate', 'clearImmediate'] as const;

export class ModuleRegistry {
  readonly #sources: ReadonlyMap<string, string>;
  readonly #loaded = new Map<string, { exports: object }>();
  readonly #shadows: Record<(typeof SHADOWED)[number], unknown>;
  readonly #nodeRequire: NodeJS.Require | null;
  readonly #kind: WorkerKind;
  /** What `process.env` shows while no execution says otherwise. */
  env: Record<string, string> = {};

  constructor(
    kind: WorkerKind,
    modules: [string, string][],
    given: { process: unknown; console: unknown },
    resolveFrom: string,
  ) {
    this.#kind = kind;
    this.#sources = new Map(modules);
    const node = kind === 'node';
    this.#shadows = {
      ...given,
      Buffer: node ? Buffer : undefined,
      global: node ? globalThis : undefined,
      setImmediate: node ? setImmediate : undefined,
      clearImmediate: node ? clearImmediate : undefined,
    };
    this.#nodeRequire = node ? createRequire(join(resolveFrom, 'index.js')) : null;
  }

  has(path: string): boolean {
    return this.#sources.has(path);
  }

  /** The exports of a module, evaluated once; one that throws is tried again next time. */
  load(path: string): Record<string, unknown> {
    const known = this.#loaded.get(path);
    if (known !== undefined) return known.exports as Record<string, unknown>;
    const source = this.#sources.get(path);
    if (source === undefined) throw new Error(`Couldn't find the module ${path}`);
    const module: { exports: object } = { exports: {} };
    this.#loaded.set(path, module);
    try {
      this.#compile(path, source)(
        module.exports,
        (specifier) => this.#require(path, specifier),
        module,
        `convex:/${path}`,
        undefined,
      );
    } catch (error) {
      this.#loaded.delete(path);
      throw error;
    }
    return module.exports as Record<string, unknown>;
  }

  #compile(path: string, source: string): Wrapper {
    const head = `(function (${SHADOWED.join(', ')}) { return `;
    const script = new Script(`${head}${source}\n})`, {
      filename: `convex:/${path}`,
      columnOffset: -(head.length + WRAPPER_COLUMNS),
    });
    const shadowing = script.runInThisContext() as (...values: unknown[]) => Wrapper;
    return shadowing(...SHADOWED.map((name) => this.#shadows[name]));
  }

  #require(from: string, specifier: string): unknown {
    const target = resolveSpecifier(this.#sources, from, specifier);
    if (target !== null) return this.load(target);
    if (this.#nodeRequire === null) throw new Error(`Dynamic require of "${specifier}" is not supported`);
    return this.#nodeRequire(specifier);
  }

  get kind(): WorkerKind {
    return this.#kind;
  }
}
