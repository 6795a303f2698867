/**
 * The total order of values (V2): undefined < null < int64 < float64 < false < true < string < bytes < array < object.
 *
 * Within a type: int64 by number, float64 by IEEE totalOrder (-NaN < -Infinity … -0 < 0 … Infinity < NaN), strings by
 * their UTF-8 bytes, bytes and arrays item by item with the shorter first, objects as their sorted (name, value) pairs.
 * 1n and 1 are different values. The unknown commit timestamp stands where the greatest int64 stands.
 */
import { MAX_INT64, getField, sortedKeys, type Value, type ValueObject } from './value.ts';

/** Negative, zero or positive as `a` comes before, with or after `b`. */
export function compareValues(a: Value | undefined, b: Value | undefined): number {
  const rank = rankOf(a);
  const difference = rank - rankOf(b);
  if (difference !== 0) return difference;
  switch (rank) {
    case RANK_INT64:
      return compareInt64(int64Of(a as bigint), int64Of(b as bigint));
    case RANK_FLOAT64:
      return compareFloat64(a as number, b as number);
    case RANK_STRING:
      return compareStrings(a as string, b as string);
    case RANK_BYTES:
      return Buffer.compare(new Uint8Array(a as ArrayBuffer), new Uint8Array(b as ArrayBuffer));
    case RANK_ARRAY:
      return compareArrays(a as Value[], b as Value[]);
    case RANK_OBJECT:
      return compareObjects(a as ValueObject, b as ValueObject);
    default:
      return 0;
  }
}

const RANK_INT64 = 2;
const RANK_FLOAT64 = 3;
const RANK_STRING = 6;
const RANK_BYTES = 7;
const RANK_ARRAY = 8;
const RANK_OBJECT = 9;

function rankOf(value: Value | undefined): number {
  switch (typeof value) {
    case 'undefined':
      return 0;
    case 'bigint':
    case 'symbol':
      return RANK_INT64;
    case 'number':
      return RANK_FLOAT64;
    case 'boolean':
      return value ? 5 : 4;
    case 'string':
      return RANK_STRING;
    default:
      if (value === null) return 1;
      if (Array.isArray(value)) return RANK_ARRAY;
      return value instanceof ArrayBuffer ? RANK_BYTES : RANK_OBJECT;
  }
}

function int64Of(value: bigint | symbol): bigint {
  return typeof value === 'symbol' ? MAX_INT64 : value;
}

function compareInt64(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const floats = new Float64Array(2);
const floatBits = new BigInt64Array(floats.buffer);

function compareFloat64(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b && a !== 0) return 0;
  // Zeros and NaNs: the order is that of the bits, with all but the sign flipped below zero.
  floats[0] = a;
  floats[1] = b;
  return compareInt64(totalOrderBits(floatBits[0]!), totalOrderBits(floatBits[1]!));
}

function totalOrderBits(bits: bigint): bigint {
  return bits < 0n ? bits ^ MAX_INT64 : bits;
}

/** By UTF-8 bytes, which is by code point; UTF-16 units agree except that surrogates stand above U+E000…U+FFFF. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const unitA = a.charCodeAt(i);
    const unitB = b.charCodeAt(i);
    if (unitA !== unitB) return codePointRank(unitA) - codePointRank(unitB);
  }
  return a.length - b.length;
}

function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x2000 + 0x800 : unit;
}

function compareArrays(a: Value[], b: Value[]): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const order = compareValues(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareObjects(a: ValueObject, b: ValueObject): number {
  const keysA = sortedKeys(a);
  const keysB = sortedKeys(b);
  const length = Math.min(keysA.length, keysB.length);
  for (let i = 0; i < length; i++) {
    const order =
      compareStrings(keysA[i]!, keysB[i]!) || compareValues(getField(a, keysA[i]!), getField(b, keysB[i]!));
    if (order !== 0) return order;
  }
  return keysA.length - keysB.length;
}
