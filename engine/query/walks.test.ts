/**
 * What the plain comparisons leave out: filters of any shape with arithmetic, and pages that are walked while others write.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEngine, page, pushSchema, tableScan, type TestEngine } from '../transaction/testKit.ts';
import { valueToJson } from '../values/json.ts';
import { compareValues } from '../values/order.ts';
import { getPath, type JsonValue, type Value, type ValueObject } from '../values/value.ts';
import {
  applyWrites,
  clear,
  literal,
  maybe,
  Oracle,
  queryJson,
  range,
  TABLES,
  write,
} from './testing/twin.ts';

const seeded = { numRuns: Number(process.env.RUNS ?? 150) };
let engine: TestEngine;
beforeAll(async () => {
  engine = openTestEngine();
  await pushSchema(engine, TABLES);
});
afterAll(() => engine.dispose());

type Expression =
  | { is: 'literal'; value: Value | undefined }
  | { is: 'field'; path: string }
  | { is: 'unary'; op: '$not' | '$neg'; of: Expression }
  | { is: 'binary'; op: string; left: Expression; right: Expression }
  | { is: 'list'; op: '$and' | '$or'; of: Expression[] };

const COMPARISONS = ['$eq', '$neq', '$lt', '$lte', '$gt', '$gte'] as const;
const ARITHMETIC = ['$add', '$sub', '$mul', '$div', '$mod'] as const;
const numeric = fc.constantFrom<(Value | undefined)[]>(
  0,
  -0,
  1,
  -1.5,
  3,
  NaN,
  Infinity,
  0n,
  1n,
  -300n,
  2n ** 62n,
  -(2n ** 63n),
);

/** A symbol that is a constant in a union is a symbol at large to inference, hence the parameter’s type. */
function literalOf(value: unknown): Expression {
  return { is: 'literal', value: value as Value | undefined };
}

const { expression } = fc.letrec<{ expression: Expression; amount: Expression }>((tie) => ({
  amount: fc.oneof(
    { depthSize: 'small' },
    numeric.map(literalOf),
    fc.record({ is: fc.constant('field' as const), path: fc.constantFrom('a', 'b', 'n.x', '_creationTime') }),
    fc.record({ is: fc.constant('unary' as const), op: fc.constant('$neg' as const), of: tie('amount') }),
    fc.record({
      is: fc.constant('binary' as const),
      op: fc.constantFrom(...ARITHMETIC),
      left: tie('amount'),
      right: tie('amount'),
    }),
  ),
  expression: fc.oneof(
    { depthSize: 'small' },
    fc.record({
      is: fc.constant('binary' as const),
      op: fc.constantFrom(...COMPARISONS),
      left: tie('amount'),
      right: tie('amount'),
    }),
    fc.record({
      is: fc.constant('binary' as const),
      op: fc.constantFrom(...COMPARISONS),
      left: fc.record({ is: fc.constant('field' as const), path: fc.constantFrom('a', 'n', 'n.x', 'zzz') }),
      right: maybe.map(literalOf),
    }),
    fc.record({ is: fc.constant('unary' as const), op: fc.constant('$not' as const), of: tie('expression') }),
    fc.record({
      is: fc.constant('list' as const),
      op: fc.constantFrom('$and' as const, '$or' as const),
      of: fc.array(tie('expression'), { maxLength: 3 }),
    }),
  ),
}));

function jsonOf(e: Expression): JsonValue {
  switch (e.is) {
    case 'literal':
      return { $literal: literal(e.value) };
    case 'field':
      return { $field: e.path };
    case 'unary':
      return { [e.op]: jsonOf(e.of) };
    case 'binary':
      return { [e.op]: [jsonOf(e.left), jsonOf(e.right)] };
    case 'list':
      return { [e.op]: e.of.map(jsonOf) };
  }
}

class Refused extends Error {}

/** What the expression is of a document, as §3.7 has it. */
function meaning(e: Expression, document: ValueObject): Value | undefined {
  switch (e.is) {
    case 'literal':
      return e.value;
    case 'field':
      return getPath(document, e.path.split('.'));
    case 'unary': {
      const of = meaning(e.of, document);
      if (e.op === '$not') return of !== true;
      if (typeof of === 'number') return Number.isNaN(of) ? NaN : -of;
      if (typeof of === 'bigint') return wrapped(0n - of);
      throw new Refused();
    }
    case 'list': {
      // One by one, so that what stands behind the deciding operand is never computed.
      for (const of of e.of) if ((meaning(of, document) === true) === (e.op === '$or')) return e.op === '$or';
      return e.op === '$and';
    }
    case 'binary': {
      const a = meaning(e.left, document);
      const b = meaning(e.right, document);
      if ((COMPARISONS as readonly string[]).includes(e.op))
        return compared(e.op, compareValues(a as Value, b as Value));
      return computed(e.op, a as Value, b as Value);
    }
  }
}

function compared(op: string, sign: number): boolean {
  const fits = { $eq: [0], $neq: [-1, 1], $lt: [-1], $lte: [-1, 0], $gt: [1], $gte: [0, 1] }[op]!;
  return fits.includes(Math.sign(sign));
}

function computed(op: string, a: Value | undefined, b: Value | undefined): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    const result = { $add: a + b, $sub: a - b, $mul: a * b, $div: a / b, $mod: a % b }[op]!;
    return Number.isNaN(result) ? NaN : result;
  }
  if (typeof a !== 'bigint' || typeof b !== 'bigint') throw new Refused();
  if ((op === '$div' || op === '$mod') && b === 0n) throw new Refused();
  if (op === '$add') return wrapped(a + b);
  if (op === '$sub') return wrapped(a - b);
  if (op === '$mul') return wrapped(a * b);
  return op === '$div' ? wrapped(a / b) : wrapped(a % b);
}

function wrapped(value: bigint): bigint {
  const low = ((value % 2n ** 64n) + 2n ** 64n) % 2n ** 64n;
  return low >= 2n ** 63n ? low - 2n ** 64n : low;
}

function idsOrRefusal(run: () => string[]): string[] | 'refused' {
  try {
    return run();
  } catch (error) {
    if (error instanceof Refused || (error as { code?: string }).code === 'InvalidFilterExpression')
      return 'refused';
    throw error;
  }
}

describe('filters and the twin agree', () => {
  it('[engine Q1] expressions of any shape, arithmetic included, pass and refuse the same documents', async () => {
    const seen = { refused: 0, some: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { maxLength: 15 }),
        fc.array(expression, { minLength: 1, maxLength: 12 }),
        async (writes, expressions) => {
          await clear(engine);
          const oracle = new Oracle();
          await applyWrites(engine, oracle, writes);
          for (const one of expressions) {
            const query = tableScan('items', 'asc', [{ filter: jsonOf(one) }]);
            const found = idsOrRefusal(() =>
              engine.committer.read((tx) => tx.db('').collect(query)).map((row) => row._id as string),
            );
            const expected = idsOrRefusal(() =>
              oracle
                .query({
                  index: 'items.by_creation_time',
                  equal: [],
                  side: 'none',
                  low: null,
                  high: null,
                  strictLow: false,
                  strictHigh: false,
                  order: 'asc',
                  limit: null,
                  filter: null,
                  limitFirst: false,
                })
                .filter(
                  (id) =>
                    meaning(
                      one,
                      oracle.documents.find(({ _id }) => _id === id)!,
                    ) === true,
                ),
            );
            expect(found).toEqual(expected);
            if (found === 'refused') seen.refused++;
            else if (found.length > 0) seen.some++;
          }
        },
      ),
      seeded,
    );
    expect(Math.min(seen.refused, seen.some)).toBeGreaterThan(seeded.numRuns / 3);
  });
});

describe('walks and the twin agree', () => {
  it('[engine Q4] each page is what follows its cursor at that moment, while others write between the pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { maxLength: 20 }),
        range,
        fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.array(write, { maxLength: 4 })), {
          minLength: 1,
          maxLength: 8,
        }),
        async (before, item, rounds) => {
          await clear(engine);
          const oracle = new Oracle();
          await applyWrites(engine, oracle, before);
          const whole = { ...item, limit: null, filter: null };
          const query = queryJson(whole);
          let cursor: string | null = null;
          /** The key of the last document shown, which may be gone by now. */
          let last: (Value | undefined)[] | null = null;
          for (const [size, writes] of rounds) {
            const result = engine.committer.read((tx) => tx.db('').queryPage(page(query, size, { cursor })));
            const rest = oracle.query(whole).filter((id) => last === null || oracle.isAfter(whole, id, last));
            expect(result.page.map((text) => (JSON.parse(text) as { _id: string })._id)).toEqual(
              rest.slice(0, size),
            );
            expect(result.isDone && rest.length > size).toBe(false);
            if (result.isDone) break;
            last = oracle.keyOf(whole, rest[size - 1]!);
            cursor = result.continueCursor;
            await applyWrites(engine, oracle, writes);
          }
        },
      ),
      seeded,
    );
  });

  it('[engine V1] what was written is what is read, to the bit, through every kind of write', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(write, { minLength: 10, maxLength: 60 }), async (writes) => {
        await clear(engine);
        const oracle = new Oracle();
        for (let at = 0; at < writes.length; at += 7)
          await applyWrites(engine, oracle, writes.slice(at, at + 7));
        const rows = engine.committer.read((tx) => tx.db('').collect(tableScan('items')));
        const text = (documents: JsonValue[]): string[] => documents.map((one) => JSON.stringify(one)).sort();
        const sorted = (document: ValueObject): JsonValue => valueToJson(document);
        expect(text(rows)).toEqual(text(oracle.documents.map(sorted)));
      }),
      seeded,
    );
  });
});
