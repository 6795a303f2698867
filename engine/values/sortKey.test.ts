import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexValue, text } from './arbitraries.ts';
import { compareStrings, compareValues } from './order.ts';
import { compareKeys, encodeSortKey, KeyWriter, successor, writeSortKey } from './sortKey.ts';
import { COMMIT_TS, type Value } from './value.ts';

const buffer = (...bytes: number[]): ArrayBuffer => new Uint8Array(bytes).buffer;
const nan = (hex: string): number => Buffer.from(hex, 'hex').readDoubleBE();

/** Every kind and edge, ascending. */
const ladder: (Value | undefined)[] = [
  undefined,
  null,
  -(2n ** 63n),
  -(2n ** 32n) - 1n,
  -(2n ** 32n),
  -65537n,
  -65536n,
  -257n,
  -256n,
  -1n,
  0n,
  1n,
  256n,
  257n,
  65536n,
  65537n,
  2n ** 32n,
  2n ** 32n + 1n,
  2n ** 63n - 1n,
  nan('fff8000000000001'),
  nan('fff8000000000000'),
  -Infinity,
  -1,
  -Number.MIN_VALUE,
  -0,
  0,
  Number.MIN_VALUE,
  1,
  Infinity,
  nan('7ff8000000000000'),
  nan('7ff8000000000001'),
  false,
  true,
  '',
  '\0',
  '\0\x01',
  '\0a',
  '\x01',
  'a',
  'a\0',
  'a\x01',
  'a\x01\0',
  'a\x02',
  'ab',
  'é',
  '\ue000',
  '\uffff',
  '😀',
  buffer(),
  buffer(0),
  buffer(0, 0),
  buffer(0, 1),
  buffer(1),
  buffer(255),
  [],
  [null],
  [null, null],
  [1n],
  ['a'],
  ['a', 'b'],
  ['a\0'],
  [[]],
  [{}],
  {},
  { '': 1n },
  { a: null },
  { a: null, b: null },
  { a: 1n },
  { b: null },
];

const sign = (n: number): number => Math.sign(n);

describe('the order of values', () => {
  it('[engine V2] is undefined < null < int64 < float64 < booleans < string < bytes < array < object, with edges', () => {
    for (const [i, a] of ladder.entries()) {
      for (const [j, b] of ladder.entries()) expect(sign(compareValues(a, b)), `${i} ${j}`).toBe(sign(i - j));
    }
  });

  it('[engine V2] compares strings by their UTF-8 bytes', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(sign(compareStrings(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { numRuns: 2000 },
    );
  });

  it('[engine V2] puts the unknown commit timestamp where the greatest int64 is', () => {
    expect(compareValues(COMMIT_TS, 2n ** 63n - 2n)).toBeGreaterThan(0);
    expect(compareValues(COMMIT_TS, COMMIT_TS)).toBe(0);
    expect(compareValues(COMMIT_TS, 0)).toBeLessThan(0);
    expect(encodeSortKey(COMMIT_TS)).toEqual(encodeSortKey(2n ** 63n - 1n));
  });
});

describe('sort keys', () => {
  it('[engine V3] climb the ladder of every kind and edge', () => {
    for (const [i, a] of ladder.entries()) {
      for (const [j, b] of ladder.entries()) {
        expect(compareKeys(encodeSortKey(a), encodeSortKey(b)), `${i} ${j}`).toBe(sign(i - j));
      }
    }
  });

  it('[engine V3] compare as the values do', () => {
    fc.assert(
      fc.property(indexValue, indexValue, (a, b) => {
        expect(compareKeys(encodeSortKey(a), encodeSortKey(b))).toBe(sign(compareValues(a, b)));
      }),
      { numRuns: 10_000 },
    );
  });

  it('[engine V3] compare field by field when several stand one behind the other', () => {
    const key = (fields: (Value | undefined)[]): Uint8Array => {
      const writer = new KeyWriter(1);
      for (const field of fields) writeSortKey(writer, field);
      return writer.take();
    };
    fc.assert(
      fc.property(fc.tuple(indexValue, indexValue), fc.tuple(indexValue, indexValue), (a, b) => {
        const order = compareValues(a[0], b[0]) || compareValues(a[1], b[1]);
        expect(compareKeys(key(a), key(b))).toBe(sign(order));
      }),
      { numRuns: 5000 },
    );
  });

  it('[engine V3] never make one value the prefix of another', () => {
    fc.assert(
      fc.property(indexValue, indexValue, (a, b) => {
        fc.pre(compareValues(a, b) !== 0);
        const [short, long] = [encodeSortKey(a), encodeSortKey(b)].sort((x, y) => x.length - y.length);
        expect(compareKeys(short!, long!.subarray(0, short!.length))).not.toBe(0);
      }),
      { numRuns: 5000 },
    );
  });

  it('[engine V3] are the documented bytes', () => {
    const hex = (value: Value | undefined): string => Buffer.from(encodeSortKey(value)).toString('hex');
    expect(hex(undefined)).toBe('01');
    expect(hex(null)).toBe('03');
    expect(hex(0n)).toBe('08');
    expect(hex(-1n)).toBe('07ff');
    expect(hex(-(2n ** 63n))).toBe('048000000000000000');
    expect(hex(1)).toBe('0dbff0000000000000');
    expect(hex(-1)).toBe('0d400fffffffffffff');
    expect(hex('a\0é')).toBe('10610101c3a900');
    expect(hex(['a', true])).toBe('121061000f00');
    expect(hex({ a: null })).toBe('151061000300');
  });

  it('[engine V3] make an equality a range that holds nothing else: "x" does not find "x\\0"', () => {
    const equal = encodeSortKey('x');
    expect(compareKeys(encodeSortKey('x\0y'), successor(equal)!)).toBe(1);
    expect(compareKeys(encodeSortKey(buffer(7, 0)), successor(encodeSortKey(buffer(7)))!)).toBe(1);
  });

  it('[engine V3] share a prefix through truncate', () => {
    const writer = new KeyWriter(2).u32(7);
    writeSortKey(writer, 'team');
    const prefix = writer.length;
    writeSortKey(writer, 1n);
    const first = writer.take();
    writeSortKey(writer.truncate(prefix), 2n);
    expect(compareKeys(first, writer.take())).toBe(-1);
    expect(first.subarray(0, prefix)).toEqual(writer.take().subarray(0, prefix));
  });
});

describe('successor', () => {
  it('[engine V3] is the first key behind all that start with the prefix', () => {
    expect(successor(new Uint8Array([1, 2]))).toEqual(new Uint8Array([1, 3]));
    expect(successor(new Uint8Array([1, 255, 255]))).toEqual(new Uint8Array([2]));
    expect(successor(new Uint8Array([255, 255]))).toBeNull();
    expect(successor(new Uint8Array([]))).toBeNull();
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1 }),
        fc.uint8Array(),
        fc.uint8Array(),
        (prefix, tail, other) => {
          const end = successor(prefix);
          fc.pre(end !== null);
          expect(compareKeys(Buffer.concat([prefix, tail]), end!)).toBe(-1);
          const startsWith = Buffer.compare(prefix, other.subarray(0, prefix.length)) === 0;
          expect(compareKeys(other, prefix) >= 0 && compareKeys(other, end!) < 0).toBe(startsWith);
        },
      ),
    );
  });
});
