/** The JSON of a validator, as functions and schemas export it, and what may be wrong with one. */
import { shortName } from './errors.ts';
import { isIdentifier, LIMITS } from './limits.ts';
import type { JsonValue } from './value.ts';

type FieldValidatorJson = { fieldType: ValidatorJson; optional: boolean };
export type ObjectValidatorJson = { type: 'object'; value: { [field: string]: FieldValidatorJson } };

export type ValidatorJson =
  | { type: 'null' | 'number' | 'bigint' | 'boolean' | 'string' | 'bytes' | 'any' | 'commitTs' }
  | { type: 'literal'; value: JsonValue }
  | { type: 'id'; tableName: string }
  // What it says of the function is for types only.
  | { type: 'function'; fnType?: string; args?: ValidatorJson; returns?: ValidatorJson }
  | { type: 'array'; value: ValidatorJson }
  | { type: 'record'; keys: ValidatorJson; values: FieldValidatorJson }
  | ObjectValidatorJson
  | { type: 'union'; value: ValidatorJson[] };

/** A sentence on the first thing in `validator` that cannot be, or null: a kind nobody knows, a name no field may have. */
export function faultOfValidator(validator: ValidatorJson): string | null {
  switch (validator.type) {
    case 'null':
    case 'number':
    case 'bigint':
    case 'boolean':
    case 'string':
    case 'bytes':
    case 'any':
    case 'commitTs':
    case 'literal':
    case 'id':
    case 'function':
      return null;
    case 'array':
      return faultOfValidator(validator.value);
    case 'record':
      return faultOfValidator(validator.keys) ?? faultOfValidator(validator.values.fieldType);
    case 'union':
      return firstFault(validator.value);
    case 'object': {
      const name = Object.keys(validator.value).find((field) => !isIdentifier(field));
      if (name === undefined) return firstFault(Object.values(validator.value).map((one) => one.fieldType));
      return `"${shortName(name)}" is not a valid field name: use at most ${LIMITS.identifierLength} letters, digits and underscores, starting with a letter.`;
    }
    default:
      return `it uses the validator v.${String((validator as { type: unknown }).type)}(), which this engine does not know.`;
  }
}

function firstFault(validators: ValidatorJson[]): string | null {
  for (const one of validators) {
    const fault = faultOfValidator(one);
    if (fault !== null) return fault;
  }
  return null;
}
