import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { value } from './arbitraries.ts';
import {
  checkDocument,
  checkFieldName,
  checkValue,
  formatBytes,
  isIdentifier,
  LIMITS,
  nestingOf,
  sizeOf,
} from './limits.ts';
import type { Value } from './value.ts';

const nest = (levels: number): Value => {
  let out: Value = 1;
  for (let i = 0; i < levels; i++) out = i % 2 ? [out] : { d: out };
  return out;
};

describe('sizes', () => {
  it('[engine V5] counts as Convex counts', () => {
    const rows: [Value, number][] = [
      [null, 1],
      [false, 1],
      [1, 9],
      [1n, 9],
      ['', 2],
      ['é😀', 8],
      [new ArrayBuffer(3), 5],
      [[1, 'a'], 14],
      [{}, 2],
      [{ ab: null, c: [true] }, 2 + 3 + 1 + 2 + 3],
    ];
    for (const [item, size] of rows) expect(sizeOf(item)).toBe(size);
  });

  it('[engine V5] is the same whether measured or checked', () => {
    fc.assert(
      fc.property(value, (item) => {
        expect(checkValue(item)).toBe(sizeOf(item));
      }),
    );
  });

  it('[engine V5] reads as the official texts do', () => {
    expect(formatBytes(1 << 20)).toBe('1 MiB');
    expect(formatBytes(1536)).toBe('1.50 KiB');
    expect(formatBytes((1 << 20) + (1 << 19))).toBe('1.50 MiB');
    expect(formatBytes(12)).toBe('12 B');
  });
});

describe('limits of a value', () => {
  it('[engine V5] allows 8192 items and 1024 fields, and not one more', () => {
    const fields = (count: number): Value =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, 0]));
    expect(checkValue(Array.from({ length: 8192 }, () => 0))).toBeGreaterThan(0);
    expect(() => checkValue(Array.from({ length: 8193 }, () => 0))).toThrow(
      'Array length is too long (8193 > maximum length 8192)',
    );
    expect(checkValue(fields(1024))).toBeGreaterThan(0);
    expect(() => checkValue(fields(1025))).toThrow('Object has too many fields (1025 > maximum number 1024)');
  });

  it('[engine V5] allows 64 levels in a value and 16 in a document', () => {
    expect(checkValue(nest(64))).toBeGreaterThan(0);
    expect(() => checkValue(nest(65))).toThrow(
      'Value is too nested (nested 65 levels deep > maximum nesting 64)',
    );
    expect(checkDocument(nest(15) as Value & object)).toBeGreaterThan(0);
    expect(() => checkDocument({ a: nest(20) })).toThrow(
      'Value is too nested (nested 21 levels deep > maximum nesting 16)',
    );
    expect([nestingOf(1), nestingOf([]), nestingOf({}), nestingOf([[1]])]).toEqual([0, 1, 1, 2]);
  });

  it('[engine V5] allows a document of exactly 1 MiB', () => {
    const overhead = sizeOf({ body: '' });
    const body = 'x'.repeat(LIMITS.documentBytes - overhead);
    expect(checkDocument({ body })).toBe(LIMITS.documentBytes);
    expect(() => checkDocument({ body: body + 'xxxxxx'.repeat(100_000) })).toThrow(
      /^Value is too large \(1\.57 MiB > maximum size 1 MiB\)$/,
    );
    expect(() => checkDocument({ body: `${body}x` })).toThrow('Value is too large');
  });

  it('[engine V5] refuses lone surrogates wherever they stand', () => {
    expect(() => checkValue({ a: ['\ud83d'] })).toThrow('Strings must be well-formed Unicode');
    expect(checkValue({ a: ['😀'] })).toBeGreaterThan(0);
  });
});

describe('names', () => {
  it('[engine V5] keeps underscores at the top of a document for the system', () => {
    expect(checkDocument({ _id: 'x', _creationTime: 1, a: { _x: 1 } })).toBeGreaterThan(0);
    expect(() => checkDocument({ _x: 1 })).toThrow(
      "Field '_x' starts with an underscore, which is only allowed for system fields like '_id'",
    );
  });

  it('[engine V5] allows fields of printable ASCII that do not start with $', () => {
    for (const name of ['', 'a b', '~', 'x$', 'n'.repeat(1024)])
      expect(() => checkFieldName(name)).not.toThrow();
    for (const name of ['$a', 'é', 'a\n', '\x7f', 'n'.repeat(1025)])
      expect(() => checkFieldName(name)).toThrow('Field name');
    expect(() => checkValue([{ $a: 1 }])).toThrow("Field name $a starts with a '$', which is reserved.");
  });

  it('[engine V5] knows an identifier', () => {
    for (const name of ['a', '_a', 'A9_', 'x'.repeat(64)]) expect(isIdentifier(name)).toBe(true);
    for (const name of ['', '_', '___', '9a', 'a-b', 'a.b', 'é', 'x'.repeat(65), 'a\n'])
      expect(isIdentifier(name)).toBe(false);
  });
});
