/**
 * Action workers of one kind: started when first needed, more when the first are busy, replaced when one stops beating.
 *
 *   (none) --first action--> starting --> beating --no beat for spinLimitMs--> terminated, its executions failed
 *                                            └─────idle for idleLimitMs─────> ended, its memory with it
 *
 * A worker whose event loop does not turn is running one execution that does not yield. Which one is known as far as the
 * worker could say: the execution it started or answered last. That one is blamed, the others are told they were
 * interrupted.
 */
import { Worker } from 'node:worker_threads';
import { HttpError } from '../../values/errors.ts';
import type { FromWorker, ToWorker, WorkerData, WorkerKind } from './protocol.ts';

export interface PoolOptions {
  kind: WorkerKind;
  /** Operating-system priority of the threads: 0 is the process's own, higher steps back. */
  niceness: number;
  maxWorkers: number;
  /** How long a worker may not yield. */
  spinLimitMs: number;
  /** How long a worker may have nothing to do: an idle one holds what its busiest minute took. */
  idleLimitMs: number;
  heapMb: number;
  resolveFrom: string;
  /** Hears why a worker ended by itself. */
  onError?: ((error: unknown) => void) | undefined;
}

/** Who is told about the messages of one execution. */
export interface ExecutionListener {
  message(message: FromWorker): void;
  /** The worker ended under it. */
  lost(blamed: boolean): void;
}

const CHECK_MS = 500;
/** What Node would let young objects take in each worker is three times this. */
const YOUNG_MB = 16;
/** Executions on one worker before another is started. */
const BUSY = 16;

/** What Node itself reads when a thread starts. */
const NODE_READS = /^(?:NODE_USE_ENV_PROXY|(?:https?|no)_proxy)$/i;

/** The host's variables are nobody's in a worker: some hold its secrets. Only its way to the network goes along. */
function threadEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => NODE_READS.test(name));
  return { ...(Object.fromEntries(kept) as Record<string, string>), TZ: 'UTC' };
}

export class ActionWorker {
  readonly #worker: Worker;
  readonly #beat: Int32Array;
  readonly #listeners = new Map<number, ExecutionListener>();
  readonly #registries = new Set<string>();
  /** Of which variables a registry has been told. */
  readonly #environments = new Map<string, object>();
  /** What is said in this turn. */
  #saying: ToWorker[] = [];
  #lastBeat = -1;
  #lastBeatAt = performance.now();
  #idleSince = performance.now();
  ended = false;

  constructor(options: PoolOptions, onEnd: (worker: ActionWorker) => void) {
    const pulse = new SharedArrayBuffer(8);
    this.#beat = new Int32Array(pulse);
    const { kind, niceness, resolveFrom } = options;
    const data: WorkerData = { kind, niceness, pulse, resolveFrom };
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: data,
      name: `actions-${options.kind}`,
      // The flags of this process are about its own entry.
      execArgv: [],
      env: threadEnvironment(),
      resourceLimits: { maxOldGenerationSizeMb: options.heapMb, maxYoungGenerationSizeMb: YOUNG_MB },
    });
    this.#worker.unref();
    this.#worker.on('message', (messages: FromWorker[]) =>
      messages.forEach((message) => this.#hear(message)),
    );
    // Out of memory or a crash: everybody on it hears, nobody else.
    this.#worker.on('error', (error) => options.onError?.(error));
    this.#worker.on('exit', () => {
      this.#end(Atomics.load(this.#beat, 1));
      onEnd(this);
    });
  }

  get load(): number {
    return this.#listeners.size;
  }

  listen(id: number, listener: ExecutionListener): void {
    if (this.#listeners.size === 0) {
      this.#worker.ref();
      this.#lastBeatAt = performance.now();
    }
    this.#listeners.set(id, listener);
  }

  forget(id: number): void {
    this.#listeners.delete(id);
    if (this.#listeners.size > 0) return;
    this.#idleSince = performance.now();
    this.#worker.unref();
  }

  send(message: ToWorker): void {
    if (this.#saying.length === 0) process.nextTick(() => this.#worker.postMessage(this.#saying.splice(0)));
    this.#saying.push(message);
  }

  /** Gives the worker the modules of a registry it does not have; drops those nobody needs any more. */
  ensureModules(
    registry: string,
    modules: () => [string, string][],
    inUse: (registry: string) => boolean,
  ): void {
    if (this.#registries.has(registry)) return;
    const drop = [...this.#registries].filter((name) => !inUse(name));
    for (const name of drop) {
      this.#registries.delete(name);
      this.#environments.delete(name);
    }
    this.#registries.add(registry);
    this.send({ type: 'modules', registry, modules: modules(), drop });
  }

  /** Tells the worker the variables of a registry when they are `made` of others than last time. */
  ensureEnvironment(registry: string, madeOf: object, make: () => Record<string, string>): void {
    if (this.#environments.get(registry) === madeOf) return;
    this.#environments.set(registry, madeOf);
    this.send({ type: 'environment', registry, env: make() });
  }

  /** How long its event loop has not turned, ms. */
  silentFor(): number {
    const beat = Atomics.load(this.#beat, 0);
    const now = performance.now();
    if (beat !== this.#lastBeat) {
      this.#lastBeat = beat;
      this.#lastBeatAt = now;
    }
    return this.#listeners.size === 0 ? 0 : now - this.#lastBeatAt;
  }

  /** How long it has had nothing to do, ms. */
  idleFor(): number {
    return this.#listeners.size > 0 ? 0 : performance.now() - this.#idleSince;
  }

  /** Ends the thread and blames the execution it was last known to run. */
  kill(): void {
    this.#end(Atomics.load(this.#beat, 1));
    void this.#worker.terminate();
  }

  async close(): Promise<void> {
    this.#end(-1);
    await this.#worker.terminate();
  }

  #hear(message: FromWorker): void {
    if (message.type !== 'analyzed') this.#listeners.get(message.id)?.message(message);
    else for (const listener of this.#listeners.values()) listener.message(message);
  }

  #end(blamed: number): void {
    if (this.ended) return;
    this.ended = true;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const [id, listener] of listeners) listener.lost(id === blamed);
  }
}

export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #workers = new Set<ActionWorker>();
  #watch: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** The worker with the least to do that still turns; a new one when all are busy. */
  pick(): ActionWorker {
    if (this.#closed) throw new HttpError(503, 'Stopping', 'The engine is stopping');
    const beating = [...this.#workers].filter((worker) => !worker.ended && worker.silentFor() < CHECK_MS * 2);
    const best = beating.sort((a, b) => a.load - b.load)[0];
    // A worker that does not yield does not count: its place may be taken while it is watched.
    if (best !== undefined && (best.load < BUSY || beating.length >= this.#options.maxWorkers)) return best;
    return this.#start();
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#watch !== null) clearInterval(this.#watch);
    await Promise.all([...this.#workers].map((worker) => worker.close()));
  }

  #start(): ActionWorker {
    const worker = new ActionWorker(this.#options, (ended) => void this.#workers.delete(ended));
    this.#workers.add(worker);
    this.#watch ??= setInterval(() => this.#check(), CHECK_MS).unref();
    return worker;
  }

  #check(): void {
    const { spinLimitMs, idleLimitMs } = this.#options;
    for (const worker of this.#workers) {
      const isLost = worker.silentFor() > spinLimitMs;
      if (worker.ended || !(isLost || worker.idleFor() > idleLimitMs)) continue;
      this.#workers.delete(worker);
      worker.kill();
    }
    if (this.#workers.size === 0 && this.#watch !== null) {
      clearInterval(this.#watch);
      this.#watch = null;
    }
  }
}
