/**
 * The realm's end of the bridge: modules, the `Convex` global, `process.env`, denied APIs, and the calls the host makes.
 *
 * A write syscall waits in `queue` until the host finds the realm idle and the function unsettled; what is still queued
 * when the function settles was never awaited and is dropped, as on a distributed Convex. Reads run at once while the
 * queue is empty: nobody can tell the difference, and a page of documents costs no round trips.
 */
(function (kit, clock, printer) {
  'use strict';
  const { host, call, hostError, define } = kit;
  const then = Promise.prototype.then;
  const { apply } = Reflect;
  const modules = new Map();
  const READS = new Set([
    '1.0/get',
    '1.0/queryStreamNext',
    '1.0/queryPage',
    '1.0/count',
    '1.0/getUserIdentity',
    '1.0/storageGetUrl',
    '1.0/storageGetMetadata',
    '1.0/storageGet',
    '1.0/getTransactionMetrics',
    '1.0/getFunctionMetadata',
    '1.0/getDeploymentMetadata',
    '1.0/getRequestMetadata',
  ]);
  const NEXT = '1.0/queryStreamNext';
  /** How the answer ends behind which nothing comes, as long as nothing is written. */
  const LAST = ',"last":true}';
  const NOTHING_MORE = '{"value":null,"done":true}';
  /** Such streams, by the arguments they are asked for with: most queries want one row, and would ask for its end, too. */
  const over = new Set();
  const CONVEX_ERROR = Symbol.for('ConvexError');
  let queue = [];
  let outcome = null;
  let loading = 0;
  // The engine's own frames sit between a function's synchronous and asynchronous ones.
  Error.stackTraceLimit = 25;

  // --- modules -------------------------------------------------------------------------------------------------

  function load(path) {
    const known = modules.get(path);
    if (known !== undefined) {
      if (known.started) return known.exports;
    } else {
      call('load', path);
    }
    const module = modules.get(path);
    module.started = true;
    loading++;
    const require = (specifier) => {
      const target = call('resolve', path, specifier);
      if (target === '') throw new Error(`Dynamic require of "${specifier}" is not supported`);
      return load(target);
    };
    try {
      apply(module.wrapper, undefined, [module.exports, require, module, `convex:/${path}`, undefined]);
    } catch (error) {
      // Half an evaluation is none: the next import tries again, as if it were the first.
      modules.delete(path);
      throw error;
    } finally {
      loading--;
    }
    return module.exports;
  }

  // --- syscalls ------------------------------------------------------------------------------------------------

  function perform(op, json) {
    let result;
    try {
      result = host('async', op, json);
    } catch {
      return Promise.reject(new RangeError('Maximum call stack size exceeded'));
    }
    if (result === null) return Promise.reject(hostError());
    if (op === NEXT && result.endsWith(LAST)) over.add(json);
    return Promise.resolve(result);
  }

  define(
    'Convex',
    Object.freeze({
      __proto__: null,
      syscall: (op, json) => {
        if (loading > 0) throw new Error("Can't use database at import time");
        op = String(op);
        json = String(json);
        // What is over holds nothing; it goes with the transaction.
        if (op === '1.0/queryCleanup' && over.has(json)) return 'true';
        return call('sync', op, json);
      },
      asyncSyscall: (op, json) => {
        if (loading > 0) throw new Error("Can't use database at import time");
        op = String(op);
        json = String(json);
        if (queue.length === 0 && READS.has(op)) {
          return op === NEXT && over.has(json) ? Promise.resolve(NOTHING_MORE) : perform(op, json);
        }
        return new Promise((resolve, reject) => void queue.push({ op, json, resolve, reject }));
      },
      jsSyscall: (op) => {
        throw new Error(`Unknown operation ${String(op)}`);
      },
    }),
  );

  // --- environment ---------------------------------------------------------------------------------------------

  const environment = new Proxy(Object.create(null), {
    get: (_, name) => (typeof name === 'string' ? call('env', name) : undefined),
    has: (_, name) => typeof name === 'string' && call('env', name) !== undefined,
    ownKeys: () => JSON.parse(call('envNames')),
    getOwnPropertyDescriptor: (_, name) => {
      const value = typeof name === 'string' ? call('env', name) : undefined;
      return value === undefined
        ? undefined
        : { value, enumerable: true, configurable: true, writable: true };
    },
    set: () => true,
    deleteProperty: () => true,
  });
  define('process', Object.freeze({ env: environment }));

  for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'fetch']) {
    define(
      name,
      {
        [name]: () => {
          throw new Error(
            `Can't use ${name} in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.`,
          );
        },
      }[name],
    );
  }
  define('clearTimeout', () => {});
  define('clearInterval', () => {});
  define('queueMicrotask', (callback) => {
    if (typeof callback !== 'function') throw new TypeError('queueMicrotask expects a function');
    void apply(then, Promise.resolve(), [() => void callback()]);
  });

  // --- outcomes ------------------------------------------------------------------------------------------------

  function describe(error) {
    const description = { message: '', frames: '' };
    try {
      const isObject = typeof error === 'object' && error !== null;
      if (isObject && error.ConvexErrorSymbol === CONVEX_ERROR) description.data = JSON.parse(error.data);
      const stack = isObject && typeof error.stack === 'string' ? error.stack : null;
      const split = stack === null ? -1 : stack.search(/\n {4}at /);
      if (stack === null)
        description.message = typeof error === 'string' || !isObject ? String(error) : printer.format(error);
      else if (split < 0) description.message = stack;
      else {
        description.message = stack.slice(0, split);
        description.frames = stack.slice(split + 1);
      }
    } catch {
      description.message = 'Error: the thrown value could not be read';
    }
    return JSON.stringify(description);
  }

  const succeed = (value) => void (outcome = { ok: true, text: value });
  const fail = (error) => void (outcome = { ok: false, text: describe(error) });

  /** Runs `body` to an outcome; an asynchronous one arrives through the microtask queue. */
  function attempt(body) {
    clock.reset();
    over.clear();
    queue = [];
    outcome = null;
    loading = 0;
    try {
      const result = body();
      if (result instanceof Promise) void apply(then, result, [succeed, fail]);
      else succeed(result);
    } catch (error) {
      fail(error);
    }
  }

  const INVOKERS = { __proto__: null, Query: 'invokeQuery', Mutation: 'invokeMutation' };

  return {
    __proto__: null,
    addModule(path, wrapper) {
      modules.set(path, { exports: {}, wrapper, started: false });
    },
    /** Starts a registered function; the host then drains microtasks and asks for the outcome. */
    start(path, name, udfType, args) {
      attempt(() => {
        const registered = load(path)[name];
        return registered[INVOKERS[udfType]](args);
      });
    },
    /** Evaluates a module and answers a question about it (analysis/analyze.ts). */
    examine(path, question) {
      attempt(() => question(load(path)));
    },
    /** Performs the oldest waiting syscall; false when none waits. */
    step() {
      const next = queue.shift();
      if (next === undefined) return false;
      over.clear();
      let result;
      try {
        result = host('async', next.op, next.json);
      } catch {
        next.reject(new RangeError('Maximum call stack size exceeded'));
        return true;
      }
      if (result === null) next.reject(hostError());
      else next.resolve(result);
      return true;
    },
    /** Fails the function with what it left rejected; what it still waits for never comes. */
    abandon(reason) {
      queue = [];
      fail(reason);
    },
    /** 0: not settled, 1: returned, 2: threw. */
    state: () => (outcome === null ? 0 : outcome.ok ? 1 : 2),
    text: () => outcome.text,
    /** Names of the operations that were started and never awaited; drops them. */
    unawaited() {
      const names = queue.map((item) => item.op);
      queue = [];
      return names.join(',');
    },
  };
});
