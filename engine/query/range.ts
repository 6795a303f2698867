// From range expressions to one interval of keys.
//
// Legal: equalities on a prefix of the index fields, in order, then at most one lower and one upper bound on the next
// field. Everything else is refused with a message that names the fields of both sides.

import type { Interval } from '../storage/documents.ts';
import { DeveloperError } from '../values/errors.ts';
import { KeyWriter, successor, writeSortKey } from '../values/sortKey.ts';
import type { Value } from '../values/value.ts';
import type { RangeExpression } from './parse.ts';

const writer = new KeyWriter();

/** The whole of an index. */
export function indexInterval(indexId: number): Interval {
  const start = writer.reset().u32(indexId).take();
  return { start, end: successor(start) };
}

/** `prefix` ‖ sort keys of `values`. */
export function keyPrefix(indexId: number, values: readonly (Value | undefined)[]): Uint8Array {
  writer.reset().u32(indexId);
  for (const value of values) writeSortKey(writer, value);
  return writer.take();
}

interface Bounds {
  equal: (Value | undefined)[];
  lower: RangeExpression | null;
  upper: RangeExpression | null;
}

/** The interval of keys a range selects; `fields` ends with the implicit `_creationTime`. */
export function rangeInterval(
  indexId: number,
  indexName: string,
  fields: readonly string[],
  range: readonly RangeExpression[],
): Interval {
  const { equal, lower, upper } = sortBounds(indexName, fields, range);
  const prefix = keyPrefix(indexId, equal);
  let start: Uint8Array | null = prefix;
  let end = successor(prefix);
  if (lower !== null) {
    const at = keyPrefix(indexId, [...equal, lower.value]);
    start = lower.type === 'Gte' ? at : successor(at);
  }
  if (upper !== null) {
    const at = keyPrefix(indexId, [...equal, upper.value]);
    end = upper.type === 'Lt' ? at : successor(at);
  }
  // A lower bound behind the upper one selects nothing: an empty interval, not an inverted one.
  if (start === null || (end !== null && Buffer.compare(start, end) > 0)) return { start: end!, end: end! };
  return { start, end };
}

function sortBounds(indexName: string, fields: readonly string[], range: readonly RangeExpression[]): Bounds {
  const bounds: Bounds = { equal: [], lower: null, upper: null };
  const explain = (problem: string, at: number): DeveloperError =>
    new DeveloperError(
      'InvalidIndexRange',
      [
        `Tried to query index ${indexName} but ${problem}`,
        `Index fields: ${JSON.stringify(fields)}`,
        `Query fields: ${JSON.stringify(range.map((bound) => bound.fieldPath))}`,
        `First incorrect field: ${JSON.stringify(range[at]!.fieldPath)}`,
        '',
        'For more information see https://docs.convex.dev/database/reading-data/indexes.',
      ].join('\n'),
    );
  range.forEach((bound, at) => {
    const inequality = bounds.lower ?? bounds.upper;
    if (bound.type === 'Eq') {
      if (inequality !== null) throw explain('the query used an equality after an inequality.', at);
      if (range.slice(0, at).some((earlier) => earlier.fieldPath === bound.fieldPath)) {
        throw explain(`the query already defined an equality for field ${bound.fieldPath}.`, at);
      }
      if (fields[bounds.equal.length] !== bound.fieldPath)
        throw explain("the query didn't use the index fields in order.", at);
      bounds.equal.push(bound.value);
      return;
    }
    const side = bound.type === 'Gt' || bound.type === 'Gte' ? 'lower' : 'upper';
    if (inequality !== null && inequality.fieldPath !== bound.fieldPath) {
      throw explain('the query used inequalities on more than one field.', at);
    }
    if (bounds[side] !== null)
      throw explain(`the query already defined the ${side} bound of field ${bound.fieldPath}.`, at);
    if (fields[bounds.equal.length] !== bound.fieldPath)
      throw explain("the query didn't use the index fields in order.", at);
    bounds[side] = bound;
  });
  return bounds;
}
