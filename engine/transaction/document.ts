/** From fields to a stored document: system fields, commit timestamp, checks, size and text. */
import type { DocumentRow } from '../storage/documentCache.ts';
import { DeveloperError } from '../values/errors.ts';
import { jsonToFields, jsonToValue } from '../values/json.ts';
import { checkDocument, sizeOf } from '../values/limits.ts';
import {
  isObject,
  setField,
  sortedKeys,
  type JsonObject,
  type JsonValue,
  type ValueObject,
} from '../values/value.ts';

export interface Composed {
  json: string;
  value: ValueObject;
  size: number;
}

const COMMIT_TS_JSON = '{"$commitTs":null}';

/** Replaces every commit timestamp placeholder in a JSON text; inside a string the quotes would be escaped. */
function resolveCommitTs(text: string, commitTs: bigint): string {
  if (!text.includes(COMMIT_TS_JSON)) return text;
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(commitTs);
  return text.replaceAll(COMMIT_TS_JSON, `{"$integer":"${bytes.toString('base64')}"}`);
}

export function composeDocument(
  fields: JsonObject,
  id: string,
  creationTime: number,
  commitTs: bigint,
  isSystem = false,
): Composed {
  return compose({ ...fields, _creationTime: creationTime, _id: id }, commitTs, isSystem);
}

export function mergePatch(
  before: DocumentRow,
  patch: JsonObject,
  commitTs: bigint,
  isSystem = false,
): Composed {
  const known = plainFields(before);
  const merged = known === null ? (JSON.parse(before.json) as JsonObject) : { ...known };
  checkSystemFields(merged, patch);
  for (const name of Object.keys(patch)) {
    if (isUndefined(patch[name]!)) delete merged[name];
    else setField(merged, name, patch[name]!);
  }
  return compose(merged, commitTs, isSystem, known);
}

/** The document as JSON without parsing it, where its value is just that: nothing in it is encoded. Never to be changed. */
function plainFields({ json, value }: DocumentRow): (JsonObject & ValueObject) | null {
  return json.includes('"$') ? null : (value as JsonObject & ValueObject);
}

export function replaceFields(
  before: DocumentRow,
  fields: JsonObject,
  commitTs: bigint,
  isSystem = false,
): Composed {
  const { _id, _creationTime } = JSON.parse(before.json) as JsonObject;
  checkSystemFields({ _id: _id!, _creationTime: _creationTime! }, fields);
  return compose({ ...fields, _creationTime: _creationTime!, _id: _id! }, commitTs, isSystem);
}

/** A document of the engine's own may hold what a user's may not: the arguments of a job have limits of their own. */
function compose(
  document: JsonObject,
  commitTs: bigint,
  isSystem: boolean,
  known: ValueObject | null = null,
): Composed {
  const sorted: JsonObject = {};
  for (const name of sortedKeys(document)) setField(sorted, name, document[name]!);
  const written = JSON.stringify(sorted);
  const json = resolveCommitTs(written, commitTs);
  const isWritten = json === written;
  const value =
    isWritten && known !== null
      ? jsonToFields(sorted, known)
      : jsonToValue(isWritten ? sorted : (JSON.parse(json) as JsonObject));
  if (!isObject(value)) throw new DeveloperError('InvalidDocument', 'Documents must be objects.');
  return { json, value, size: isSystem ? sizeOf(value) : checkDocument(value) };
}

/** System fields may be repeated in an update but not changed. */
function checkSystemFields(stored: JsonObject, update: JsonObject): void {
  if (Object.hasOwn(update, '_id') && update._id !== stored._id) {
    throw new DeveloperError(
      'InvalidIdError',
      `Provided document ID ${JSON.stringify(update._id)} doesn't match '_id' field ${JSON.stringify(stored._id)}`,
    );
  }
  if (Object.hasOwn(update, '_creationTime') && update._creationTime !== stored._creationTime) {
    throw new DeveloperError(
      'InvalidCreationTimeError',
      `Provided '_creationTime' field ${JSON.stringify(update._creationTime)} doesn't match the existing value ${JSON.stringify(stored._creationTime)}`,
    );
  }
}

function isUndefined(json: JsonValue): boolean {
  return typeof json === 'object' && json !== null && !Array.isArray(json) && '$undefined' in json;
}
