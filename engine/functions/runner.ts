/**
 * functions/ runs the developer's code: queries and mutations in realms on this thread, actions and HTTP actions in worker
 * threads. It owns module scripts, realms, the bridge of syscalls, error texts, and what functions print.
 *
 * This file is the door. A failure of a function is a result; whatever is thrown from here is a failure of the request or of
 * the engine.
 */
import type { Transaction } from '../transaction/transaction.ts';
import { CommitError, DeveloperError, HttpError } from '../values/errors.ts';
import type { JsonObject } from '../values/value.ts';
import { ActionRunner, type HttpRequest, type HttpResponse } from './actions/actionRunner.ts';
import { frameError, type FunctionResult } from './calls/failure.ts';
import { Handles } from './calls/handles.ts';
import { JwtSigner } from './calls/jwtSigner.ts';
import type { LogLine } from './calls/logLines.ts';
import type { Caller, JobCall, JobOutcome, RunnerDeps, Services } from './calls/services.ts';
import type { Generation } from './code/generation.ts';
import { type FunctionCall, type FunctionRun, Invocation, jobCaller, unwrap } from './run/invocation.ts';
import { type MutationCall, type MutationRun, Mutations } from './run/mutations.ts';
import { Queries, type QueryCall, type QueryRun } from './run/queries.ts';

export class FunctionRunner {
  readonly #services: Services;
  readonly #invocation: Invocation;
  readonly #queries: Queries;
  readonly #mutations: Mutations;
  readonly #actions: ActionRunner;
  readonly #stopListening: () => void;

  constructor(deps: RunnerDeps) {
    // Realms have one time zone, everywhere.
    process.env.TZ = 'UTC';
    const config = deps.config ?? {};
    const now = config.now ?? Date.now;
    const handles = new Handles(deps.store.secret('function_handles'));
    const jwt = new JwtSigner(deps.store);
    jwt.prepare();
    this.#services = { ...deps, config, now, handles, jwt };
    this.#invocation = new Invocation(this.#services);
    this.#queries = new Queries(this.#invocation);
    this.#mutations = new Mutations(this.#invocation);
    this.#actions = new ActionRunner(this.#services, this);
    // What a module read from the environment while it was imported lives in its realm.
    this.#stopListening = deps.committer.onCommit(({ allInvalid, dependencies }) => {
      if (allInvalid !== true && !dependencies.some((name) => name.startsWith('env:'))) return;
      this.#invocation.forgetModules();
      this.#actions.forgetModules();
    });
  }

  /** Runs a query at the latest committed state. */
  query(call: QueryCall): QueryRun {
    return this.#queries.run(call);
  }

  /** Runs many queries under one watchdog: what a loop over subscriptions should use. */
  queries(calls: readonly QueryCall[]): QueryRun[] {
    return this.#queries.runMany(calls);
  }

  /** Runs a query that is not deployed, for administrators: `source` is a module whose default export it is. */
  oneOffQuery(call: Omit<FunctionCall, 'path'> & { source: string }): Promise<FunctionRun> {
    return this.#queries.runSource(call);
  }

  /** One watchdog around a batch of mutations: what the committer is given. The call that had all its time is not run again. */
  guardBatch(run: () => void): void {
    this.#invocation.time.batch(run);
  }

  /** Runs a mutation; resolves when its effects are durable. */
  mutation(call: MutationCall): Promise<MutationRun> {
    return this.#mutations.run(call);
  }

  /** Runs a mutation inside a transaction somebody else commits; after a failure none of its effects are left in it. */
  mutationIn(tx: Transaction, call: JobCall): JobOutcome {
    return this.#mutations.runIn(tx, call);
  }

  /** Runs an action to its result. */
  async action(call: FunctionCall): Promise<FunctionRun> {
    const started = performance.now();
    const { requestId } = call.caller;
    const redacts = this.#invocation.redacts(call.caller);
    let lines: LogLine[] = [];
    let texts: string[] = [];
    let result: FunctionResult;
    try {
      const info = this.#invocation.find(call, 'Action');
      const { failure, logs, value } = await this.#actions.run(info, unwrap(call.args), call.caller);
      lines = logs.lines;
      texts = logs.texts();
      result = failure === null ? { ok: true, value } : frameError(requestId, failure, redacts);
    } catch (error) {
      if (!(error instanceof DeveloperError)) throw error;
      result = frameError(requestId, error, redacts);
    }
    this.#invocation.log('Action', call, started, lines, result);
    return { result, logLines: redacts ? [] : texts };
  }

  /** An action as the scheduler runs it. */
  async jobAction(call: JobCall): Promise<JobOutcome> {
    const caller = jobCaller(call);
    try {
      const { result } = await this.action({ ...call, caller });
      return result.ok ? { ok: true } : { ok: false, error: result.text.trimEnd() };
    } catch (error) {
      if (!(error instanceof HttpError) && !(error instanceof CommitError)) throw error;
      return { ok: false, error: error.message };
    }
  }

  /** Answers a request to the site: finds the HTTP action and runs it (§2.7). */
  http(request: HttpRequest, caller: Caller): Promise<HttpResponse> {
    return this.#actions.http(request, caller);
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
        this.#invocation.preload(info);
      }
    }
  }

  close(): Promise<void> {
    this.#stopListening();
    return this.#actions.close();
  }
}
