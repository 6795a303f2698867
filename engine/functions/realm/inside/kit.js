/**
 * Runs inside a realm, first. Builds the small toolbox every other part of the realm uses.
 *
 * `host(op, …)` is the only thing of the outside a realm ever holds. It takes primitives and byte views, returns a
 * primitive, never throws on purpose, and answers `null` for a failure whose description `host('lastError')` then
 * gives. No object of the host is ever handed to user code: a single one would lead, through its constructor, to Node.
 */
(function (host) {
  'use strict';
  const { defineProperty } = Object;
  const parse = JSON.parse;
  const NativeError = Error;
  const native = { __proto__: null, Error, TypeError, RangeError, SyntaxError, EvalError, URIError };

  /** The realm's own error for the host's description of a failure. */
  function hostError() {
    const described = parse(host('lastError'));
    const error = new (native[described.name] ?? NativeError)(described.message);
    if (described.name !== undefined && native[described.name] === undefined) {
      defineProperty(error, 'name', { value: described.name, configurable: true, writable: true });
    }
    if ('data' in described) error.data = described.data;
    return error;
  }

  /** Calls the host; its failures, and the host's own exceptions (a full stack), come out as errors of this realm. */
  function call(op, a, b, c, d) {
    let result;
    try {
      result = host(op, a, b, c, d);
    } catch {
      throw new RangeError('Maximum call stack size exceeded');
    }
    if (result === null) throw hostError();
    return result;
  }

  /** Defines a global the way built-ins are: writable, not enumerable. */
  function define(name, value) {
    defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  }

  /** Gives a class the tag `Object.prototype.toString` shows. */
  function tag(Class, name) {
    defineProperty(Class.prototype, Symbol.toStringTag, { value: name, configurable: true });
  }

  /** The bytes of a buffer source as a view on the same memory; throws for anything else. */
  function bytesOf(source, what) {
    if (ArrayBuffer.isView(source))
      return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
    if (source instanceof ArrayBuffer) return new Uint8Array(source);
    throw new TypeError(`${what} must be an ArrayBuffer or an ArrayBufferView`);
  }

  /** Bytes of a string whose characters are all below 256: how the host returns binary results. */
  function fromLatin1(text) {
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return bytes;
  }

  class DOMException extends NativeError {
    #name;
    constructor(message = '', name = 'Error') {
      super(message);
      this.#name = String(typeof name === 'object' && name !== null ? (name.name ?? 'Error') : name);
    }
    get name() {
      return this.#name;
    }
    get code() {
      return (
        {
          NotFoundError: 8,
          NotSupportedError: 9,
          SyntaxError: 12,
          InvalidAccessError: 15,
          AbortError: 20,
          TimeoutError: 23,
          DataCloneError: 25,
        }[this.#name] ?? 0
      );
    }
  }
  tag(DOMException, 'DOMException');
  define('DOMException', DOMException);

  // Threads have no place in a realm: waiting on shared memory would stop the whole engine.
  delete globalThis.SharedArrayBuffer;
  delete globalThis.Atomics;
  // Its callbacks would run after the execution, under nobody's time limit.
  delete globalThis.FinalizationRegistry;
  // Nothing may come back through the event loop, when another function runs here: compiling is done on the spot.
  const { Module, Instance } = WebAssembly;
  const instantiate = (source, imports) => {
    if (source instanceof Module) return new Instance(source, imports);
    const module = new Module(source);
    return { module, instance: new Instance(module, imports) };
  };
  WebAssembly.compile = async (bytes) => new Module(bytes);
  WebAssembly.instantiate = async (source, imports) => instantiate(source, imports);
  delete WebAssembly.compileStreaming;
  delete WebAssembly.instantiateStreaming;
  define('self', globalThis);

  return { __proto__: null, host, call, hostError, define, tag, bytesOf, fromLatin1, DOMException };
});
