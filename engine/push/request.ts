/** Reads the body of start_push and checks its shape. */
import type { ModuleEnvironment, PushedModule } from '../functions/code/modules.ts';
import { HttpError } from '../values/errors.ts';
import { LIMITS } from '../values/limits.ts';
import type { JsonObject } from '../values/value.ts';
import { moduleHash, type StoredModuleRef } from './generation.ts';
import type { ExternalPackage } from './packages.ts';

export interface PushRequest {
  functionsDir: string;
  nodeVersion: string | null;
  udfServerVersion: string;
  dryRun: boolean;
  definition: PushedModule | null;
  schema: PushedModule | null;
  /** Sent in this push. */
  changed: PushedModule[];
  /** Named by hash, kept from an earlier push. */
  unchanged: StoredModuleRef[];
  /** Paths of the component definitions that `definition` imports. */
  dependencies: string[];
  /** The definitions of the components the app uses, directly or through others. */
  components: ComponentRequest[];
  externalPackages: ExternalPackage[];
}

/** A component definition as it is pushed: always whole. */
interface ComponentRequest {
  /** Where its folder is, seen from the app's functions folder. */
  definitionPath: string;
  definition: PushedModule;
  dependencies: string[];
  schema: PushedModule | null;
  modules: PushedModule[];
}

export function parsePushRequest(body: JsonObject): PushRequest {
  const app = body.appDefinition as JsonObject | undefined;
  if (typeof app !== 'object' || app === null) throw malformed('appDefinition');
  const changed = list(app.changedModules, 'changedModules').map((json) => pushedModule(json as JsonObject));
  const unchanged = list(app.unchangedModuleHashes, 'unchangedModuleHashes').map((json) =>
    moduleRef(json as JsonObject),
  );
  const components = list(body.componentDefinitions ?? [], 'componentDefinitions').map((json) =>
    componentRequest(json as JsonObject),
  );
  const counts = [changed.length + unchanged.length, ...components.map(({ modules }) => modules.length)];
  if (counts.some((count) => count > LIMITS.modules)) {
    throw new HttpError(400, 'TooManyModules', `The push has more than ${LIMITS.modules} modules.`);
  }
  return {
    functionsDir: typeof body.functions === 'string' ? body.functions : 'convex/',
    nodeVersion: typeof body.nodeVersion === 'string' ? body.nodeVersion : null,
    udfServerVersion: typeof app.udfServerVersion === 'string' ? app.udfServerVersion : 'unknown',
    dryRun: body.dryRun === true,
    definition: app.definition == null ? null : pushedModule(app.definition as JsonObject),
    schema: app.schema == null ? null : pushedModule(app.schema as JsonObject),
    changed,
    unchanged,
    dependencies: texts(app.dependencies, 'dependencies'),
    components,
    externalPackages: list(body.nodeDependencies ?? [], 'nodeDependencies').map((json) =>
      externalPackage(json as JsonObject),
    ),
  };
}

function componentRequest(json: JsonObject): ComponentRequest {
  const { definitionPath, definition, dependencies, schema, functions } = json ?? {};
  if (typeof definitionPath !== 'string' || definitionPath === '') throw malformed('definitionPath');
  const modules = list(functions, 'functions').map((module) => pushedModule(module as JsonObject));
  const inNode = modules.find(({ environment }) => environment === 'node');
  if (inNode !== undefined) {
    throw new HttpError(
      400,
      'InvalidModules',
      `${inNode.path} of component ${definitionPath} has "use node", which components cannot have.`,
    );
  }
  return {
    definitionPath,
    definition: pushedModule(definition as JsonObject),
    dependencies: texts(dependencies, 'dependencies'),
    schema: schema == null ? null : pushedModule(schema as JsonObject),
    modules,
  };
}

export function refOf(module: PushedModule): StoredModuleRef {
  return { path: module.path, environment: module.environment, sha256: moduleHash(module) };
}

function pushedModule(json: JsonObject): PushedModule {
  const { path, source, sourceMap, environment } = json ?? {};
  if (typeof path !== 'string' || typeof source !== 'string') throw malformed('module');
  checkPath(path);
  return {
    path,
    source,
    sourceMap: typeof sourceMap === 'string' ? sourceMap : null,
    environment: environmentOf(environment),
  };
}

const PACKAGE_NAME = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i;

function externalPackage(json: JsonObject): ExternalPackage {
  const { name, version } = json ?? {};
  if (typeof name !== 'string' || typeof version !== 'string' || !PACKAGE_NAME.test(name))
    throw malformed('nodeDependencies');
  return { name, version };
}

function moduleRef(json: JsonObject): StoredModuleRef {
  const { path, sha256, environment } = json ?? {};
  if (typeof path !== 'string' || typeof sha256 !== 'string') throw malformed('module hash');
  checkPath(path);
  return { path, sha256, environment: environmentOf(environment) };
}

function environmentOf(value: unknown): ModuleEnvironment {
  if (value !== 'isolate' && value !== 'node') throw malformed('environment');
  return value;
}

function checkPath(path: string): void {
  if (
    !/^[A-Za-z0-9_./]+$/.test(path) ||
    path.split('/').some((part) => part === '' || part === '.' || part === '..')
  ) {
    throw new HttpError(
      400,
      'InvalidModulePath',
      `"${path}" cannot be a module: use only letters, digits, underscores and periods in file names.`,
    );
  }
}

function list(value: unknown, name: string): unknown[] {
  if (!Array.isArray(value)) throw malformed(name);
  return value;
}

function texts(value: unknown, name: string): string[] {
  return list(value ?? [], name).map((one) => {
    if (typeof one !== 'string') throw malformed(name);
    return one;
  });
}

function malformed(what: string): HttpError {
  return new HttpError(400, 'BadPushRequest', `The push request has no valid ${what}.`);
}
