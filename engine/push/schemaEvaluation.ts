/**
 * What the CLI asks about a schema before it pushes it (evaluate_schema): what the documents there are make of staged
 * validators, and which indexes of how many documents would go.
 *
 * Everything is found out on the spot: a staged validator has no state of its own that a later push could discard. How long
 * the push will take is not told (knownGaps: P-evaluateSchema).
 */
import { countDocuments, firstMismatch } from '../transaction/schema.ts';
import type { Transaction } from '../transaction/transaction.ts';
import type { JsonObject } from '../values/value.ts';
import type { ValidatorJson } from '../values/validatorJson.ts';
import type { StoredComponent } from './generation.ts';
import type { IndexDiff } from './response.ts';

export function schemaEvaluation(
  tx: Transaction,
  { info, definitionPath, schema }: StoredComponent,
  diff: IndexDiff,
): JsonObject {
  const tables = ((schema?.tables ?? []) as JsonObject[]).filter((table) => table.stagedDocumentType);
  return {
    definitionPath,
    schemaValidation: schema?.schemaValidation !== false,
    tables: tables.map((table) => stagedTable(tx, info.path, table)),
    indexes: diff.removed_indexes.map((index) => ({
      ...index,
      change: 'dropped',
      needsBackfill: false,
      numDocs: countDocuments(tx, info.path, String(index.name).split('.')[0]!),
    })),
  };
}

function stagedTable(tx: Transaction, component: string, table: JsonObject): JsonObject {
  const name = String(table.tableName);
  const mismatch = firstMismatch(tx, component, name, table.stagedDocumentType as unknown as ValidatorJson);
  return {
    name,
    outcome: 'supersetOfEnforced',
    numDocs: countDocuments(tx, component, name),
    sizeBytes: 0,
    staged: mismatch === null ? { state: 'valid' } : { state: 'failed', error: mismatch },
  };
}
