/**
 * Ends synchronous work that runs too long.
 *
 * V8's inspector can interrupt whatever runs inside one evaluation, realms and their microtasks included, and nothing of the
 * interrupted code runs again: no `catch`, no `finally`. So guarded work keeps its state in objects that are dropped,
 * never repaired. The session belongs to this process and is open to nobody else.
 *
 * Surprise: `timeout` of `node:vm` does the same, but starts and joins a thread each time: 0.1 ms and more on a busy
 * machine, which was a third of what a lone mutation and the query after it took. This costs 6 µs.
 *
 * A caller with many short jobs still arms one guard around them all (`guardBatch`); a job inside finds the guard armed and
 * takes no second one. When the shared guard fires, the job it hit is either over its own limit, or innocent and to be run
 * again under a guard of its own.
 */
import { Session } from 'node:inspector';
import { restartAccount, userMs } from '../calls/userClock.ts';

export class TimeLimitExceeded extends Error {
  readonly limitMs: number;
  /** What this thread computed meanwhile, ms: far below the limit when the machine gave its time to others. */
  readonly cpuMs: number;
  /** What the engine did meanwhile for user code, ms; 0 where no realm ran. */
  readonly engineMs: number;
  constructor(limitMs: number, cpuMs: number, userMs: number) {
    super(`interrupted after ${limitMs} ms`);
    this.limitMs = limitMs;
    this.cpuMs = cpuMs;
    this.engineMs = userMs === 0 ? 0 : Math.max(0, limitMs - userMs);
  }

  /** Whether the work was waiting for a processor, or for the engine, rather than running. */
  get starved(): boolean {
    return this.cpuMs < this.limitMs * 0.5 || this.engineMs > this.limitMs * 0.1;
  }
}

const SLOT = Symbol.for('engine.functions.watchdog.slot');
const expression = "globalThis[Symbol.for('engine.functions.watchdog.slot')]()";
const slots = globalThis as unknown as Record<symbol, (() => void) | undefined>;
/** In what the inspector says; its code is that of every failure. */
const TERMINATED = 'Execution was terminated';

let session: Session | null = null;
let armed = false;

/** Whether the code that asks runs under a guard already. */
export function isGuarded(): boolean {
  return armed;
}

/** Runs `work` to its end, or throws {@link TimeLimitExceeded} after `limitMs`; under a guard already, simply runs it. */
export function guard<T>(limitMs: number, work: () => T): T {
  if (armed) return work();
  let end: { value: T } | { error: unknown } | null = null;
  const outer = slots[SLOT];
  slots[SLOT] = () => {
    try {
      end = { value: work() };
    } catch (error) {
      end = { error };
    }
  };
  const before = process.threadCpuUsage();
  restartAccount();
  armed = true;
  let terminated = false;
  try {
    terminated = evaluate(limitMs);
  } finally {
    armed = false;
    slots[SLOT] = outer;
  }
  if (terminated) {
    const { user, system } = process.threadCpuUsage(before);
    throw new TimeLimitExceeded(limitMs, (user + system) / 1000, userMs());
  }
  const reached = end as { value: T } | { error: unknown } | null;
  // Only a stack that was full already leaves no room to begin, or to say how it ended.
  if (reached === null) throw new RangeError('Maximum call stack size exceeded');
  if ('error' in reached) throw reached.error;
  return reached.value;
}

/** Runs the slot; answers whether it was cut. */
function evaluate(timeout: number): boolean {
  if (session === null) {
    session = new Session();
    session.connect();
  }
  let failure: Error | null = null;
  // It answers before `post` returns: both ends are on this thread.
  session.post('Runtime.evaluate', { expression, timeout, silent: true }, (error) => void (failure = error));
  const { message } = (failure as Error | null) ?? { message: '' };
  if (message === '') return false;
  if (message.includes(TERMINATED)) return true;
  throw new Error(`The watchdog could not run a function: ${message}`);
}
