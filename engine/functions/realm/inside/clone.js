/** structuredClone for the types the language has. */
(function (kit) {
  'use strict';
  const { define, DOMException } = kit;
  const ERRORS = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];

  function refuse(value) {
    throw new DOMException(
      `${typeof value === 'function' ? 'A function' : typeof value === 'symbol' ? 'A symbol' : 'This object'} could not be cloned.`,
      'DataCloneError',
    );
  }

  function copy(value, seen) {
    if (typeof value === 'symbol' || typeof value === 'function') refuse(value);
    if (typeof value !== 'object' || value === null) return value;
    if (seen.has(value)) return seen.get(value);
    const keep = (made) => {
      seen.set(value, made);
      return made;
    };
    if (value instanceof Date) return keep(new Date(value.getTime()));
    if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
    if (value instanceof ArrayBuffer) return keep(value.slice(0));
    if (ArrayBuffer.isView(value)) {
      const buffer = copy(value.buffer, seen);
      return keep(
        value instanceof DataView
          ? new DataView(buffer, value.byteOffset, value.byteLength)
          : new value.constructor(buffer, value.byteOffset, value.length),
      );
    }
    if (value instanceof Boolean || value instanceof Number || value instanceof String)
      return keep(Object(value.valueOf()));
    if (value instanceof Map) {
      const made = keep(new Map());
      for (const [k, v] of value) made.set(copy(k, seen), copy(v, seen));
      return made;
    }
    if (value instanceof Set) {
      const made = keep(new Set());
      for (const v of value) made.add(copy(v, seen));
      return made;
    }
    if (value instanceof Error) {
      const Class = ERRORS.find((one) => value instanceof one) ?? Error;
      const made = keep(new Class(value.message));
      made.stack = value.stack;
      if ('cause' in value) made.cause = copy(value.cause, seen);
      return made;
    }
    if (value instanceof Blob) return keep(value.slice(0, value.size, value.type));
    if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) refuse(value);
    const made = keep(Array.isArray(value) ? new Array(value.length) : {});
    for (const key of Object.keys(value)) made[key] = copy(value[key], seen);
    return made;
  }

  define('structuredClone', { structuredClone: (value) => copy(value, new Map()) }.structuredClone);
});
