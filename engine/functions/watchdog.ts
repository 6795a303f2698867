/**
 * Ends synchronous work that runs too long.
 *
 * `node:vm` can interrupt whatever runs inside one evaluation, nested realms included, and nothing of the interrupted
 * code runs again: no `catch`, no `finally`. So guarded work keeps its state in objects that are dropped, never repaired.
 *
 * Arming costs about 0.1 ms. A caller with many short jobs arms one guard around them all (`guardBatch`); a job inside
 * finds the guard armed and takes no second one. When the shared guard fires, the job it hit is either over its own
 * limit, or innocent and to be run again under a guard of its own.
 */
import { Script } from 'node:vm';

export class TimeLimitExceeded extends Error {
  readonly limitMs: number;
  /** What this thread computed meanwhile, ms: far below the limit when the machine gave its time to others. */
  readonly cpuMs: number;
  constructor(limitMs: number, cpuMs: number) {
    super(`interrupted after ${limitMs} ms`);
    this.limitMs = limitMs;
    this.cpuMs = cpuMs;
  }

  /** Whether the work was waiting for a processor rather than running. */
  get starved(): boolean {
    return this.cpuMs < this.limitMs * 0.5;
  }
}

const SLOT = Symbol.for('engine.functions.watchdog.slot');
const trampoline = new Script("globalThis[Symbol.for('engine.functions.watchdog.slot')]()", {
  filename: 'engine:watchdog',
});
const slots = globalThis as unknown as Record<symbol, (() => void) | undefined>;

let armed = false;

/** Whether the code that asks runs under a guard already. */
export function isGuarded(): boolean {
  return armed;
}

/** Runs `work` to its end, or throws {@link TimeLimitExceeded} after `limitMs`; under a guard already, simply runs it. */
export function guard<T>(limitMs: number, work: () => T): T {
  if (armed) return work();
  let result!: T;
  const outer = slots[SLOT];
  slots[SLOT] = () => {
    result = work();
  };
  const before = process.threadCpuUsage();
  armed = true;
  try {
    trampoline.runInThisContext({ timeout: limitMs, displayErrors: false });
  } catch (error) {
    if ((error as { code?: string } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
      const { user, system } = process.threadCpuUsage(before);
      throw new TimeLimitExceeded(limitMs, (user + system) / 1000);
    }
    throw error;
  } finally {
    armed = false;
    slots[SLOT] = outer;
  }
  return result;
}
