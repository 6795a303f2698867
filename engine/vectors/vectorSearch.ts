/**
 * vectors/ answers vector searches (§8.5) from indexes in memory.
 *
 * An index is read from its table at its first search; from then on commits name the documents that changed, and the next
 * search reads those again. So a search sees every commit before it. A push forgets all indexes.
 */
import { mustBeEnabled, indexNotFound } from '../query/plan.ts';
import { literal } from '../query/parse.ts';
import { findIndex, type IndexInfo, type TableInfo } from '../storage/registry.ts';
import type { Commit, Committer } from '../transaction/committer.ts';
import { allRows } from '../transaction/schema.ts';
import type { Transaction } from '../transaction/transaction.ts';
import { DeveloperError } from '../values/errors.ts';
import { LIMITS } from '../values/limits.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';
import { type Condition, keyOf, VectorIndex } from './vectorIndex.ts';

interface Loaded {
  vectors: VectorIndex;
  table: TableInfo;
  /** Documents written since they were last read. */
  stale: Set<string>;
}

const DEFAULT_LIMIT = 10;
const ID_OFFSET = 5; // index id, tag of a string
const MALFORMED = 'Filters should be a combination of `q.eq` and `q.or`.';

export class VectorSearches {
  /** By index id. */
  readonly #loaded = new Map<number, Loaded>();

  constructor(committer: Pick<Committer, 'onCommit'>) {
    committer.onCommit((commit) => this.#onCommit(commit));
  }

  /** Answers `{results: [{_id, _score}]}`, best first. */
  search(tx: Transaction, component: string, query: JsonObject): JsonValue {
    const name = String(query.indexName);
    const [tableName = '', indexName = ''] = name.split('.');
    const table = tx.registry.table(component, tableName);
    if (table === null) return { results: [] };
    const index = vectorIndex(table, name, indexName);
    const limit = limitOf(query.limit);
    const conditions = conditionsOf(query.expressions ?? null, index, name);
    const vector = vectorOf(query.vector, index.dimensions!);
    const found = this.#current(tx, table, index).nearest(vector, limit, conditions);
    return { results: found.map(({ id, score }) => ({ _id: id, _score: score })) };
  }

  #current(tx: Transaction, table: TableInfo, index: IndexInfo): VectorIndex {
    const loaded = this.#loaded.get(index.indexId);
    if (loaded === undefined) {
      const vectors = new VectorIndex(index.dimensions!, index.field!.split('.'), index.paths);
      for (const { id, value } of allRows(tx.store, table)) vectors.put(id, value);
      this.#loaded.set(index.indexId, { vectors, table, stale: new Set() });
      return vectors;
    }
    for (const id of loaded.stale) {
      const row = tx.documents.byId(table.tableId, id, null);
      if (row === null) loaded.vectors.remove(id);
      else loaded.vectors.put(id, row.value);
    }
    loaded.stale.clear();
    return loaded.vectors;
  }

  #onCommit({ keys, allInvalid }: Commit): void {
    if (allInvalid) this.#loaded.clear();
    for (const { table, stale } of this.#loaded.values()) {
      for (const key of keys) {
        const view = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
        // The key in by_id: index id, string tag, id, terminator.
        if (view.readUInt32BE(0) === table.byId)
          stale.add(view.toString('latin1', ID_OFFSET, view.length - 1));
      }
    }
  }
}

function vectorIndex(table: TableInfo, name: string, indexName: string): IndexInfo {
  const index = findIndex(table, indexName);
  if (index === null) throw indexNotFound(name);
  if (index.kind !== 'vector')
    throw new DeveloperError('NotAVectorIndex', `Index ${name} is not a vector index`);
  mustBeEnabled(name, index);
  return index;
}

function limitOf(json: JsonValue | undefined): number {
  const limit = json ?? DEFAULT_LIMIT;
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1) {
    throw new DeveloperError(
      'InvalidVectorQuery',
      `Expected \`limit\` of a vector search to be a whole number from 1 to ${LIMITS.vectorResults}.`,
    );
  }
  if (limit <= LIMITS.vectorResults) return limit;
  throw new DeveloperError(
    'VectorSearchLimitTooLarge',
    `Vector queries can fetch at most ${LIMITS.vectorResults} results, requested ${limit}.`,
  );
}

function vectorOf(json: JsonValue | undefined, dimensions: number): number[] {
  if (!Array.isArray(json) || !json.every((item) => typeof item === 'number'))
    throw new DeveloperError('InvalidVectorQuery', 'Expected `vector` to be an array of numbers.');
  if (json.length === dimensions) return json;
  throw new DeveloperError(
    'VectorDimensionsMismatch',
    `Expected a vector with dimensions ${dimensions}, received ${json.length}.`,
  );
}

/** The alternatives of a filter; null without one. */
function conditionsOf(filter: JsonValue, index: IndexInfo, name: string): Condition[] | null {
  if (filter === null) return null;
  const equalities = alternatives(filter);
  const conditions = equalities.map(([field, value]) => {
    const at = index.fields.indexOf(field);
    if (at >= 0) return { field: at, key: keyOf(literal(value, null)) };
    throw new DeveloperError(
      'IncorrectVectorFilterField',
      `Vector query against ${name} contains a filter on ${JSON.stringify(field)} but that field isn't indexed for filtering in \`filterFields\`.`,
    );
  });
  if (conditions.length <= LIMITS.vectorConditions) return conditions;
  throw new DeveloperError(
    'TooManyVectorFilters',
    `Vector query against ${name} has too many conditions. Max: ${LIMITS.vectorConditions} Actual: ${conditions.length}`,
  );
}

function alternatives(filter: JsonValue): [field: string, value: JsonValue][] {
  const { $eq, $or } = (filter ?? {}) as { $eq?: JsonValue; $or?: JsonValue };
  if (Array.isArray($or)) return $or.flatMap(alternatives);
  const [field, value] = (Array.isArray($eq) ? $eq : []) as ({
    $field?: string;
    $literal?: JsonValue;
  } | null)[];
  if (typeof field?.$field === 'string' && value?.$literal !== undefined)
    return [[field.$field, value.$literal]];
  throw new DeveloperError('InvalidVectorFilter', MALFORMED);
}
