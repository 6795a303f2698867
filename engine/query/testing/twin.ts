/**
 * The twin that queries are compared with: an array of documents, sorted and filtered with compareValues alone, and
 * what fast-check makes writes and queries of.
 */
import fc from 'fast-check';
import { indexRange, tableScan, type TestEngine } from '../../transaction/testKit.ts';
import { jsonToValue, valueToJson } from '../../values/json.ts';
import { compareValues } from '../../values/order.ts';
import {
  getPath,
  type JsonObject,
  type JsonValue,
  type Value,
  type ValueObject,
} from '../../values/value.ts';

export const TABLES = { items: { indexes: { by_a_b: ['a', 'b'], by_n: ['n.x'] } } };
const INDEXES: Record<string, string[]> = {
  'items.by_a_b': ['a', 'b', '_creationTime'],
  'items.by_n': ['n.x', '_creationTime'],
  'items.by_creation_time': ['_creationTime'],
  'items.by_id': ['_id'],
};

/** Few distinct values, so that ranges hit, ties happen and every type meets every other. */
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
export const maybe = fc.oneof(
  { weight: 1, arbitrary: fc.constant(undefined) },
  { weight: 5, arbitrary: anyValue },
);

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

export function literal(value: Value | undefined): JsonValue {
  return value === undefined ? { $undefined: null } : valueToJson(value);
}

export const write = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('insert' as const), fields }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('patch' as const), at: fc.nat(), fields }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('replace' as const), at: fc.nat(), fields }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), at: fc.nat() }) },
);
export type Write = typeof write extends fc.Arbitrary<infer T> ? T : never;

const order = fc.constantFrom('asc' as const, 'desc' as const);
const side = fc.constantFrom('lower' as const, 'upper' as const, 'both' as const, 'none' as const);
export const range = fc.record({
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
export type Range = typeof range extends fc.Arbitrary<infer T> ? T : never;

/** The twin. */
export class Oracle {
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

  /** Where a document stands in an index at this moment. */
  keyOf({ index }: Pick<Range, 'index'>, id: string): (Value | undefined)[] {
    const document = this.documents.find(({ _id }) => _id === id)!;
    return [...INDEXES[index]!, '_id'].map((field) => getPath(document, field.split('.')));
  }

  isAfter(range: Pick<Range, 'index' | 'order'>, id: string, key: (Value | undefined)[]): boolean {
    const signs = this.keyOf(range, id).map((value, at): number => compareValues(value, key[at]));
    const sign = signs.find((one) => one !== 0) ?? 0;
    return range.order === 'asc' ? sign > 0 : sign < 0;
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

export function queryJson(range: Range): JsonObject {
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

export async function clear(engine: TestEngine): Promise<void> {
  await engine.committer.write((tx) => {
    for (const row of tx.db('').collect(tableScan('items'))) tx.db('').remove(row._id as string);
  });
}

/** Applies writes in one transaction to the engine, and what the engine then stores to the twin. */
export async function applyWrites(engine: TestEngine, oracle: Oracle, writes: Write[]): Promise<void> {
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
