/**
 * Evaluates the definitions of the app and of its components.
 *
 * Each is bundled alone and imports the others from `./_componentDeps/<base64url of the path>`. What stands there has to know
 * the name a component gives itself, so a definition is evaluated after those it imports.
 */
import { evaluateDefinition } from '../functions/analysis/analyze.ts';
import { toScript, type StoredModule } from '../functions/code/modules.ts';
import type { Variables } from '../env/environment.ts';
import { HttpError } from '../values/errors.ts';
import type { JsonObject } from '../values/value.ts';
import type { PreparedModule } from './generation.ts';

/** What a definition exports, as the CLI reads it back. `path` is `""` for the app. */
export interface Definition {
  path: string;
  definitionType: { type: 'app'; httpPrefix?: string } | { type: 'childComponent'; name: string };
  childComponents: { name: string; path: string; env?: [string, EnvBinding][] | null }[];
  httpMounts: Record<string, string>;
  exports: JsonObject;
  httpPrefix?: string;
  envVars?: [string, { type: 'value'; value: string; optional?: boolean }][] | null;
}

export type EnvBinding = { type: 'value'; value: string } | { type: 'envVar'; name: string };

export interface DefinitionSource {
  path: string;
  module: PreparedModule | null;
  /** The definitions it imports. */
  dependencies: readonly string[];
}

const NO_DEFINITION = {
  definitionType: { type: 'app' },
  childComponents: [],
  httpMounts: {},
  exports: { type: 'branch', branch: [] },
};

/** Every definition by path, those that are imported before those that import them. */
export async function evaluateDefinitions(
  sources: readonly DefinitionSource[],
  env: Variables,
): Promise<Map<string, Definition>> {
  const standIns = new Map<string, StoredModule>();
  const found = new Map<string, Definition>();
  for (const { path, module } of inPostOrder(sources)) {
    const modules = new Map(standIns);
    if (module !== null) modules.set(module.path, module.stored);
    const exported = module === null ? NO_DEFINITION : evaluateDefinition(modules, module.path, env);
    const definition = { ...exported, path } as unknown as Definition;
    checkDefinition(definition);
    found.set(path, definition);
    if (definition.definitionType.type !== 'childComponent') continue;
    const standIn = await standInFor(path, definition.definitionType.name);
    standIns.set(standIn.path, standIn.module);
  }
  return found;
}

function inPostOrder(sources: readonly DefinitionSource[]): DefinitionSource[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const order = new Set<DefinitionSource>();
  const visit = (source: DefinitionSource, above: readonly string[]): void => {
    if (order.has(source)) return;
    if (above.includes(source.path)) {
      const circle = [...above.slice(above.indexOf(source.path)), source.path];
      throw invalid(`Components cannot use each other in a circle: ${circle.join(' → ')}.`);
    }
    for (const path of source.dependencies) {
      const dependency = byPath.get(path);
      if (dependency === undefined)
        throw invalid(`The push lacks component ${path}, which ${nameOf(source.path)} uses.`);
      visit(dependency, [...above, source.path]);
    }
    order.add(source);
  };
  for (const source of sources) visit(source, []);
  return [...order];
}

async function standInFor(path: string, name: string): Promise<{ path: string; module: StoredModule }> {
  const modulePath = `_componentDeps/${Buffer.from(path).toString('base64url')}`;
  const exported = JSON.stringify({ componentDefinitionPath: path, defaultName: name });
  const source = `export default ${exported};\n`;
  return {
    path: modulePath,
    module: await toScript({ path: modulePath, source, environment: 'isolate' }),
  };
}

function checkDefinition(definition: Definition): void {
  const { path, definitionType, childComponents } = definition;
  const expected = path === '' ? 'app' : 'childComponent';
  if (definitionType?.type !== expected) {
    throw invalid(
      path === ''
        ? 'The default export of convex.config must be made with defineApp().'
        : `The default export of convex.config in ${path} must be made with defineComponent().`,
    );
  }
  const names = new Set<string>();
  for (const { name } of childComponents) {
    if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name))
      throw invalid(
        `"${name}" cannot name a component: use letters, digits and underscores, and start with a letter.`,
      );
    if (names.has(name))
      throw invalid(
        `${nameOf(path)} uses two components named "${name}"; tell them apart with app.use(…, { name }).`,
      );
    names.add(name);
  }
}

/** A definition as an error names it. */
export function nameOf(path: string): string {
  return path === '' ? 'the app' : `component ${path}`;
}

export function invalid(message: string): HttpError {
  return new HttpError(400, 'InvalidDefinition', message[0]!.toUpperCase() + message.slice(1));
}
