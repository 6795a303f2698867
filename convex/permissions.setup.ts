/**
 * Arguments for any function, made from its own validator: what a walk over all functions needs to call each of them.
 * Two dots in the name: not bundled.
 */
import type { GenericId } from 'convex/values';

/** A validator as `exportArgs` writes it. */
export type Json =
  | { type: 'null' | 'number' | 'bigint' | 'boolean' | 'string' | 'bytes' | 'any' }
  | { type: 'literal'; value: unknown }
  | { type: 'id'; tableName: string }
  | { type: 'array'; value: Json }
  | { type: 'record'; keys: Json; values: { fieldType: Json } }
  | { type: 'object'; value: Record<string, { fieldType: Json; optional: boolean }> }
  | { type: 'union'; value: Json[] };

export interface IdPath {
  path: string;
  table: string;
}

/** Every place in the arguments where a document can be named. */
export function idPaths(validator: Json, path = ''): IdPath[] {
  switch (validator.type) {
    case 'id':
      return [{ path, table: validator.tableName }];
    case 'array':
      return idPaths(validator.value, `${path}[]`);
    case 'object':
      return Object.entries(validator.value).flatMap(([key, field]) =>
        idPaths(field.fieldType, `${path}.${key}`),
      );
    case 'union':
      return validator.value.flatMap((each) => idPaths(each, path));
    default:
      return [];
  }
}

/** Arguments that pass the validator: only what is required, plus the one place named by `forced`. */
export function makeArgs(
  validator: Json,
  idOf: (id: IdPath) => GenericId<string>,
  forced?: string,
  path = '',
): unknown {
  const leadsThere = (next: string) =>
    forced !== undefined &&
    (forced === next || forced.startsWith(`${next}.`) || forced.startsWith(`${next}[]`));
  switch (validator.type) {
    case 'null':
      return null;
    case 'number':
      return 1;
    case 'bigint':
      return 1n;
    case 'boolean':
      return true;
    case 'string':
      return 'text';
    case 'bytes':
      return new ArrayBuffer(0);
    case 'any':
      return {};
    case 'literal':
      return validator.value;
    case 'id':
      return idOf({ path, table: validator.tableName });
    case 'array':
      return leadsThere(`${path}[]`) ? [makeArgs(validator.value, idOf, forced, `${path}[]`)] : [];
    case 'record':
      return {};
    case 'union': {
      const chosen =
        validator.value.find((each) => idPaths(each, path).some((id) => id.path === forced)) ??
        validator.value[0]!;
      return makeArgs(chosen, idOf, forced, path);
    }
    case 'object':
      return Object.fromEntries(
        Object.entries(validator.value)
          .filter(([key, field]) => !field.optional || leadsThere(`${path}.${key}`))
          .map(([key, field]) => [key, makeArgs(field.fieldType, idOf, forced, `${path}.${key}`)]),
      );
  }
}
