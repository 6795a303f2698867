/**
 * The query JSON of the function runtime, checked and turned into types. Anything unexpected is the caller's mistake and
 * becomes a DeveloperError; nothing is read here.
 */
import { DeveloperError } from '../values/errors.ts';
import { jsonToValue } from '../values/json.ts';
import { LIMITS } from '../values/limits.ts';
import { isObject, type JsonObject, type JsonValue, type Value } from '../values/value.ts';

type Order = 'asc' | 'desc';
type Bound = 'Eq' | 'Gt' | 'Gte' | 'Lt' | 'Lte';

export interface RangeExpression {
  type: Bound;
  fieldPath: string;
  value: Value | undefined;
}

interface SearchFilter {
  type: 'Search' | 'Eq';
  fieldPath: string;
  value: Value | undefined;
}

export type Source =
  | { type: 'FullTableScan'; table: string; order: Order }
  | { type: 'IndexRange'; table: string; index: string; range: RangeExpression[]; order: Order }
  | { type: 'Search'; table: string; index: string; filters: SearchFilter[] };

export type Operator = { type: 'filter'; expression: JsonValue } | { type: 'limit'; limit: number };

export interface Query {
  source: Source;
  operators: Operator[];
}

const BOUNDS = new Set<string>(['Eq', 'Gt', 'Gte', 'Lt', 'Lte']);

export function parseQuery(json: JsonValue, commitTs: bigint | null): Query {
  const query = object(json, 'query');
  const operators = list(query.operators, 'operators');
  if (operators.length > LIMITS.queryOperators) {
    throw invalidQuery(
      `Query has too many operators (${operators.length} > maximum ${LIMITS.queryOperators})`,
    );
  }
  return {
    source: parseSource(object(query.source, 'source'), commitTs),
    operators: operators.map(parseOperator),
  };
}

function parseSource(source: JsonObject, commitTs: bigint | null): Source {
  switch (source.type) {
    case 'FullTableScan':
      return {
        type: 'FullTableScan',
        table: text(source.tableName, 'tableName'),
        order: parseOrder(source.order),
      };
    case 'IndexRange': {
      const [table, index] = parseIndexName(source.indexName);
      const range = list(source.range, 'range').map((item) => parseBound(item, commitTs));
      return { type: 'IndexRange', table, index, range, order: parseOrder(source.order) };
    }
    case 'Search': {
      const [table, index] = parseIndexName(source.indexName);
      const filters = list(source.filters, 'filters').map((item) => parseSearchFilter(item, commitTs));
      return { type: 'Search', table, index, filters };
    }
    default:
      throw invalidQuery(`Unknown query source ${JSON.stringify(source.type)}`);
  }
}

function parseBound(json: JsonValue, commitTs: bigint | null): RangeExpression {
  const bound = object(json, 'range');
  const type = text(bound.type, 'range type');
  if (!BOUNDS.has(type)) throw invalidQuery(`Unknown index range expression ${JSON.stringify(type)}`);
  return {
    type: type as Bound,
    fieldPath: text(bound.fieldPath, 'fieldPath'),
    value: literal(bound.value, commitTs),
  };
}

function parseSearchFilter(json: JsonValue, commitTs: bigint | null): SearchFilter {
  const filter = object(json, 'filters');
  const type = text(filter.type, 'filter type');
  if (type !== 'Search' && type !== 'Eq') throw invalidQuery(`Unknown search filter ${JSON.stringify(type)}`);
  return { type, fieldPath: text(filter.fieldPath, 'fieldPath'), value: literal(filter.value, commitTs) };
}

function parseOperator(json: JsonValue): Operator {
  const operator = object(json, 'operator');
  if ('filter' in operator) return { type: 'filter', expression: operator.filter! };
  const limit = operator.limit;
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 0) {
    throw invalidQuery(`Limit must be a non-negative integer, got ${JSON.stringify(limit)}`);
  }
  return { type: 'limit', limit };
}

/** A value of a range or filter: `{"$undefined": null}` is a missing field, the commit timestamp is known here. */
export function literal(json: JsonValue | undefined, commitTs: bigint | null): Value | undefined {
  if (json === undefined) return undefined;
  if (typeof json === 'object' && json !== null && !Array.isArray(json) && '$undefined' in json)
    return undefined;
  return withCommitTs(jsonToValue(json), commitTs);
}

function withCommitTs(value: Value, commitTs: bigint | null): Value {
  if (typeof value === 'symbol') return commitTs ?? value;
  if (commitTs === null) return value;
  if (Array.isArray(value)) return value.map((item) => withCommitTs(item, commitTs));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, withCommitTs(item, commitTs)]),
  );
}

function parseIndexName(json: JsonValue | undefined): [string, string] {
  const name = text(json, 'indexName');
  const dot = name.indexOf('.');
  if (dot < 0) throw invalidQuery(`Invalid index name ${JSON.stringify(name)}`);
  return [name.slice(0, dot), name.slice(dot + 1)];
}

function parseOrder(json: JsonValue | undefined): Order {
  if (json === undefined || json === null || json === 'asc') return 'asc';
  if (json === 'desc') return 'desc';
  throw invalidQuery(`Unknown order ${JSON.stringify(json)}`);
}

function object(json: JsonValue | undefined, name: string): JsonObject {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  throw invalidQuery(`Malformed query: \`${name}\` must be an object`);
}

function list(json: JsonValue | undefined, name: string): JsonValue[] {
  if (Array.isArray(json)) return json;
  throw invalidQuery(`Malformed query: \`${name}\` must be an array`);
}

function text(json: JsonValue | undefined, name: string): string {
  if (typeof json === 'string') return json;
  throw invalidQuery(`Malformed query: \`${name}\` must be a string`);
}

function invalidQuery(message: string): DeveloperError {
  return new DeveloperError('InvalidQuery', message);
}
