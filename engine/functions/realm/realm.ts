/**
 * A realm: one `node:vm` context in which the functions of one component run, start to end, without the event loop.
 *
 * Promises: a call drives the function and every `await` in it to completion before it returns; user code sees the globals
 * of Convex's default runtime and nothing of Node; module state lives as long as the realm.
 * Surprises: the same realm must never be entered while it runs (its microtask queue is draining), so nested calls go to
 * other realms. After an interrupt nothing in it can be trusted: whoever guarded the call drops the realm.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { constants, createContext, Script, type Context } from 'node:vm';
import { DeveloperError } from '../../values/errors.ts';
import type { JsonValue } from '../../values/value.ts';
import { type StoredModule, WRAPPER_COLUMNS, resolveSpecifier } from '../code/modules.ts';
import { enterRealm, leaveRealm } from '../calls/userClock.ts';
import { platformCall, PlatformError } from './platform.ts';
import { collecting, hearRejections, type Unhandled } from './rejections.ts';

/** What a running function asks of the engine. Throwing a DeveloperError fails the operation; anything else the execution. */
export interface RealmHost {
  syncSyscall(op: string, args: string): string;
  asyncSyscall(op: string, args: string): string;
  nowMs(): number;
  /** Fills `target` with the execution's next random bytes. */
  randomBytes(target: Uint8Array): void;
  log(level: string, messages: string[]): void;
  env(name: string): string | undefined;
  envNames(): string[];
}

/** How a function ended. `frames` is raw stack text of the realm. */
export type RealmOutcome =
  | { kind: 'returned'; value: string; unawaited: string[] }
  | { kind: 'threw'; message: string; frames: string; data?: JsonValue; unawaited: string[] }
  | { kind: 'unsettled' };

interface RealmEntry {
  addModule(path: string, wrapper: unknown): void;
  start(path: string, name: string, udfType: string, args: string): void;
  examine(path: string, question: unknown): void;
  step(): boolean;
  state(): 0 | 1 | 2;
  text(): string;
  unawaited(): string;
  abandon(reason: unknown): void;
}

const PARTS = [
  'kit',
  'time',
  'console',
  'encoding',
  'url',
  'events',
  'body',
  'fetchTypes',
  'clone',
  'crypto',
  'boot',
] as const;
/** What `streams` loads when a function asks for a stream. */
const LIBRARY = 'web-streams-polyfill/dist/ponyfill.js';
const sources = new Map<string, Script>();
const scripts = new WeakMap<StoredModule, Script>();
const NO_QUESTION = new Script("() => ''", { filename: 'engine:load' });
const DRAIN = new Script('0', { filename: 'engine:drain' });

function part(name: string): Script {
  let script = sources.get(name);
  if (script === undefined) {
    script = new Script(sourceOf(name), { filename: `engine:realm/${name}.js` });
    sources.set(name, script);
  }
  return script;
}

function sourceOf(name: string): string {
  if (name !== LIBRARY) return readFileSync(new URL(`./inside/${name}.js`, import.meta.url), 'utf8');
  const code = readFileSync(fileURLToPath(import.meta.resolve(LIBRARY)), 'utf8');
  return `(function (exports, module) {${code}\n})`;
}

/** The compiled form of a stored module, shared by all realms. */
function compiled(path: string, module: StoredModule): Script {
  let script = scripts.get(module);
  if (script === undefined) {
    script = new Script(module.script, { filename: `convex:/${path}`, columnOffset: -WRAPPER_COLUMNS });
    scripts.set(module, script);
  }
  return script;
}

export class Realm {
  /** Answers the function that runs now; null while nothing runs. */
  host: RealmHost | null = null;
  /** Whether nothing of the last call waits here: it could wake in a later execution. */
  reusable = true;
  /** An engine failure met during a call: the call's outcome is void and this is to be thrown. */
  fatal: { error: unknown } | null = null;
  readonly #modules: ReadonlyMap<string, StoredModule>;
  readonly #context: Context;
  readonly #entry: RealmEntry;
  readonly #loaded = new Set<string>();
  #lastError = '';

  constructor(modules: ReadonlyMap<string, StoredModule>) {
    hearRejections();
    this.#modules = modules;
    // A vanilla global: no interceptors, so globals cost what they cost anywhere. No code from strings, as upstream.
    this.#context = createContext(constants.DONT_CONTEXTIFY as unknown as Context, {
      microtaskMode: 'afterEvaluate',
      codeGeneration: { strings: false, wasm: true },
    });
    this.#entry = this.#boot();
  }

  #boot(): RealmEntry {
    const host = (op: string, a: unknown, b: unknown, c: unknown, d: unknown) => this.#answer(op, a, b, c, d);
    // Even if it leaked, it would lead nowhere.
    Object.setPrototypeOf(host, null);
    const run = (name: string, ...args: unknown[]) =>
      (part(name).runInContext(this.#context) as (...args: unknown[]) => unknown)(...args);
    const kit = run('kit', host);
    const made = new Map<string, unknown>();
    for (const name of PARTS) {
      if (name !== 'kit' && name !== 'boot') made.set(name, run(name, kit));
    }
    run('streams', kit, part(LIBRARY).runInContext(this.#context));
    return run('boot', kit, made.get('time'), made.get('console')) as RealmEntry;
  }

  /** Runs a registered query or mutation to its outcome. */
  call(
    host: RealmHost,
    path: string,
    name: string,
    udfType: 'Query' | 'Mutation',
    args: string,
  ): RealmOutcome {
    return this.#drive(host, true, () => this.#entry.start(path, name, udfType, args));
  }

  /** Whether module `path` has been evaluated here without an error. */
  hasLoaded(path: string): boolean {
    return this.#loaded.has(path);
  }

  /** Evaluates module `path`. */
  load(host: RealmHost, path: string): RealmOutcome {
    return this.examine(host, path, NO_QUESTION);
  }

  /** Evaluates module `path` and then `question` (source text of a function of its exports) in this realm. */
  examine(host: RealmHost, path: string, question: Script): RealmOutcome {
    const outcome = this.#drive(host, false, () =>
      this.#entry.examine(path, question.runInContext(this.#context)),
    );
    if (outcome.kind === 'returned') this.#loaded.add(path);
    return outcome;
  }

  /** With `mustHandle` a rejection that nobody has handled once the realm is idle fails the function. */
  #drive(host: RealmHost, mustHandle: boolean, start: () => void): RealmOutcome {
    if (this.host !== null) throw new Error('a realm was entered while it runs');
    this.host = host;
    this.fatal = null;
    const unhandled: Unhandled = new Map();
    enterRealm();
    collecting(unhandled, () => {
      start();
      do DRAIN.runInContext(this.#context);
      while ((!mustHandle || unhandled.size === 0) && this.#entry.state() === 0 && this.#entry.step());
    });
    leaveRealm();
    this.reusable = this.#entry.state() !== 0;
    if (mustHandle && unhandled.size > 0) this.#entry.abandon(unhandled.values().next().value);
    const outcome = this.#outcome();
    this.host = null;
    this.#throwFatal();
    return outcome;
  }

  #throwFatal(): void {
    if (this.fatal !== null) throw this.fatal.error;
  }

  #outcome(): RealmOutcome {
    const state = this.#entry.state();
    if (state === 0) return { kind: 'unsettled' };
    const waiting = this.#entry.unawaited();
    const unawaited = waiting === '' ? [] : waiting.split(',');
    if (state === 1) return { kind: 'returned', value: String(this.#entry.text()), unawaited };
    return {
      kind: 'threw',
      ...(JSON.parse(this.#entry.text()) as { message: string; frames: string; data?: JsonValue }),
      unawaited,
    };
  }

  /** Called by the realm. Answers null for a failure, which the realm then asks about with `lastError`. */
  #answer(op: string, a: unknown, b: unknown, c: unknown, d: unknown): unknown {
    try {
      switch (op) {
        case 'async':
        case 'sync':
          return this.#perform(op, a as string, b as string);
        case 'lastError':
          return this.#lastError;
        case 'now':
          return this.#running().nowMs();
        case 'seed':
          this.#running().randomBytes(new Uint8Array((a as Uint32Array).buffer));
          return 0;
        case 'random':
          this.#running().randomBytes(a as Uint8Array);
          return 0;
        case 'log':
          this.host?.log(a as string, JSON.parse(b as string) as string[]);
          return 0;
        case 'env':
          return this.#running().env(a as string);
        case 'envNames':
          return JSON.stringify(this.#running().envNames());
        case 'resolve':
          return resolveSpecifier(this.#modules, a as string, b as string) ?? '';
        case 'load':
          return this.#load(a as string);
        default:
          return platformCall(op, a, b, c, d);
      }
    } catch (error) {
      return this.#failed(op, error);
    }
  }

  /** What the engine does for a function is not the function's time. */
  #perform(op: 'async' | 'sync', name: string, args: string): string {
    const host = this.#running('database');
    leaveRealm();
    try {
      return op === 'async' ? host.asyncSyscall(name, args) : host.syncSyscall(name, args);
    } finally {
      enterRealm();
    }
  }

  #running(what?: string): RealmHost {
    if (this.host === null)
      throw new DeveloperError(
        'NotRunning',
        what === undefined ? 'Nothing is running' : `Can't use ${what} at import time`,
      );
    return this.host;
  }

  #load(path: string): number {
    const module = this.#modules.get(path);
    if (module === undefined) throw new DeveloperError('ModuleNotFound', `Couldn't find the module ${path}`);
    if (module.environment === 'node')
      throw new DeveloperError('NodeModule', `${path} has "use node" and can only be used by actions`);
    this.#entry.addModule(path, compiled(path, module).runInContext(this.#context));
    return 0;
  }

  #failed(op: string, error: unknown): null {
    const isSyscall = op === 'async' || op === 'sync';
    // V8 tells a full stack from other errors of range by its words only.
    const overflow = error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
    if (overflow && isSyscall) {
      // The engine's own code was cut half-way: the execution is void, whatever the function makes of the error.
      this.fatal ??= {
        error: new DeveloperError('StackOverflow', 'Uncaught RangeError: Maximum call stack size exceeded'),
      };
    } else if (!overflow && !(error instanceof DeveloperError) && !(error instanceof PlatformError)) {
      this.fatal ??= { error };
    }
    const { message, name } =
      error instanceof Error ? error : { message: 'The engine failed', name: 'Error' };
    const data = error instanceof DeveloperError ? error.data : undefined;
    this.#lastError = JSON.stringify({
      message,
      ...(name === 'DeveloperError' ? {} : { name }),
      ...(data === undefined ? {} : { data }),
    });
    return null;
  }
}
