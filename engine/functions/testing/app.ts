/** A whole engine core around a fixture app, for tests: real store, real committer, real runner. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cancelJob, scheduleJob } from '../../scheduler/jobs.ts';
import { openStore, type Store } from '../../storage/store.ts';
import { Committer, type CommitterOptions } from '../../transaction/committer.ts';
import { applySchema } from '../../transaction/schema.ts';
import type { JsonObject, JsonValue } from '../../values/value.ts';
import type { HttpResponse } from '../actions/actionRunner.ts';
import { analyzeBundle, evaluateSchema } from '../analysis/analyze.ts';
import { analyzeNodeModules } from '../analysis/analyzeNode.ts';
import type { Caller, RunnerConfig, RunnerDeps } from '../calls/services.ts';
import { type ComponentData, createGeneration, type Generation } from '../code/generation.ts';
import { toScript } from '../code/modules.ts';
import type { MutationRun } from '../run/mutations.ts';
import type { QueryRun } from '../run/queries.ts';
import { FunctionRunner } from '../runner.ts';
import { bundleFolder, fixtureFolder } from './bundle.ts';

export interface TestApp {
  /** Its data folder. */
  dir: string;
  runner: FunctionRunner;
  committer: Committer;
  store: Store;
  env: Record<string, string>;
  entries: { identifier: string; error: string | null; code: string | null; logLines: unknown[] }[];
  setGeneration(generation: Generation): void;
  generation(): Generation;
  query(path: string, args?: JsonValue, caller?: Partial<Caller>): QueryRun;
  mutation(path: string, args?: JsonValue, caller?: Partial<Caller>): Promise<MutationRun>;
  close(): Promise<void>;
}

export interface TestAppOptions {
  config?: RunnerConfig;
  committer?: CommitterOptions;
  deps?: Partial<RunnerDeps>;
  env?: Record<string, string>;
}

let nextId = 1;

/** The schema a fixture's modules define, or null. */
function schemaOf(generation: Generation): JsonObject | null {
  const modules = generation.modules('');
  return modules.has('schema.js') ? evaluateSchema(modules, {}) : null;
}

/** The data of one component out of a folder of sources. */
export async function componentData(
  dir: string,
  info: Partial<ComponentData['info']> = {},
): Promise<ComponentData> {
  const pushed = await bundleFolder(dir);
  const modules = new Map(
    await Promise.all(pushed.map(async (module) => [module.path, await toScript(module)] as const)),
  );
  const nodePaths = pushed
    .filter(({ path, environment }) => environment === 'node' && !path.startsWith('_'))
    .map(({ path }) => path);
  const analysis = analyzeBundle(modules, {}, await analyzeNodeModules(modules, nodePaths, {}));
  const functions = Object.entries(analysis.modules).flatMap(([modulePath, module]) =>
    module.functions.map((fn) => ({ ...fn, modulePath })),
  );
  return { info: { path: '', children: {}, env: null, httpMounts: {}, ...info }, modules, functions };
}

export async function generationOf(...components: ComponentData[]): Promise<Generation> {
  return createGeneration({ id: nextId++, createdAtMs: Date.UTC(2026, 0, 1), components });
}

export const anyone: Caller = {
  identity: null,
  admin: false,
  requestId: '0123456789abcdef',
  allowInternal: false,
};

/** The body of an HTTP action's answer. */
export async function textOf({ body }: HttpResponse): Promise<string> {
  if (body === null || body instanceof Uint8Array) return Buffer.from(body ?? []).toString();
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

export async function startApp(fixture: string | Generation, options: TestAppOptions = {}): Promise<TestApp> {
  let generation =
    typeof fixture === 'string' ? await generationOf(await componentData(fixtureFolder(fixture))) : fixture;
  const dir = mkdtempSync(join(tmpdir(), 'engine-functions-'));
  const store = openStore(dir);
  const committer = new Committer(store, {
    guardBatch: (run) => runner.guardBatch(run),
    ...options.committer,
  });
  const schema = schemaOf(generation);
  if (schema !== null) await committer.write((tx) => void applySchema(tx, '', schema));
  const env = options.env ?? {};
  const entries: TestApp['entries'] = [];
  const runner: FunctionRunner = new FunctionRunner({
    committer,
    store,
    generation: () => generation,
    env: () => ({ ...env }),
    urls: () => ({ cloud: 'http://127.0.0.1:3210', site: 'http://127.0.0.1:3211' }),
    jobs: { schedule: scheduleJob, cancel: cancelJob },
    logs: { completion: (entry, code) => void entries.push({ ...entry, code }) },
    config: options.config ?? {},
    ...options.deps,
  });
  const call = (path: string, args: JsonValue = {}, caller: Partial<Caller> = {}) => ({
    component: '',
    path,
    args,
    caller: { ...anyone, ...caller },
  });
  return {
    dir,
    runner,
    committer,
    store,
    env,
    entries,
    generation: () => generation,
    setGeneration: (next) => void (generation = next),
    query: (path, args, caller) => runner.query(call(path, args, caller)),
    mutation: (path, args, caller) => runner.mutation(call(path, args, caller)),
    close: async () => {
      await runner.close();
      store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
