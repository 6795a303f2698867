/** Puts the commit timestamp where a mutation's result holds its placeholder (§4.8). */
import { valueToJson } from '../../values/json.ts';
import type { JsonValue } from '../../values/value.ts';

const PLACEHOLDER = '{"$commitTs":null}';

export function resolveCommitTs(result: string, commitTs: bigint): string {
  // Inside a string the quotes would be escaped, so the text can only be the placeholder.
  return result.includes(PLACEHOLDER)
    ? result.replaceAll(PLACEHOLDER, JSON.stringify(valueToJson(commitTs) as JsonValue))
    : result;
}
