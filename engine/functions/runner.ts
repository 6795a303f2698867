/**
 * functions/ runs the developer's code: queries and mutations in realms on this thread, actions and HTTP actions in worker
 * threads. It owns module scripts, realms, the bridge of syscalls, error texts, and what functions print.
 *
 * This file is the door. Queries are synchronous. Mutations go through the committer, and a client's session request is
 * answered once: its record is written in the mutation's own transaction. A failure of a function is a result; whatever is
 * thrown from here is a failure of the request or of the engine.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { LogEntry } from '../logs/ring.ts';
import type { ReadSet } from '../query/readSet.ts';
import type { SessionRequest } from '../storage/sessionRequests.ts';
import type { Transaction } from '../transaction/transaction.ts';
import { CommitError, DeveloperError, HttpError } from '../values/errors.ts';
import { LIMITS } from '../values/limits.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';
import { ActionRunner, type HttpRequest, type HttpResponse } from './actions/actionRunner.ts';
import { resolveCommitTs } from './commitTs.ts';
import { Execution } from './execution.ts';
import {
  frameError,
  FunctionFailure,
  type FunctionResult,
  notFound,
  unframed,
  wrongKind,
} from './failure.ts';
import type { FunctionInfo, Generation, UdfType } from './generation.ts';
import { Handles } from './handles.ts';
import { importHost } from './importHost.ts';
import { JwtSigner } from './jwtSigner.ts';
import { logEntry } from './logEntry.ts';
import type { LogLine } from './logLines.ts';
import { oneOffInfo, oneOffModule, withModule } from './oneOff.ts';
import { displayPath, type FunctionPath, requirePath, serverPath } from './paths.ts';
import { RealmPool } from './realmPool.ts';
import type { Caller, JobCall, JobOutcome, RunnerDeps, Services } from './services.ts';
import { patiently, UserTime } from './userTime.ts';
import { isGuarded, TimeLimitExceeded } from './watchdog.ts';

export type { FunctionResult } from './failure.ts';
export type { Caller, FileStorage, LogSink, RunnerConfig, RunnerDeps } from './services.ts';

export interface FunctionCall {
  component: string;
  path: string;
  /** The argument object, or a list of just it. */
  args: JsonValue;
  caller: Caller;
}

export interface QueryCall extends FunctionCall {
  journal?: string | null;
}

export interface MutationCall extends FunctionCall {
  session?: { sessionId: string; requestId: number };
}

export interface QueryRun {
  result: FunctionResult;
  logLines: string[];
  journal: string | null;
  readSet: ReadSet;
  ts: bigint;
}

export interface FunctionRun {
  result: FunctionResult;
  logLines: string[];
}

export interface MutationRun extends FunctionRun {
  ts: bigint;
}

const SYSTEM_PREFIX = '_system/';

export class FunctionRunner {
  readonly #services: Services;
  readonly #time: UserTime;
  readonly #actions: ActionRunner;
  readonly #secret = randomBytes(32);
  readonly #stopListening: () => void;
  #realms: RealmPool | null = null;

  constructor(deps: RunnerDeps) {
    // Realms have one time zone, everywhere.
    process.env.TZ = 'UTC';
    const config = deps.config ?? {};
    const now = config.now ?? Date.now;
    const handles = new Handles(deps.store.secret('function_handles'));
    const jwt = new JwtSigner(deps.store);
    jwt.prepare();
    this.#services = { ...deps, config, now, handles, jwt };
    this.#time = new UserTime(config.userTimeMs ?? LIMITS.userTimeMs, now);
    this.#actions = new ActionRunner(this.#services, this);
    // What a module read from the environment while it was imported lives in its realm.
    this.#stopListening = deps.committer.onCommit(({ allInvalid, dependencies }) => {
      if (allInvalid !== true && !dependencies.some((name) => name.startsWith('env:'))) return;
      this.#realms = null;
      this.#actions.forgetModules();
    });
  }

  /** Runs a query at the latest committed state. */
  query(call: QueryCall): QueryRun {
    const { run, entry } = this.#runQuery(call);
    this.#services.logs.completion(entry());
    return run;
  }

  /** Runs many queries under one watchdog: what a loop over subscriptions should use. */
  queries(calls: readonly QueryCall[]): QueryRun[] {
    const done: { run: QueryRun; entry: () => LogEntry }[] = [];
    while (done.length < calls.length) {
      try {
        this.#time.batch(() => {
          while (done.length < calls.length) done.push(this.#runQuery(calls[done.length]!));
        });
      } catch (error) {
        if (!(error instanceof TimeLimitExceeded)) throw error;
        // The call that was cut gets a watchdog of its own, unless it had its time.
        done.push(this.#runQuery(calls[done.length]!));
      }
    }
    for (const { entry } of done) this.#services.logs.completion(entry());
    return done.map(({ run }) => run);
  }

  /** One watchdog around a batch of mutations: what the committer is given. The call that had all its time is not run again. */
  guardBatch(run: () => void): void {
    this.#time.batch(run);
  }

  /** Runs a mutation; resolves when its effects are durable. */
  async mutation(call: MutationCall): Promise<MutationRun> {
    const { store, committer } = this.#services;
    const started = performance.now();
    let logs: LogLine[] = [];
    let lines: string[] = [];
    const finish = (result: FunctionResult, ts: bigint): MutationRun => {
      this.#services.logs.completion(this.#entry('Mutation', call, started, logs, result));
      return { result, logLines: this.#redacts(call.caller) ? [] : lines, ts };
    };
    try {
      const info = this.#find(call, 'Mutation');
      const { value: done, ts } = await committer.write(
        (tx): { replay: SessionRequest } | { value: string } => {
          const known =
            call.session === undefined
              ? null
              : store.sessionRequests.get(call.session.sessionId, call.session.requestId);
          if (known !== null) return { replay: known };
          let execution = this.#execution(tx, call.caller);
          try {
            // A second attempt belongs here: in the queue, it would come after mutations its client sent later.
            const value = patiently((patience) => {
              if (patience > 1) execution = this.#execution(tx, call.caller);
              const attempt = (): string =>
                this.#guarded(info, patience, () => execution.run(info, unwrap(call.args)), call);
              // Under the batch's watchdog nothing starves here, so there is nothing to take back.
              return isGuarded() ? attempt() : tx.nested(attempt);
            });
            const result = resolveCommitTs(value, tx.commitTs);
            if (call.session !== undefined) {
              store.sessionRequests.put(call.session.sessionId, call.session.requestId, {
                ts: tx.commitTs,
                result,
                logLines: execution.logs.texts(),
              });
            }
            return { value: result };
          } finally {
            for (const warning of tx.warnings()) execution.logs.add('WARN', [warning], this.#services.now());
            logs = execution.logs.lines;
            lines = execution.logs.texts();
          }
        },
      );
      if ('replay' in done) {
        const { replay } = done;
        return { result: { ok: true, value: replay.result }, logLines: replay.logLines, ts: replay.ts };
      }
      return finish({ ok: true, value: done.value }, ts);
    } catch (error) {
      if (!(error instanceof DeveloperError)) throw error;
      return finish(
        frameError(call.caller.requestId, error, this.#redacts(call.caller)),
        committer.latestTs(),
      );
    }
  }

  /** Runs a mutation inside a transaction somebody else commits; after a failure none of its effects are left in it. */
  mutationIn(tx: Transaction, call: JobCall): JobOutcome {
    const caller = jobCaller(call);
    const started = performance.now();
    const execution = this.#execution(tx, caller);
    const named = { ...call, caller };
    let outcome: JobOutcome;
    let result: FunctionResult;
    try {
      const info = this.#find(named, 'Mutation');
      const value = patiently((patience) =>
        tx.nested(() => this.#guarded(info, patience, () => execution.run(info, unwrap(call.args)))),
      );
      result = { ok: true, value };
      outcome = { ok: true };
    } catch (error) {
      if (!(error instanceof DeveloperError)) throw error;
      result = frameError(caller.requestId, error, false);
      outcome = { ok: false, error: error.message.trimEnd() };
    }
    this.#services.logs.completion(this.#entry('Mutation', named, started, execution.logs.lines, result));
    return outcome;
  }

  /** Runs an action to its result. */
  async action(call: FunctionCall): Promise<FunctionRun> {
    const started = performance.now();
    let lines: LogLine[] = [];
    let texts: string[] = [];
    let result: FunctionResult;
    try {
      const info = this.#find(call, 'Action');
      const done = await this.#actions.run(info, unwrap(call.args), call.caller);
      lines = done.logs.lines;
      texts = done.logs.texts();
      result =
        done.failure === null
          ? { ok: true, value: done.value }
          : frameError(call.caller.requestId, done.failure, this.#redacts(call.caller));
    } catch (error) {
      if (!(error instanceof DeveloperError)) throw error;
      result = frameError(call.caller.requestId, error, this.#redacts(call.caller));
    }
    this.#services.logs.completion(this.#entry('Action', call, started, lines, result));
    return { result, logLines: this.#redacts(call.caller) ? [] : texts };
  }

  /** An action as the scheduler runs it. */
  async jobAction(call: JobCall): Promise<JobOutcome> {
    const caller = jobCaller(call);
    const { result } = await this.action({ ...call, caller }).catch((error: unknown): FunctionRun => {
      if (!(error instanceof HttpError) && !(error instanceof CommitError)) throw error;
      return { result: { ok: false, errorMessage: error.message }, logLines: [] };
    });
    return result.ok ? { ok: true } : { ok: false, error: unframed(result.errorMessage).trimEnd() };
  }

  /** Answers a request to the site: finds the HTTP action and runs it (§2.7). */
  http(request: HttpRequest, caller: Caller): Promise<HttpResponse> {
    return this.#actions.http(request, caller);
  }

  /** Runs any kind of function, as `POST /api/function` and tools do; the kind is the function's own. */
  async any(call: FunctionCall): Promise<FunctionRun & { ts?: bigint }> {
    const path = requirePath(call.path);
    const info = this.generation().findFunction(call.component, path.module, path.name);
    if (info?.udfType === 'Mutation') return this.mutation(call);
    if (info?.udfType === 'Action') return this.action(call);
    return this.query(call);
  }

  /** Runs a query that is not deployed, for administrators: `source` is a module whose default export it is. */
  async oneOffQuery(call: Omit<FunctionCall, 'path'> & { source: string }): Promise<FunctionRun> {
    const module = await oneOffModule(call.source);
    const info = oneOffInfo(call.component);
    const pool = new RealmPool(withModule(this.generation(), call.component, module));
    const attempt = (patience: number): FunctionRun =>
      this.#services.committer.read((tx) => {
        const execution = new Execution(this.#services, pool, tx, call.caller, () =>
          this.#seed(undefined, tx),
        );
        let result: FunctionResult;
        try {
          this.#preload(info, pool);
          const value = this.#time.run(info, patience, () => execution.run(info, unwrap(call.args)));
          result = { ok: true, value };
        } catch (error) {
          if (!(error instanceof DeveloperError)) throw error;
          result = frameError(call.caller.requestId, error, false);
        }
        return { result, logLines: execution.logs.texts() };
      });
    return patiently(attempt);
  }

  generation(): Generation {
    return this.#services.generation();
  }

  /** The public keys of `signJwt`. */
  jwks(): { keys: JsonObject[] } {
    return this.#services.jwt.jwks();
  }

  /**
   * Evaluates the modules of the current generation ahead of the first calls, letting others run in between; failures
   * are left to those calls. Ends early when `isOver` says so or another generation takes over.
   */
  async warm(isOver: () => boolean): Promise<void> {
    const generation = this.generation();
    const seen = new Set<string>();
    for (const component of generation.componentPaths()) {
      for (const info of generation.functions(component)) {
        const key = `${component}|${info.modulePath}`;
        if (info.udfType === 'Action' || seen.has(key)) continue;
        seen.add(key);
        await new Promise((next) => setImmediate(next));
        if (isOver() || this.generation() !== generation) return;
        this.#preload(info);
      }
    }
  }

  close(): Promise<void> {
    this.#stopListening();
    return this.#actions.close();
  }

  #runQuery(call: QueryCall): { run: QueryRun; entry: () => LogEntry } {
    return patiently((patience) => this.#attemptQuery(call, patience));
  }

  #attemptQuery(call: QueryCall, patience: number): { run: QueryRun; entry: () => LogEntry } {
    const started = performance.now();
    const { caller } = call;
    return this.#services.committer.read(
      (tx) => {
        const execution = this.#execution(
          tx,
          caller,
          () => `${call.component}|${call.path}|${JSON.stringify(call.args)}`,
        );
        let result: FunctionResult;
        try {
          result = { ok: true, value: this.#queryValue(tx, execution, call, patience) };
        } catch (error) {
          if (!(error instanceof DeveloperError)) throw error;
          result = frameError(caller.requestId, error, this.#redacts(caller));
        }
        for (const warning of tx.warnings()) execution.logs.add('WARN', [warning], this.#services.now());
        const logLines = this.#redacts(caller) ? [] : execution.logs.texts();
        const run = { result, logLines, journal: tx.journal.next, readSet: tx.readSet, ts: tx.beginTs };
        return { run, entry: () => this.#entry('Query', call, started, execution.logs.lines, result) };
      },
      { journal: call.journal ?? null },
    );
  }

  #queryValue(tx: Transaction, execution: Execution, call: QueryCall, patience: number): string {
    if (call.path.startsWith(SYSTEM_PREFIX)) return this.#systemQuery(tx, call);
    const info = this.#find(call, 'Query');
    return this.#guarded(info, patience, () => execution.run(info, unwrap(call.args)), call);
  }

  #systemQuery(tx: Transaction, call: QueryCall): string {
    const path = requirePath(call.path);
    const shown = displayPath(path);
    const systemFunction = call.caller.admin
      ? (this.#services.systemFunctions?.[serverPath(path)] ??
        this.#services.systemFunctions?.[`${path.module.slice(0, -3)}:${path.name}`] ??
        this.#services.systemFunctions?.[shown])
      : undefined;
    if (systemFunction === undefined) throw notFound(shown, call.component, call.caller.allowInternal);
    return JSON.stringify(systemFunction(tx, unwrap(call.args) as JsonObject, call.component));
  }

  #execution(tx: Transaction, caller: Caller, identity?: () => string): Execution {
    return new Execution(this.#services, this.#pool(), tx, caller, () => this.#seed(identity, tx));
  }

  /** A query re-run on the same state repeats its random numbers; a mutation never does. */
  #seed(identity: (() => string) | undefined, tx: Transaction): Uint8Array {
    const fixed = this.#services.config.seed;
    if (fixed !== undefined) return fixed();
    if (identity === undefined) return randomBytes(32);
    return createHmac('sha256', this.#secret).update(`${tx.beginTs}|${identity()}`).digest();
  }

  #pool(): RealmPool {
    const generation = this.generation();
    if (this.#realms?.generation !== generation) this.#realms = new RealmPool(generation);
    return this.#realms;
  }

  #find(call: FunctionCall, udfType: UdfType): FunctionInfo {
    const path: FunctionPath = requirePath(call.path);
    const { caller, component } = call;
    if (component !== '' && !caller.admin && !caller.allowInternal) {
      throw new FunctionFailure(
        'Only admin or system users can call functions on non-root components directly',
        { code: 'ComponentAccess' },
      );
    }
    const info = this.generation().findFunction(component, path.module, path.name);
    if (info === null || (info.visibility === 'internal' && !caller.allowInternal))
      throw notFound(displayPath(path), component, caller.allowInternal);
    if (info.udfType !== udfType) throw wrongKind(serverPath(path), udfType, info.udfType);
    return info;
  }

  #guarded<T>(info: FunctionInfo, patience: number, work: () => T, call?: object): T {
    this.#preload(info);
    return this.#time.run(info, patience, work, call);
  }

  /** Importing a module for the first time is not on the function's clock. */
  #preload(info: FunctionInfo, pool = this.#pool()): void {
    const realm = pool.acquire(info.component);
    if (!realm.hasLoaded(info.modulePath)) {
      this.#time.load(
        info,
        () => void realm.load(importHost(this.#services, info.component, pool.generation), info.modulePath),
      );
    }
    pool.release(info.component, realm);
  }

  #redacts(caller: Caller): boolean {
    return this.#services.config.redactErrors === true && !caller.admin && caller.nested !== true;
  }

  #entry(
    udfType: UdfType,
    call: { component: string; path: string; caller: Caller },
    started: number,
    logLines: LogLine[],
    result: FunctionResult,
  ): LogEntry {
    const { component, path, caller } = call;
    const error = result.ok ? null : result.errorMessage;
    return logEntry(
      { udfType, identifier: path, component, requestId: caller.requestId, started, logLines, error },
      this.#services.now(),
    );
  }
}

function unwrap(args: JsonValue): JsonValue {
  return Array.isArray(args) && args.length === 1 ? args[0]! : args;
}

/** Jobs have no user and may call anything. */
function jobCaller(call: JobCall): Caller {
  return {
    identity: null,
    admin: false,
    requestId: randomBytes(8).toString('hex'),
    allowInternal: true,
    job: call.job,
  };
}
