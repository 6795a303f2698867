/** What a worker says about its modules and about what they throw, as plain data. */
import type { JsonValue } from '../../values/value.ts';
import type { Thrown } from './protocol.ts';

const CONVEX_ERROR = Symbol.for('ConvexError');

/** A thrown value: its text, its raw frames, and the data of a ConvexError. */
export function describe(error: unknown): Thrown {
  const thrown: Thrown = { message: '', frames: '' };
  const isObject = typeof error === 'object' && error !== null;
  const given = error as { ConvexErrorSymbol?: symbol; data?: unknown; stack?: unknown };
  if (isObject && given.ConvexErrorSymbol === CONVEX_ERROR)
    thrown.data = JSON.parse(String(given.data)) as JsonValue;
  const stack = isObject && typeof given.stack === 'string' ? given.stack : null;
  const split = stack === null ? -1 : stack.search(/\n {4}at /);
  thrown.message = stack === null ? String(error) : split < 0 ? stack : stack.slice(0, split);
  thrown.frames = stack === null || split < 0 ? '' : stack.slice(split + 1);
  return thrown;
}

/** The registered functions among a module's exports (§3.1). */
export function functionsOf(exports: Record<string, unknown>): JsonValue {
  const found: JsonValue[] = [];
  for (const name of Object.keys(exports).sort()) {
    const one = exports[name] as Record<string, unknown> & {
      exportArgs?: () => string;
      exportReturns?: () => string;
    };
    if (
      (typeof one !== 'function' && typeof one !== 'object') ||
      one === null ||
      typeof one.exportArgs !== 'function'
    )
      continue;
    const kinds = (['Query', 'Mutation', 'Action'] as const).filter((one_) => one[`is${one_}`] === true);
    if (kinds.length !== 1 || Boolean(one.isPublic) === Boolean(one.isInternal)) continue;
    found.push({
      name,
      udfType: kinds[0]!,
      visibility: one.isPublic ? 'public' : 'internal',
      args: JSON.parse(one.exportArgs()) as JsonValue,
      returns: JSON.parse(one.exportReturns?.() ?? 'null') as JsonValue,
    });
  }
  return found;
}
