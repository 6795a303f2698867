/**
 * The one writer. Mutations queue up (order.ts says who is next) and run one after another, a savepoint each, up to 64 in one
 * SQLite transaction; nobody hears of a result before it is durable.
 *
 *   queue ──► BEGIN ──► job, job, job … ──► COMMIT ──► registry, cache, timestamps ──► listeners ──► on disk ──► answers
 *                        │ throws                │ fails                                            └ meanwhile: live queries
 *                        └ its savepoint undone  └ nothing happened: innocent jobs run once more, each alone
 *
 * From COMMIT until the log is on disk this turn is not given up: only `meanwhile` sees the new state, and lets nothing out.
 *
 * After any failure SQLite is asked whether the transaction still exists: a full disk rolls the whole batch back from inside
 * a savepoint, and what ran on would run unprotected. A failed write or fsync is fatal: what is on disk is unknown, so
 * the process must stop and recover from the log.
 */
import { CursorCodec } from '../query/cursor.ts';
import { sqliteFailure } from '../storage/errors.ts';
import type { Registry } from '../storage/registry.ts';
import type { Store } from '../storage/store.ts';
import { CommitError } from '../values/errors.ts';
import { type Rank, type Ranked, WriteQueue } from './order.ts';
import { upgradeSystemTables } from './schema.ts';
import { Transaction } from './transaction.ts';

export interface Commit {
  ts: bigint;
  /** Every old and new index key written, by_id included. */
  keys: Uint8Array[];
  /** What changed beside documents: `tables:<component>`, and what the job added. */
  dependencies: string[];
  /** Everything that was ever read may have changed. */
  allInvalid?: boolean;
}

export interface CommitterOptions {
  /** Probability with which a mutation is run, undone and run again. */
  chaosOcc?: number;
  /** Called once when the disk can no longer be trusted; must end the process. */
  onFatal?: (error: Error) => void;
  random?: () => number;
  /**
   * Runs a batch under one time limit, so that each of many short jobs need not arm its own. May end `run` at any
   * instruction and throw: then the batch is undone and its jobs run once more, each alone and unguarded.
   */
  guardBatch?: (run: () => void) => void;
  /**
   * Work on the new state while the log of a commit is on its way to the disk, in pieces, for as long as it is not `isOver`.
   * Nothing of it may get out before the turn ends.
   */
  meanwhile?: { isDue: () => boolean; work: (isOver: () => boolean) => void };
  /** Hears of every batch: how many of its jobs were begun, and how long it took from BEGIN until it was durable or undone. */
  onBatch?: (jobs: number, ms: number, committed: boolean) => void;
  /** Hears when changes begin to be refused because the disk is full, and when they are accepted again. */
  onDiskFull?: (full: boolean) => void;
  /** A batch takes no further job after this long, which depends on the disk unless told. */
  batchMs?: number;
}

export interface Standing {
  /** Ordinary unless told. */
  rank?: Rank | undefined;
  /** The session whose mutations run in the order they came; null, unless told, for none. */
  session?: string | null | undefined;
  /** Who asks for it: nobody waits for all that another asks for. Null, unless told: nobody. */
  owner?: string | null | undefined;
}

interface Job extends Ranked {
  run: (tx: Transaction) => unknown;
  resolve: (result: { value: unknown; ts: bigint }) => void;
  reject: (error: unknown) => void;
}

type Outcome = { job: Job; tx: Transaction; value: unknown } | { job: Job; error: unknown };

const BATCH_JOBS = 64;
/** A batch takes no further job after this long: early answers must not wait for late ones. */
const BATCH_MS = 5;
/** So much longer than its commit and sync may it last, if nobody of a rank waits for it: what each costs is shared by more. */
const COMMIT_SHARE = 5;
const LONGEST_BATCH_MS = 25;

export class Committer {
  readonly store: Store;
  readonly #cursors: CursorCodec;
  readonly #chaosOcc: number;
  readonly #random: () => number;
  readonly #batchMs: number | null;
  readonly #guardBatch: CommitterOptions['guardBatch'];
  readonly #onFatal: (error: Error) => void;
  readonly #meanwhile: CommitterOptions['meanwhile'];
  readonly #onBatch: CommitterOptions['onBatch'];
  readonly #onDiskFull: CommitterOptions['onDiskFull'];
  readonly #listeners = new Set<(commit: Commit) => void>();
  readonly #queue = new WriteQueue<Job>();
  #scheduled = false;
  #inBatch = false;
  #dead: CommitError | null = null;
  #latest: bigint;
  #idle: (() => void)[] = [];
  #full = false;
  /** How long the last one took. */
  #commitMs = 0;
  #settling = false;

  constructor(store: Store, options: CommitterOptions = {}) {
    this.store = store;
    this.#chaosOcc = options.chaosOcc ?? 0;
    this.#random = options.random ?? Math.random;
    this.#batchMs = options.batchMs ?? null;
    this.#onFatal = options.onFatal ?? throwLater;
    this.#guardBatch = options.guardBatch;
    this.#onBatch = options.onBatch;
    this.#meanwhile = options.meanwhile;
    this.#onDiskFull = options.onDiskFull;
    store.db.onIdleFailure = (error) => this.#failedIdly(error);
    upgradeSystemTables(store);
    this.#cursors = new CursorCodec(store.secret('cursor_secret'));
    this.#latest = store.nextTimestamp();
  }

  /** Queues a mutation; the answer comes when it is durable. What `job` throws undoes it and rejects. */
  write<T>(job: (tx: Transaction) => T, standing: Standing = {}): Promise<{ value: T; ts: bigint }> {
    if (this.#dead !== null) return Promise.reject(this.#dead);
    const { rank = 'ordinary', session = null, owner = null } = standing;
    return new Promise((resolve, reject) => {
      this.#queue.push({ rank, session, owner, run: job, resolve: resolve as Job['resolve'], reject });
      this.#schedule();
    });
  }

  /** Runs a query at the latest committed state, start to end. */
  read<T>(job: (tx: Transaction) => T, options: { journal?: string | null } = {}): T {
    if (this.#dead !== null) throw this.#dead;
    if (this.#inBatch) throw new Error('A query may not run while a batch of mutations is open.');
    const tx = new Transaction(this.store, {
      mode: 'read',
      beginTs: this.#latest,
      commitTs: this.#latest,
      registry: this.store.registry,
      dirty: null,
      journal: options.journal ?? null,
      cursors: this.#cursors,
    });
    return job(tx);
  }

  /** Called after COMMIT, once per mutation that wrote something, in order. The answer unsubscribes. */
  onCommit(listener: (commit: Commit) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells every listener that nothing read before can be trusted: a push, an environment change. */
  invalidateAll(): void {
    if (this.#inBatch)
      throw new Error('invalidateAll may not be called inside a mutation; set tx.allInvalid there.');
    this.#latest = this.store.nextTimestamp();
    this.#announce({ ts: this.#latest, keys: [], dependencies: [], allInvalid: true });
  }

  /** The timestamp queries run at. */
  latestTs(): bigint {
    return this.#latest;
  }

  /** The last change that was asked for did not fit on the disk. */
  get isDiskFull(): boolean {
    return this.#full;
  }

  /** Finds out by writing whether a full disk has room again. */
  async probeDisk(): Promise<void> {
    try {
      await this.write(() => this.store.setMeta('disk_probe', Math.floor(this.store.now())));
      this.#setFull(false);
    } catch (error) {
      if (!(error instanceof CommitError)) throw error;
    }
  }

  /** Whether mutations wait for their turn. */
  get isBusy(): boolean {
    return this.#queue.length > 0;
  }

  /** Resolves when nothing is queued. */
  drain(): Promise<void> {
    if (this.#queue.length === 0 && !this.#inBatch) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      // What was asked for while the store was closed is asked for again after the restart.
      if (!this.store.db.raw.isOpen) return;
      this.#flush();
      if (this.#queue.length > 0) this.#schedule();
      else for (const resolve of this.#idle.splice(0)) resolve();
    });
  }

  #flush(): void {
    // Taken before the guard is armed: it may cut what it guards at any instruction.
    const jobs = this.#queue.take(BATCH_JOBS);
    if (jobs.length === 0) return;
    // A guard around one job would only double the job's own.
    const { started, lost } = this.#batch(jobs, jobs.length > 1 ? this.#guardBatch : null);
    if (this.#dead === null) this.#queue.putBack(jobs.slice(started));
    // Nothing of a lost batch exists. Its innocent jobs get one more chance, each in a transaction of its own.
    for (const job of lost) {
      if (this.#dead !== null) job.reject(this.#dead);
      else for (const refused of this.#batch([job], null).lost) refused.reject(this.#refuseFull());
    }
  }

  /** Runs jobs in one transaction and answers them; those that were rolled back through no fault of their own are `lost`. */
  #batch(jobs: readonly Job[], guard: CommitterOptions['guardBatch'] | null): Progress {
    const { db } = this.store;
    const batch: Batch = { registry: this.store.registry, dirty: new Set() };
    const progress: Progress = { started: 0, done: [], culprit: null, lost: [] };
    const run = (): void => this.#runJobs(jobs, batch, progress);
    const began = this.#onBatch ? performance.now() : 0;
    let committed = false;
    this.#inBatch = true;
    try {
      db.begin();
      if (guard) guard(run);
      else run();
      if (progress.culprit !== null) this.#batchLost(jobs, progress, progress.culprit);
      else committed = this.#commit(jobs, progress);
    } catch (error) {
      this.#batchFailed(jobs, progress, error);
    } finally {
      this.#inBatch = false;
    }
    if (committed) this.#published(progress.done, batch);
    this.#onBatch?.(progress.started, performance.now() - began, committed);
    return progress;
  }

  /** May be cut at any instruction by the guard: `progress` then tells which jobs were begun, and nothing else counts. */
  #runJobs(jobs: readonly Job[], batch: Batch, progress: Progress): void {
    const until = performance.now() + (this.#batchMs ?? this.#fittingMs(jobs));
    for (const job of jobs) {
      progress.started++;
      const outcome = this.#runJob(job, batch);
      if (!this.store.db.isTransaction || isFatal(outcome)) {
        progress.culprit = outcome;
        return;
      }
      progress.done.push(outcome);
      if (performance.now() >= until) return;
    }
  }

  #commit(jobs: readonly Job[], progress: Progress): boolean {
    const { db } = this.store;
    const begin = performance.now();
    try {
      db.late?.write();
    } catch (error) {
      this.#lateFailed(jobs, progress, error);
      return false;
    }
    db.commitToLog();
    this.#commitMs = performance.now() - begin;
    return true;
  }

  /** Whose rows could not be written is found by running each job alone. */
  #lateFailed(jobs: readonly Job[], progress: Progress, error: unknown): void {
    const [first, ...others] = progress.done;
    const outcome = { job: first!.job, error };
    if (others.length === 0 || isFatal(outcome)) {
      progress.done = [];
      return this.#batchLost(jobs, progress, outcome);
    }
    this.#rollBack();
    progress.lost = progress.done.map(({ job }) => job);
  }

  #fittingMs(jobs: readonly Job[]): number {
    if (jobs.some(({ rank }) => rank !== 'ordinary')) return BATCH_MS;
    const durableMs = this.#commitMs + this.store.db.log.tookMs;
    return Math.min(LONGEST_BATCH_MS, Math.max(BATCH_MS, durableMs * COMMIT_SHARE));
  }

  #runJob(job: Job, batch: Batch): Outcome {
    const { db } = this.store;
    let outcome = this.#attempt(job, batch);
    if ('tx' in outcome && db.isTransaction && this.#chaosOcc > 0 && this.#random() < this.#chaosOcc) {
      db.rollbackTo('mutation');
      outcome = this.#attempt(job, batch);
    }
    if ('tx' in outcome && db.isTransaction) {
      db.release('mutation');
      batch.registry = outcome.tx.registry;
    }
    return outcome;
  }

  /** Leaves the savepoint open when the job succeeded. */
  #attempt(job: Job, batch: Batch): Outcome {
    const { db } = this.store;
    let open = false;
    try {
      const beginTs = this.store.timestamp;
      const tx = new Transaction(this.store, {
        mode: 'write',
        beginTs,
        commitTs: this.store.nextTimestamp(),
        registry: batch.registry,
        dirty: batch.dirty,
        cursors: this.#cursors,
      });
      db.savepoint('mutation');
      open = true;
      const value = job.run(tx);
      if (tx.failure !== null) throw tx.failure;
      if (tx.registry !== batch.registry) this.store.sealRegistry();
      return { job, tx, value };
    } catch (error) {
      if (open && db.isTransaction) db.rollbackTo('mutation');
      return { job, error: sqliteFailure(error) === 'full' ? this.#refuseFull(error) : error };
    }
  }

  /** SQLite has rolled everything back while a job ran: that job is answered, the ones before it are innocent. */
  #batchLost(jobs: readonly Job[], progress: Progress, culprit: Outcome): void {
    this.#rollBack();
    const error = 'error' in culprit ? culprit.error : null;
    if (isFatal(culprit)) return this.#stop(jobs, error as Error);
    const failure = sqliteFailure(error);
    const known = error instanceof CommitError || failure === 'corrupt' || failure === 'other';
    culprit.job.reject(known ? error : this.#refuseFull(error));
    progress.lost = progress.done.map(({ job }) => job);
  }

  /** BEGIN or COMMIT failed, or the guard cut the batch short. */
  #batchFailed(jobs: readonly Job[], progress: Progress, error: unknown): void {
    this.#rollBack();
    const failure = sqliteFailure(error);
    if (failure === 'fatal' || failure === 'corrupt' || failure === 'busy')
      return this.#stop(jobs, error as Error);
    const begun = jobs.slice(0, progress.started);
    if (failure === 'full' || jobs.length > 1) progress.lost = begun;
    else for (const job of begun) job.reject(error);
  }

  #refuseFull(cause?: unknown): CommitError {
    this.#setFull(true);
    return diskFull(cause);
  }

  #setFull(full: boolean): void {
    if (this.#full === full) return;
    this.#full = full;
    this.#onDiskFull?.(full);
  }

  /** With a full disk the log just grows on where it can; anything else says that the disk cannot be trusted. */
  #failedIdly(error: unknown): void {
    if (sqliteFailure(error) !== 'full') this.#stop([], error as Error);
  }

  #rollBack(): void {
    this.store.rolledBack();
    try {
      this.store.db.rollback();
    } catch {
      // The failure that brought us here is the one to report.
    }
  }

  #stop(jobs: readonly Job[], error: Error): void {
    this.#dead = new CommitError(
      'STORAGE_FAILED',
      'The database could not be written; the engine stops so that it can recover.',
      { cause: error },
    );
    for (const job of [...jobs, ...this.#queue.clear()]) job.reject(this.#dead);
    this.#onFatal(error);
  }

  /** COMMIT has succeeded: memory follows, then listeners, then the disk, then the callers. */
  #published(done: Outcome[], batch: Batch): void {
    const { store } = this;
    const succeeded = done.filter((outcome) => 'tx' in outcome).map(({ tx }) => tx);
    store.committed(batch.registry);
    for (const tx of succeeded) this.#follow(tx);
    for (const tx of succeeded) this.#tell(tx);
    try {
      this.#makeDurable();
    } catch (error) {
      const jobs = done.map(({ job }) => job);
      return this.#stop(jobs, error as Error);
    }
    for (const outcome of done) {
      if ('tx' in outcome) outcome.job.resolve({ value: outcome.value, ts: outcome.tx.commitTs });
      else outcome.job.reject(outcome.error);
    }
    if (store.sessionRequests.isFull) void this.#settleRequests();
  }

  #follow({ log, allInvalid, commitTs }: Transaction): void {
    const { cache } = this.store;
    if (log.length > 0) this.#setFull(false);
    // Whole tables may have gone without a record for each row.
    if (allInvalid) cache.clear();
    for (const { before, after } of log) {
      const row = (after ?? before)!;
      if (after === null) cache.forget(row.id, row.rowid);
      else cache.add(after);
    }
    this.#latest = commitTs;
  }

  #tell({ keys, changed, allInvalid, commitTs }: Transaction): void {
    if (keys.length === 0 && changed.length === 0 && !allInvalid) return;
    const commit: Commit = { ts: commitTs, keys, dependencies: changed };
    if (allInvalid) commit.allInvalid = true;
    this.#announce(commit);
  }

  async #settleRequests(): Promise<void> {
    if (this.#settling) return;
    this.#settling = true;
    try {
      await this.write(() => this.store.sessionRequests.settle());
    } catch (error) {
      // They stay where they are for now.
      if (!(error instanceof CommitError)) throwLater(error);
    } finally {
      this.#settling = false;
    }
  }

  /** Throws SyncError: the disk can no longer be trusted. */
  #makeDurable(): void {
    const { log } = this.store.db;
    const meanwhile = this.#meanwhile;
    if (!meanwhile?.isDue()) return log.now();
    log.during((isOver) => {
      try {
        meanwhile.work(isOver);
      } catch (error) {
        throwLater(error);
      }
    });
  }

  #announce(commit: Commit): void {
    for (const listener of this.#listeners) {
      try {
        listener(commit);
      } catch (error) {
        // The commit stands and its caller must hear of it; a listener's bug surfaces as an uncaught error.
        throwLater(error);
      }
    }
  }
}

interface Progress {
  /** How many jobs were begun. */
  started: number;
  done: Outcome[];
  /** The job during which the transaction was lost. */
  culprit: Outcome | null;
  lost: Job[];
}

/** What the jobs of one SQLite transaction share. */
interface Batch {
  registry: Registry;
  dirty: Set<string>;
}

function isFatal(outcome: Outcome): boolean {
  return 'error' in outcome && sqliteFailure(outcome.error) === 'fatal';
}

function diskFull(cause?: unknown): CommitError {
  return new CommitError(
    'DISK_FULL',
    'The disk is full: the change was not saved. Free some space and try again.',
    { cause },
  );
}

function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
