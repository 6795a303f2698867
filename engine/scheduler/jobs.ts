/**
 * Scheduled functions as data: the documents of `_scheduled_functions` and the only ways they change.
 *
 *            ┌────────── cancel ──────────┐
 *            │                            ▼
 *   schedule ─► pending ──run──► inProgress ──► success | failed | canceled
 *
 * A job is written inside the transaction that schedules it, so it exists exactly if that transaction commits. A mutation
 * job passes through inProgress only inside its own transaction; an inProgress that is committed is always an action.
 * Finished jobs keep their record for seven days.
 */
import { DeveloperError } from '../values/errors.ts';
import { LIMITS } from '../values/limits.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';
import type { Transaction } from '../transaction/transaction.ts';
import type { Generation } from '../functions/code/generation.ts';
import { noteTime } from './newTimes.ts';
import { displayPath, requirePath, serverPath, type FunctionPath } from '../functions/code/paths.ts';

export const JOBS_TABLE = '_scheduled_functions';

export type JobState =
  | { kind: 'pending' }
  | { kind: 'inProgress' }
  | { kind: 'success' }
  | { kind: 'failed'; error: string }
  | { kind: 'canceled' };

/** A document of `_scheduled_functions`. `name` is `mod.js:fn`, times are ms. */
export interface Job {
  _id: string;
  _creationTime: number;
  name: string;
  args: JsonValue[];
  scheduledTime: number;
  completedTime?: number;
  state: JobState;
  /** The component that owns the target, where it is not the one that scheduled. */
  target?: string;
  /** When it was made, where that is not its creation time: those only grow, although the clock was set back. */
  madeAt?: number;
  /** By how much the clock was ahead that it was made under, and `scheduledTime` has been moved back. */
  clockAheadMs?: number;
}

/** A job a function runs as: what it schedules inherits a cancellation. */
export interface JobRef {
  component: string;
  id: string;
}

export interface JobRequest {
  /** `mod:fn` or `mod.js:fn`, in `target` or else in the scheduling component. */
  path: string;
  target?: string;
  /** JSON text of the one argument object. */
  argsJson: string;
  atMs: number;
  /** Refuses a target that this generation does not have. */
  generation?: Pick<Generation, 'findFunction'>;
  parent?: JobRef | null;
}

/** Timestamps run this far ahead of a clock that was not set back. */
const AHEAD_MS = 500;
const FIVE_YEARS_MS = 5 * 365 * 86_400_000;

/** Which job a transaction is running, so that a mutation cannot cancel itself. */
const runningJobs = new WeakMap<Transaction, JobRef>();

/** Schedules a function in this transaction and returns the id of its job. */
export function scheduleJob(tx: Transaction, component: string, request: JobRequest): string {
  const path = requirePath(request.path);
  const name = serverPath(path);
  checkTarget(request, component, path);
  checkTime(request.atMs, tx.nowMs);
  const argsBytes = checkArgs(request.argsJson, name);
  tx.countScheduled(argsBytes);
  const canceled = request.parent != null && isCanceled(tx, request.parent);
  const job: JsonObject = {
    name,
    args: [JSON.parse(request.argsJson) as JsonValue],
    // A time in the past means now, but keeps its place in the order.
    scheduledTime: request.atMs,
    state: { kind: canceled ? 'canceled' : 'pending' },
  };
  if (canceled) job.completedTime = tx.nowMs;
  if (request.target !== undefined && request.target !== component) job.target = request.target;
  noteTime(tx.store, request.atMs);
  if (Number(tx.commitTs) / 1e6 - tx.nowMs > AHEAD_MS) job.madeAt = tx.nowMs;
  return tx.db(component).insert(JOBS_TABLE, job, { isSystem: true });
}

/**
 * The clock went back by `stepMs`: what was scheduled while it was ahead comes as much earlier, so that it waits as long as
 * was meant. What was scheduled before or has come due is left alone.
 */
export function moveBack(tx: Transaction, component: string, stepMs: number): void {
  const db = tx.db(component);
  const range = [{ type: 'Gt', fieldPath: '_creationTime', value: tx.nowMs + AHEAD_MS }];
  const source = { type: 'IndexRange', indexName: `${JOBS_TABLE}.by_creation_time`, range, order: 'asc' };
  for (const job of db.collect({ source, operators: [] } as unknown as JsonValue) as unknown as Job[]) {
    const { _id, _creationTime, madeAt = _creationTime, scheduledTime, clockAheadMs = 0, state } = job;
    if (state.kind !== 'pending' || madeAt <= tx.nowMs + AHEAD_MS || scheduledTime <= tx.nowMs) continue;
    const moved = {
      scheduledTime: scheduledTime - stepMs,
      madeAt: madeAt - stepMs,
      clockAheadMs: clockAheadMs + stepMs,
    };
    db.patch(_id, moved, { isSystem: true, table: JOBS_TABLE });
  }
}

/** Cancels a job that has not finished; one that has, or that was forgotten, is left alone. */
export function cancelJob(tx: Transaction, component: string, id: string): void {
  const job = readJob(tx, component, id);
  if (job === null) return;
  if (job.state.kind !== 'pending' && job.state.kind !== 'inProgress') return;
  const own = runningJobs.get(tx);
  if (own !== undefined && own.id === id && own.component === component) {
    throw new DeveloperError('CancelSelf', 'A mutation cannot cancel itself');
  }
  setJobState(tx, component, id, { kind: 'canceled' });
}

/** The job with this id, or null. */
export function readJob(tx: Transaction, component: string, id: string): Job | null {
  const text = tx.db(component).get(id, { table: JOBS_TABLE, isSystem: true });
  return text === null ? null : (JSON.parse(text) as Job);
}

/** Moves a job to another state and stamps when it finished. */
export function setJobState(tx: Transaction, component: string, id: string, state: JobState): void {
  const patch: JsonObject = { state: { ...state } };
  if (state.kind !== 'pending' && state.kind !== 'inProgress') patch.completedTime = tx.nowMs;
  tx.db(component).patch(id, patch, { isSystem: true, table: JOBS_TABLE });
}

/** Marks `tx` as the transaction of this job while `run` runs. */
export function asJob<T>(tx: Transaction, job: JobRef, run: () => T): T {
  runningJobs.set(tx, job);
  try {
    return run();
  } finally {
    runningJobs.delete(tx);
  }
}

function isCanceled(tx: Transaction, parent: JobRef): boolean {
  return readJob(tx, parent.component, parent.id)?.state.kind === 'canceled';
}

function checkTarget(request: JobRequest, component: string, path: FunctionPath): void {
  if (request.generation === undefined) return;
  if (request.generation.findFunction(request.target ?? component, path.module, path.name) !== null) return;
  throw new DeveloperError(
    'FunctionNotFound',
    `Attempted to schedule function at nonexistent path: ${displayPath(path)}`,
  );
}

function checkTime(atMs: number, nowMs: number): void {
  if (!Number.isFinite(atMs)) {
    throw new DeveloperError('InvalidScheduleTime', 'A function must be scheduled at a finite time');
  }
  if (Math.abs(atMs - nowMs) > FIVE_YEARS_MS) {
    const side = atMs > nowMs ? 'future' : 'past';
    throw new DeveloperError(
      'InvalidScheduleTime',
      `A function cannot be scheduled more than 5 years in the ${side}`,
    );
  }
}

function checkArgs(argsJson: string, name: string): number {
  // A key that starts with `$` exists only in encoded values, so the text cannot come from a string.
  if (argsJson.includes('"$commitTs":')) {
    throw new DeveloperError(
      'InvalidArguments',
      `The commit timestamp cannot be an argument of ${name}, which runs later`,
    );
  }
  const bytes = Buffer.byteLength(argsJson);
  if (bytes > LIMITS.scheduledArgsBytesEach) {
    throw new DeveloperError(
      'ScheduledFunctionsArgumentsTooLarge',
      `Arguments for ${name} are too large (actual: ${bytes}, limit: ${LIMITS.scheduledArgsBytesEach})`,
    );
  }
  return bytes;
}
