/**
 * Runs scheduled functions when they are due, in the order (scheduledTime, creation).
 *
 * At most ten actions are under way at a time, and of each rank as many mutations as share a commit well; they do not wait for
 * each other, so that slow actions never hold up mutations that are due, nor ordinary mutations early ones.
 *
 * Promises. A mutation job runs exactly once: its effects and its `success` are one transaction. An action job runs at most
 * once: `inProgress` is committed before it starts, and a start of the engine turns every `inProgress` it finds into a
 * failure. A job that the developer's code failed is not tried again; one that the engine could not commit is, with growing
 * pauses. A canceled action keeps running, and what it schedules from then on is born canceled (jobs.ts).
 *
 * The table is the queue: each pass reads on in it and starts what there is room for. What is remembered in memory (what runs now,
 * what failed to commit, what was read and waits: dueJobs.ts) is looked at again before it counts, so a crash loses nothing.
 */
import type { Generation } from '../functions/code/generation.ts';
import type { Committer, Standing } from '../transaction/committer.ts';
import type { Transaction } from '../transaction/transaction.ts';
import { Alarm, backoffMs } from './alarm.ts';
import { resolveTarget, type JobCall, type JobExecutor, type JobOutcome, type Target } from './executor.ts';
import type { JobQueues } from './queues.ts';
import { watchClock } from './clockSteps.ts';
import { byTime, type DueJob, DueJobs, type Position } from './dueJobs.ts';
import { asJob, JOBS_TABLE, moveBack, readJob, setJobState, type Job, type JobRef } from './jobs.ts';

export interface SchedulerDeps {
  committer: Committer;
  executor: JobExecutor;
  queues: JobQueues;
}

const PARALLEL = { first: 32, early: 32, ordinary: 32, action: 10 };
type Lane = keyof typeof PARALLEL;
const LANES = Object.keys(PARALLEL) as Lane[];
/** The rest is read in the next turn: nobody waits for a queue of thousands. */
const READ_AT_ONCE = 500;
const KEEP_FINISHED_MS = 7 * 86_400_000;
const SWEEP_EVERY_MS = 3_600_000;
const SWEEP_BATCH = 1000;
export const INTERRUPTED = 'Transient error while executing action';

class JobFailure extends Error {}

interface QueuedJob extends DueJob {
  job: Job;
}

export class Scheduler {
  readonly #deps: SchedulerDeps;
  readonly #alarm = new Alarm(() => this.#pass());
  readonly #running = new Set<string>();
  readonly #retries = new Map<string, { attempt: number; atMs: number; due: DueJob }>();
  readonly #due = new DueJobs<Lane>(LANES);
  #generation: Generation | null = null;
  readonly #slots = { ...PARALLEL };
  #unsubscribe: (() => void) | null = null;
  #sweepTimer: NodeJS.Timeout | null = null;
  #stopWatching: (() => void) | null = null;
  #stopped = false;

  constructor(deps: SchedulerDeps) {
    this.#deps = deps;
  }

  /** Settles what a crash interrupted, then starts running jobs. */
  async start(): Promise<void> {
    await this.#failInterrupted();
    this.#unsubscribe = this.#deps.committer.onCommit((commit) => {
      if (commit.allInvalid === true) this.#due.forget();
      if (commit.allInvalid === true || this.#deps.queues.touches(commit.keys)) this.#alarm.ring();
    });
    this.#sweepTimer = setInterval(() => void this.sweep().catch(() => {}), SWEEP_EVERY_MS);
    this.#sweepTimer.unref();
    this.#stopWatching = watchClock((ms) => void this.#clockStepped(ms));
    this.#alarm.ring();
  }

  /** Starts no more jobs and waits for the mutations under way; actions are left to be found at the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#alarm.stop();
    this.#unsubscribe?.();
    this.#stopWatching?.();
    if (this.#sweepTimer !== null) clearInterval(this.#sweepTimer);
    await this.#deps.committer.drain();
  }

  /** Forgets finished jobs older than seven days; returns how many, at most a thousand per call and component. */
  async sweep(): Promise<number> {
    let removed = 0;
    for (const component of this.#deps.queues.components()) {
      const { value } = await this.#bookkeep((tx) => {
        const before = tx.nowMs - KEEP_FINISHED_MS;
        const range: RangeStep[] = [
          { type: 'Gte', fieldPath: 'completedTime', value: 0 },
          { type: 'Lt', fieldPath: 'completedTime', value: before },
        ];
        const old = [...readIndex(tx, component, 'by_completedTime', range, SWEEP_BATCH)];
        for (const job of old) tx.db(component).remove(job._id, { isSystem: true });
        return old.length;
      });
      removed += value;
    }
    return removed;
  }

  #pass(): void {
    if (this.#stopped) return;
    const nowMs = Date.now();
    const generation = this.#deps.executor.generation();
    const isNew = generation !== this.#generation;
    this.#generation = generation;
    const isBefore = this.#deps.queues.earliestNewTime() < this.#due.upToMs;
    if (isNew || isBefore) this.#due.forget();
    let nextMs = this.#tryAgain(nowMs);
    for (const component of this.#deps.queues.components())
      nextMs = Math.min(nextMs, this.#read(component, nowMs));
    for (const queued of this.#found().sort(byTime)) this.#launch(queued);
    // What is due but found no room is looked at again when something finishes.
    this.#alarm.ringAt(nextMs > nowMs && nextMs < Infinity ? nextMs : null);
  }

  /** Reads on where the last pass ended, while more could start than is known; answers when to look again. */
  #read(component: string, nowMs: number): number {
    return this.#deps.committer.read((tx) =>
      tx.uncounted(() => {
        let seen = 0;
        if (!this.#wantsMore) return Infinity;
        for (const job of readOn(tx, component, this.#due.positionIn(component))) {
          if (job.scheduledTime > nowMs) return job.scheduledTime;
          this.#due.read(component, job);
          this.#note(component, job);
          if (!this.#wantsMore) return Infinity;
          if (++seen < READ_AT_ONCE) continue;
          this.#alarm.ring();
          return Infinity;
        }
        return Infinity;
      }),
    );
  }

  get #wantsMore(): boolean {
    return !this.#due.isFull && LANES.some((lane) => this.#slots[lane] > this.#due.waiting(lane));
  }

  /** It waits for room from now on, unless it is under way, or waits for its next try. */
  #note(component: string, job: Job): void {
    const { _id: id, _creationTime: createdAt, scheduledTime } = job;
    if (this.#running.has(id) || this.#due.has(id) || this.#retries.has(id)) return;
    const target = this.#targetOf(component, job);
    this.#due.add(laneOf(target), { component, id, target, scheduledTime, createdAt });
  }

  #targetOf(component: string, job: Job): Target {
    return resolveTarget(this.#generation!, job.target ?? component, job.name);
  }

  /** As many as there is room for, as they stand now; those that were canceled meanwhile have gone. */
  #found(): QueuedJob[] {
    const found: QueuedJob[] = [];
    this.#deps.committer.read((tx) =>
      tx.uncounted(() => {
        for (const lane of LANES) {
          for (let room = this.#slots[lane]; room > 0;) {
            const due = this.#due.next(lane);
            if (due === null) break;
            const job = readJob(tx, due.component, due.id);
            if (job?.state.kind !== 'pending') {
              this.#retries.delete(due.id);
              // What stood behind those that have gone may be unread yet, and nothing that ends would have it read.
              this.#alarm.ring();
              continue;
            }
            // What waited for its next try may have waited over a push.
            found.push({ ...due, target: this.#targetOf(due.component, job), job });
            room--;
          }
        }
      }),
    );
    return found;
  }

  #launch(queued: QueuedJob): void {
    const lane = laneOf(queued.target);
    if (this.#slots[lane] === 0) return;
    this.#slots[lane]--;
    this.#running.add(queued.id);
    void this.#runJob(queued)
      .then(
        () => void this.#retries.delete(queued.id),
        () => this.#retryLater(dueOf(queued)),
      )
      .finally(() => {
        this.#slots[lane]++;
        this.#running.delete(queued.id);
        this.#alarm.ring();
      });
  }

  /** Those whose next try is due wait for room again; answers when the first of the others is. */
  #tryAgain(nowMs: number): number {
    let nextMs = Infinity;
    for (const { atMs, due } of this.#retries.values()) {
      if (this.#running.has(due.id) || this.#due.has(due.id)) continue;
      if (atMs > nowMs) nextMs = Math.min(nextMs, atMs);
      else this.#due.again(laneOf(due.target), due);
    }
    return nextMs;
  }

  #retryLater(due: DueJob): void {
    const attempt = (this.#retries.get(due.id)?.attempt ?? -1) + 1;
    this.#retries.set(due.id, { attempt, atMs: Date.now() + backoffMs(attempt), due });
  }

  async #runJob(queued: QueuedJob): Promise<void> {
    const { job, component, target } = queued;
    const call: JobCall = {
      component: job.target ?? component,
      path: job.name,
      args: job.args[0] ?? {},
      job: { component, id: job._id },
    };
    if (target.kind === 'Action') return await this.#runAction(queued, call);
    const standing = target.kind === 'missing' ? {} : { rank: target.rank };
    const outcome =
      target.kind === 'missing' ? { error: target.error } : await this.#runMutation(queued, call, standing);
    if (outcome === null) return;
    // A failure leaves nothing of its transaction: it is noted in one of its own.
    await this.#deps.committer.write((tx) => {
      if (isPending(tx, queued))
        setJobState(tx, component, queued.id, { kind: 'failed', error: outcome.error });
    }, standing);
  }

  async #runMutation(
    queued: QueuedJob,
    call: JobCall,
    standing: Standing,
  ): Promise<{ error: string } | null> {
    try {
      await this.#deps.committer.write((tx) => {
        if (!tx.uncounted(() => take(tx, queued))) return;
        // A job never runs before its time, also by the clock that it was made under.
        const { scheduledTime, clockAheadMs = 0 } = queued.job;
        tx.nowMs = Math.max(tx.nowMs, scheduledTime + clockAheadMs);
        const outcome = asJob(tx, queued, () => this.#deps.executor.mutationIn(tx, call));
        if (!outcome.ok) throw new JobFailure(outcome.error);
        tx.uncounted(() => setJobState(tx, queued.component, queued.id, { kind: 'success' }));
      }, standing);
      return null;
    } catch (error) {
      if (error instanceof JobFailure) return { error: error.message };
      throw error;
    }
  }

  async #runAction(queued: QueuedJob, call: JobCall): Promise<void> {
    const { value: started } = await this.#bookkeep((tx) => take(tx, queued));
    if (!started || this.#stopped) return;
    const outcome = await this.#deps.executor.action(call).catch((error: unknown): JobOutcome => {
      return { ok: false, error: error instanceof Error ? error.message : String(error) };
    });
    for (let attempt = 0; !this.#stopped; attempt++) {
      try {
        await this.#bookkeep((tx) => {
          // A canceled action stays canceled, whatever became of it.
          if (readJob(tx, queued.component, queued.id)?.state.kind === 'inProgress')
            finish(tx, queued, outcome);
        });
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt)).unref());
      }
    }
  }

  async #clockStepped(ms: number): Promise<void> {
    if (ms < 0) {
      for (const component of this.#deps.queues.components())
        await this.#bookkeep((tx) => moveBack(tx, component, -ms)).catch(() => {});
    }
    this.#due.forget();
    this.#alarm.ring();
  }

  /** What the scheduler itself reads and writes is not held against any limit of a function. */
  #bookkeep<T>(job: (tx: Transaction) => T): Promise<{ value: T }> {
    return this.#deps.committer.write((tx) => tx.uncounted(() => job(tx)));
  }

  async #failInterrupted(): Promise<void> {
    for (const component of this.#deps.queues.components()) {
      for (let more = true; more;) {
        const { value } = await this.#bookkeep((tx) => {
          const jobs = [...readIndex(tx, component, 'by_next', [eq('inProgress')], SWEEP_BATCH)];
          for (const job of jobs) setJobState(tx, component, job._id, { kind: 'failed', error: INTERRUPTED });
          return jobs.length;
        });
        more = value === SWEEP_BATCH;
      }
    }
  }
}

/** Its arguments stay where they are. */
function dueOf({ component, id, target, scheduledTime, createdAt }: DueJob): DueJob {
  return { component, id, target, scheduledTime, createdAt };
}

function laneOf(target: Target): Lane {
  if (target.kind === 'Action') return 'action';
  return target.kind === 'Mutation' ? target.rank : 'ordinary';
}

/** Marks a job as under way; false if it is not pending any more. */
function take(tx: Transaction, ref: JobRef): boolean {
  if (!isPending(tx, ref)) return false;
  setJobState(tx, ref.component, ref.id, { kind: 'inProgress' });
  return true;
}

function isPending(tx: Transaction, ref: JobRef): boolean {
  return readJob(tx, ref.component, ref.id)?.state.kind === 'pending';
}

function finish(tx: Transaction, ref: JobRef, outcome: JobOutcome): void {
  setJobState(
    tx,
    ref.component,
    ref.id,
    outcome.ok ? { kind: 'success' } : { kind: 'failed', error: outcome.error },
  );
}

type RangeStep = { type: 'Eq' | 'Gt' | 'Gte' | 'Lt'; fieldPath: string; value: string | number };

/** What is pending, in the order of the queue, from a position on. */
function* readOn(tx: Transaction, component: string, from: Position | null): Generator<Job> {
  const pending = eq('pending');
  if (from === null) return yield* readIndex(tx, component, 'by_next', [pending]);
  const { scheduledTime, createdAt } = from;
  const time = { fieldPath: 'scheduledTime', value: scheduledTime };
  const sameTime: RangeStep[] = [
    pending,
    { ...time, type: 'Eq' },
    { type: 'Gte', fieldPath: '_creationTime', value: createdAt },
  ];
  yield* readIndex(tx, component, 'by_next', sameTime);
  yield* readIndex(tx, component, 'by_next', [pending, { ...time, type: 'Gt' }]);
}

function eq(kind: string): RangeStep {
  return { type: 'Eq', fieldPath: 'state.kind', value: kind };
}

/** Lazy: a pass that finds no room, or nothing that is due, stops reading; without a `limit` it fetches little ahead. */
function* readIndex(
  tx: Transaction,
  component: string,
  index: string,
  range: RangeStep[],
  limit?: number,
): Generator<Job> {
  const db = tx.db(component);
  const queryId = db.queryStream(
    {
      source: { type: 'IndexRange', indexName: `${JOBS_TABLE}.${index}`, range, order: 'asc' },
      operators: limit === undefined ? [] : [{ limit }],
    },
    { isSystem: true },
  );
  try {
    for (let step = db.queryNext(queryId); !step.done && step.value !== null; step = db.queryNext(queryId)) {
      yield JSON.parse(step.value) as Job;
    }
  } finally {
    db.queryCleanup(queryId);
  }
}
