import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprint, value } from './arbitraries.ts';
import { DeveloperError } from './errors.ts';
import { jsonToValue, toCleanJson, valueToJson } from './json.ts';
import { COMMIT_TS, type JsonValue, type Value } from './value.ts';

const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');

describe('Convex JSON', () => {
  // First in this file: only code that is not optimised yet shows that arrays of doubles silence signalling NaNs.
  it('[engine V1] keeps the sign and payload of a NaN that stands among plain floats', () => {
    for (const hex of ['fffff7fffffff7ff', '010000000000f8ff', '010000000000f07f']) {
      const nan = { $float: base64(hex) };
      const json = { list: [1.5, nan, 2.5], nested: [[nan]] };
      for (let i = 0; i < 5000; i++)
        expect(JSON.stringify(valueToJson(jsonToValue(json)))).toBe(JSON.stringify(json));
    }
  });

  it('[engine V1] encodes each kind as the protocol writes it', () => {
    const rows: [Value, JsonValue][] = [
      [null, null],
      [true, true],
      [1.5, 1.5],
      ['x', 'x'],
      [1n, { $integer: 'AQAAAAAAAAA=' }],
      [-1n, { $integer: '//////////8=' }],
      [2n ** 63n - 1n, { $integer: base64('ffffffffffffff7f') }],
      [-(2n ** 63n), { $integer: base64('0000000000000080') }],
      [-0, { $float: base64('0000000000000080') }],
      [Infinity, { $float: base64('000000000000f07f') }],
      [-Infinity, { $float: base64('000000000000f0ff') }],
      [NaN, { $float: base64('000000000000f87f') }],
      [new Uint8Array([0, 16, 131]).buffer, { $bytes: 'ABCD' }],
      [new ArrayBuffer(0), { $bytes: '' }],
      [COMMIT_TS, { $commitTs: null }],
      [
        [1, [2n]],
        [1, [{ $integer: 'AgAAAAAAAAA=' }]],
      ],
    ];
    for (const [decoded, json] of rows) {
      expect(valueToJson(decoded)).toEqual(json);
      expect(fingerprint(jsonToValue(json))).toBe(fingerprint(decoded));
    }
  });

  it('[engine V1] comes back exact to the bit, NaN payloads and -0 included', () => {
    fc.assert(
      fc.property(value, (original) => {
        const json = JSON.stringify(valueToJson(original));
        const back = jsonToValue(JSON.parse(json) as JsonValue);
        expect(fingerprint(back)).toBe(fingerprint(original));
        expect(JSON.stringify(valueToJson(back))).toBe(json);
      }),
      { numRuns: 2000 },
    );
  });

  it('[engine V1] writes object keys sorted, so equal values have equal texts', () => {
    expect(JSON.stringify(valueToJson({ b: 1, a: { d: 1, c: 2 } }))).toBe('{"a":{"c":2,"d":1},"b":1}');
  });

  it('[engine V1] reads a bare -0 as the 0 it would be written as', () => {
    expect(jsonToValue(JSON.parse('-0') as JsonValue)).toBe(0);
  });

  it('[engine V1] treats __proto__ as an ordinary field', () => {
    const decoded = jsonToValue(JSON.parse('{"__proto__":{"x":1}}') as JsonValue) as object;
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    expect(JSON.stringify(valueToJson(decoded as Value))).toBe('{"__proto__":{"x":1}}');
  });

  it.each([
    ['{"$set":[]}', 'Received a Set which is no longer supported as a Convex type.'],
    ['{"$map":[]}', 'Received a Map which is no longer supported as a Convex type.'],
    ['{"$foo":1}', "Field name $foo starts with a '$', which is reserved."],
    ['{"a":1,"$integer":"AQAAAAAAAAA="}', "Field name $integer starts with a '$', which is reserved."],
    ['{"$integer":"AQ=="}', 'Received 1 bytes, expected 8 for $integer'],
    ['{"$integer":1}', 'Malformed $integer field: expected a base64 string'],
    ['{"$bytes":"AB!="}', 'Malformed $bytes field: expected a base64 string'],
    ['{"$float":"AAAAAAAA8D8="}', 'Float64 1 should be encoded as a number'],
    ['1e400', 'A number is out of the range of a float64.'],
    ['{"$commitTs":1}', 'Malformed $commitTs field: expected null'],
    ['{"$undefined":null}', "Field name $undefined starts with a '$', which is reserved."],
    ['"\\ud800"', 'Strings must be well-formed Unicode: found a lone surrogate.'],
    ['{"\\udc00":1}', 'Strings must be well-formed Unicode: found a lone surrogate.'],
  ])('[engine V1] refuses %s', (json, message) => {
    const decode = (): Value => jsonToValue([JSON.parse(json) as JsonValue]);
    expect(decode).toThrow(DeveloperError);
    expect(decode).toThrow(message);
  });

  it('[engine V5] refuses nesting beyond 64 instead of exhausting the stack', () => {
    const nested = (levels: number): JsonValue =>
      JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as JsonValue;
    expect(jsonToValue(nested(64))).toBeDefined();
    expect(() => jsonToValue(nested(100_000))).toThrow(
      'Value is too nested (nested 65 levels deep > maximum nesting 64)',
    );
  });

  it('[engine V1] refuses a bigint that is no int64', () => {
    expect(() => valueToJson(2n ** 63n)).toThrow('does not fit into a 64-bit signed integer');
    expect(() => valueToJson(-(2n ** 63n) - 1n)).toThrow('does not fit into a 64-bit signed integer');
  });
});

describe('clean JSON', () => {
  it('[engine V8] writes int64 as decimal text, bytes as base64 and special floats as text', () => {
    const all = {
      bytes: new Uint8Array([0, 16, 131]).buffer,
      int: -5n,
      list: [NaN, Infinity, -Infinity, 1.5],
      text: 'x',
    };
    expect(toCleanJson(all)).toEqual({
      bytes: 'ABCD',
      int: '-5',
      list: ['NaN', 'Infinity', '-Infinity', 1.5],
      text: 'x',
    });
  });
});
