import { describe, expect, it } from 'vitest';
import { printValidator, printValue } from './print.ts';
import type { Value } from './value.ts';

describe('printing', () => {
  it.each<[Value, string]>([
    [null, 'null'],
    [true, 'true'],
    [1, '1.0'],
    [-0, '-0.0'],
    [1.5, '1.5'],
    [1765381459721, '1765381459721.0'],
    [0.00001, '1e-5'],
    [0.000001, '1e-6'],
    [1e15, '1000000000000000.0'],
    [1.5e16, '1.5e16'],
    [1e300, '1e300'],
    [NaN, 'NaN'],
    [-Infinity, '-inf'],
    [1n, '1'],
    ['a"b\\c\n\t\0', '"a\\"b\\\\c\\n\\t\\0"'],
    ['\x1b é 😀', '"\\u{1b} é 😀"'],
    ['e\u0301\u00a0\u200d', '"e\\u{301}\\u{a0}\\u{200d}"'],
    [new Uint8Array([0, 16, 131]).buffer, 'b"ABCD"'],
    [[1, 'x', [2n]], '[1.0, "x", [2]]'],
    [{ b: 'x', a: 1 }, '{a: 1.0, b: "x"}'],
    [{}, '{}'],
  ])('[engine V7] writes %o as %s', (value, printed) => {
    expect(printValue(value)).toBe(printed);
  });

  it('[engine V7] writes validators as source', () => {
    const printed = printValidator({
      type: 'object',
      value: {
        z: {
          fieldType: { type: 'union', value: [{ type: 'literal', value: 'a' }, { type: 'null' }] },
          optional: true,
        },
        a: { fieldType: { type: 'array', value: { type: 'id', tableName: 'users' } }, optional: false },
        r: {
          fieldType: {
            type: 'record',
            keys: { type: 'string' },
            values: { fieldType: { type: 'any' }, optional: false },
          },
          optional: false,
        },
        l: {
          fieldType: {
            type: 'union',
            value: [
              { type: 'literal', value: 1 },
              { type: 'literal', value: { $integer: 'AQAAAAAAAAA=' } },
              { type: 'literal', value: true },
            ],
          },
          optional: false,
        },
      },
    });
    expect(printed).toBe(
      'v.object({a: v.array(v.id("users")), l: v.union(v.literal(1.0), v.literal(<bigint>), v.literal(true)), ' +
        'r: v.record(v.string(), v.any()), z: v.optional(v.union(v.literal("a"), v.null()))})',
    );
  });
});
