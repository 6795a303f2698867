/**
 * Which indexes a push adds and removes, computed from the two schemas: what the CLI prints and asks about.
 *
 * An index whose definition changed counts as removed and added; one that only stopped or started being staged as enabled or
 * disabled.
 */
import type { JsonObject, JsonValue } from '../values/value.ts';
import type { IndexDiff } from './response.ts';

const KINDS = [
  { list: 'indexes', staged: 'stagedDbIndexes', type: 'database', keep: ['fields'] },
  {
    list: 'searchIndexes',
    staged: 'stagedSearchIndexes',
    type: 'search',
    keep: ['searchField', 'filterFields'],
  },
  {
    list: 'vectorIndexes',
    staged: 'stagedVectorIndexes',
    type: 'vector',
    keep: ['dimensions', 'vectorField', 'filterFields'],
  },
] as const;

export function indexDiffOf(previous: JsonObject | null, next: JsonObject | null): IndexDiff {
  const [before, after] = [indexesOf(previous), indexesOf(next)];
  const diff: IndexDiff = {
    added_indexes: [],
    removed_indexes: [],
    enabled_indexes: [],
    disabled_indexes: [],
  };
  for (const [key, index] of after) {
    const old = before.get(key);
    if (old === undefined) diff.added_indexes.push(index);
    else if (old.staged === true && index.staged !== true) diff.enabled_indexes.push(index);
    else if (old.staged !== true && index.staged === true) diff.disabled_indexes.push(index);
  }
  for (const [key, index] of before) if (!after.has(key)) diff.removed_indexes.push(index);
  return diff;
}

/** By everything that makes an index what it is, apart from being staged. */
function indexesOf(schema: JsonObject | null): Map<string, JsonObject> {
  const found = new Map<string, JsonObject>();
  for (const table of (schema?.tables ?? []) as JsonObject[]) {
    for (const kind of KINDS) {
      for (const staged of [false, true]) {
        const list = (table[staged ? kind.staged : kind.list] ?? []) as JsonObject[];
        for (const index of list) {
          const entry: JsonObject = {
            name: `${table.tableName as string}.${index.indexDescriptor as string}`,
            type: kind.type,
          };
          for (const field of kind.keep) entry[field] = index[field] as JsonValue;
          const key = JSON.stringify(entry);
          if (staged) entry.staged = true;
          found.set(key, entry);
        }
      }
    }
  }
  return found;
}
