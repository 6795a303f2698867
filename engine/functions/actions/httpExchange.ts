/**
 * One request to the site: routed through the components, run in a worker, its response streamed with back-pressure.
 */
import { LIMITS } from '../../values/limits.ts';
import { type FunctionFailure, timedOut } from '../calls/failure.ts';
import { logEntry } from '../calls/logEntry.ts';
import { LogLines } from '../calls/logLines.ts';
import type { Caller } from '../calls/services.ts';
import type { Generation } from '../code/generation.ts';
import type { ActionContext } from './actionSyscalls.ts';
import { type Executions, failureOf, type RunningExecution } from './executions.ts';
import type { FromWorker, HttpInput } from './protocol.ts';

const MAX_BODY = LIMITS.httpResponseBytes;
const NOT_ENABLED = 'This Convex deployment does not have HTTP actions enabled.';
const NO_ROUTE = 'No matching routes found';

export interface HttpRequest {
  method: string;
  /** Absolute, with the public origin. */
  url: string;
  headers: [string, string][];
  body: Uint8Array | null;
}

export interface HttpResponse {
  status: number;
  headers: [string, string][];
  /** Bytes when all of it is there already. */
  body: AsyncIterable<Uint8Array> | Uint8Array | null;
}

export class HttpExchange {
  readonly #executions: Executions;
  readonly #request: HttpRequest;
  readonly #caller: Caller;
  readonly #logs = new LogLines();
  readonly #started = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #finished = false;

  constructor(executions: Executions, request: HttpRequest, caller: Caller) {
    this.#executions = executions;
    this.#request = request;
    this.#caller = caller;
  }

  async answer(): Promise<HttpResponse> {
    const generation = this.#executions.services.generation();
    if (!generation.hasHttp) return text(404, NOT_ENABLED);
    const url = new URL(this.#request.url);
    const request: HttpInput = {
      method: this.#request.method,
      url: url.href,
      headers: [...this.#request.headers],
      body: this.#request.body,
    };
    let component = '';
    let path = url.pathname;
    // Each mount leads one component deeper, so this ends.
    for (;;) {
      const outcome = await this.#attempt(generation, component, path, request);
      if ('status' in outcome) return outcome;
      if (outcome.to === 'none') return text(404, NO_ROUTE);
      const { mount } = outcome.to;
      const { children, httpMounts } = generation.component(component)!;
      component = children[httpMounts[mount]!]!;
      path = path.slice(mount.length - 1);
    }
  }

  #attempt(
    generation: Generation,
    component: string,
    path: string,
    request: HttpInput,
  ): Promise<HttpResponse | { to: { mount: string } | 'none' }> {
    const info = generation.component(component)!;
    const hasRoutes = generation.modules(component).has('http.js');
    const ownPath = hasRoutes ? below(path, info.httpPrefix ?? null) : null;
    const context: ActionContext = {
      component,
      path: { module: 'http.js', name: 'default' },
      caller: this.#caller,
      generation,
      depth: 0,
    };
    return new Promise((resolve) => {
      const stream = new ChunkQueue(() => running.send({ type: 'ack', id: running.id }));
      let head: HttpResponse | null = null;
      const fail = (failure: FunctionFailure): void => {
        this.#finish(running, failure);
        if (head === null) resolve(this.#errorResponse(failure));
        else stream.fail(new Error(failure.message));
      };
      stream.onCancel = () => {
        running.cancel();
        this.#finish(running, null);
      };
      const running: RunningExecution = this.#executions.start(
        'http',
        context,
        this.#logs,
        (spec) => ({ type: 'http', request, path, ownPath, mounts: Object.keys(info.httpMounts), ...spec }),
        {
          message: (message: FromWorker) => {
            if (message.type === 'head') {
              head = { status: message.status, headers: message.headers, body: stream };
              // What else was said in the same turn is heard before this.
              queueMicrotask(() => resolve({ ...head!, body: stream.whole() ?? stream }));
            } else if (message.type === 'chunk') stream.push(message.bytes);
            else if (message.type === 'routed') {
              clearTimeout(this.#timer);
              running.end();
              resolve({ to: message.to });
            } else if (message.type === 'done') {
              this.#finish(running, null);
              stream.end();
            } else if (message.type === 'failed') {
              fail(failureOf(message.error, generation.modules(component)));
            }
          },
          lost: (blamed) => fail(this.#executions.lostFailure(blamed)),
        },
      );
      this.#timer = setTimeout(() => {
        running.cancel();
        fail(timedOut(LIMITS.actionTimeMs));
      }, LIMITS.actionTimeMs);
      this.#timer.unref();
    });
  }

  #errorResponse(failure: FunctionFailure): HttpResponse {
    const head = `[Request ID: ${this.#caller.requestId}] Server Error`;
    const redact = this.#executions.services.config.redactErrors === true && !this.#caller.admin;
    const body = redact
      ? { code: head }
      : {
          code: `${head}: ${failure.headline}`,
          trace: failure.message,
          ...(failure.data === undefined ? {} : { data: failure.data }),
        };
    return {
      status: 500,
      headers: [['content-type', 'application/json']],
      body: Buffer.from(JSON.stringify(body)),
    };
  }

  #finish(running: RunningExecution, failure: FunctionFailure | null): void {
    if (this.#finished) return;
    this.#finished = true;
    clearTimeout(this.#timer);
    running.end();
    const { services } = this.#executions;
    const identifier = `${this.#request.method} ${new URL(this.#request.url).pathname}`;
    const executed = {
      udfType: 'HttpAction' as const,
      identifier,
      component: '',
      requestId: this.#caller.requestId,
      started: this.#started,
      logLines: this.#logs.lines,
      error: failure?.message ?? null,
    };
    services.logs.completion(logEntry(executed, services.now()), failure?.code ?? null);
  }
}

/** Chunks on their way out: one is asked for when one is taken, so a slow reader slows the function. */
class ChunkQueue implements AsyncIterable<Uint8Array> {
  onCancel: () => void = () => {};
  readonly #taken: () => void;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;
  #ended = false;
  #error: Error | null = null;
  #wake: (() => void) | null = null;

  constructor(taken: () => void) {
    this.#taken = taken;
  }

  push(bytes: Uint8Array): void {
    this.#size += bytes.length;
    if (this.#size > MAX_BODY)
      return this.fail(new Error(`The response of an HTTP action is larger than ${MAX_BODY} bytes`), true);
    this.#chunks.push(bytes);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  fail(error: Error, cancel = false): void {
    this.#error ??= error;
    if (cancel) this.onCancel();
    this.#wake?.();
  }

  /** All of it, if it is there and not more than a chunk. */
  whole(): Uint8Array | null {
    if (!this.#ended || this.#error !== null || this.#chunks.length > 1) return null;
    return this.#chunks[0] ?? new Uint8Array();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        if (this.#error !== null) throw this.#error;
        const chunk = this.#chunks.shift();
        if (chunk !== undefined) {
          yield chunk;
          this.#taken();
        } else if (this.#ended) {
          return;
        } else {
          await new Promise<void>((resolve) => (this.#wake = resolve));
        }
      }
    } finally {
      if (!this.#ended && this.#error === null) this.onCancel();
    }
  }
}

/** The path below a component's own prefix, or null when it is elsewhere. */
function below(path: string, prefix: string | null): string | null {
  if (prefix === null || prefix === '' || prefix === '/') return path;
  const bare = prefix.replace(/\/$/, '');
  if (path !== bare && !path.startsWith(`${bare}/`)) return null;
  return path.slice(bare.length) || '/';
}

function text(status: number, message: string): HttpResponse {
  return {
    status,
    headers: [['content-type', 'text/plain; charset=utf-8']],
    body: Buffer.from(message),
  };
}
