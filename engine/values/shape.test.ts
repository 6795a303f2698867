import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LIMITS } from './limits.ts';
import { printValue } from './print.ts';
import { excessOf, excessOfText } from './shape.ts';
import type { JsonValue } from './value.ts';

const fields = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
const nested = (levels: number): JsonValue => (levels === 0 ? 1 : [nested(levels - 1)]);
const padding = 'x'.repeat(LIMITS.strangerBytes);

it('[engine V10] what is more than a value may be is named, wherever it stands', () => {
  const about = (json: JsonValue): string | null => excessOf({ a: [json] });
  expect(about(fields(1_024))).toBeNull();
  expect(about(fields(1_025))).toBe('Object has too many fields (1025 > maximum number 1024)');
  expect(about(Array.from({ length: 8_192 }, () => 0))).toBeNull();
  expect(about(Array.from({ length: 8_193 }, () => 0))).toBe(
    'Array length is too long (8193 > maximum length 8192)',
  );
  expect(about(nested(62))).toBeNull();
  expect(about(nested(63))).toBe('Value is too nested (nested 65 levels deep > maximum nesting 64)');
});

it('[engine V10] the same is seen in a long text before it is parsed, and a string may hold anything', () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 4 }),
      fc.integer({ min: 1_000, max: 1_050 }),
      fc.constantFrom('{"[,', '\\', '\\"', '"', 'é😀', '\\\\'),
      (json, count, odd) => {
        const text = JSON.stringify([json, { ...fields(count), [odd]: [odd, fields(3)] }, padding]);
        expect(excessOfText(text) === null).toBe(count + 1 <= LIMITS.objectFields);
      },
    ),
  );
  expect(excessOfText('['.repeat(300) + padding)).toContain('too nested');
  expect(excessOfText(JSON.stringify(fields(2_000)))).toBeNull();
});

it('[engine V10] a value is shown in a kilobyte at most, whatever it is, and like Rust prints it up to there', () => {
  const large: Record<string, Parameters<typeof printValue>[0]> = {
    text: '"😀'.repeat(1e6),
    bytes: new ArrayBuffer(1e6),
    items: Array.from({ length: 8_000 }, () => 'é'),
    names: fields(1_024),
    longName: { ['n'.repeat(1_000)]: 1 },
    inside: [[{ a: 'x'.repeat(1e6), b: 1 }], 'y'],
  };
  for (const value of Object.values(large)) {
    expect(Buffer.byteLength(printValue(value))).toBeLessThan(2_048);
    expect(printValue(value).length).toBeLessThanOrEqual(1_000);
  }
  expect(printValue(large.inside!)).toBe(`[[{a: "${'x'.repeat(893)}…`);
  expect(printValue('x'.repeat(898))).toBe(`"${'x'.repeat(898)}"`);
});
