// Deploying code: from the bundles the CLI sends to the generation that runs.
//
//   start_push      analyse and stage; nothing that runs changes
//   wait_for_schema try the schema on the stored documents, and undo that
//   finish_push     schema, indexes, crons and code become live in one transaction, or none of them
//
// A staged generation remembers which generation and which environment it was made against; if either is another when it is
// to be activated, the push raced with another one and is refused (`RaceDetected`). Code that cannot be analysed is never
// staged, so what ran keeps running.

import { emptyGeneration, type Generation } from '../functions/generation.ts';
import { ModuleSyntaxError, toScript, type PushedModule } from '../functions/modules.ts';
import { applyCrons, type CronDiff } from '../scheduler/crons.ts';
import { parseCronSpec, type CronSpec } from '../scheduler/cronSpec.ts';
import type { Generations } from '../storage/generations.ts';
import type { Store } from '../storage/store.ts';
import type { Committer } from '../transaction/committer.ts';
import { applySchema, type SchemaDiff } from '../transaction/schema.ts';
import type { Transaction } from '../transaction/transaction.ts';
import { listEnvironment, setEnvironment, type EnvironmentChange } from '../env/environment.ts';
import { environmentHash, type Environment } from '../env/service.ts';
import { DeveloperError, HttpError } from '../values/errors.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';
import { analysePush, evaluateAuth, requireVariables, type PushInput } from './analysis.ts';
import {
  CURRENT_FORMAT,
  openGeneration,
  putModule,
  readModule,
  upgradeScripts,
  type PreparedModule,
  type StoredGeneration,
} from './generation.ts';
import { parsePushRequest, refOf, type PushRequest } from './request.ts';
import { indexDiffOf } from './indexDiff.ts';
import { finishPushResponse, schemaChange, stagedGenerationOf, startPushResponse } from './response.ts';

export interface PushDeps {
  store: Store;
  committer: Committer;
  environment: Environment;
  urls: () => { cloud: string; site: string };
  analyzeNode?: PushInput['analyzeNode'];
  /** After a push: the crons may have changed. */
  wakeCrons: () => void;
}

interface Live {
  id: number;
  stored: StoredGeneration | null;
  generation: Generation;
}

// Generations that are neither live nor the one before may still be read by a function that started on them.
const KEPT_GENERATIONS = 5;

export class PushService {
  readonly #deps: PushDeps;
  readonly #generations: Generations;
  #live: Live = { id: 0, stored: null, generation: emptyGeneration() };

  constructor(deps: PushDeps) {
    this.#deps = deps;
    this.#generations = deps.store.generations;
  }

  /** Makes the generation that was active when the engine stopped live again. */
  async load(): Promise<void> {
    const record = this.#generations.loadActive();
    if (record === null) return;
    const stored = JSON.parse(record.json) as StoredGeneration;
    const remade = await upgradeScripts(this.#generations, stored);
    if (remade.length > 0) {
      await this.#deps.committer.write(() =>
        remade.forEach((module) => putModule(this.#generations, module)),
      );
    }
    this.#live = { id: record.id, stored, generation: openGeneration(this.#generations, record.id, stored) };
  }

  generation(): Generation {
    return this.#live.generation;
  }

  /** What is deployed, as it is stored; null before the first push. */
  stored(): StoredGeneration | null {
    return this.#live.stored;
  }

  configHashes(): JsonObject {
    const stored = this.#live.stored;
    const modules = stored?.components[0]?.modules ?? [];
    return {
      config: { functions: stored?.functionsDir ?? 'convex/' },
      moduleHashes: modules.map(({ path, environment, sha256 }) => ({ path, environment, hash: sha256 })),
      udfServerVersion: stored?.udfServerVersion ?? null,
      nodeVersion: stored?.nodeVersion ?? null,
      nodeDependencies: [],
    };
  }

  async startPush(body: JsonObject): Promise<JsonObject> {
    const request = parsePushRequest(body);
    const { stored, modules, definition } = await this.#analyse(request);
    const { value: id } = await this.#deps.committer.write(() => {
      for (const module of modules) putModule(this.#generations, module);
      return this.#generations.save(JSON.stringify(stored));
    });
    const indexDiff = indexDiffOf(
      this.#live.stored?.components[0]?.schema ?? null,
      stored.components[0]!.schema,
    );
    return startPushResponse({ generationId: id }, stored, indexDiff, definition);
  }

  /** What start_push would answer about the schema, with nothing staged. */
  async evaluatePush(body: JsonObject): Promise<JsonObject> {
    const { stored } = await this.#analyse(parsePushRequest(body));
    const indexDiff = indexDiffOf(
      this.#live.stored?.components[0]?.schema ?? null,
      stored.components[0]!.schema,
    );
    return { schemaChange: schemaChange({ generationId: 0 }, indexDiff) };
  }

  async waitForSchema(body: JsonObject): Promise<JsonObject> {
    const staged = this.#staged(stagedGenerationOf(body.schemaChange));
    if (staged === null) return { type: 'raceDetected' };
    try {
      await this.#tryOut((tx) => this.#applySchemas(tx, staged.stored));
      return { type: 'complete' };
    } catch (error) {
      if (!(error instanceof DeveloperError)) throw error;
      return { type: 'failed', error: error.message, componentPath: '', tableName: tableOf(error.message) };
    }
  }

  async finishPush(body: JsonObject): Promise<JsonObject> {
    const staged = this.#staged(stagedGenerationOf((body.startPush as JsonObject | undefined)?.schemaChange));
    if (staged === null) throw race('The staged push is gone; please push again.');
    const activate = (tx: Transaction): { crons: CronDiff } => {
      this.#checkRace(tx, staged.stored);
      this.#applySchemas(tx, staged.stored);
      const crons = applyCrons(tx, '', cronSpecs(staged.stored));
      this.#generations.activate(staged.id);
      this.#prune(staged.id);
      return { crons };
    };
    const previous = this.#live.stored;
    const dryRun = body.dryRun === true;
    let crons: CronDiff;
    try {
      crons = dryRun
        ? (await this.#tryOut(activate)).crons
        : (await this.#deps.committer.write(activate)).value.crons;
    } catch (error) {
      if (error instanceof DeveloperError) throw new HttpError(400, 'SchemaValidationFailed', error.message);
      throw error;
    }
    if (!dryRun) this.#goLive(staged.id, staged.stored);
    const [before, after] = [previous?.components[0]?.schema ?? null, staged.stored.components[0]!.schema];
    return finishPushResponse(previous, staged.stored, crons, indexDiffOf(before, after));
  }

  /** Applies changes of the environment; auth.config and required variables must still hold afterwards. */
  async updateEnvironment(changes: readonly EnvironmentChange[]): Promise<void> {
    for (;;) {
      const live = this.#live;
      const before = this.#deps.committer.read(listEnvironment);
      const after = withChanges(before, changes);
      const providers = live.stored === null ? null : await this.#providersWith(live, after);
      const { value: applied } = await this.#deps.committer.write((tx) => {
        const raced = environmentHash(listEnvironment(tx)) !== environmentHash(before);
        if (raced || this.#live.id !== live.id) return null;
        setEnvironment(tx, changes);
        if (providers === null || JSON.stringify(providers) === JSON.stringify(live.stored!.authProviders))
          return live;
        const stored = { ...live.stored!, authProviders: providers };
        const id = this.#generations.save(JSON.stringify(stored));
        this.#generations.activate(id);
        return { id, stored };
      });
      if (applied === null) continue;
      this.#deps.environment.reload();
      if (applied.stored === null) this.#deps.committer.invalidateAll();
      else this.#goLive(applied.id, applied.stored);
      return;
    }
  }

  async #analyse(request: PushRequest): Promise<{
    stored: StoredGeneration;
    modules: PreparedModule[];
    definition: JsonObject;
  }> {
    if (request.componentCount > 0) {
      throw new HttpError(
        400,
        'ComponentsNotSupported',
        'This app uses components (`app.use(…)` in convex.config.ts), which this server does not support yet.',
      );
    }
    const before = this.#deps.committer.read(listEnvironment);
    const env = this.#deps.environment.current();
    const modules = await this.#prepare(request);
    const [schema, definition] = await Promise.all([
      prepareOne(request.schema),
      prepareOne(request.definition),
    ]);
    const analysis = await analysePush({
      modules,
      schema,
      definition,
      env,
      tables: this.#deps.committer.read((tx) => tx.db('')),
      analyzeNode: this.#deps.analyzeNode ?? (async () => ({})),
    });
    const stored: StoredGeneration = {
      format: CURRENT_FORMAT,
      createdAtMs: Date.now(),
      udfServerVersion: request.udfServerVersion,
      nodeVersion: request.nodeVersion,
      functionsDir: request.functionsDir,
      authProviders: analysis.authProviders,
      requiredVariables: analysis.requiredVariables,
      baseId: this.#live.id,
      environmentHash: environmentHash(before),
      components: [
        {
          info: { path: '', children: {}, env: null, httpMounts: {}, httpPrefix: analysis.httpPrefix },
          definitionPath: '',
          modules: modules.map(({ path, environment, sha256 }) => ({ path, environment, sha256 })),
          functions: analysis.functions,
          crons: analysis.crons,
          schema: analysis.schema,
          httpRoutes: analysis.httpRoutes,
        },
      ],
    };
    return { stored, modules, definition: analysis.definition };
  }

  // What the CLI sent is transformed; what it only named was, when it was sent.
  async #prepare(request: PushRequest): Promise<PreparedModule[]> {
    const kept = request.unchanged.map((ref) => {
      const module = readModule(this.#generations, ref);
      if (module === null) {
        throw new HttpError(400, 'ModuleNotFound', `Could not find existing unchanged module ${ref.path}.`);
      }
      return module;
    });
    const changed = await Promise.all(request.changed.map((module) => prepare(module, this.#generations)));
    return [...kept, ...changed].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  #staged(id: number | null): { id: number; stored: StoredGeneration } | null {
    const record = id === null ? null : this.#generations.get(id);
    return record === null ? null : { id: record.id, stored: JSON.parse(record.json) as StoredGeneration };
  }

  #checkRace(tx: Transaction, stored: StoredGeneration): void {
    if (stored.baseId !== this.#live.id) throw race('Another push finished while this one was under way.');
    if (stored.environmentHash !== environmentHash(listEnvironment(tx))) {
      throw race('Environment variables changed while this push was under way.');
    }
  }

  #applySchemas(tx: Transaction, stored: StoredGeneration): SchemaDiff[] {
    return stored.components.map((component) => applySchema(tx, component.info.path, component.schema));
  }

  // Runs a change to see whether it would succeed, and undoes it.
  async #tryOut<T>(change: (tx: Transaction) => T): Promise<T> {
    class Undo extends Error {}
    let value: T;
    try {
      await this.#deps.committer.write((tx) => {
        value = change(tx);
        throw new Undo();
      });
    } catch (error) {
      if (!(error instanceof Undo)) throw error;
    }
    return value!;
  }

  #goLive(id: number, stored: StoredGeneration): void {
    this.#live = { id, stored, generation: openGeneration(this.#generations, id, stored) };
    this.#deps.committer.invalidateAll();
    this.#deps.wakeCrons();
  }

  #prune(nextId: number): void {
    this.#generations.prune(Math.min(nextId - KEPT_GENERATIONS, this.#live.id));
    const used = new Set<string>();
    for (const { json } of this.#generations.list()) {
      for (const component of (JSON.parse(json) as StoredGeneration).components) {
        for (const module of component.modules) used.add(module.sha256);
      }
    }
    this.#generations.pruneModules(used);
  }

  async #providersWith(live: Live, variables: Record<string, string>): Promise<JsonValue[]> {
    const env = {
      ...variables,
      CONVEX_CLOUD_URL: this.#deps.urls().cloud,
      CONVEX_SITE_URL: this.#deps.urls().site,
    };
    requireVariables(live.stored!.requiredVariables, env);
    return await evaluateAuth(live.generation.modules(''), env);
  }
}

async function prepare(pushed: PushedModule, generations?: Generations): Promise<PreparedModule> {
  const ref = refOf(pushed);
  const kept = generations === undefined ? null : readModule(generations, ref);
  if (kept !== null) return kept;
  try {
    return { ...ref, pushed, stored: await toScript(pushed) };
  } catch (error) {
    if (error instanceof ModuleSyntaxError) throw new HttpError(400, 'InvalidModules', error.message);
    throw error;
  }
}

async function prepareOne(pushed: PushedModule | null): Promise<PreparedModule | null> {
  return pushed === null ? null : await prepare(pushed);
}

function cronSpecs(stored: StoredGeneration): Map<string, CronSpec> {
  const crons = stored.components[0]!.crons ?? {};
  return new Map(Object.entries(crons).map(([name, json]) => [name, parseCronSpec(name, json)]));
}

function withChanges(
  variables: readonly { name: string; value: string }[],
  changes: readonly EnvironmentChange[],
): Record<string, string> {
  const all = new Map(variables.map(({ name, value }) => [name, value]));
  for (const { name, value } of changes) {
    if (value === null) all.delete(name);
    else all.set(name, value);
  }
  return Object.fromEntries(all);
}

// The official text names the table; the CLI watches it to try again when its documents change.
function tableOf(message: string): string | null {
  return /in table "([^"]+)"/.exec(message)?.[1] ?? null;
}

function race(reason: string): HttpError {
  return new HttpError(400, 'RaceDetected', reason);
}
