/** The same values through the official client package: what it encodes, orders and measures, we do alike. */
import * as official from 'convex/values';
import { v } from 'convex/values';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexValue, value } from './arbitraries.ts';
import { jsonToValue, valueToJson } from './json.ts';
import { sizeOf } from './limits.ts';
import { compareValues } from './order.ts';
import { printValidator } from './print.ts';
import { checkValidator, type ValidatorJson } from './validator.ts';
import type { JsonValue, Value } from './value.ts';

/**
 * The client loses the field `__proto__`, and the sign and the payload of a NaN once V8 has compiled it; elsewhere it must agree.
 * What negative NaNs have to be is said below by their bits.
 */
const theirs = (item: Value | undefined): official.Value => item as official.Value;
const textOf = (item: Value | undefined): string =>
  item === undefined ? '' : JSON.stringify(valueToJson(item));
const hasProto = (item: Value | undefined): boolean => textOf(item).includes('"__proto__"');
const hasNan = (item: Value | undefined): boolean =>
  Array.from(textOf(item).matchAll(/"\$float":"([^"]+)"/g)).some(([, base64]) =>
    Number.isNaN(Buffer.from(base64!, 'base64').readDoubleLE()),
  );

const isNegative = (item: Value | undefined): boolean =>
  Array.from(textOf(item).matchAll(/"\$float":"([^"]+)"/g)).some(([, base64]) => {
    const bits = Buffer.from(base64!, 'base64');
    return Number.isNaN(bits.readDoubleLE()) && bits[7]! > 127;
  });

describe('against the official client', () => {
  it('[engine V1] the JSON is the same, and each reads the other’s', () => {
    fc.assert(
      fc.property(value, (item) => {
        fc.pre(!hasProto(item));
        const json = valueToJson(item);
        expect(official.convexToJson(theirs(item))).toEqual(json);
        const back = jsonToValue(official.convexToJson(theirs(item)) as JsonValue);
        expect(JSON.stringify(valueToJson(back))).toBe(JSON.stringify(json));
      }),
      { numRuns: 2000 },
    );
  });

  it('[engine V2] the order is the same', () => {
    fc.assert(
      fc.property(indexValue, indexValue, (a, b) => {
        fc.pre(!hasProto(a) && !hasProto(b) && !(hasNan(a) && hasNan(b)));
        fc.pre(!isNegative(a) && !isNegative(b));
        expect(Math.sign(compareValues(a, b))).toBe(Math.sign(official.compareValues(theirs(a), theirs(b))));
      }),
      { numRuns: 5000 },
    );
  });

  it('[engine V2] a negative NaN stands before every other float, however often it is asked', () => {
    const negative = new DataView(new ArrayBuffer(8));
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.integer({ min: 1, max: 2 ** 32 - 1 }), (other, payload) => {
        negative.setUint32(0, 0xfff80000);
        negative.setUint32(4, payload);
        expect(compareValues(negative.getFloat64(0), other)).toBeLessThan(0);
        expect(compareValues(other, negative.getFloat64(0))).toBeGreaterThan(0);
      }),
      { numRuns: 20_000 },
    );
  });

  it('[engine V5] the size is the same', () => {
    fc.assert(
      fc.property(value, (item) => {
        expect(sizeOf(item)).toBe(official.getConvexSize(theirs(item)));
      }),
      { numRuns: 2000 },
    );
  });

  it('[engine V6] every validator it can export is understood', () => {
    const every = v.object({
      any: v.any(),
      array: v.array(v.id('users')),
      bigint: v.int64(),
      boolean: v.boolean(),
      bytes: v.bytes(),
      commitTs: v.commitTs(),
      literal: v.literal(5n),
      nothing: v.optional(v.null()),
      number: v.number(),
      record: v.record(v.string(), v.string()),
      union: v.union(v.literal('a'), v.literal(1.5), v.literal(true)),
    });
    const json = (every as unknown as { json: ValidatorJson }).json;
    const good: { [field: string]: Value } = {
      any: [],
      array: [],
      bigint: 1n,
      boolean: true,
      bytes: new ArrayBuffer(0),
      commitTs: 7n,
      literal: 5n,
      number: 1,
      record: { x: 'y' },
      union: 1.5,
    };
    const tables = { tableNumberOf: () => null, tableNameOf: () => null };
    expect(checkValidator(json, good, tables)).toBeNull();
    for (const field of Object.keys(good).filter((name) => name !== 'any')) {
      expect(checkValidator(json, { ...good, [field]: { wrong: [1] } }, tables)).toContain(`.${field}`);
    }
    expect(printValidator(json)).toContain('nothing: v.optional(v.null())');
  });
});
