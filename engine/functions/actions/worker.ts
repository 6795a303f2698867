/**
 * An action worker: a thread that runs actions and HTTP actions of the default runtime, or of "use node" modules.
 *
 * Executions interleave on its event loop; AsyncLocalStorage tells which one speaks. Its priority is lowered, so that
 * hashing passwords here cannot starve the thread that serves everybody. Whatever goes wrong in one execution, the worker
 * stays; only the main thread ends it, when its pulse stops.
 */
import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { Script } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import type { JsonObject, JsonValue } from '../../values/value.ts';
import type { ExecutionSpec, FromWorker, HttpInput, Thrown, ToWorker, WorkerData } from './protocol.ts';
import { ModuleRegistry } from './workerModules.ts';
import { describe, functionsOf } from './workerReports.ts';

const { kind, niceness, pulse, resolveFrom } = workerData as WorkerData;
const port = parentPort!;
const beat = new Int32Array(pulse);
const realProcess = process;
const PULSE_MS = 200;
const MAX_IO = 1000;

interface PendingCall {
  resolve: (reply: Extract<ToWorker, { type: 'reply' }>) => void;
  op: string;
}

interface Execution extends ExecutionSpec {
  env: Record<string, string>;
  open: boolean;
  /** Whether the main thread has heard how it ended. */
  answered: boolean;
  pending: Map<number, PendingCall>;
  nextCall: number;
  acks: (() => void)[];
  abort: AbortController;
}

interface Registered {
  invokeAction?: (requestId: string, args: string) => Promise<string>;
  invokeHttpAction?: (request: Request) => Promise<Response>;
}

interface Router {
  lookup(path: string, method: string): readonly [Registered, string, string] | null;
}

const current = new AsyncLocalStorage<Execution>();
const executions = new Map<number, Execution>();
const registries = new Map<string, ModuleRegistry>();
let importing: ModuleRegistry | null = null;

let saying: FromWorker[] = [];
let transferring: ArrayBuffer[] = [];

function post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  if (saying.length === 0) setImmediate(say);
  saying.push(message);
  transferring.push(...transfer);
  // What is printed by one that never yields is the best hint at where it is.
  if (message.type === 'log') say();
}

function say(): void {
  if (saying.length === 0) return;
  port.postMessage(saying, transferring);
  saying = [];
  transferring = [];
}

function running(): Execution {
  const execution = current.getStore();
  if (execution === undefined) throw new Error("Can't use Convex at import time");
  if (!execution.open)
    throw new Error('The action has finished: nothing can be called on its behalf any more');
  return execution;
}

// --- syscalls --------------------------------------------------------------------------------------------------------

function request(
  op: string,
  args: JsonObject,
  blob?: { bytes: Uint8Array; contentType: string },
): Promise<Extract<ToWorker, { type: 'reply' }>> {
  const execution = running();
  if (execution.pending.size >= MAX_IO)
    throw new Error(`Too many concurrent operations in a single function execution (limit: ${MAX_IO})`);
  const call = execution.nextCall++;
  return new Promise((resolve) => {
    execution.pending.set(call, { resolve, op });
    if (blob === undefined) post({ type: 'syscall', id: execution.id, call, op, args });
    else
      post(
        {
          type: 'syscall',
          id: execution.id,
          call,
          op,
          args,
          bytes: blob.bytes,
          contentType: blob.contentType,
        },
        [blob.bytes.buffer as ArrayBuffer],
      );
  });
}

async function perform(
  op: string,
  args: JsonObject,
  blob?: { bytes: Uint8Array; contentType: string },
): Promise<Extract<ToWorker, { type: 'reply'; ok: true }>> {
  const reply = await request(op, args, blob);
  if (reply.ok) return reply;
  throw Object.assign(new Error(reply.message), reply.data === undefined ? {} : { data: reply.data });
}

const convex = Object.freeze({
  syscall: (op: string) => {
    running();
    throw new Error(`Unknown operation ${op}`);
  },
  asyncSyscall: async (op: string, json: string) => (await perform(op, JSON.parse(json) as JsonObject)).value,
  jsSyscall: async (op: string, args: JsonObject & { blob?: Blob }) => {
    const { blob, ...rest } = args;
    if (op === 'storage/storeBlob') {
      if (!(blob instanceof Blob))
        throw new Error(
          'store() expects a Blob. If you are trying to store a Request, `await request.blob()` will give you the correct input.',
        );
      const bytes = new Uint8Array(await blob.arrayBuffer());
      return JSON.parse((await perform(op, rest, { bytes, contentType: blob.type })).value) as JsonValue;
    }
    if (op === 'storage/getBlob') {
      const reply = await perform(op, rest);
      return reply.bytes === undefined
        ? null
        : new Blob([reply.bytes as Uint8Array<ArrayBuffer>], { type: reply.contentType ?? '' });
    }
    throw new Error(`Unknown operation ${op}`);
  },
});

// --- globals ---------------------------------------------------------------------------------------------------------

function liveEnvironment(): Record<string, string> {
  const env = (): Record<string, string> => current.getStore()?.env ?? importing?.env ?? {};
  return new Proxy({} as Record<string, string>, {
    get: (_, name) => (typeof name === 'string' && Object.hasOwn(env(), name) ? env()[name] : undefined),
    has: (_, name) => Object.hasOwn(env(), name),
    ownKeys: () => Object.keys(env()),
    getOwnPropertyDescriptor: (_, name) =>
      typeof name === 'string' && Object.hasOwn(env(), name)
        ? { value: env()[name], enumerable: true, configurable: true, writable: true }
        : undefined,
    set: () => true,
    deleteProperty: () => true,
  });
}

function capturedConsole(): unknown {
  const source = readFileSync(new URL('../realm/inside/console.js', import.meta.url), 'utf8');
  const make = new Script(source, { filename: 'engine:realm/console.js' }).runInThisContext() as (
    kit: object,
  ) => void;
  let made: unknown;
  make({
    host: (_op: string, level: string, messages: string) => {
      const execution = current.getStore();
      if (execution?.open)
        post({ type: 'log', id: execution.id, level, messages: JSON.parse(messages) as string[] });
    },
    define: (_name: string, value: unknown) => void (made = value),
  });
  return made;
}

// Packages that were not bundled, and child processes, read the process's own.
if (kind === 'node') realProcess.env = liveEnvironment();
const shownProcess = kind === 'node' ? realProcess : Object.freeze({ env: liveEnvironment() });
const shownConsole = capturedConsole();

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}

define('Convex', convex);
define('AsyncLocalStorage', AsyncLocalStorage);
define('AsyncResource', AsyncResource);
define('console', shownConsole);
if (kind === 'isolate') define('process', shownProcess);

// --- executions ------------------------------------------------------------------------------------------------------

function begin(spec: ExecutionSpec): Execution {
  const execution: Execution = {
    id: spec.id,
    registry: spec.registry,
    env: registries.get(spec.registry)?.env ?? {},
    requestId: spec.requestId,
    open: true,
    answered: false,
    pending: new Map(),
    nextCall: 0,
    acks: [],
    abort: new AbortController(),
  };
  executions.set(spec.id, execution);
  Atomics.store(beat, 1, spec.id);
  return execution;
}

function end(execution: Execution): string[] {
  execution.open = false;
  executions.delete(execution.id);
  return [...execution.pending.values()].map(({ op }) => op);
}

function registryOf(spec: ExecutionSpec): ModuleRegistry {
  const registry = registries.get(spec.registry);
  if (registry === undefined) throw new Error('The modules of this deployment are not here');
  return registry;
}

function load(registry: ModuleRegistry, path: string): Record<string, unknown> {
  importing = registry;
  try {
    // An import is nobody's execution: what a module sets up must not speak for the first who needed it.
    return current.exit(() => registry.load(path));
  } finally {
    importing = null;
  }
}

async function runAction(message: Extract<ToWorker, { type: 'run' }>): Promise<void> {
  const execution = begin(message);
  await answer(execution, async () => {
    const registered = load(registryOf(message), message.path)[message.name] as Registered;
    const value = await registered.invokeAction!(message.requestId, message.args);
    // Node tells what was rejected and left alone when all promises have come as far as they can.
    await turn();
    return value;
  });
}

/** Runs an execution to its end and says how it ended. */
async function answer(execution: Execution, work: () => Promise<string>): Promise<void> {
  const { id } = execution;
  try {
    const value = await current.run(execution, work);
    const unawaited = end(execution);
    if (!execution.answered) post({ type: 'done', id, value, unawaited });
  } catch (error) {
    const unawaited = end(execution);
    if (!execution.answered) post({ type: 'failed', id, error: describe(error), unawaited });
  }
  execution.answered = true;
}

async function runHttp(message: Extract<ToWorker, { type: 'http' }>): Promise<void> {
  const execution = begin(message);
  try {
    const handler = current.run(execution, () => route(message));
    if (typeof handler === 'string' || 'mount' in handler) {
      end(execution);
      post({
        type: 'routed',
        id: message.id,
        to: handler === 'none' ? 'none' : (handler as { mount: string }),
      });
      return;
    }
    // Its answer is on the way by then: what is rejected and left alone in its last turn can change nothing any more.
    await answer(execution, async () => {
      await respond(execution, handler as Registered, message.request);
      return 'null';
    });
  } catch (error) {
    post({ type: 'failed', id: message.id, error: describe(error), unawaited: end(execution) });
  }
}

/** Exact route of the component's own router, else the longest prefix among its routes and its mounts (§9.5). */
function route(message: Extract<ToWorker, { type: 'http' }>): Registered | { mount: string } | 'none' {
  const { path, ownPath, mounts } = message;
  const registry = registryOf(message);
  const router =
    ownPath !== null && registry.has('http.js') ? (load(registry, 'http.js').default as Router) : null;
  const own = router?.lookup(ownPath!, message.request.method) ?? null;
  if (own !== null && !own[2].endsWith('*')) return own[0];
  const ownLength = own === null ? -1 : path.length - ownPath!.length + own[2].length - 1;
  const mount = mounts.filter((prefix) => path.startsWith(prefix)).sort((a, b) => b.length - a.length)[0];
  if (mount !== undefined && mount.length > ownLength) return { mount };
  return own === null ? 'none' : own[0];
}

async function respond(execution: Execution, handler: Registered, input: HttpInput): Promise<void> {
  const body = input.body as Uint8Array<ArrayBuffer> | null;
  const response = await handler.invokeHttpAction!(
    new Request(input.url, {
      method: input.method,
      headers: input.headers,
      body,
      signal: execution.abort.signal,
    }),
  );
  if (!(response instanceof Response))
    throw new TypeError('The handler of an HTTP action must return a Response');
  post({ type: 'head', id: execution.id, status: response.status, headers: [...response.headers] });
  if (response.body === null) return;
  let taken = Promise.resolve();
  for await (const chunk of response.body) {
    // One is read ahead: the only one of a short answer does not wait to be taken before the answer is done.
    await taken;
    if (execution.abort.signal.aborted) return;
    const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : new Uint8Array(chunk);
    taken = new Promise<void>((resolve) => void execution.acks.push(resolve));
    post({ type: 'chunk', id: execution.id, bytes });
  }
}

// --- analysis --------------------------------------------------------------------------------------------------------

function analyze(message: Extract<ToWorker, { type: 'analyze' }>): void {
  const registry = registries.get(message.registry)!;
  registry.env = message.env;
  const results: Record<string, { functions: JsonValue } | { error: Thrown }> = {};
  for (const path of message.paths) {
    try {
      results[path] = { functions: functionsOf(load(registry, path)) };
    } catch (error) {
      results[path] = { error: describe(error) };
    }
  }
  post({ type: 'analyzed', results });
}

// --- the thread ------------------------------------------------------------------------------------------------------

function receive(message: ToWorker): void {
  switch (message.type) {
    case 'environment':
      registries.get(message.registry)!.env = message.env;
      return;
    case 'modules':
      for (const name of message.drop) registries.delete(name);
      registries.set(
        message.registry,
        new ModuleRegistry(
          kind,
          message.modules,
          { process: shownProcess, console: shownConsole },
          resolveFrom,
        ),
      );
      return;
    case 'run':
      return void runAction(message);
    case 'http':
      return void runHttp(message);
    case 'reply': {
      const execution = executions.get(message.id);
      const pending = execution?.pending.get(message.call);
      if (execution === undefined || pending === undefined) return;
      execution.pending.delete(message.call);
      Atomics.store(beat, 1, message.id);
      return pending.resolve(message);
    }
    case 'ack':
      return executions.get(message.id)?.acks.shift()?.();
    case 'cancel': {
      const execution = executions.get(message.id);
      if (execution === undefined) return;
      // What still runs of it speaks for nobody from here on.
      end(execution);
      execution.abort.abort();
      for (const resolve of execution.acks.splice(0)) resolve();
      return;
    }
    case 'analyze':
      return analyze(message);
  }
}

/** A failure nobody handled is its execution's, where that can be told and it has not ended. */
function stray(error: unknown): void {
  const execution = current.getStore();
  if (execution === undefined || execution.answered) return;
  execution.answered = true;
  end(execution);
  execution.abort.abort();
  post({ type: 'failed', id: execution.id, error: describe(error), unawaited: [] });
}

try {
  setPriority(niceness);
} catch {
  // Not every platform lets a thread lower its own priority; nothing depends on it but fairness.
}
realProcess.on('unhandledRejection', stray);
realProcess.on('uncaughtException', stray);
setInterval(() => void Atomics.add(beat, 0, 1), PULSE_MS).unref();
port.on('message', (messages: ToWorker[]) => messages.forEach(receive));
