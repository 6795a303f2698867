/**
 * Turns one pushed ES module into a classic script a `node:vm` realm can run, and links such scripts to each other.
 *
 * Owned: the shape of the stored script. It is the body of `(exports, require, module) => …`, wrapped so that the
 * completion value of the script is that function. Source maps are composed with the map the CLI sent, so one lookup
 * leads from a stack frame to the developer's file.
 *
 * Done once per push (EE stores the text); the engine never needs esbuild to run what is already deployed.
 */
import { posix } from 'node:path';

export type ModuleEnvironment = 'isolate' | 'node';

/** A module as stored in a generation. */
export interface StoredModule {
  script: string;
  sourceMap: string | null;
  environment: ModuleEnvironment;
}

/** A module as the CLI pushes it. */
export interface PushedModule {
  path: string;
  source: string;
  sourceMap?: string | null | undefined;
  environment: ModuleEnvironment;
}

/** An ES module is strict code; what it becomes must be told so. */
const WRAPPER_HEAD = '(function (exports, require, module, __filename, __dirname) { "use strict"; ';
const WRAPPER_TAIL = '\n})';

/** Columns of line one that belong to the wrapper; a `vm.Script` takes this as a negative `columnOffset`. */
export const WRAPPER_COLUMNS = WRAPPER_HEAD.length;

/** A module that cannot be parsed; the message names file and line and is meant for the developer who pushed it. */
export class ModuleSyntaxError extends Error {}

/** Transforms a pushed ES module; throws {@link ModuleSyntaxError} when it does not parse. */
export async function toScript(module: PushedModule): Promise<StoredModule> {
  const source = module.source.replace(/\n\/\/# sourceMappingURL=[^\n]*\s*$/, '\n');
  const map = module.sourceMap ? Buffer.from(module.sourceMap).toString('base64') : null;
  const input = map === null ? source : `${source}\n//# sourceMappingURL=data:application/json;base64,${map}`;
  // Only pushes need it, and they can wait for it to load.
  const { transform } = await import('esbuild');
  try {
    const output = await transform(input, {
      format: 'cjs',
      loader: 'js',
      target: 'esnext',
      sourcefile: module.path,
      sourcemap: 'external',
      sourcesContent: false,
      // A dynamic import becomes a deferred require: a realm has no module loader, and the host's must stay unreachable.
      supported: { 'dynamic-import': false },
      define: { 'import.meta.url': '__filename' },
      logLevel: 'silent',
    });
    return {
      script: WRAPPER_HEAD + output.code + WRAPPER_TAIL,
      sourceMap: output.map || null,
      environment: module.environment,
    };
  } catch (error) {
    throw new ModuleSyntaxError(describeFailure(module.path, error));
  }
}

function describeFailure(path: string, error: unknown): string {
  const first = (
    error as { errors?: { text: string; location: { file: string; line: number; column: number } | null }[] }
  ).errors?.[0];
  if (first === undefined)
    return `Failed to load ${path}: ${error instanceof Error ? error.message : String(error)}`;
  const at =
    first.location === null
      ? ''
      : ` (${first.location.file}:${first.location.line}:${first.location.column})`;
  return `Failed to load ${path}: SyntaxError: ${first.text}${at}`;
}

/** The stored path a specifier inside `from` means, or null when it is not a module of the same bundle. */
export function resolveSpecifier(
  modules: { has(path: string): boolean },
  from: string,
  specifier: string,
): string | null {
  if (!specifier.startsWith('.')) return null;
  const joined = posix.normalize(posix.join(posix.dirname(from), specifier));
  for (const candidate of [joined, `${joined}.js`, `${joined}/index.js`])
    if (modules.has(candidate)) return candidate;
  return null;
}
