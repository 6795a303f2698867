/**
 * From definitions to the tree of component instances: where each sits, which variables it sees, what is mounted where.
 */
import type { ComponentInfo } from '../functions/code/generation.ts';
import type { Variables } from '../env/environment.ts';
import { requireVariables } from './analysis.ts';
import { invalid, nameOf, type Definition, type EnvBinding } from './definitions.ts';

/** What a component's variable is bound to, in terms of the deployment's variables. */
type Bound = NonNullable<ComponentInfo['env']>;

export interface Instance {
  info: ComponentInfo;
  definition: Definition;
}

export interface InstanceTree {
  /** The app first, then every instance before its children. */
  instances: Instance[];
  /** Variables of the deployment that the app or one of its components cannot do without. */
  requiredVariables: string[];
}

/** Throws HttpError 400 if a variable that is required is not bound, or is not set in `env`. */
export function instanceTree(definitions: ReadonlyMap<string, Definition>, env: Variables): InstanceTree {
  const instances: Instance[] = [];
  const required = new Set<string>();
  const place = (definition: Definition, path: string, bound: Bound | null): void => {
    for (const [name, { optional }] of definition.envVars ?? []) {
      if (optional === true) continue;
      const source = bound === null ? { envVar: name } : bound[name];
      if (source === undefined)
        throw invalid(
          `${nameOf(path)} requires the variable ${name}: pass it with app.use(…, { env: { ${name} } }).`,
        );
      if ('envVar' in source) required.add(source.envVar);
    }
    const children = definition.childComponents.map((child) => {
      const childPath = path === '' ? child.name : `${path}/${child.name}`;
      const childDefinition = definitions.get(child.path);
      if (childDefinition === undefined)
        throw invalid(`The push lacks component ${child.path}, which ${nameOf(path)} uses.`);
      return { ...child, path: childPath, definition: childDefinition };
    });
    instances.push({
      definition,
      info: {
        path,
        children: Object.fromEntries(children.map((child) => [child.name, child.path])),
        env: bound,
        httpMounts: mountsOf(definition),
        httpPrefix: definition.httpPrefix ?? null,
      },
    });
    for (const child of children)
      place(child.definition, child.path, bindings(child.definition, child.path, child.env ?? [], bound));
  };
  place(definitions.get('')!, '', null);
  requireVariables([...required], env);
  return { instances, requiredVariables: [...required] };
}

/** `parent` is null for the app, whose variables are the deployment's. */
function bindings(
  definition: Definition,
  path: string,
  env: readonly [string, EnvBinding][],
  parent: Bound | null,
): Bound {
  const declared = new Set((definition.envVars ?? []).map(([name]) => name));
  const bound: Bound = {};
  for (const [name, binding] of env) {
    if (!declared.has(name))
      throw invalid(`${nameOf(path)} is given the variable ${name}, which it does not declare.`);
    if (binding.type === 'value') bound[name] = { value: binding.value };
    else if (parent === null) bound[name] = { envVar: binding.name };
    else if (parent[binding.name] !== undefined) bound[name] = parent[binding.name]!;
  }
  return bound;
}

function mountsOf(definition: Definition): Record<string, string> {
  const mounts = Object.entries(definition.httpMounts);
  return Object.fromEntries(
    mounts.map(([prefix, reference]) => [prefix, reference.slice(reference.lastIndexOf('/') + 1)]),
  );
}
