// Queries against a tiny twin: an array of documents, sorted and filtered with compareValues alone.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openTestEngine,
  indexRange,
  page,
  pushSchema,
  tableScan,
  type TestEngine,
} from '../transaction/testKit.ts';
import { jsonToValue, valueToJson } from '../values/json.ts';
import { compareValues } from '../values/order.ts';
import { getPath, type JsonObject, type JsonValue, type Value, type ValueObject } from '../values/value.ts';

const TABLES = { items: { indexes: { by_a_b: ['a', 'b'], by_n: ['n.x'] } } };
const INDEXES: Record<string, string[]> = {
  'items.by_a_b': ['a', 'b', '_creationTime'],
  'items.by_n': ['n.x', '_creationTime'],
  'items.by_creation_time': ['_creationTime'],
  'items.by_id': ['_id'],
};

let engine: TestEngine;
beforeAll(async () => {
  engine = openTestEngine();
  await pushSchema(engine, TABLES);
});
afterAll(() => engine.dispose());

// Few distinct values, so that ranges hit, ties happen and every type meets every other.
const scalars: Value[] = [
  null,
  true,
  false,
  0,
  -0,
  1,
  -1.5,
  NaN,
  Infinity,
  -Infinity,
  0n,
  1n,
  -300n,
  2n ** 62n,
];
const others: Value[] = [
  '',
  'a',
  'a\0',
  'ab',
  'é',
  '😀',
  '\uffff',
  bytes(),
  bytes(0),
  bytes(0, 255),
  [],
  [1],
  [1, 'a'],
  [[]],
  {},
];
const objects: Value[] = [{ a: 1 }, { a: 1, b: null }, { b: 0n }];
const anyValue = fc.constantFrom(...scalars, ...others, ...objects);
const maybe = fc.oneof({ weight: 1, arbitrary: fc.constant(undefined) }, { weight: 5, arbitrary: anyValue });

function bytes(...items: number[]): ArrayBuffer {
  return new Uint8Array(items).buffer;
}

const fields = fc.record({ a: maybe, b: maybe, x: maybe });
type Fields = { a: Value | undefined; b: Value | undefined; x: Value | undefined };

function jsonOf({ a, b, x }: Fields): JsonObject {
  const out: JsonObject = {};
  if (a !== undefined) out.a = valueToJson(a);
  if (b !== undefined) out.b = valueToJson(b);
  if (x !== undefined) out.n = { x: valueToJson(x) };
  return out;
}

function literal(value: Value | undefined): JsonValue {
  return value === undefined ? { $undefined: null } : valueToJson(value);
}

const write = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('insert' as const), fields }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('patch' as const), at: fc.nat(), fields }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('replace' as const), at: fc.nat(), fields }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), at: fc.nat() }) },
);
type Write = typeof write extends fc.Arbitrary<infer T> ? T : never;

const order = fc.constantFrom('asc' as const, 'desc' as const);
const side = fc.constantFrom('lower' as const, 'upper' as const, 'both' as const, 'none' as const);
const range = fc.record({
  index: fc.constantFrom('items.by_a_b', 'items.by_n', 'items.by_creation_time', 'items.by_id'),
  equal: fc.array(maybe, { maxLength: 2 }),
  side,
  low: maybe,
  high: maybe,
  strictLow: fc.boolean(),
  strictHigh: fc.boolean(),
  order,
  limit: fc.option(fc.nat(6)),
  filter: fc.option(
    fc.record({
      op: fc.constantFrom('$eq', '$neq', '$lt', '$lte', '$gt', '$gte'),
      path: fc.constantFrom('a', 'b', 'n.x', 'zzz'),
      value: maybe,
    }),
  ),
  limitFirst: fc.boolean(),
});
type Range = typeof range extends fc.Arbitrary<infer T> ? T : never;

/** The twin. */
class Oracle {
  documents: ValueObject[] = [];

  query({ index, order, limit, limitFirst, filter, ...rest }: Range): string[] {
    const fields = INDEXES[index]!;
    const bounds = boundsOf(fields, rest);
    let rows = this.documents.filter((document) =>
      bounds.every(([type, field, value]) => {
        const compared = compareValues(getPath(document, field.split('.')), value);
        return {
          Eq: compared === 0,
          Gt: compared > 0,
          Gte: compared >= 0,
          Lt: compared < 0,
          Lte: compared <= 0,
        }[type]!;
      }),
    );
    rows = rows.sort((a, b) => {
      for (const field of [...fields, '_id']) {
        const compared = compareValues(getPath(a, field.split('.')), getPath(b, field.split('.')));
        if (compared !== 0) return compared;
      }
      return 0;
    });
    if (order === 'desc') rows.reverse();
    if (limit !== null && limitFirst) rows = rows.slice(0, limit);
    if (filter !== null)
      rows = rows.filter((document) =>
        passes(filter.op, compareValues(getPath(document, filter.path.split('.')), filter.value)),
      );
    if (limit !== null && !limitFirst) rows = rows.slice(0, limit);
    return rows.map((document) => document._id as string);
  }
}

function passes(op: string, compared: number): boolean {
  return {
    $eq: compared === 0,
    $neq: compared !== 0,
    $lt: compared < 0,
    $lte: compared <= 0,
    $gt: compared > 0,
    $gte: compared >= 0,
  }[op]!;
}

type BoundTriple = ['Eq' | 'Gt' | 'Gte' | 'Lt' | 'Lte', string, Value | undefined];

function boundsOf(
  fields: string[],
  {
    equal,
    side,
    low,
    high,
    strictLow,
    strictHigh,
  }: Pick<Range, 'equal' | 'side' | 'low' | 'high' | 'strictLow' | 'strictHigh'>,
): BoundTriple[] {
  const used = equal.slice(0, fields.length);
  const bounds: BoundTriple[] = used.map((value, i) => ['Eq', fields[i]!, value]);
  const next = fields[used.length];
  if (next === undefined) return bounds;
  if (side === 'lower' || side === 'both') bounds.push([strictLow ? 'Gt' : 'Gte', next, low]);
  if (side === 'upper' || side === 'both') bounds.push([strictHigh ? 'Lt' : 'Lte', next, high]);
  return bounds;
}

function queryJson(range: Range): JsonObject {
  const operators: JsonValue[] = [];
  const limit: JsonValue[] = range.limit === null ? [] : [{ limit: range.limit }];
  const filter: JsonValue[] =
    range.filter === null
      ? []
      : [
          {
            filter: {
              [range.filter.op]: [{ $field: range.filter.path }, { $literal: literal(range.filter.value) }],
            },
          },
        ];
  operators.push(...(range.limitFirst ? [...limit, ...filter] : [...filter, ...limit]));
  const bounds = boundsOf(INDEXES[range.index]!, range);
  return indexRange(
    range.index,
    bounds.map(([type, field, value]) => [type, field, literal(value)]),
    range.order,
    operators,
  );
}

async function clear(): Promise<void> {
  await engine.committer.write((tx) => {
    for (const row of tx.db('').collect(tableScan('items'))) tx.db('').remove(row._id as string);
  });
}

/** Applies writes in one transaction to the engine, and what the engine then stores to the twin. */
async function applyWrites(oracle: Oracle, writes: Write[]): Promise<void> {
  await engine.committer.write((tx) => {
    const db = tx.db('');
    const known = oracle.documents.map((document) => document._id as string);
    for (const item of writes) {
      if (item.do === 'insert') {
        const id = db.insert('items', jsonOf(item.fields));
        known.push(id);
        oracle.documents.push({
          ...(jsonToValue(jsonOf(item.fields)) as ValueObject),
          _id: id,
          _creationTime: jsonToValue(JSON.parse(db.get(id)!)._creationTime),
        });
        continue;
      }
      const id = known[item.at % Math.max(known.length, 1)];
      const document = oracle.documents.find((candidate) => candidate._id === id);
      if (id === undefined || document === undefined) continue;
      if (item.do === 'remove') {
        db.remove(id);
        known.splice(known.indexOf(id), 1);
        oracle.documents.splice(oracle.documents.indexOf(document), 1);
        continue;
      }
      const json = jsonOf(item.fields);
      if (item.do === 'replace') {
        db.replace(id, json);
        for (const name of Object.keys(document)) if (!name.startsWith('_')) delete document[name];
      } else {
        const patch: JsonObject = { ...json };
        if (item.fields.a === undefined) patch.a = { $undefined: null };
        db.patch(id, patch);
        if (item.fields.a === undefined) delete document.a;
      }
      Object.assign(document, jsonToValue(json) as ValueObject);
    }
  });
}

const seeded = { numRuns: Number(process.env.RUNS ?? 150) };

describe('queries and the twin agree', () => {
  it('[Q1] ranges, order across all types, filters and limits, after any writes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { maxLength: 40 }),
        fc.array(range, { minLength: 1, maxLength: 12 }),
        async (writes, ranges) => {
          await clear();
          const oracle = new Oracle();
          await applyWrites(oracle, writes);
          for (const item of ranges) {
            const rows = engine.committer.read((tx) => tx.db('').collect(queryJson(item)));
            expect(rows.map((row) => row._id)).toEqual(oracle.query(item));
            for (const row of rows) {
              expect(jsonToValue(row)).toEqual(oracle.documents.find((document) => document._id === row._id));
            }
          }
        },
      ),
      seeded,
    );
  });

  it('[Q2] a mutation reads its own writes through every index, also while it iterates', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(write, { maxLength: 25 }), range, async (writes, item) => {
        await clear();
        const oracle = new Oracle();
        await applyWrites(oracle, writes);
        await engine.committer.write((tx) => {
          const db = tx.db('');
          const stream = db.queryStream(queryJson({ ...item, limit: null }));
          const drop = (id: string | undefined): void => {
            if (id === undefined) return;
            db.remove(id);
            oracle.documents = oracle.documents.filter((document) => document._id !== id);
          };
          for (let step = 0; ; step++) {
            const rest = oracle.query({ ...item, limit: null });
            const next = db.queryNext(stream);
            if (next.done) return expect(rest).toEqual([]);
            const { _id } = JSON.parse(next.value!) as { _id: string };
            expect(_id).toBe(rest[0]);
            // One removal behind the reader, and sometimes one ahead of it, of a row it may have fetched already.
            drop(_id);
            if (step % 2 === 0) drop(rest[1 + (step % 3)]);
          }
        });
      }),
      seeded,
    );
  });

  it('[Q3] pages put together are the whole query, whatever their sizes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { maxLength: 40 }),
        range,
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        async (writes, item, sizes) => {
          await clear();
          const oracle = new Oracle();
          await applyWrites(oracle, writes);
          const query = queryJson({ ...item, limit: null });
          const ids: string[] = [];
          let cursor: string | null = null;
          for (let i = 0; ; i++) {
            const result = engine.committer.read((tx) =>
              tx.db('').queryPage(page(query, sizes[i % sizes.length]!, { cursor })),
            );
            ids.push(...result.page.map((text) => (JSON.parse(text) as { _id: string })._id));
            cursor = result.continueCursor;
            if (result.isDone) break;
            expect(result.page.length).toBe(sizes[i % sizes.length]);
          }
          expect(ids).toEqual(oracle.query({ ...item, limit: null }));
        },
      ),
      seeded,
    );
  });

  it('[Q4] pages read again between their cursors still cover everything once after concurrent writes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { maxLength: 25 }),
        fc.array(write, { maxLength: 25 }),
        range,
        fc.integer({ min: 1, max: 5 }),
        async (before, after, item, size) => {
          await clear();
          const oracle = new Oracle();
          await applyWrites(oracle, before);
          const query = queryJson({ ...item, limit: null });
          const cursors: (string | null)[] = [null];
          for (let done = false; !done;) {
            const cursor: string | null = cursors[cursors.length - 1]!;
            const result = engine.committer.read((tx) => tx.db('').queryPage(page(query, size, { cursor })));
            cursors.push(result.continueCursor);
            done = result.isDone;
          }
          await applyWrites(oracle, after);
          const ids: string[] = [];
          for (let i = 1; i < cursors.length; i++) {
            const more = { cursor: cursors[i - 1]!, endCursor: cursors[i]! };
            const result = engine.committer.read((tx) => tx.db('').queryPage(page(query, size, more)));
            expect(result.continueCursor).toBe(cursors[i]);
            expect(result.isDone).toBe(i === cursors.length - 1);
            ids.push(...result.page.map((text) => (JSON.parse(text) as { _id: string })._id));
          }
          expect(ids).toEqual(oracle.query({ ...item, limit: null }));
        },
      ),
      seeded,
    );
  });
});

describe('read sets', () => {
  interface Recorded {
    text: string;
    intervals: { start: Uint8Array; end: Uint8Array | null }[];
    run: () => { text: string; intervals: Recorded['intervals'] };
  }

  function record(run: Recorded['run']): Recorded {
    return { ...run(), run };
  }

  function hit(keys: Uint8Array[], { intervals }: Recorded): boolean {
    return keys.some((key) =>
      intervals.some(
        ({ start, end }) => Buffer.compare(start, key) <= 0 && (end === null || Buffer.compare(key, end) < 0),
      ),
    );
  }

  const read = fc.record({
    range,
    take: fc.option(fc.nat(4)),
    kind: fc.constantFrom('stream', 'page', 'get', 'count'),
    at: fc.nat(),
  });

  /** Counts results that changed without their intervals being hit, and hits of results that did not change. */
  async function missed(
    runs: number,
    keep: (key: Uint8Array) => boolean,
  ): Promise<{ missed: number; changed: number; spared: number }> {
    const found = { missed: 0, changed: 0, spared: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { minLength: 5, maxLength: 30 }),
        fc.array(fc.array(write, { minLength: 1, maxLength: 2 }), { maxLength: 6 }),
        fc.array(read, { maxLength: 12 }),
        async (before, batches, reads) => {
          await clear();
          const oracle = new Oracle();
          await applyWrites(oracle, before);
          const ids = oracle.documents.map((document) => document._id as string);
          const live = reads.map((item) =>
            record(() =>
              engine.committer.read((tx) => {
                const db = tx.db('');
                const query = queryJson(item.range);
                const results: JsonValue[] = [];
                if (item.kind === 'get' && ids.length > 0) results.push(db.get(ids[item.at % ids.length]!));
                if (item.kind === 'count') results.push(db.count('items'));
                if (item.kind === 'page')
                  results.push(db.queryPage(page(query, 1 + (item.at % 4))) as unknown as JsonValue);
                if (item.kind === 'stream') {
                  const stream = db.queryStream(query);
                  for (let i = 0; i < (item.take ?? 1000); i++) {
                    const next = db.queryNext(stream);
                    results.push(next.value);
                    if (next.done) break;
                  }
                }
                return { text: JSON.stringify(results), intervals: tx.readSet.intervals() };
              }),
            ),
          );
          for (const batch of batches) {
            const keys: Uint8Array[] = [];
            const off = engine.committer.onCommit((commit) => void keys.push(...commit.keys.filter(keep)));
            await applyWrites(oracle, batch);
            off();
            for (const item of live) {
              const now = item.run();
              const changed = now.text !== item.text;
              if (changed) found.changed++;
              if (changed && !hit(keys, item)) found.missed++;
              if (!changed && !hit(keys, item)) found.spared++;
              Object.assign(item, now);
            }
          }
        },
      ),
      { numRuns: runs, seed: 7 },
    );
    return found;
  }

  it('[Q5] a result that changed was hit by the keys of the commit that changed it', async () => {
    const found = await missed(seeded.numRuns, () => true);
    expect(found.changed).toBeGreaterThan(100);
    expect(found.spared).toBeGreaterThan(100);
    expect(found.missed).toBe(0);
  });

  it('[Q5] the check notices when a commit leaves out the keys its documents had before', async () => {
    const stands = (key: Uint8Array): boolean => {
      const row = engine.store.db.get('SELECT 1 FROM index_entries WHERE key = ?', key);
      return row !== undefined;
    };
    expect((await missed(60, stands)).missed).toBeGreaterThan(0);
  });
});
