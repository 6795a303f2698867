/**
 * The time user code may take: one second of computing for a query or mutation, and no more tries for who keeps failing it.
 *
 * A call that was interrupted although its thread computed little waited for a busy machine: it is `Starved`, and worth
 * one more try with patience.
 */
import { BLOCKED, FunctionFailure, timedOut } from '../calls/failure.ts';
import type { FunctionInfo } from '../code/generation.ts';
import { displayPath } from '../code/paths.ts';
import { Timeouts } from './timeouts.ts';
import { guard, TimeLimitExceeded } from './watchdog.ts';

const PATIENCE = 3;
const LOAD_LIMIT_MS = 10_000;
/** The share of a common time limit that makes its user the culprit. */
const CULPRIT_SHARE = 0.9;

/** The function was interrupted before it had its time. */
class Starved extends Error {}

/** Runs `attempt` again, patiently, when the first one starved. */
export function patiently<T>(attempt: (patience: number) => T): T {
  try {
    return attempt(1);
  } catch (error) {
    if (error instanceof Starved) return attempt(PATIENCE);
    throw error;
  }
}

export class UserTime {
  readonly limitMs: number;
  readonly #timeouts: Timeouts;
  /** What user code runs, or ran last, and since when. */
  #current: { call: object | null; startedAt: number } | null = null;
  /** A call whose batch was cut while it used up its time: it fails instead of being run again. */
  #condemned: object | null = null;

  constructor(limitMs: number, now: () => number) {
    this.limitMs = limitMs;
    this.#timeouts = new Timeouts(now);
  }

  /** Runs user code under the watchdog; past the limit it throws FunctionFailure, or Starved on the first try. */
  run<T>(info: FunctionInfo, patience: number, work: () => T, call?: object): T {
    this.#mustNotBeBlocked(info);
    if (call !== undefined && this.#condemned === call) {
      this.#condemned = null;
      throw this.timedOut(info);
    }
    this.#current = { call: call ?? null, startedAt: performance.now() };
    try {
      return guard(this.limitMs * patience, work);
    } catch (error) {
      if (!(error instanceof TimeLimitExceeded)) throw error;
      if (error.starved && patience === 1) throw new Starved();
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
    this.#timeouts.strike(keyOf(info));
    return timedOut(this.limitMs);
  }

  #isCulprit(error: TimeLimitExceeded): boolean {
    const current = this.#current as { startedAt: number } | null;
    return (
      !error.starved &&
      current !== null &&
      performance.now() - current.startedAt >= this.limitMs * CULPRIT_SHARE
    );
  }

  #mustNotBeBlocked(info: FunctionInfo): void {
    const seconds = this.#timeouts.blockedFor(keyOf(info));
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
