/**
 * A guard for JSON from outside: depth that no value may have, found before recursion elsewhere could exhaust the stack.
 */
import type { JsonValue } from './value.ts';

/** Far above what values may nest (64), far below what a stack holds. */
export const MAX_JSON_DEPTH = 256;

export function nestsDeeperThan(json: JsonValue | undefined, levels: number): boolean {
  if (typeof json !== 'object' || json === null) return false;
  if (levels === 0) return true;
  const children = Array.isArray(json) ? json : Object.values(json);
  return children.some((child) => nestsDeeperThan(child, levels - 1));
}
