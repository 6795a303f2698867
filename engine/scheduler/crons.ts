/**
 * Crons at work: their documents in `_cron_jobs`, what a push changes in them, and running them.
 *
 * Promises. Never two runs of one cron at once. A mutation cron commits its effects and its next time together (exactly
 * once per instant); an action cron commits `inProgress` first (at most once). An instant that comes while the previous run
 * is still going, or while the engine is off, is skipped and noted; the one that was due when the engine went off runs late.
 * A push leaves an unchanged cron (same function, arguments, schedule) with the time it had.
 */
import type { Committer, Standing } from '../transaction/committer.ts';
import type { Transaction } from '../transaction/transaction.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';
import { Alarm, backoffMs } from './alarm.ts';
import { watchClock } from './clockSteps.ts';
import { missedRuns, nextRun, sameCron, type CronSchedule, type CronSpec } from './cronSpec.ts';
import { resolveTarget, type JobCall, type JobExecutor, type JobOutcome } from './executor.ts';
import type { JobQueues } from './queues.ts';
import { INTERRUPTED } from './scheduler.ts';

const CRONS_TABLE = '_cron_jobs';

/** A document of `_cron_jobs`; times are ms. `logs` holds the last five runs, newest last. */
interface CronJob extends CronSpec {
  _id: string;
  name: string;
  state: 'idle' | 'inProgress';
  previousTime: number | null;
  nextTime: number;
  /** The instant an action in progress was started for. */
  runningTime: number | null;
  logs: CronLog[];
}

interface CronLog {
  scheduledTime: number;
  finishedTime: number;
  status: 'success' | 'failure' | 'canceled';
  detail: string | null;
}

export interface CronDiff {
  added: string[];
  updated: string[];
  deleted: string[];
}

const KEPT_LOGS = 5;
const AHEAD_MS = 500;

/** Makes the crons of a component those of `specs`; part of the transaction that activates a push. */
export function applyCrons(
  tx: Transaction,
  component: string,
  specs: ReadonlyMap<string, CronSpec>,
): CronDiff {
  const diff: CronDiff = { added: [], updated: [], deleted: [] };
  const db = tx.db(component);
  const existing = new Map(readCrons(tx, component).map((cron) => [cron.name, cron]));
  for (const [name, cron] of existing) {
    if (specs.has(name)) continue;
    db.remove(cron._id, { isSystem: true });
    diff.deleted.push(name);
  }
  for (const [name, spec] of specs) {
    const old = existing.get(name);
    if (old !== undefined && sameCron(old, spec)) continue;
    const fields = cronFields(spec, tx.nowMs);
    if (old === undefined) {
      db.insert(
        CRONS_TABLE,
        { name, state: 'idle', runningTime: null, logs: [], ...fields },
        { isSystem: true },
      );
      diff.added.push(name);
    } else {
      // A run under way keeps its state, so that the new schedule cannot start a second one beside it.
      db.patch(old._id, fields, { isSystem: true });
      diff.updated.push(name);
    }
  }
  return { added: diff.added.sort(), updated: diff.updated.sort(), deleted: diff.deleted.sort() };
}

/** Every cron of a component, in no particular order. */
export function readCrons(tx: Transaction, component: string): CronJob[] {
  const source = { type: 'FullTableScan', tableName: CRONS_TABLE, order: 'asc' };
  return tx.db(component).collect({ source, operators: [] }) as unknown as CronJob[];
}

function cronFields(spec: CronSpec, nowMs: number): JsonObject {
  return {
    udfPath: spec.udfPath,
    args: spec.args,
    schedule: spec.schedule as unknown as JsonValue,
    previousTime: null,
    nextTime: nextRun(spec.schedule, null, nowMs),
  };
}

export interface CronDeps {
  committer: Committer;
  executor: JobExecutor;
  queues: JobQueues;
}

export class CronRunner {
  readonly #deps: CronDeps;
  readonly #alarm = new Alarm(() => this.#pass());
  readonly #running = new Set<string>();
  readonly #retries = new Map<string, { attempt: number; atMs: number }>();
  #stopped = false;
  #stopWatching: (() => void) | null = null;

  constructor(deps: CronDeps) {
    this.#deps = deps;
  }

  /** Settles runs that a crash interrupted, then starts running crons. */
  async start(): Promise<void> {
    for (const component of this.#deps.queues.componentsWith(CRONS_TABLE)) {
      await this.#deps.committer.write((tx) => {
        for (const cron of readCrons(tx, component)) {
          if (cron.state === 'inProgress') finishRun(tx, component, cron, { ok: false, error: INTERRUPTED });
        }
      });
    }
    this.#stopWatching = watchClock(() => this.#alarm.ring());
    this.#alarm.ring();
  }

  /** To be called after the crons changed. */
  wake(): void {
    this.#alarm.ring();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#alarm.stop();
    this.#stopWatching?.();
    await this.#deps.committer.drain();
  }

  #pass(): void {
    if (this.#stopped) return;
    const nowMs = Date.now();
    let nextMs = Infinity;
    for (const component of this.#deps.queues.componentsWith(CRONS_TABLE)) {
      for (const cron of this.#deps.committer.read((tx) => readCrons(tx, component))) {
        if (this.#running.has(cron._id) || cron.state === 'inProgress') continue;
        const atMs = Math.max(dueTime(cron, nowMs), this.#retries.get(cron._id)?.atMs ?? 0);
        if (atMs <= nowMs) this.#launch(component, cron);
        else nextMs = Math.min(nextMs, atMs);
      }
    }
    this.#alarm.ringAt(nextMs < Infinity ? nextMs : null);
  }

  #launch(component: string, cron: CronJob): void {
    this.#running.add(cron._id);
    void this.#run(component, cron)
      .then(
        () => void this.#retries.delete(cron._id),
        () => {
          const attempt = (this.#retries.get(cron._id)?.attempt ?? -1) + 1;
          this.#retries.set(cron._id, { attempt, atMs: Date.now() + backoffMs(attempt) });
        },
      )
      .finally(() => {
        this.#running.delete(cron._id);
        this.#alarm.ring();
      });
  }

  async #run(component: string, cron: CronJob): Promise<void> {
    const { committer, executor } = this.#deps;
    const call = { component, path: cron.udfPath, args: cron.args[0] ?? {}, job: null };
    const target = resolveTarget(executor.generation(), component, cron.udfPath);
    if (target.kind !== 'Action') {
      const failure =
        target.kind === 'missing'
          ? target.error
          : await this.#runMutation(component, cron, call, { rank: target.rank });
      if (failure === null) return;
      await committer.write((tx) => {
        const current = dueCron(tx, component, cron);
        if (current !== null) finishRun(tx, component, current, { ok: false, error: failure });
      });
      return;
    }
    const { value: started } = await committer.write((tx) => {
      const current = dueCron(tx, component, cron);
      if (current !== null)
        tx.db(component).patch(
          cron._id,
          { state: 'inProgress', runningTime: current.nextTime },
          { isSystem: true },
        );
      return current !== null;
    });
    if (!started || this.#stopped) return;
    const outcome = await executor.action(call).catch((error: unknown): JobOutcome => {
      return { ok: false, error: error instanceof Error ? error.message : String(error) };
    });
    for (let attempt = 0; !this.#stopped; attempt++) {
      try {
        await committer.write((tx) => {
          const current = readCron(tx, component, cron._id);
          if (current?.state === 'inProgress') finishRun(tx, component, current, outcome);
        });
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt)).unref());
      }
    }
  }

  /** The error of the function, or null once it ran and committed. A failure is noted in a transaction of its own. */
  async #runMutation(
    component: string,
    cron: CronJob,
    call: JobCall,
    standing: Standing,
  ): Promise<string | null> {
    try {
      await this.#deps.committer.write((tx) => {
        const current = tx.uncounted(() => dueCron(tx, component, cron));
        if (current === null) return;
        const outcome = this.#deps.executor.mutationIn(tx, call);
        if (!outcome.ok) throw new CronFailure(outcome.error);
        tx.uncounted(() => finishRun(tx, component, current, outcome));
      }, standing);
      return null;
    } catch (error) {
      if (error instanceof CronFailure) return error.message;
      throw error;
    }
  }
}

/** An interval that last ran under a clock which was ahead goes on at once, and by the clock there is. */
function dueTime({ schedule, previousTime, nextTime }: CronJob, nowMs: number): number {
  return schedule.type === 'interval' && previousTime !== null && previousTime > nowMs + AHEAD_MS
    ? nowMs
    : nextTime;
}

class CronFailure extends Error {}

/** The cron as it is now, if it is still the one that was due: a push may have changed or deleted it meanwhile. */
function dueCron(tx: Transaction, component: string, seen: CronJob): CronJob | null {
  const current = readCron(tx, component, seen._id);
  if (current === null || current.state !== 'idle' || current.nextTime !== seen.nextTime) return null;
  return current.udfPath === seen.udfPath ? current : null;
}

function readCron(tx: Transaction, component: string, id: string): CronJob | null {
  const text = tx.db(component).get(id, { table: CRONS_TABLE, isSystem: true });
  return text === null ? null : (JSON.parse(text) as CronJob);
}

function finishRun(tx: Transaction, component: string, cron: CronJob, outcome: JobOutcome): void {
  const ranFor = cron.runningTime ?? cron.nextTime;
  // An action may end after a push gave the cron a new schedule: then the new next time stands.
  const ran = ranFor === cron.nextTime;
  const schedule: CronSchedule = cron.schedule;
  const logs: CronLog[] = [
    ...cron.logs,
    {
      scheduledTime: ranFor,
      finishedTime: tx.nowMs,
      status: outcome.ok ? 'success' : 'failure',
      detail: outcome.ok ? null : outcome.error,
    },
  ];
  const missed = ran ? missedRuns(schedule, cron.nextTime, tx.nowMs) : 0;
  if (missed > 0) {
    logs.push({
      scheduledTime: cron.nextTime,
      finishedTime: tx.nowMs,
      status: 'canceled',
      detail: `${missed} skipped`,
    });
  }
  const fields: JsonObject = {
    state: 'idle',
    runningTime: null,
    logs: logs.slice(-KEPT_LOGS) as unknown as JsonValue,
  };
  if (ran) {
    const instant = dueTime(cron, tx.nowMs);
    fields.previousTime = instant;
    fields.nextTime = nextRun(schedule, instant, tx.nowMs);
  }
  tx.db(component).patch(cron._id, fields, { isSystem: true });
}
