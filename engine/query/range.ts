/**
 * From range expressions to one interval of keys.
 *
 * Legal: equalities on a prefix of the index fields, in order, then at most one lower and one upper bound on the next
 * field. Everything else is refused with a message that names the fields of both sides. After `_creationTime` every index
 * also has `_id`, which no schema names and no message shows; libraries that merge streams of documents go on from there.
 */
import type { Interval } from '../storage/documents.ts';
import { DeveloperError } from '../values/errors.ts';
import { decodeId } from '../values/id.ts';
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

/** Like `keyPrefix`; a value behind the fields is that of `_id`. */
function keyWithId(
  indexId: number,
  fields: readonly string[],
  values: readonly (Value | undefined)[],
): Uint8Array {
  if (values.length <= fields.length) return keyPrefix(indexId, values);
  const id = values[fields.length];
  if (typeof id !== 'string')
    throw new DeveloperError('InvalidIndexRange', 'In an index range `_id` must be compared with an id.');
  const { internalId } = decodeId(id);
  writer.reset().u32(indexId);
  for (const value of values.slice(0, fields.length)) writeSortKey(writer, value);
  return writer.raw(internalId).take();
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
  const prefix = keyWithId(indexId, fields, equal);
  let start: Uint8Array | null = prefix;
  let end = successor(prefix);
  if (lower !== null) {
    const at = keyWithId(indexId, fields, [...equal, lower.value]);
    start = lower.type === 'Gte' ? at : successor(at);
  }
  if (upper !== null) {
    const at = keyWithId(indexId, fields, [...equal, upper.value]);
    end = upper.type === 'Lt' ? at : successor(at);
  }
  // A lower bound behind the upper one selects nothing: an empty interval, not an inverted one.
  if (start === null || (end !== null && Buffer.compare(start, end) > 0)) return { start: end!, end: end! };
  return { start, end };
}

function sortBounds(indexName: string, fields: readonly string[], range: readonly RangeExpression[]): Bounds {
  const steps = fields.at(-1) === '_creationTime' ? [...fields, '_id'] : fields;
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
      if (steps[bounds.equal.length] !== bound.fieldPath)
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
    if (steps[bounds.equal.length] !== bound.fieldPath)
      throw explain("the query didn't use the index fields in order.", at);
    bounds[side] = bound;
  });
  return bounds;
}
