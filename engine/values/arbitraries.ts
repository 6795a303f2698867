/**
 * Random Convex values for property tests, aimed at the edges: NaN payloads, -0, int64 extremes, NUL, astral characters.
 */
import * as fc from 'fast-check';
import { setField, type Value, type ValueObject } from './value.ts';

const edgeIntegers = [
  0n,
  1n,
  -1n,
  255n,
  256n,
  257n,
  -256n,
  -257n,
  65536n,
  -65537n,
  2n ** 32n,
  -(2n ** 32n) - 1n,
];
const extremeIntegers = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n];

const int64 = fc.oneof(
  fc.constantFrom(...edgeIntegers, ...extremeIntegers),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -70_000n, max: 70_000n }),
);

/** Any float64 bit pattern, so NaNs come with signs and payloads. */
const float64 = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 1.5, NaN, Infinity, -Infinity, Number.MIN_VALUE, -Number.MIN_VALUE),
  fc.double(),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(fromBits),
  fc.bigInt({ min: 1n, max: 2n ** 52n - 1n }).map((payload) => fromBits(0xfff0_0000_0000_0000n | payload)),
);

function fromBits(bits: bigint): number {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(bits);
  return buffer.readDoubleLE();
}

/** Well-formed strings over an alphabet where UTF-8 and UTF-16 order differ. */
export const text = fc
  .oneof(
    fc.array(fc.constantFrom('\0', '\x01', 'a', 'b', 'é', '߿', '\uffee', '\ue000', '😀', '\u{10ffff}'), {
      maxLength: 6,
    }),
    fc.array(fc.constantFrom('a', 'é', '😀', '\0'), { minLength: 45, maxLength: 52 }),
    fc.array(fc.string({ unit: 'grapheme', maxLength: 4 }), { maxLength: 3 }),
  )
  .map((parts) => parts.join(''));

const bytes = fc
  .uint8Array({ maxLength: 5 })
  .map((array) => array.buffer.slice(array.byteOffset, array.byteOffset + array.byteLength) as ArrayBuffer);

const fieldName = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'ab', '10', '9', '_id', '__proto__', 'constructor', 'toString'),
  fc.string({ maxLength: 4 }).filter((name) => !name.startsWith('$') && /^[\x20-\x7e]*$/.test(name)),
);

function object(value: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return fc.array(fc.tuple(fieldName, value), { maxLength: 4 }).map((entries) => {
    const out: ValueObject = {};
    for (const [name, field] of entries) setField(out, name, field);
    return out;
  });
}

export const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    int64,
    float64,
    text,
    bytes,
    fc.array(tie('value'), { maxLength: 4 }),
    object(tie('value')),
  ),
})).value;

/** A value, or the undefined of a missing index field. */
export const indexValue: fc.Arbitrary<Value | undefined> = fc.option(value, { nil: undefined, freq: 20 });

/** Exact text of a value, -0 and NaN payloads included: equality for tests. */
export function fingerprint(item: Value): string {
  if (typeof item === 'number') {
    const buffer = Buffer.alloc(8);
    buffer.writeDoubleLE(item);
    return `f${buffer.toString('hex')}`;
  }
  if (typeof item === 'bigint') return `i${item}`;
  if (typeof item === 'symbol') return 'commitTs';
  if (item === null || typeof item !== 'object') return JSON.stringify(item);
  if (item instanceof ArrayBuffer) return `b${Buffer.from(item).toString('hex')}`;
  if (Array.isArray(item)) return `[${item.map(fingerprint).join()}]`;
  const fields = Object.keys(item).sort();
  return `{${fields.map((name) => `${JSON.stringify(name)}:${fingerprint(item[name]!)}`).join()}}`;
}
