/**
 * Executions on workers, as the main thread holds them: started with the modules they need, their syscalls answered, their
 * lines collected. After one has ended, nothing called on its behalf has an effect.
 */
import { CommitError, DeveloperError, HttpError } from '../../values/errors.ts';
import { LIMITS } from '../../values/limits.ts';
import type { JsonValue } from '../../values/value.ts';
import { FunctionFailure, TIMED_OUT } from '../calls/failure.ts';
import { type LogLines, withMappedStack } from '../calls/logLines.ts';
import type { Services } from '../calls/services.ts';
import { environmentOf } from '../code/environment.ts';
import type { StoredModule } from '../code/modules.ts';
import { mapFrames } from '../code/stack.ts';
import { type ActionContext, ActionSyscalls, type FunctionCaller } from './actionSyscalls.ts';
import { type ActionWorker, type ExecutionListener, WorkerPool } from './pool.ts';
import type { ExecutionSpec, FromWorker, Thrown, ToWorker, WorkerKind } from './protocol.ts';

const MAX_WORKERS = 2;
/** How far actions step back behind queries, mutations and HTTP actions when the cores are busy. */
const ACTION_NICENESS = 19;
const MAX_ACTIONS = 1000;
const SPIN_LIMIT_MS = 30_000;
const IDLE_LIMIT_MS = 120_000;
const MB = 1024 * 1024;

/** HTTP actions have workers of their own: an action that computes (a password being hashed) must not hold up requests. */
type Lane = WorkerKind | 'http';

export class Executions {
  readonly services: Services;
  readonly #spinLimitMs: number;
  readonly #syscalls: ActionSyscalls;
  readonly #pools: Record<Lane, WorkerPool>;
  readonly #registriesInUse = new Map<string, number>();
  #epoch = 0;
  #nextId = 1;
  #running = 0;

  constructor(services: Services, functions: FunctionCaller) {
    this.services = services;
    this.#spinLimitMs = services.config.spinLimitMs ?? SPIN_LIMIT_MS;
    this.#syscalls = new ActionSyscalls(services, functions);
    const pool = (kind: WorkerKind, heapBytes: number, niceness = ACTION_NICENESS): WorkerPool =>
      new WorkerPool({
        kind,
        niceness,
        maxWorkers: MAX_WORKERS,
        spinLimitMs: this.#spinLimitMs,
        idleLimitMs: services.config.idleLimitMs ?? IDLE_LIMIT_MS,
        heapMb: heapBytes / MB,
        resolveFrom: services.config.packagesDir ?? process.cwd(),
        onError: services.config.onInternalError,
      });
    // One isolate worker runs many actions, so its heap is that of many upstream isolates.
    this.#pools = {
      isolate: pool('isolate', LIMITS.heapBytes * 8),
      node: pool('node', LIMITS.nodeHeapBytes),
      http: pool('isolate', LIMITS.heapBytes * 8, 0),
    };
  }

  /** From now on modules are evaluated afresh: what they read from the environment has changed. */
  forgetModules(): void {
    this.#epoch++;
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#pools).map((pool) => pool.close()));
  }

  /** Starts an execution on a worker of `lane`; `listener` hears everything but its syscalls and log lines. */
  start(
    lane: Lane,
    context: ActionContext,
    logs: LogLines,
    message: (spec: ExecutionSpec) => ToWorker,
    listener: ExecutionListener,
  ): RunningExecution {
    if (this.#running >= MAX_ACTIONS)
      throw new HttpError(503, 'TooManyConcurrentRequests', 'Too many actions are running. Try again later.');
    const { generation, component, caller } = context;
    const kind: WorkerKind = lane === 'http' ? 'isolate' : lane;
    const worker = this.#pools[lane].pick();
    const id = this.#nextId++;
    const registry = `${generation.id}.${this.#epoch}|${component}`;
    const modules = generation.modules(component);
    const scripts = (): [string, string][] =>
      [...modules]
        .filter(([, module]) => kind === 'node' || module.environment === 'isolate')
        .map(([path, { script }]) => [path, script]);
    worker.ensureModules(registry, scripts, (name) => this.#registriesInUse.has(name));
    worker.ensureEnvironment(registry, this.services.env(), () =>
      environmentOf(component, generation, this.services),
    );
    this.#running++;
    this.#registriesInUse.set(registry, (this.#registriesInUse.get(registry) ?? 0) + 1);
    const stop = (): void => {
      worker.forget(id);
      this.#running--;
      const left = this.#registriesInUse.get(registry)! - 1;
      if (left === 0) this.#registriesInUse.delete(registry);
      else this.#registriesInUse.set(registry, left);
    };
    const running = new RunningExecution(id, worker, stop);
    worker.listen(id, {
      message: (received) => {
        if (received.type === 'syscall') void this.#answer(running, context, received);
        else if (received.type === 'log')
          logs.add(
            received.level,
            received.messages.map((text) => withMappedStack(text, modules)),
            this.services.now(),
          );
        else listener.message(received);
      },
      lost: (blamed) => listener.lost(blamed),
    });
    worker.send(message({ id, registry, requestId: caller.requestId }));
    return running;
  }

  /** What an execution is told that lost its worker. */
  lostFailure(blamed: boolean): FunctionFailure {
    return blamed
      ? new FunctionFailure(
          `Function execution timed out: it did not yield for ${this.#spinLimitMs / 1000}s, or ran out of memory`,
          { code: TIMED_OUT },
        )
      : new FunctionFailure(
          'Transient error while executing action: its worker was ended because of another action. Try again.',
          { code: 'WorkerLost' },
        );
  }

  async #answer(
    running: RunningExecution,
    context: ActionContext,
    { id, call, op, args, bytes, contentType }: Extract<FromWorker, { type: 'syscall' }>,
  ): Promise<void> {
    let reply: ToWorker;
    try {
      const blob = bytes === undefined ? null : { bytes, contentType: contentType ?? '' };
      reply = {
        type: 'reply',
        id,
        call,
        ok: true,
        ...(await this.#syscalls.perform(context, op, args, blob)),
      };
    } catch (error) {
      // The function hears of failures; of the engine's own only that there was one.
      const known =
        error instanceof DeveloperError || error instanceof HttpError || error instanceof CommitError;
      if (!known) this.services.config.onInternalError?.(error);
      reply = {
        type: 'reply',
        id,
        call,
        ok: false,
        message: known ? error.message : 'The engine failed while it answered this call',
        data: dataOf(error),
      };
    }
    running.send(reply);
  }
}

/** What an action can tell failures by: what the callee said, or which change could not be kept, as a full disk's. */
function dataOf(error: unknown): JsonValue | undefined {
  if (error instanceof CommitError) return { code: error.code, message: error.message };
  return error instanceof DeveloperError ? error.data : undefined;
}

/** An execution on a worker, from the main thread's side. */
export class RunningExecution {
  readonly id: number;
  readonly #worker: ActionWorker;
  readonly #stop: () => void;
  #open = true;

  constructor(id: number, worker: ActionWorker, stop: () => void) {
    this.id = id;
    this.#worker = worker;
    this.#stop = stop;
  }

  send(message: ToWorker): void {
    if (this.#open && !this.#worker.ended) this.#worker.send(message);
  }

  cancel(): void {
    this.send({ type: 'cancel', id: this.id });
  }

  end(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#stop();
  }
}

export function failureOf(error: Thrown, modules: ReadonlyMap<string, StoredModule>): FunctionFailure {
  return new FunctionFailure(`Uncaught ${error.message}`, {
    data: error.data,
    frames: mapFrames(error.frames, modules),
  });
}
