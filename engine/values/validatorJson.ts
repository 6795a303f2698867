/** The JSON of a validator, as functions and schemas export it. */
import type { JsonValue } from './value.ts';

type FieldValidatorJson = { fieldType: ValidatorJson; optional: boolean };
export type ObjectValidatorJson = { type: 'object'; value: { [field: string]: FieldValidatorJson } };

export type ValidatorJson =
  | { type: 'null' | 'number' | 'bigint' | 'boolean' | 'string' | 'bytes' | 'any' | 'commitTs' }
  | { type: 'literal'; value: JsonValue }
  | { type: 'id'; tableName: string }
  | { type: 'array'; value: ValidatorJson }
  | { type: 'record'; keys: ValidatorJson; values: FieldValidatorJson }
  | ObjectValidatorJson
  | { type: 'union'; value: ValidatorJson[] };
