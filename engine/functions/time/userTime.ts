/**
 * The time user code may take: one second of computing for a query or mutation, and no more tries for who keeps failing it.
 *
 * A call that was interrupted although its code ran little waited for a busy machine or for the database: it is `Starved`,
 * and worth one more try with patience.
 */
import { BLOCKED, FunctionFailure, timedOut } from '../calls/failure.ts';
import type { FunctionInfo } from '../code/generation.ts';
import { displayPath } from '../code/paths.ts';
import { userMs } from '../calls/userClock.ts';
import { Timeouts } from './timeouts.ts';
import { guard, TimeLimitExceeded } from './watchdog.ts';

const PATIENCE = 3;
/** How often the time the database took so far it may take at the second try. */
const ENGINE_PATIENCE = 10;
const LOAD_LIMIT_MS = 10_000;
/** The share of a common time limit that makes its user the culprit. */
const CULPRIT_SHARE = 0.9;

/** The function was interrupted before it had its time; `patience` is how often its limit it may take next. */
class Starved extends Error {
  readonly patience: number;
  constructor({ engineMs, limitMs }: TimeLimitExceeded) {
    super('starved');
    this.patience = PATIENCE + (ENGINE_PATIENCE * engineMs) / limitMs;
  }
}

/** Runs `attempt` again, patiently, when the first one starved. */
export function patiently<T>(attempt: (patience: number) => T): T {
  try {
    return attempt(1);
  } catch (error) {
    if (error instanceof Starved) return attempt(error.patience);
    throw error;
  }
}

export class UserTime {
  readonly limitMs: number;
  readonly #timeouts: Timeouts | null;
  /** What user code runs, or ran last, and since when. */
  #current: { call: object | null; userMsBefore: number } | null = null;
  /** A call whose batch was cut while it used up its time: it fails instead of being run again. */
  #condemned: object | null = null;

  /** With `blocks`, who keeps failing is not tried for a while. */
  constructor(limitMs: number, blocks: boolean, now: () => number) {
    this.limitMs = limitMs;
    this.#timeouts = blocks ? new Timeouts(now) : null;
  }

  /** Runs user code under the watchdog; past the limit it throws FunctionFailure, or Starved on the first try. */
  run<T>(info: FunctionInfo, patience: number, work: () => T, call?: object): T {
    this.#mustNotBeBlocked(info);
    if (call !== undefined && this.#condemned === call) {
      this.#condemned = null;
      throw this.timedOut(info);
    }
    this.#current = { call: call ?? null, userMsBefore: userMs() };
    try {
      return guard(this.limitMs * patience, work);
    } catch (error) {
      if (!(error instanceof TimeLimitExceeded)) throw error;
      if (error.starved && patience === 1) throw new Starved(error);
      throw this.timedOut(info);
    }
  }

  /** Runs the first import of a module, which is not on the function's clock. */
  load(info: FunctionInfo, work: () => void): void {
    try {
      guard(LOAD_LIMIT_MS, work);
    } catch (error) {
      throw error instanceof TimeLimitExceeded ? this.timedOut(info) : error;
    }
  }

  /** One watchdog around many calls. When it fires, whoever ran then is condemned if it had most of the time for itself. */
  batch(run: () => void): void {
    this.#current = null;
    try {
      guard(this.limitMs, run);
    } catch (error) {
      if (error instanceof TimeLimitExceeded && this.#isCulprit(error))
        this.#condemned = (this.#current as { call: object | null } | null)?.call ?? null;
      throw error;
    }
  }

  /** Counts a timeout. */
  timedOut(info: FunctionInfo): FunctionFailure {
    this.#timeouts?.strike(keyOf(info));
    return timedOut(this.limitMs);
  }

  #isCulprit({ cpuMs }: TimeLimitExceeded): boolean {
    const current = this.#current as { userMsBefore: number } | null;
    const limit = this.limitMs;
    return (
      current !== null && cpuMs >= limit * 0.5 && userMs() - current.userMsBefore >= limit * CULPRIT_SHARE
    );
  }

  #mustNotBeBlocked(info: FunctionInfo): void {
    const seconds = this.#timeouts?.blockedFor(keyOf(info)) ?? 0;
    if (seconds === 0) return;
    const shown = displayPath({ module: info.modulePath, name: info.name });
    throw new FunctionFailure(
      `${shown} ran into its time limit three times within a minute and is blocked for another ${seconds} s.`,
      { code: BLOCKED },
    );
  }
}

function keyOf(info: FunctionInfo): string {
  return `${info.component}|${info.modulePath}:${info.name}`;
}
