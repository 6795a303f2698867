/**
 * A generation: everything one push deployed, immutable once active. Running functions keep the generation they started
 * with; new calls take the current one.
 *
 * Owned: the interface the rest of the engine sees and the plain implementation over data a push produced.
 */
import type { DeclaredRank } from '../../transaction/order.ts';
import type { ValidatorJson } from '../../values/validator.ts';
import type { JsonValue } from '../../values/value.ts';
import type { StoredModule } from './modules.ts';

export type UdfType = 'Query' | 'Mutation' | 'Action';
export type Visibility = 'public' | 'internal';

export interface FunctionInfo {
  component: string;
  /** With extension: `a/b.js`. */
  modulePath: string;
  name: string;
  udfType: UdfType;
  visibility: Visibility;
  args: ValidatorJson;
  returns: ValidatorJson | null;
  /** Of a mutation that said so: absent for ordinary ones, and in records of before there were ranks. */
  writeRank?: DeclaredRank;
}

/** Where a component sits: what its references (`_reference/childComponent/…`) resolve to and which variables it sees. */
export interface ComponentInfo {
  /** Instance path, `""` for the root app. */
  path: string;
  /** Child name as used in references → instance path. */
  children: Record<string, string>;
  /** The component's whole environment besides the built-in URLs, or null when it sees the deployment's (the root). */
  env: Record<string, { value: string } | { envVar: string }> | null;
  /** Mount prefix → child name (§9.5). */
  httpMounts: Record<string, string>;
  /** `defineApp({httpPrefix})`: moves the component's own routes. */
  httpPrefix?: string | null;
}

export interface Generation {
  readonly id: number;
  /** Push time, ms: what `Date.now()` is while a module is being imported. */
  readonly createdAtMs: number;
  readonly modules: (component: string) => ReadonlyMap<string, StoredModule>;
  readonly findFunction: (component: string, modulePath: string, exportName: string) => FunctionInfo | null;
  readonly functions: (component: string) => readonly FunctionInfo[];
  readonly component: (path: string) => ComponentInfo | null;
  readonly componentPaths: () => readonly string[];
  readonly authProviders: readonly JsonValue[];
  /** Per component: cron name → spec as exported by `crons.js`. */
  readonly crons: Readonly<Record<string, JsonValue>>;
  /** Whether any component has an `http.js`. */
  readonly hasHttp: boolean;
}

/** What a push stores for one component instance; instances of one definition share `modules` and `functions`. */
export interface ComponentData {
  info: ComponentInfo;
  modules: ReadonlyMap<string, StoredModule>;
  functions: readonly Omit<FunctionInfo, 'component'>[];
  crons?: JsonValue;
}

export interface GenerationData {
  id: number;
  createdAtMs: number;
  components: readonly ComponentData[];
  authProviders?: readonly JsonValue[];
}

const NO_MODULES: ReadonlyMap<string, StoredModule> = new Map();

/** A generation over push data. */
export function createGeneration(data: GenerationData): Generation {
  const components = new Map(data.components.map((one) => [one.info.path, one]));
  const functions = new Map<string, FunctionInfo>();
  const byComponent = new Map<string, FunctionInfo[]>();
  const crons: Record<string, JsonValue> = {};
  for (const one of data.components) {
    const list = one.functions.map((fn) => ({ ...fn, component: one.info.path }));
    byComponent.set(one.info.path, list);
    for (const fn of list) functions.set(`${fn.component}|${fn.modulePath}:${fn.name}`, fn);
    if (one.crons !== undefined && one.crons !== null) crons[one.info.path] = one.crons;
  }
  return {
    id: data.id,
    createdAtMs: data.createdAtMs,
    modules: (component) => components.get(component)?.modules ?? NO_MODULES,
    findFunction: (component, modulePath, name) =>
      functions.get(`${component}|${modulePath.endsWith('.js') ? modulePath : `${modulePath}.js`}:${name}`) ??
      null,
    functions: (component) => byComponent.get(component) ?? [],
    component: (path) => components.get(path)?.info ?? null,
    componentPaths: () => [...components.keys()],
    authProviders: data.authProviders ?? [],
    crons,
    hasHttp: data.components.some((one) => one.modules.has('http.js')),
  };
}

/** A generation before the first push: it has no functions. */
export function emptyGeneration(): Generation {
  const info: ComponentInfo = { path: '', children: {}, env: null, httpMounts: {} };
  return createGeneration({
    id: 0,
    createdAtMs: 0,
    components: [{ info, modules: new Map(), functions: [] }],
  });
}
