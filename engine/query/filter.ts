/**
 * Filter expressions compiled to closures over a decoded document.
 *
 * Comparisons use the total order of all values, a missing field included; a document passes only when the whole
 * expression is exactly `true`. Arithmetic wants two int64 or two float64.
 */
import { DeveloperError } from '../values/errors.ts';
import { compareValues } from '../values/order.ts';
import { getPath, type JsonValue, type Value, type ValueObject } from '../values/value.ts';
import { literal } from './parse.ts';

type Evaluate = (document: ValueObject) => Value | undefined;

/** Throws DeveloperError for an expression that is none. */
export function compileFilter(
  expression: JsonValue,
  commitTs: bigint | null,
): (document: ValueObject) => boolean {
  const evaluate = compile(expression, commitTs);
  return (document) => evaluate(document) === true;
}

const COMPARISONS: Record<string, (order: number) => boolean> = {
  $eq: (order) => order === 0,
  $neq: (order) => order !== 0,
  $lt: (order) => order < 0,
  $lte: (order) => order <= 0,
  $gt: (order) => order > 0,
  $gte: (order) => order >= 0,
};

const ARITHMETIC: Record<
  string,
  { int64: (a: bigint, b: bigint) => bigint; float64: (a: number, b: number) => number }
> = {
  $add: { int64: (a, b) => a + b, float64: (a, b) => a + b },
  $sub: { int64: (a, b) => a - b, float64: (a, b) => a - b },
  $mul: { int64: (a, b) => a * b, float64: (a, b) => a * b },
  $div: { int64: (a, b) => a / nonZero(b), float64: (a, b) => a / b },
  $mod: { int64: (a, b) => a % nonZero(b), float64: (a, b) => a % b },
};

function compile(expression: JsonValue, commitTs: bigint | null): Evaluate {
  const [operator, operand] = only(expression);
  const sub = (json: JsonValue): Evaluate => compile(json, commitTs);
  switch (operator) {
    case '$literal': {
      const value = literal(operand, commitTs);
      return () => value;
    }
    case '$field': {
      if (typeof operand !== 'string') throw malformed(expression);
      const path = operand.split('.');
      return (document) => getPath(document, path);
    }
    case '$not': {
      const inner = sub(operand);
      return (document) => inner(document) !== true;
    }
    case '$neg': {
      const inner = sub(operand);
      return (document) => negate(inner(document));
    }
    case '$and':
    case '$or': {
      if (!Array.isArray(operand)) throw malformed(expression);
      const inner = operand.map(sub);
      if (operator === '$and') return (document) => inner.every((evaluate) => evaluate(document) === true);
      return (document) => inner.some((evaluate) => evaluate(document) === true);
    }
  }
  if (!Array.isArray(operand) || operand.length !== 2) throw malformed(expression);
  const left = sub(operand[0]!);
  const right = sub(operand[1]!);
  const holds = COMPARISONS[operator];
  if (holds !== undefined) return (document) => holds(compareValues(left(document), right(document)));
  const arithmetic = ARITHMETIC[operator];
  if (arithmetic === undefined) throw malformed(expression);
  return (document) => {
    const a = left(document);
    const b = right(document);
    if (typeof a === 'number' && typeof b === 'number') return oneNaN(arithmetic.float64(a, b));
    if (typeof a === 'bigint' && typeof b === 'bigint') return BigInt.asIntN(64, arithmetic.int64(a, b));
    throw new DeveloperError(
      'InvalidFilterExpression',
      `Operator ${operator} in a filter needs two float64 or two int64 values.`,
    );
  };
}

/** Which sign the NaN of a computation has is up to the processor and the compiler, and the order of values looks at it. */
function oneNaN(value: number): number {
  return Number.isNaN(value) ? NaN : value;
}

function negate(value: Value | undefined): Value {
  if (typeof value === 'number') return oneNaN(-value);
  if (typeof value === 'bigint') return BigInt.asIntN(64, -value);
  throw new DeveloperError(
    'InvalidFilterExpression',
    'Operator $neg in a filter needs a float64 or int64 value.',
  );
}

function nonZero(divisor: bigint): bigint {
  if (divisor === 0n)
    throw new DeveloperError('InvalidFilterExpression', 'Division of an int64 by zero in a filter.');
  return divisor;
}

function only(expression: JsonValue): [string, JsonValue] {
  if (typeof expression !== 'object' || expression === null || Array.isArray(expression))
    throw malformed(expression);
  const entries = Object.entries(expression);
  if (entries.length !== 1) throw malformed(expression);
  return entries[0]!;
}

function malformed(expression: JsonValue): DeveloperError {
  return new DeveloperError(
    'InvalidFilterExpression',
    `Malformed filter expression: ${JSON.stringify(expression)}`,
  );
}
