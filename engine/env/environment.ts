/**
 * Environment variables: documents of `_environment_variables`, and the object functions read as `process.env`.
 *
 * `CONVEX_CLOUD_URL` and `CONVEX_SITE_URL` are built in and cannot be set; every other `CONVEX_` name is kept free for the
 * system. Values are secrets: no error of this file repeats one.
 */
import type { Transaction } from '../transaction/transaction.ts';
import { HttpError } from '../values/errors.ts';
import { LIMITS } from '../values/limits.ts';
import type { JsonValue } from '../values/value.ts';

const ENVIRONMENT_TABLE = '_environment_variables';

export interface EnvironmentVariable {
  _id: string;
  name: string;
  value: string;
}

export interface EnvironmentChange {
  name: string;
  /** null removes the variable. */
  value: string | null;
}

/** What functions see, by name. */
export type Variables = Record<string, string>;

/** Every variable the developer set, by name. */
export function listEnvironment(tx: Transaction): EnvironmentVariable[] {
  const source = { type: 'FullTableScan', tableName: ENVIRONMENT_TABLE, order: 'asc' };
  const rows = tx.db('').collect({ source, operators: [] }) as unknown as EnvironmentVariable[];
  return rows
    .map(({ _id, name, value }) => ({ _id, name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Applies checked changes; setting a variable to the value it has writes nothing. */
export function setEnvironment(tx: Transaction, changes: readonly EnvironmentChange[]): void {
  const db = tx.db('');
  const existing = new Map(listEnvironment(tx).map((variable) => [variable.name, variable]));
  for (const { name, value } of changes) {
    const old = existing.get(name);
    if (value === null) {
      if (old !== undefined) db.remove(old._id, { isSystem: true });
      existing.delete(name);
    } else if (old === undefined) {
      const _id = db.insert(ENVIRONMENT_TABLE, { name, value }, { isSystem: true });
      existing.set(name, { _id, name, value });
    } else if (old.value !== value) {
      db.patch(old._id, { value }, { isSystem: true });
      existing.set(name, { ...old, value });
    }
  }
  if (existing.size > LIMITS.environmentVariables) {
    throw new HttpError(
      400,
      'TooManyEnvVars',
      `A deployment can have at most ${LIMITS.environmentVariables} environment variables.`,
    );
  }
}

/** Reads the body of `update_environment_variables`; throws HttpError 400 for the first change that is not allowed. */
export function parseChanges(body: JsonValue): EnvironmentChange[] {
  const changes = (body as { changes?: unknown } | null)?.changes;
  if (!Array.isArray(changes)) throw new HttpError(400, 'BadJsonBody', 'Expected a list of `changes`.');
  return changes.map((change: unknown) => {
    const { name, value } = (change ?? {}) as { name?: unknown; value?: unknown };
    if (typeof name !== 'string' || (value !== null && value !== undefined && typeof value !== 'string')) {
      throw new HttpError(
        400,
        'BadJsonBody',
        'Each change needs a `name` and a `value` that is a string or null.',
      );
    }
    checkName(name);
    if (typeof value === 'string' && Buffer.byteLength(value) > LIMITS.environmentValueBytes) {
      throw new HttpError(
        400,
        'EnvVarValueTooLarge',
        `The value of environment variable ${name} is larger than ${LIMITS.environmentValueBytes / 1024} KiB.`,
      );
    }
    return { name, value: value ?? null };
  });
}

function checkName(name: string): void {
  if (name.length === 0 || name.length > LIMITS.environmentNameLength) {
    throw new HttpError(
      400,
      'EnvVarNameInvalidLength',
      `The name of an environment variable must have 1 to ${LIMITS.environmentNameLength} characters.`,
    );
  }
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new HttpError(
      400,
      'InvalidEnvVarName',
      `"${name}" cannot name an environment variable: use letters, digits and underscores, and do not start with a digit.`,
    );
  }
  if (name.startsWith('CONVEX_')) {
    throw new HttpError(
      400,
      'EnvVarNameForbidden',
      `"${name}" cannot be set: names that start with CONVEX_ are reserved for the system.`,
    );
  }
}

/** The variables with the built-in ones over them. */
export function withBuiltins(
  variables: readonly EnvironmentVariable[],
  urls: { cloud: string; site: string },
): Variables {
  const all: Variables = Object.create(null) as Variables;
  for (const { name, value } of variables) all[name] = value;
  all.CONVEX_CLOUD_URL = urls.cloud;
  all.CONVEX_SITE_URL = urls.site;
  return all;
}
