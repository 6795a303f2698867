/**
 * The engine's own queries under `_system/`: what the official CLI asks over the sync protocol or /api/query.
 *
 * Administrators only; the runner sees to that. They run like any query: what they read is their read set, so they are live.
 */
import type { Generation } from '../functions/code/generation.ts';
import { listEnvironment } from '../env/environment.ts';
import type { StoredGeneration } from '../push/generation.ts';
import { latestExport } from '../snapshot/exports.ts';
import { listImports, readImport } from '../snapshot/imports.ts';
import type { Transaction } from '../transaction/transaction.ts';
import { DeveloperError } from '../values/errors.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';

/** `component` is the component path of the call, `""` for the app. */
export type SystemFunction = (tx: Transaction, args: JsonObject, component: string) => JsonValue;

export interface SystemDeps {
  generation: () => Generation;
  stored: () => StoredGeneration | null;
  urls: () => { cloud: string; site: string };
}

/** By path, `module:function`. */
export function systemFunctions(deps: SystemDeps): Record<string, SystemFunction> {
  return {
    '_system/cli/queryEnvironmentVariables:default': (tx) =>
      listEnvironment(tx).map((variable) => ({ ...variable })),
    '_system/cli/queryEnvironmentVariables:get': (tx, { name }) => {
      const found = listEnvironment(tx).find((variable) => variable.name === name);
      return found === undefined ? null : { name: found.name, value: found.value };
    },
    '_system/cli/tables:default': (tx, _args, component) => ({
      page: tableNames(tx, component).map((name) => ({ name })),
      isDone: true,
      continueCursor: '',
    }),
    '_system/cli/tableData:default': tableData,
    '_system/cli/tableSize:default': (tx, { tableName }, component) =>
      tx.db(component).count(text(tableName, 'tableName')),
    // Changes whenever a document of the table does; the CLI watches it and ignores what it says.
    '_system/cli/queryTable:default': (tx, { tableName }, component) => {
      const documents = tx.db(component).count(text(tableName, 'tableName'));
      return { documents, readAt: String(tx.beginTs) };
    },
    '_system/cli/modules:apiSpec': (_tx, _args, component) => apiSpec(deps, component),
    '_system/cli/convexUrl:cloudUrl': () => deps.urls().cloud,
    '_system/cli/convexUrl:siteUrl': () => deps.urls().site,
    '_system/cli/queryImport:list': (tx) => listImports(tx) as unknown as JsonValue,
    '_system/cli/queryImport:default': (tx, { importId }) => readImport(tx, importId),
    '_system/cli/exports:getLatest': (tx) => latestExport(tx),
    '_system/frontend/components:list': () =>
      deps
        .generation()
        .componentPaths()
        .map((path) => ({
          id: path,
          path,
          name: path === '' ? null : path.slice(path.lastIndexOf('/') + 1),
        })),
    '_system/frontend/getSchemas:default': (_tx, _args, component) => ({
      active: schemaText(deps, component),
      inProgress: null,
    }),
  };
}

function tableNames(tx: Transaction, component: string): string[] {
  tx.recording?.dependencies.add(`tables:${component}`);
  return tx.registry
    .tables(component)
    .filter((table) => !table.system)
    .map((table) => table.name)
    .sort();
}

function tableData(tx: Transaction, args: JsonObject, component: string): JsonValue {
  const table = text(args.table, 'table');
  const options = (args.paginationOpts ?? {}) as JsonObject;
  const order = args.order === 'asc' ? 'asc' : 'desc';
  const { page, isDone, continueCursor } = tx.db(component).queryPage(
    {
      query: { source: { type: 'FullTableScan', tableName: table, order }, operators: [] },
      cursor: options.cursor ?? null,
      endCursor: null,
      pageSize: options.numItems ?? 100,
      maximumRowsRead: null,
    },
    { isSystem: table.startsWith('_') },
  );
  return { page: page.map((json) => JSON.parse(json) as JsonValue), isDone, continueCursor };
}

function apiSpec({ generation, stored }: SystemDeps, component: string): JsonValue {
  const functions: JsonValue[] = generation()
    .functions(component)
    .map((fn) => ({
      identifier: `${fn.modulePath}:${fn.name}`,
      functionType: fn.udfType,
      visibility: { kind: fn.visibility },
      args: fn.args as unknown as JsonValue,
      returns: (fn.returns ?? { type: 'any' }) as unknown as JsonValue,
    }));
  const routes = stored()?.components.find((one) => one.info.path === component)?.httpRoutes ?? [];
  return [...functions, ...routes.map(({ method, path }) => ({ functionType: 'HttpAction', method, path }))];
}

function schemaText({ stored }: SystemDeps, component: string): string | null {
  const schema = stored()?.components.find((one) => one.info.path === component)?.schema ?? null;
  return schema === null ? null : JSON.stringify(schema);
}

function text(value: JsonValue | undefined, name: string): string {
  if (typeof value === 'string') return value;
  throw new DeveloperError('InvalidArgument', `Expected \`${name}\` to be a string.`);
}
