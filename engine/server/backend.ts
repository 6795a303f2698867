/**
 * Everything behind the ports: data, functions, jobs and live queries, and the doors the servers use.
 *
 * Promises: components other than the root are open to admins only; what leaves here is of committed data; `close` ends
 * the parts in the order in which they speak to each other.
 */
import { randomUUID } from 'node:crypto';
import type { OwnSiteResponse } from '../auth/jwks.ts';
import type { AuthProvider } from '../auth/verify.ts';
import { listEnvironment } from '../env/environment.ts';
import { Environment } from '../env/service.ts';
import { Files } from '../files/files.ts';
import {
  BLOCKED,
  type FailedResult,
  frameError,
  FunctionFailure,
  TIMED_OUT,
} from '../functions/calls/failure.ts';
import type { Caller, RunnerConfig } from '../functions/calls/services.ts';
import type { Generation } from '../functions/code/generation.ts';
import { parsePath, requirePath } from '../functions/code/paths.ts';
import { FunctionRunner } from '../functions/runner.ts';
import type { FunctionBackend } from '../http/functionRoutes.ts';
import type { HttpActionRequest, HttpActionResponse } from '../http/site.ts';
import { LogRing } from '../logs/ring.ts';
import { PushService } from '../push/pushService.ts';
import { adminRoutes, type AdminHandler } from '../push/routes.ts';
import { CronRunner } from '../scheduler/crons.ts';
import type { JobExecutor } from '../scheduler/executor.ts';
import { cancelJob, scheduleJob } from '../scheduler/jobs.ts';
import { JobQueues } from '../scheduler/queues.ts';
import { Scheduler } from '../scheduler/scheduler.ts';
import { Exports } from '../snapshot/exports.ts';
import { Imports } from '../snapshot/imports.ts';
import { startFailure } from '../storage/database.ts';
import { openStore, type Store } from '../storage/store.ts';
import { LiveQueries } from '../subscriptions/liveQueries.ts';
import type { QueryCall, QueryRun } from '../subscriptions/liveQueries.ts';
import type { FunctionCall } from '../sync/calls.ts';
import type { Credentials, SyncBackend } from '../sync/session.ts';
import { systemFunctions } from '../system/functions.ts';
import { Committer } from '../transaction/committer.ts';
import { shortName } from '../values/errors.ts';
import { holdsMoreText } from '../values/shape.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';
import { VectorSearches } from '../vectors/vectorSearch.ts';
import { Gate } from './gate.ts';
import { Rest } from '../operations/rest.ts';
import { Measurements } from './measurements.ts';

export interface BackendOptions {
  dataDir: string;
  instanceName?: string;
  chaosOcc?: number;
  redactErrors?: boolean;
  blockRunaways?: boolean;
  packagesDir: string;
  urls: () => { cloud: string; site: string };
  onFatal?: (error: Error) => void;
  onDiskFull?: (full: boolean) => void;
  onViolation?: (violation: Error) => void;
  reportError: (error: unknown) => void;
  runner?: RunnerConfig;
  knowsCredential?: (authorization: string) => boolean;
  maxArgsCharacters?: number;
  maxUploadBytes?: number;
  uploadsOnce?: boolean;
  uploadsAs?: string;
}

const SESSION_RECORDS_MS = 14 * 86_400_000;
const SWEEP_EVERY_MS = 3_600_000;
/** Modules are evaluated ahead of their first calls, but not ahead of the first answer. */
const WARM_AFTER_MS = 250;

export class Backend {
  readonly store: Store;
  readonly committer: Committer;
  readonly live: LiveQueries<Caller>;
  readonly runner: FunctionRunner;
  readonly push: PushService;
  readonly files: Files;
  readonly imports: Imports;
  readonly exports: Exports;
  readonly logs = new LogRing();
  readonly measurements = new Measurements();
  readonly #rest = new Rest();
  #options: BackendOptions;
  #environment: Environment;
  #scheduler: Scheduler;
  #crons: CronRunner;
  #sweeper: NodeJS.Timeout | null = null;
  #failed = false;
  #loaded = false;
  #probing = false;
  #closing: Promise<void> | null = null;

  static open(options: BackendOptions): Backend {
    const store = openStore(options.dataDir);
    try {
      return new Backend(store, options);
    } catch (error) {
      store.close();
      throw startFailure(options.dataDir, error);
    }
  }

  constructor(store: Store, options: BackendOptions) {
    const { urls, chaosOcc } = options;
    this.store = store;
    this.#options = options;
    this.committer = new Committer(store, {
      chaosOcc,
      onFatal: (error) => this.#onFatal(error),
      guardBatch: (run) => this.runner.guardBatch(run),
      onDiskFull: options.onDiskFull,
      meanwhile: { isDue: () => this.live.isDue, work: (isOver) => this.live.refresh(isOver) },
      onBatch: (jobs, ms, committed) => this.measurements.batch(jobs, ms, committed),
    });
    this.#environment = new Environment(this.committer, urls);
    this.files = new Files({
      dataDir: options.dataDir,
      store,
      committer: this.committer,
      urls,
      maxBytes: options.maxUploadBytes,
      uploadsOnce: options.uploadsOnce,
      uploadsAs: options.uploadsAs,
      reportError: options.reportError,
    });
    const snapshots = {
      dataDir: options.dataDir,
      committer: this.committer,
      files: this.files,
      reportError: options.reportError,
    };
    this.imports = new Imports(snapshots);
    this.exports = new Exports(snapshots);
    this.push = new PushService({
      store,
      committer: this.committer,
      environment: this.#environment,
      urls,
      packagesDir: options.packagesDir,
      wakeCrons: () => this.#crons.wake(),
    });
    const generation = () => this.push.generation();
    this.runner = this.#createRunner(generation);
    const queues = new JobQueues(store);
    const executor: JobExecutor = {
      mutationIn: (tx, call) => this.runner.mutationIn(tx, call),
      action: (call) => this.measurements.action(this.runner.jobAction(call)),
      generation,
    };
    this.#scheduler = new Scheduler({ committer: this.committer, executor, queues });
    this.#crons = new CronRunner({ committer: this.committer, executor, queues });
    this.live = new LiveQueries({
      run: (calls) => this.#queries(calls),
      mutationsWait: () => this.committer.isBusy,
      onViolation: options.onViolation,
    });
    this.committer.onCommit((commit) => this.live.onCommit(commit));
  }

  #createRunner(generation: () => Generation): FunctionRunner {
    const { urls, instanceName, packagesDir, blockRunaways, redactErrors, runner } = this.#options;
    const vectors = new VectorSearches(this.committer);
    return new FunctionRunner({
      committer: this.committer,
      store: this.store,
      generation,
      env: () => this.#environment.current(),
      urls,
      logs: {
        completion: (entry, code) => {
          this.measurements.execution(entry, code);
          this.logs.completion(entry);
        },
      },
      files: this.files,
      vectorSearch: (tx, component, query) => vectors.search(tx, component, query),
      sharedQuery: (call) => this.live.fetchSoon({ ...call, journal: null }, { isOfNow: true }),
      jobs: { schedule: scheduleJob, cancel: cancelJob },
      systemFunctions: systemFunctions({ generation, stored: () => this.push.stored(), urls }),
      config: { name: instanceName, packagesDir, blockRunaways, redactErrors, ...runner },
    });
  }

  /** Brings back the deployed functions. */
  async load(): Promise<void> {
    await this.push.load();
    this.#loaded = true;
  }

  /** Starts what acts by itself; call it when the addresses are known. */
  async start(): Promise<void> {
    this.#environment.reload();
    await this.#scheduler.start();
    await this.#crons.start();
    await this.imports.start();
    await this.exports.start();
    setTimeout(() => void this.#warm(), WARM_AFTER_MS).unref();
    setTimeout(() => void this.#sweepFiles(), WARM_AFTER_MS).unref();
    this.#sweeper = setInterval(() => void this.#forgetSessions(), SWEEP_EVERY_MS).unref();
  }

  gateFor(adminKeyHash: () => string, onWrongKey?: () => void): Gate {
    const gate: Gate = new Gate({
      adminKeyHash,
      onWrongKey: () => {
        this.measurements.wrongKey();
        onWrongKey?.();
      },
      providers: () => this.push.generation().authProviders as unknown as readonly AuthProvider[],
      siteUrl: () => this.#options.urls().site,
      fetchOwnSite: (path) => this.#fetchOwnSite(path, gate),
    });
    return gate;
  }

  syncBackend(gate: Gate): SyncBackend {
    return {
      live: this.live,
      latestTs: () => this.committer.latestTs(),
      authenticate: (message) => gate.fromMessage(message),
      mutation: (call) => this.#mutation(call),
      action: (call) => this.#action(call),
      reportError: this.#options.reportError,
    };
  }

  functionBackend(gate: Gate): FunctionBackend {
    return {
      live: this.live,
      latestTs: () => this.committer.latestTs(),
      credentials: (header) => gate.fromHeader(header),
      requestId: newRequestId,
      mutation: (call) => this.#mutation(call),
      action: (call) => this.#action(call),
      oneOffQuery: (call) => this.runner.oneOffQuery(call),
      kindOf: (component, text) => {
        if (text.startsWith('_system/')) return 'Query';
        const { module, name } = requirePath(text);
        return this.push.generation().findFunction(component, module, name)?.udfType ?? null;
      },
    };
  }

  /** What a query of the app, internal or not, answers the host of the engine; throws when it fails. */
  query(path: string, args: JsonObject): JsonValue {
    const caller = { identity: null, admin: true, allowInternal: true, requestId: newRequestId() };
    const { result } = this.live.fetch({ component: '', path, args, journal: null, caller });
    if (!result.ok) throw new Error(`The query ${path} failed: ${result.text}`);
    return JSON.parse(result.value) as JsonValue;
  }

  adminRoutes(gate: Gate): Record<string, AdminHandler> {
    return adminRoutes({
      push: this.push,
      logs: this.logs,
      urls: this.#options.urls,
      checkAdminKey: (key) => gate.isAdminKey(key),
    });
  }

  async httpAction(request: HttpActionRequest, gate: Gate): Promise<HttpActionResponse> {
    const header = request.headers.find(([name]) => name === 'authorization')?.[1];
    const credentials = await gate.fromActionHeader(header);
    // What anybody can invent would have a turn of its own each time (T25).
    const isKnown = header !== undefined && this.#options.knowsCredential?.(header) === true;
    const caller = { ...callerOf(credentials, request), credential: isKnown ? header : null };
    return this.measurements.action(this.runner.http(request, caller));
  }

  jwks(): string {
    return JSON.stringify(this.runner.jwks());
  }

  /** `ok`: it answers. `functions`: something is deployed. `writes`: changes are accepted; a full disk refuses them. */
  health(): { ok: boolean; functions: boolean; writes: boolean } {
    const ok = this.#loaded && !this.#failed && this.#closing === null;
    if (ok && this.committer.isDiskFull) void this.#probeDisk();
    return { ok, functions: ok && this.push.stored() !== null, writes: ok && !this.committer.isDiskFull };
  }

  /** Keeps the data folder as it is for a backup; throws when one is being made. */
  holdFolder(): () => void {
    const releaseDatabase = this.store.db.holdCheckpoints();
    const releaseFiles = this.files.blobs.holdRemovals();
    return () => {
      releaseDatabase();
      releaseFiles();
    };
  }

  environmentAccess() {
    return {
      list: () =>
        Object.fromEntries(this.committer.read(listEnvironment).map(({ name, value }) => [name, value])),
      set: (changes: Record<string, string | null>) =>
        this.push.updateEnvironment(Object.entries(changes).map(([name, value]) => ({ name, value }))),
    };
  }

  /** Waits for the mutations that are under way. */
  async finish(): Promise<void> {
    if (this.#sweeper) clearInterval(this.#sweeper);
    await Promise.all([this.#scheduler.stop(), this.#crons.stop()]);
    await this.committer.drain();
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    if (this.#sweeper) clearInterval(this.#sweeper);
    await Promise.all([this.#scheduler.stop(), this.#crons.stop()]);
    this.live.close();
    await this.runner.close();
    await this.exports.idle();
    this.imports.close();
    this.files.close();
    this.measurements.close();
    this.#rest.close();
    this.store.close();
  }

  /** What is refused before it is run is answered as a failure of the function. */
  #queries(calls: readonly QueryCall<Caller>[]): QueryRun[] {
    const refusals = calls.map((call) => this.#refusal(call));
    const runs = this.runner.queries(calls.filter((_, at) => refusals[at] === null));
    const readSet = {
      intervals: () => [],
      observedTime: false,
      observedIdentity: false,
      dependencies: NOTHING,
    };
    const ts = this.committer.latestTs();
    return refusals.map((result) =>
      result ? { result, logLines: [], journal: null, ts, readSet } : withRetry(runs.shift()!),
    );
  }

  async #mutation(call: FunctionCall & { session?: { sessionId: string; requestId: number } }) {
    const refused = this.#refusal(call);
    return refused
      ? { result: refused, logLines: [], ts: this.committer.latestTs() }
      : this.runner.mutation(call);
  }

  async #action(call: FunctionCall) {
    const refused = this.#refusal(call);
    return refused ? { result: refused, logLines: [] } : this.measurements.action(this.runner.action(call));
  }

  #refusal(call: FunctionCall): FailedResult | null {
    return refusal(call, this.#options.maxArgsCharacters ?? Infinity);
  }

  async #fetchOwnSite(path: string, gate: Gate): Promise<OwnSiteResponse> {
    const url = this.#options.urls().site.replace(/\/$/, '') + path;
    const reply = await this.httpAction({ method: 'GET', url, headers: [], body: null, ip: null }, gate);
    const chunks: Uint8Array[] = [];
    if (reply.body instanceof Uint8Array) chunks.push(reply.body);
    else if (reply.body) for await (const chunk of reply.body) chunks.push(chunk);
    return {
      status: reply.status,
      body: Buffer.concat(chunks).toString(),
      headers: Object.fromEntries(reply.headers),
    };
  }

  async #warm(): Promise<void> {
    try {
      await this.runner.warm(() => this.#closing !== null);
    } catch (error) {
      this.#options.reportError(error);
    }
  }

  async #sweepFiles(): Promise<void> {
    try {
      await this.files.sweep();
    } catch (error) {
      this.#options.reportError(error);
    }
  }

  async #forgetSessions(): Promise<void> {
    try {
      await this.committer.write(() => this.store.sessionRequests.gc(SESSION_RECORDS_MS));
    } catch (error) {
      this.#options.reportError(error);
    }
  }

  /** Nobody may write while everybody believes the disk to be full: whoever asks for our health finds out. */
  async #probeDisk(): Promise<void> {
    if (this.#probing) return;
    this.#probing = true;
    try {
      await this.committer.probeDisk();
    } catch (error) {
      this.#options.reportError(error);
    } finally {
      this.#probing = false;
    }
  }

  #onFatal(error: Error): void {
    this.#failed = true;
    // What was computed on a commit that may be lost stays here.
    this.live.close();
    if (this.#options.onFatal) this.#options.onFatal(error);
    else this.#options.reportError(error);
  }
}

function newRequestId(): string {
  const uuid = randomUUID();
  return uuid.slice(0, 8) + uuid.slice(-8);
}

/** Running out of time says more about the machine than about the data. */
const OUT_OF_TIME: ReadonlySet<string> = new Set([TIMED_OUT, BLOCKED]);
const RETRY_MS = 30_000;

function withRetry(run: QueryRun): QueryRun {
  const { result } = run;
  return !result.ok && OUT_OF_TIME.has(result.code) ? { ...run, retryAfterMs: RETRY_MS } : run;
}

const NOTHING: ReadonlySet<string> = new Set();

/** Of paths that cannot name a function, components a caller may not reach, and arguments longer than the host takes. */
function refusal({ component, path, args, caller }: FunctionCall, mostText: number): FailedResult | null {
  const fail = (code: string, text: string) =>
    frameError(caller.requestId, new FunctionFailure(text, { code }), false);
  if (component !== '' && !caller.admin && caller.nested !== true) {
    return fail(
      'ComponentAccess',
      'Only admin or system users can call functions on non-root components directly',
    );
  }
  if (parsePath(path) === null) {
    return fail(
      'BadConvexFunctionIdentifier',
      `${shortName(path)} is not a valid path to a Convex function. Expected "module:function".`,
    );
  }
  if (caller.admin || caller.nested === true || !holdsMoreText(args, mostText)) return null;
  const text = `Invalid arguments for ${path}: Their texts have more than ${mostText} characters`;
  return fail('InvalidArguments', text);
}

function callerOf({ identity, admin, token }: Credentials, { ip, headers }: HttpActionRequest): Caller {
  const userAgent = headers.find(([name]) => name === 'user-agent')?.[1] ?? null;
  return {
    identity,
    admin,
    allowInternal: false,
    authToken: token,
    requestId: newRequestId(),
    ip,
    userAgent,
  };
}
