/**
 * Convex JSON (V1): the one encoding values have on the wire, in arguments, in results and on disk.
 *
 *   int64 {"$integer": base64 of 8 LE bytes}   NaN, ±Infinity, -0 {"$float": base64 of 8 LE bytes}
 *   bytes {"$bytes": base64}                   commit timestamp, not known yet {"$commitTs": null}
 *
 * A field name may not start with "$", so these are never mistaken for objects. The way there and back is exact to the
 * bit. Object keys leave sorted, so equal values have equal texts and results can be compared as text.
 */
import { DeveloperError } from './errors.ts';
import {
  COMMIT_TS,
  MAX_INT64,
  MIN_INT64,
  getField,
  setField,
  sortedKeys,
  type JsonObject,
  type JsonValue,
  type Value,
  type ValueObject,
} from './value.ts';

/** Deeper values are refused before the recursion could exhaust the stack (V5 has the developer-facing limits). */
const MAX_NESTING = 64;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const scratch = Buffer.alloc(8);

/** Decodes Convex JSON; throws DeveloperError for what no value is encoded as. */
export function jsonToValue(json: JsonValue): Value {
  return decode(json, 0);
}

function decode(json: JsonValue, depth: number): Value {
  switch (typeof json) {
    case 'number':
      if (!Number.isFinite(json)) throw invalid('A number is out of the range of a float64.');
      // JSON text can say -0 but JSON.stringify cannot: what is stored must be what is indexed.
      return json + 0;
    case 'boolean':
      return json;
    case 'string':
      return wellFormed(json);
    case 'object':
      if (json === null) return null;
      if (depth >= MAX_NESTING) throw tooNested();
      return Array.isArray(json) ? decodeArray(json, depth + 1) : decodeObject(json, depth + 1);
    default:
      throw invalid(`${typeof json} is not a valid Convex value.`);
  }
}

function decodeArray(json: JsonValue[], depth: number): Value[] {
  const out: Value[] = [];
  for (let i = 0; i < json.length; i++) {
    const item = decode(json[i]!, depth);
    // An array of unboxed doubles keeps one NaN only; a boxed element keeps its sign and payload.
    if (item !== item) {
      out.push(null);
      out.pop();
    }
    out.push(item);
  }
  return out;
}

function decodeObject(json: JsonObject, depth: number): Value {
  const out: ValueObject = {};
  for (const key in json) {
    if (key.charCodeAt(0) === 36 /* $ */) return decodeSpecial(json, key);
    setField(out, wellFormed(key), decode(json[key]!, depth));
  }
  return out;
}

/** Decodes an object of which some fields may be decoded already: what is the same object in `known` is taken as it is. */
export function jsonToFields(json: JsonObject, known: ValueObject): Value {
  const out: ValueObject = {};
  for (const key in json) {
    if (key.charCodeAt(0) === 36 /* $ */) return decodeSpecial(json, key);
    const field = json[key]!;
    const isKnown = typeof field === 'object' && field !== null && getField(known, key) === field;
    setField(out, wellFormed(key), isKnown ? (field as ValueObject) : decode(field, 1));
  }
  return out;
}

function decodeSpecial(json: JsonObject, key: string): Value {
  if (Object.keys(json).length !== 1) throw reservedField(key);
  const payload = json[key]!;
  switch (key) {
    case '$integer':
      return base64Bytes(key, payload, 8).readBigInt64LE(0);
    case '$float': {
      const float = base64Bytes(key, payload, 8).readDoubleLE(0);
      if (Number.isFinite(float) && !Object.is(float, -0)) {
        throw invalid(`Float64 ${float} should be encoded as a number`);
      }
      return float;
    }
    case '$bytes': {
      const bytes = base64Bytes(key, payload, null);
      const out = new ArrayBuffer(bytes.length);
      new Uint8Array(out).set(bytes);
      return out;
    }
    case '$commitTs':
      if (payload !== null) throw invalid('Malformed $commitTs field: expected null');
      return COMMIT_TS;
    case '$set':
      throw invalid('Received a Set which is no longer supported as a Convex type.');
    case '$map':
      throw invalid('Received a Map which is no longer supported as a Convex type.');
    default:
      throw reservedField(key);
  }
}

function base64Bytes(key: string, payload: JsonValue, length: number | null): Buffer {
  if (typeof payload !== 'string' || !BASE64.test(payload)) {
    throw invalid(`Malformed ${key} field: expected a base64 string`);
  }
  const bytes = Buffer.from(payload, 'base64');
  if (length !== null && bytes.length !== length) {
    throw invalid(`Received ${bytes.length} bytes, expected ${length} for ${key}`);
  }
  return bytes;
}

function wellFormed(text: string): string {
  if (!text.isWellFormed()) throw invalid('Strings must be well-formed Unicode: found a lone surrogate.');
  return text;
}

function invalid(message: string): DeveloperError {
  return new DeveloperError('InvalidValue', message);
}

function reservedField(key: string): DeveloperError {
  return invalid(`Field name ${key} starts with a '$', which is reserved.`);
}

function tooNested(): DeveloperError {
  return new DeveloperError(
    'TooNestedError',
    `Value is too nested (nested ${MAX_NESTING + 1} levels deep > maximum nesting ${MAX_NESTING})`,
  );
}

/** Encodes a value; object keys come out sorted. */
export function valueToJson(value: Value): JsonValue {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $float: float64Base64(value) };
    case 'bigint':
      return { $integer: int64Base64(value) };
    case 'symbol':
      return { $commitTs: null };
    case 'object':
      if (value === null) return null;
      if (value instanceof ArrayBuffer) return { $bytes: Buffer.from(value).toString('base64') };
      return Array.isArray(value) ? value.map(valueToJson) : mapFields(value, valueToJson);
    default:
      return value;
  }
}

/** The readable, lossy form (`format: "json"`, exports): int64 as decimal text, bytes as base64, NaN and ±Infinity as text. */
export function toCleanJson(value: Value): JsonValue {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return value.toString();
    case 'symbol':
      return { $commitTs: null };
    case 'object':
      if (value === null) return null;
      if (value instanceof ArrayBuffer) return Buffer.from(value).toString('base64');
      return Array.isArray(value) ? value.map(toCleanJson) : mapFields(value, toCleanJson);
    default:
      return value;
  }
}

function mapFields(object: ValueObject, encode: (value: Value) => JsonValue): JsonObject {
  const out: JsonObject = {};
  for (const key of sortedKeys(object)) setField(out, key, encode(object[key]!));
  return out;
}

function float64Base64(value: number): string {
  scratch.writeDoubleLE(value, 0);
  return scratch.toString('base64');
}

function int64Base64(value: bigint): string {
  if (value < MIN_INT64 || value > MAX_INT64) {
    throw invalid(`BigInt ${value} does not fit into a 64-bit signed integer.`);
  }
  scratch.writeBigInt64LE(value, 0);
  return scratch.toString('base64');
}
