/**
 * What a Convex value is inside the engine, and its plain-JSON form.
 *
 * A value is what user code sees, minus classes: int64 is bigint, float64 is number, bytes are an ArrayBuffer of this
 * realm. `undefined` is not a value; where it has a meaning (a missing index field) a signature says `Value | undefined`.
 * Objects are read through own properties only: `constructor` and `__proto__` are ordinary field names.
 */

/** The placeholder of a transaction's commit timestamp: an int64 that is not known yet, greater than every known one. */
export const COMMIT_TS: unique symbol = Symbol('commitTs');
type CommitTs = typeof COMMIT_TS;

export type Value =
  | null
  | bigint
  | number
  | boolean
  | string
  | ArrayBuffer
  | CommitTs
  | Value[]
  | ValueObject;
export type ValueObject = { [key: string]: Value };

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export type JsonObject = { [key: string]: JsonValue };

export const MIN_INT64 = -(2n ** 63n);
export const MAX_INT64 = 2n ** 63n - 1n;

export function isObject(value: Value | undefined): value is ValueObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ArrayBuffer)
  );
}

/** Sets an own field whatever its name: plain assignment to `__proto__` would change the prototype instead. */
export function setField<T>(object: { [key: string]: T }, name: string, value: T): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[name] = value;
  }
}

/** The own field `name`, or undefined when the object has none. */
export function getField<T>(object: { [key: string]: T }, name: string): T | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The value at a dotted path (`"a.b"`), undefined where a step is missing or not an object. */
export function getPath(object: ValueObject, path: readonly string[]): Value | undefined {
  let current: Value | undefined = object;
  for (const name of path) {
    if (!isObject(current)) return undefined;
    current = getField(current, name);
  }
  return current;
}

/** Field names in the order every object is stored, printed and compared in: ascending by code unit. */
export function sortedKeys(object: { [key: string]: unknown }): string[] {
  const keys = Object.keys(object);
  for (let i = 1; i < keys.length; i++) {
    if (keys[i]! < keys[i - 1]!) return keys.sort();
  }
  return keys;
}
