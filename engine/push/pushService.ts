/**
 * Deploying code: from the bundles the CLI sends to the generation that runs.
 *
 *   start_push      analyse and stage; nothing that runs changes
 *   wait_for_schema try the schema on the stored documents, and undo that
 *   finish_push     schema, indexes, crons and code become live in one transaction, or none of them
 *
 * A staged generation remembers which generation and which environment it was made against; if either is another when it is
 * to be activated, the push raced with another one and is refused (`RaceDetected`). Code that cannot be analysed is never
 * staged, so what ran keeps running.
 */
import { emptyGeneration, type Generation } from '../functions/code/generation.ts';
import type { Generations } from '../storage/generations.ts';
import type { Store } from '../storage/store.ts';
import type { Committer } from '../transaction/committer.ts';
import { checkDocuments } from '../transaction/schema.ts';
import { SchemaMismatch } from '../transaction/schemaCheck.ts';
import type { Transaction } from '../transaction/transaction.ts';
import {
  listEnvironment,
  setEnvironment,
  withBuiltins,
  type EnvironmentChange,
  type EnvironmentVariable,
} from '../env/environment.ts';
import { environmentHash, type Environment } from '../env/service.ts';
import { DeveloperError, HttpError } from '../values/errors.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';
import { evaluateAuth, requireVariables } from './analysis.ts';
import { openGeneration, putModule, upgradeScripts, type StoredGeneration } from './generation.ts';
import { parseGeneration, saveGeneration, usedHashes } from './record.ts';
import { buildGeneration, type BuiltGeneration } from './build.ts';
import { parsePushRequest } from './request.ts';
import { indexDiffOf } from './indexDiff.ts';
import { schemaEvaluation } from './schemaEvaluation.ts';
import { changeComponents } from './activate.ts';
import {
  finishPushResponse,
  schemaChange,
  stagedGenerationOf,
  startPushResponse,
  type ComponentChange,
  type IndexDiffs,
} from './response.ts';

export interface PushDeps {
  store: Store;
  committer: Committer;
  environment: Environment;
  urls: () => { cloud: string; site: string };
  /** The folder in whose `node_modules` external packages are. */
  packagesDir: string;
  /** After a push: the crons may have changed. */
  wakeCrons: () => void;
}

interface Live {
  id: number;
  stored: StoredGeneration | null;
  generation: Generation;
}

/** Generations that are neither live nor the one before may still be read by a function that started on them. */
const KEPT_GENERATIONS = 5;
/** `codegen` stages without ever finishing. */
const KEPT_STAGED = 50;
const ENVIRONMENT_ATTEMPTS = 10;

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
    const stored = parseGeneration(this.#generations, record.json);
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
    const built = await this.#build(body);
    const { stored, definitions } = built;
    const { value: id } = await this.#deps.committer.write(() => {
      for (const { modules } of definitions.values())
        for (const module of modules) putModule(this.#generations, module);
      const staged = saveGeneration(this.#generations, stored);
      this.#generations.prune(staged - KEPT_STAGED);
      return staged;
    });
    return startPushResponse({ generationId: id }, built, this.#indexDiffs(stored));
  }

  /** What start_push would answer about the schema, with nothing staged. */
  async evaluatePush(body: JsonObject): Promise<JsonObject> {
    const { stored } = await this.#build(body);
    return { schemaChange: schemaChange({ generationId: 0 }, this.#indexDiffs(stored)) };
  }

  async evaluateSchema(body: JsonObject): Promise<JsonObject> {
    const { stored } = await this.#build(body);
    const diffs = this.#indexDiffs(stored);
    const evaluations = this.#deps.committer.read((tx) =>
      stored.components.map((component): [string, JsonObject] => [
        component.info.path,
        schemaEvaluation(tx, component, diffs[component.info.path]!),
      ]),
    );
    return { componentSchemaEvaluations: Object.fromEntries(evaluations), newComponentDefinitions: [] };
  }

  async waitForSchema(body: JsonObject): Promise<JsonObject> {
    const staged = this.#staged(stagedGenerationOf(body.schemaChange));
    if (staged === null) return { type: 'raceDetected' };
    let componentPath = '';
    try {
      await this.#tryOut((tx) => {
        for (const { info, schema } of staged.stored.components) {
          componentPath = info.path;
          checkDocuments(tx, info.path, schema);
        }
      });
      return { type: 'complete' };
    } catch (error) {
      if (!(error instanceof DeveloperError)) throw error;
      // The CLI watches the table to try again when its documents change.
      const tableName = error instanceof SchemaMismatch ? error.table : null;
      return { type: 'failed', error: error.message, componentPath, tableName };
    }
  }

  async finishPush(body: JsonObject): Promise<JsonObject> {
    const staged = this.#staged(stagedGenerationOf((body.startPush as JsonObject | undefined)?.schemaChange));
    if (staged === null) throw race('The staged push is gone; please push again.');
    const previous = this.#live.stored;
    const activate = (tx: Transaction): Map<string, ComponentChange> => {
      this.#checkRace(tx, staged.stored);
      const changes = changeComponents(tx, previous, staged.stored);
      this.#generations.activate(staged.id);
      this.#prune(staged.id);
      return changes;
    };
    const dryRun = body.dryRun === true;
    let changes: Map<string, ComponentChange>;
    try {
      changes = dryRun ? await this.#tryOut(activate) : (await this.#deps.committer.write(activate)).value;
    } catch (error) {
      if (error instanceof DeveloperError) throw new HttpError(400, 'SchemaValidationFailed', error.message);
      throw error;
    }
    if (!dryRun) this.#goLive(staged.id, staged.stored);
    return finishPushResponse(previous, staged.stored, changes);
  }

  /** Applies changes of the environment; auth.config and required variables must still hold afterwards. */
  async updateEnvironment(changes: readonly EnvironmentChange[]): Promise<void> {
    for (let attempt = 0; attempt < ENVIRONMENT_ATTEMPTS; attempt++) {
      const live = this.#live;
      const before = this.#deps.committer.read(listEnvironment);
      const after = withChanges(before, changes);
      const providers = live.stored === null ? null : this.#providersWith(live, after);
      const { value: applied } = await this.#deps.committer.write((tx) => {
        const raced = environmentHash(listEnvironment(tx)) !== environmentHash(before);
        if (raced || this.#activeId() !== live.id) return null;
        setEnvironment(tx, changes);
        if (providers === null || JSON.stringify(providers) === JSON.stringify(live.stored!.authProviders))
          return live;
        const stored = { ...live.stored!, authProviders: providers };
        const id = saveGeneration(this.#generations, stored);
        this.#generations.activate(id);
        return { id, stored };
      });
      if (applied === null) continue;
      this.#deps.environment.reload();
      if (applied.stored === null) this.#deps.committer.invalidateAll();
      else this.#goLive(applied.id, applied.stored);
      return;
    }
    throw race(
      'The deployment kept changing while the environment variables were checked; please try again.',
    );
  }

  async #build(body: JsonObject): Promise<BuiltGeneration> {
    const { committer, urls, packagesDir } = this.#deps;
    const variables = committer.read(listEnvironment);
    return await buildGeneration(parsePushRequest(body), {
      generations: this.#generations,
      baseId: this.#live.id,
      variables,
      env: withBuiltins(variables, urls()),
      urls: urls(),
      tables: (component) => committer.read((tx) => tx.db(component)),
      packagesDir,
    });
  }

  #indexDiffs(next: StoredGeneration): IndexDiffs {
    const before = new Map(
      this.#live.stored?.components.map(({ info, schema }) => [info.path, schema]) ?? [],
    );
    return Object.fromEntries(
      next.components.map(({ info, schema }) => [
        info.path,
        indexDiffOf(before.get(info.path) ?? null, schema),
      ]),
    );
  }

  #staged(id: number | null): { id: number; stored: StoredGeneration } | null {
    const record = id === null ? null : this.#generations.get(id);
    return record === null
      ? null
      : { id: record.id, stored: parseGeneration(this.#generations, record.json) };
  }

  #checkRace(tx: Transaction, stored: StoredGeneration): void {
    if (stored.baseId !== this.#activeId()) throw race('Another push finished while this one was under way.');
    if (stored.environmentHash !== environmentHash(listEnvironment(tx))) {
      throw race('Environment variables changed while this push was under way.');
    }
  }

  /** Inside a transaction: what is committed, which `#live` follows a moment later. */
  #activeId(): number {
    return this.#generations.loadActive()?.id ?? 0;
  }

  /** Runs a change to see whether it would succeed, and undoes it. */
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
    this.#generations.pruneModules(usedHashes(this.#generations));
  }

  #providersWith(live: Live, variables: readonly EnvironmentVariable[]): JsonValue[] {
    const env = withBuiltins(variables, this.#deps.urls());
    requireVariables(live.stored!.requiredVariables, env);
    return evaluateAuth(live.generation.modules(''), env);
  }
}

function withChanges(
  variables: readonly EnvironmentVariable[],
  changes: readonly EnvironmentChange[],
): EnvironmentVariable[] {
  const all = new Map(variables.map((variable) => [variable.name, variable]));
  for (const { name, value } of changes) {
    if (value === null) all.delete(name);
    else all.set(name, { _id: '', name, value });
  }
  return [...all.values()];
}

function race(reason: string): HttpError {
  return new HttpError(400, 'RaceDetected', reason);
}
