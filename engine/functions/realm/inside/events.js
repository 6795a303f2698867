/**
 * Event, CustomEvent, EventTarget, AbortSignal, AbortController; a small AsyncLocalStorage for libraries that probe it.
 */
(function (kit) {
  'use strict';
  const { define, tag, DOMException } = kit;
  let fire;

  class Event {
    #type;
    #cancelable;
    #prevented = false;
    #stopped = false;
    #target = null;
    constructor(type, init = {}) {
      this.#type = String(type);
      this.bubbles = Boolean(init.bubbles);
      this.#cancelable = Boolean(init.cancelable);
      this.timeStamp = 0;
    }
    get type() {
      return this.#type;
    }
    get cancelable() {
      return this.#cancelable;
    }
    get target() {
      return this.#target;
    }
    get currentTarget() {
      return this.#target;
    }
    get defaultPrevented() {
      return this.#prevented;
    }
    preventDefault() {
      if (this.#cancelable) this.#prevented = true;
    }
    stopPropagation() {}
    stopImmediatePropagation() {
      this.#stopped = true;
    }
    static {
      fire = (event, target, listeners) => {
        event.#target = target;
        for (const listener of listeners) {
          if (event.#stopped) break;
          listener(event);
        }
        return !event.#prevented;
      };
    }
  }
  tag(Event, 'Event');

  class CustomEvent extends Event {
    constructor(type, init = {}) {
      super(type, init);
      this.detail = init.detail ?? null;
    }
  }
  tag(CustomEvent, 'CustomEvent');

  class EventTarget {
    #listeners = [];
    addEventListener(type, callback, options) {
      if (callback === null || callback === undefined) return;
      if (this.#listeners.some((one) => one.type === type && one.callback === callback)) return;
      this.#listeners.push({
        type,
        callback,
        once: typeof options === 'object' && options !== null && Boolean(options.once),
      });
      if (typeof options === 'object')
        options?.signal?.addEventListener('abort', () => this.removeEventListener(type, callback), {
          once: true,
        });
    }
    removeEventListener(type, callback) {
      this.#listeners = this.#listeners.filter((one) => one.type !== type || one.callback !== callback);
    }
    dispatchEvent(event) {
      const calls = this.#listeners
        .filter((one) => one.type === event.type)
        .map((one) => (e) => {
          if (one.once) this.removeEventListener(one.type, one.callback);
          if (typeof one.callback === 'function') one.callback.call(this, e);
          else one.callback.handleEvent(e);
        });
      const handler = this[`on${event.type}`];
      if (typeof handler === 'function') calls.push((e) => handler.call(this, e));
      return fire(event, this, calls);
    }
  }
  tag(EventTarget, 'EventTarget');

  let abort;
  class AbortSignal extends EventTarget {
    #aborted = false;
    #reason = undefined;
    onabort = null;
    get aborted() {
      return this.#aborted;
    }
    get reason() {
      return this.#reason;
    }
    throwIfAborted() {
      if (this.#aborted) throw this.#reason;
    }
    static abort(reason) {
      const signal = new AbortSignal();
      abort(signal, reason);
      return signal;
    }
    static any(signals) {
      const any = new AbortSignal();
      for (const signal of signals) {
        if (signal.aborted) abort(any, signal.reason);
        else signal.addEventListener('abort', () => abort(any, signal.reason), { once: true });
      }
      return any;
    }
    static timeout() {
      throw new Error(
        "Can't use AbortSignal.timeout in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.",
      );
    }
    static {
      abort = (signal, reason = new DOMException('This operation was aborted', 'AbortError')) => {
        if (signal.#aborted) return;
        signal.#aborted = true;
        signal.#reason = reason;
        signal.dispatchEvent(new Event('abort'));
      };
    }
  }
  tag(AbortSignal, 'AbortSignal');

  class AbortController {
    #signal = new AbortSignal();
    get signal() {
      return this.#signal;
    }
    abort(reason) {
      abort(this.#signal, reason);
    }
  }
  tag(AbortController, 'AbortController');

  // A function runs alone in its realm, so the store is a plain variable; it does not follow promises across `await`.
  class AsyncLocalStorage {
    #store;
    run(store, callback, ...args) {
      const outer = this.#store;
      this.#store = store;
      const restore = () => void (this.#store = outer);
      let result;
      try {
        result = callback(...args);
      } catch (error) {
        restore();
        throw error;
      }
      if (result instanceof Promise) return result.finally(restore);
      restore();
      return result;
    }
    exit(callback, ...args) {
      return this.run(undefined, callback, ...args);
    }
    enterWith(store) {
      this.#store = store;
    }
    getStore() {
      return this.#store;
    }
    disable() {
      this.#store = undefined;
    }
  }
  class AsyncResource {
    runInAsyncScope(callback, self, ...args) {
      return Reflect.apply(callback, self, args);
    }
  }

  for (const Class of [
    Event,
    CustomEvent,
    EventTarget,
    AbortSignal,
    AbortController,
    AsyncLocalStorage,
    AsyncResource,
  ])
    define(Class.name, Class);
});
