/**
 * Random programs of writes, index ranges and orders give the same on the engine and on `convex-test` (docs/goals.md fault-21).
 *
 * `RUNS` sets their number, `SEED` repeats them.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from './backend.ts';
import { startConvexTestBackend } from './convexTestBackend.ts';
import { startEngineBackend } from './engineBackend.ts';

const RUNS = Number(process.env.RUNS ?? 100);
const SEED = Number(process.env.SEED ?? 20_261_123);

let engine: Backend;
let double: Backend;
beforeAll(async () => {
  [engine, double] = await Promise.all([startEngineBackend(), startConvexTestBackend()]);
}, 60_000);
afterAll(() => engine.stop());

const bytes = (...items: number[]): ArrayBuffer => new Uint8Array(items).buffer;
const scalars = [null, 0n, -5n, 2n ** 62n, -Infinity, -1.5, -0, 0, 1, NaN, false, true];
const others = [
  '',
  'a',
  'a\0',
  'ab',
  'é',
  '\uffff',
  '😀',
  bytes(),
  bytes(0),
  bytes(0, 1),
  [],
  [0],
  [[0]],
  {},
  { a: 0 },
];
/** Drawn often, so that ranges meet documents. */
const neighbours = [{ missing: true }, null, 0n, -0, 0, 'a', 'a\0'];
const value = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<unknown>(...neighbours) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(...scalars, ...others) },
);
const fields = fc.record({
  a: value,
  b: value,
  n: fc.oneof(value, fc.record({ x: value.filter((one) => !isMissing(one)) })),
});

function isMissing(one: unknown): boolean {
  return typeof one === 'object' && one !== null && 'missing' in one;
}

const at = fc.nat(30);
const order = fc.constantFrom('asc', 'desc');
const lower = fc.constantFrom('gt', 'gte');
const upper = fc.constantFrom('lt', 'lte');

/** Equality on the first fields, then a bound or two on the next one. */
const range = fc
  .record({
    fields: fc.constantFrom(['a', 'b'], ['n.x']),
    equal: fc.nat(2),
    values: fc.tuple(value, value, value, value),
    lower: fc.option(lower),
    upper: fc.option(upper),
  })
  .map(({ fields, equal, values, lower, upper }) => {
    const used = fields.slice(0, equal);
    const next = fields[used.length];
    const steps: unknown[] = used.map((field, i) => ['eq', field, values[i]]);
    if (next !== undefined && lower !== null) steps.push([lower, next, values[2]]);
    if (next !== undefined && upper !== null) steps.push([upper, next, values[3]]);
    return { index: fields.length === 2 ? 'by_a_b' : 'by_x', range: steps };
  });

const op = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('insert'), fields }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('patch'), at, fields }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('replace'), at, fields }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete'), at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('get'), at }) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(range, order, fc.integer({ min: 1, max: 40 }))
      .map(([ranged, order, take]) => ({ do: 'query', ...ranged, order, take })),
  },
);

describe('random programs', () => {
  it(`[engine Q1] give the same on both backends (seed ${SEED})`, async () => {
    let rows = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(op, { minLength: 30, maxLength: 120 }), async (ops) => {
        const [ours, theirs] = await Promise.all(
          [engine, double].map((one) => one.mutation('script:run', { ops })),
        );
        expect(ours).toEqual(theirs);
        (ours as unknown[]).forEach((result, i) => {
          if (ops[i]!.do === 'query') rows += (result as unknown[]).length;
        });
      }),
      { numRuns: RUNS, seed: SEED },
    );
    expect(rows).toBeGreaterThan(RUNS * 5);
  }, 3_600_000);
});
