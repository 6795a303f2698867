/**
 * Runs actions and HTTP actions in the workers: starts them, answers their syscalls, bounds their time, streams responses.
 *
 * Promises: an action keeps the modules of the generation it started with; after it has ended, nothing called on its
 * behalf has an effect; a worker that is lost fails only the executions that were on it.
 */
import { LIMITS } from '../../values/limits.ts';
import { CommitError, DeveloperError, HttpError } from '../../values/errors.ts';
import { jsonToValue } from '../../values/json.ts';
import { printValue } from '../../values/print.ts';
import { checkValidator, type ValidatorJson } from '../../values/validator.ts';
import type { JsonValue } from '../../values/value.ts';
import { environmentOf } from '../environment.ts';
import { FunctionFailure } from '../failure.ts';
import type { FunctionInfo } from '../generation.ts';
import { LogLines, withMappedStack } from '../logLines.ts';
import type { StoredModule } from '../modules.ts';
import { displayPath } from '../paths.ts';
import type { Caller, Services } from '../services.ts';
import { mapFrames } from '../stack.ts';
import { type ActionContext, ActionSyscalls, type FunctionCaller } from './actionSyscalls.ts';
import { HttpExchange } from './httpExchange.ts';
import { type ActionWorker, type ExecutionListener, WorkerPool } from './pool.ts';
import type { ExecutionSpec, FromWorker, Thrown, ToWorker, WorkerKind } from './protocol.ts';

export interface HttpRequest {
  method: string;
  /** Absolute, with the public origin. */
  url: string;
  headers: [string, string][];
  body: AsyncIterable<Uint8Array> | Uint8Array | null;
}

export interface HttpResponse {
  status: number;
  headers: [string, string][];
  body: AsyncIterable<Uint8Array> | null;
}

export interface ActionEnd {
  value: string;
  failure: DeveloperError | null;
  logs: LogLines;
}

const MAX_WORKERS = 2;
const MAX_ACTIONS = 1000;
export const SPIN_LIMIT_MS = 30_000;
const MB = 1024 * 1024;

export class ActionRunner {
  readonly services: Services;
  readonly syscalls: ActionSyscalls;
  readonly #pools: Record<WorkerKind, WorkerPool>;
  readonly #registriesInUse = new Map<string, number>();
  #epoch = 0;
  #nextId = 1;
  #running = 0;

  constructor(services: Services, functions: FunctionCaller) {
    this.services = services;
    this.syscalls = new ActionSyscalls(services, functions);
    const pool = (kind: WorkerKind, heapBytes: number): WorkerPool =>
      new WorkerPool({
        kind,
        maxWorkers: MAX_WORKERS,
        spinLimitMs: services.config.spinLimitMs ?? SPIN_LIMIT_MS,
        heapMb: heapBytes / MB,
        resolveFrom: services.config.nodeResolveFrom ?? null,
        onError: services.config.onInternalError,
      });
    // One isolate worker runs many actions, so its heap is that of many upstream isolates.
    this.#pools = {
      isolate: pool('isolate', LIMITS.heapBytes * 8),
      node: pool('node', LIMITS.nodeHeapBytes),
    };
  }

  /** Runs an action; its failure is part of the answer, so that its log is too. */
  async run(info: FunctionInfo, args: JsonValue, caller: Caller): Promise<ActionEnd> {
    const generation = this.services.generation();
    const node = generation.modules(info.component).get(info.modulePath)?.environment === 'node';
    const logs = new LogLines();
    const end = (value: string, failure: DeveloperError | null): ActionEnd => ({ value, failure, logs });
    const depth = caller.depth ?? 0;
    if (depth >= LIMITS.callDepth)
      return end(
        'null',
        new FunctionFailure(
          'Cross component call depth limit exceeded. Do you have an infinite loop in your app?',
        ),
      );
    const path = { module: info.modulePath, name: info.name };
    const context: ActionContext = { component: info.component, path, caller, generation, depth };
    try {
      const argsText = this.#checkArgs(info, args, node ? LIMITS.nodeActionArgsBytes : LIMITS.argsBytes);
      const limitMs = node ? LIMITS.nodeActionTimeMs : LIMITS.actionTimeMs;
      const value = await this.#execute(node ? 'node' : 'isolate', context, logs, limitMs, (spec) => ({
        type: 'run',
        path: info.modulePath,
        name: info.name,
        args: `[${argsText}]`,
        ...spec,
      }));
      this.#checkResult(info, value);
      return end(value, null);
    } catch (error) {
      if (!(error instanceof DeveloperError)) throw error;
      return end('null', error);
    }
  }

  /** Answers a request to the site (§2.7). */
  async http(request: HttpRequest, caller: Caller): Promise<HttpResponse> {
    return new HttpExchange(this, request, caller).answer();
  }

  /** From now on modules are evaluated afresh: what they read from the environment has changed. */
  forgetModules(): void {
    this.#epoch++;
  }

  async close(): Promise<void> {
    await Promise.all([this.#pools.isolate.close(), this.#pools.node.close()]);
  }

  /** Starts an execution on a worker of `kind`; `listener` hears everything but its syscalls and log lines. */
  start(
    kind: WorkerKind,
    context: ActionContext,
    logs: LogLines,
    message: (spec: ExecutionSpec) => ToWorker,
    listener: ExecutionListener,
  ): RunningExecution {
    if (this.#running >= MAX_ACTIONS)
      throw new HttpError(503, 'TooManyConcurrentRequests', 'Too many actions are running. Try again later.');
    const { generation, component, caller } = context;
    const worker = this.#pools[kind].pick();
    const id = this.#nextId++;
    const registry = `${generation.id}.${this.#epoch}|${component}`;
    const modules = generation.modules(component);
    const scripts = (): [string, string][] =>
      [...modules]
        .filter(([, module]) => kind === 'node' || module.environment === 'isolate')
        .map(([path, { script }]) => [path, script]);
    worker.ensureModules(registry, scripts, (name) => this.#registriesInUse.has(name));
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
    const env = environmentOf(component, generation, this.services);
    worker.send(message({ id, registry, env, requestId: caller.requestId }));
    return running;
  }

  #execute(
    kind: WorkerKind,
    context: ActionContext,
    logs: LogLines,
    limitMs: number,
    message: (spec: ExecutionSpec) => ToWorker,
  ): Promise<string> {
    return new Promise((resolve, reject) => {
      const settle = (action: () => void): void => {
        clearTimeout(timer);
        running.end();
        action();
      };
      const running = this.start(kind, context, logs, message, {
        message: (received) => {
          if (received.type !== 'done' && received.type !== 'failed') return;
          if (received.unawaited.length > 0) logs.warnUnawaited(received.unawaited, this.services.now());
          if (received.type === 'done') settle(() => resolve(received.value));
          else settle(() => reject(failureOf(received.error, context.generation.modules(context.component))));
        },
        lost: (blamed) =>
          settle(() => reject(lostFailure(blamed, this.services.config.spinLimitMs ?? SPIN_LIMIT_MS))),
      });
      const timer = setTimeout(() => {
        running.cancel();
        settle(() => reject(timedOut(limitMs)));
      }, limitMs);
    });
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
        ...(await this.syscalls.perform(context, op, args, blob)),
      };
    } catch (error) {
      // The function hears of failures; of the engine's own only that there was one.
      const known =
        error instanceof DeveloperError || error instanceof HttpError || error instanceof CommitError;
      if (!known) this.services.config.onInternalError?.(error);
      const data = error instanceof DeveloperError ? error.data : undefined;
      reply = {
        type: 'reply',
        id,
        call,
        ok: false,
        message: known ? error.message : 'The engine failed while it answered this call',
        data,
      };
    }
    running.send(reply);
  }

  #checkArgs(info: FunctionInfo, args: JsonValue, limit: number): string {
    const value = jsonToValue(args);
    if (typeof args !== 'object' || args === null || Array.isArray(args)) {
      throw new FunctionFailure(
        `Expected to receive an object as the function's argument. Instead received: ${printValue(value)}`,
      );
    }
    const problem = this.#validate(info.component, info.args, value);
    if (problem !== null)
      throw new FunctionFailure(`ArgumentValidationError: ${problem}\n`, { code: 'ArgumentValidationError' });
    const text = JSON.stringify(args);
    const shown = displayPath({ module: info.modulePath, name: info.name });
    if (Buffer.byteLength(text) > limit)
      throw new FunctionFailure(
        `Arguments for ${shown} are too large (actual: ${Buffer.byteLength(text)}, limit: ${limit})`,
      );
    return text;
  }

  #checkResult(info: FunctionInfo, text: string): void {
    const size = Buffer.byteLength(text);
    const shown = displayPath({ module: info.modulePath, name: info.name });
    if (size > LIMITS.returnBytes)
      throw new FunctionFailure(
        `Function ${shown} return value is too large (actual: ${size}, limit: ${LIMITS.returnBytes})`,
      );
    if (info.returns === null) return;
    const problem = this.#validate(info.component, info.returns, jsonToValue(JSON.parse(text) as JsonValue));
    if (problem !== null)
      throw new FunctionFailure(`ReturnsValidationError: ${problem}\n`, { code: 'ReturnsValidationError' });
  }

  #validate(
    component: string,
    validator: ValidatorJson,
    value: ReturnType<typeof jsonToValue>,
  ): string | null {
    return this.services.committer.read((tx) => checkValidator(validator, value, tx.db(component)));
  }
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
  return new FunctionFailure(
    `Uncaught ${error.message}\n${mapFrames(error.frames, modules)}`,
    error.data === undefined ? {} : { data: error.data },
  );
}

export function lostFailure(blamed: boolean, limitMs: number): FunctionFailure {
  return blamed
    ? new FunctionFailure(
        `Function execution timed out: it did not yield for ${limitMs / 1000}s, or ran out of memory`,
        { code: 'Timeout' },
      )
    : new FunctionFailure(
        'Transient error while executing action: its worker was ended because of another action. Try again.',
        { code: 'WorkerLost' },
      );
}

function timedOut(limitMs: number): FunctionFailure {
  return new FunctionFailure(`Function execution timed out (maximum duration: ${limitMs / 1000}s)`, {
    code: 'Timeout',
  });
}
