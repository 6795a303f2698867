/**
 * Validators (V6): is this value one the developer allows, and if not, what do they read?
 *
 * Two walks over one validator. `matches` answers yes or no and is what every call runs: the validator is compiled once
 * into closures, kept with the validator object itself, and allocates nothing. Only when it says no does `explain` walk
 * again to find the first failure, in Convex's order: fields by name, extra fields last, a union as a whole.
 */
import { jsonToValue } from './json.ts';
import { tableNumberOfId } from './id.ts';
import { shortName } from './errors.ts';
import { printLiteral, printValidator, printValue } from './print.ts';
import { compareValues } from './order.ts';
import { getField, isObject, setField, sortedKeys, type Value, type ValueObject } from './value.ts';
import type { ObjectValidatorJson, ValidatorJson } from './validatorJson.ts';

export type { ValidatorJson } from './validatorJson.ts';

/** What `v.id()` must know of the component whose value is checked. */
export interface TableNames {
  /** The number of a table, `_storage` and `_scheduled_functions` included; null when there is no such table. */
  tableNumberOf(name: string): number | null;
  /** The name of a user table, "system" (or its own `_name`) for a system table, null when no table has this number. */
  tableNameOf(number: number): string | null;
}

/** null when `value` is allowed, else the text that follows `ArgumentValidationError: ` and its like. */
export function checkValidator(validator: ValidatorJson, value: Value, tables: TableNames): string | null {
  if (compile(validator)(value, tables)) return null;
  return explain(validator, value, tables, '') ?? noMatch(validator, value, '');
}

/** checkValidator for a whole document: `_id` and `_creationTime` are the system's and not the schema's business. */
export function checkDocumentType(
  documentType: ValidatorJson,
  document: ValueObject,
  tables: TableNames,
): string | null {
  let matcher = compiledDocuments.get(documentType);
  if (matcher === undefined) {
    matcher = buildDocument(documentType);
    compiledDocuments.set(documentType, matcher);
  }
  if (matcher(document, tables)) return null;
  const fields: ValueObject = {};
  for (const name of Object.keys(document)) {
    if (!isSystemField(name)) setField(fields, name, document[name]!);
  }
  return checkValidator(documentType, fields, tables);
}

function isSystemField(name: string): boolean {
  return name === '_id' || name === '_creationTime';
}

/** A handle's form. Whether there is such a function is seen when it is called: it may come and go with pushes. */
const HANDLE = /^function:\/\/[^\s#]+(?:#\S*)?$/;

type Matcher = (value: Value, tables: TableNames) => boolean;

const compiled = new WeakMap<ValidatorJson, Matcher>();
const compiledDocuments = new WeakMap<ValidatorJson, Matcher>();

function compile(validator: ValidatorJson): Matcher {
  let matcher = compiled.get(validator);
  if (matcher === undefined) {
    matcher = build(validator);
    compiled.set(validator, matcher);
  }
  return matcher;
}

function build(validator: ValidatorJson): Matcher {
  switch (validator.type) {
    case 'any':
      return () => true;
    case 'null':
      return (value) => value === null;
    case 'number':
      return (value) => typeof value === 'number';
    case 'bigint':
    case 'commitTs':
      return (value) => typeof value === 'bigint' || typeof value === 'symbol';
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'string':
      return (value) => typeof value === 'string';
    case 'bytes':
      return (value) => value instanceof ArrayBuffer;
    case 'literal':
      return buildLiteral(jsonToValue(validator.value));
    case 'id':
      return buildId(validator.tableName);
    case 'function':
      return (value) => typeof value === 'string' && HANDLE.test(value);
    case 'array':
      return buildArray(compile(validator.value));
    case 'record':
      return buildRecord(compile(validator.keys), compile(validator.values.fieldType));
    case 'object':
      return buildObject(validator);
    case 'union':
      return anyOf(validator.value.map(compile));
  }
}

function buildLiteral(literal: Value): Matcher {
  // `===` would take -0 for 0 and no NaN for itself.
  return typeof literal === 'number'
    ? (value) => typeof value === 'number' && compareValues(value, literal) === 0
    : (value) => value === literal;
}

function buildId(tableName: string): Matcher {
  return (value, tables) => {
    if (typeof value !== 'string') return false;
    const number = tableNumberOfId(value);
    return number !== null && number === tables.tableNumberOf(tableName);
  };
}

function buildArray(item: Matcher): Matcher {
  return (value, tables) => {
    if (!Array.isArray(value)) return false;
    for (let i = 0; i < value.length; i++) if (!item(value[i]!, tables)) return false;
    return true;
  };
}

function buildRecord(key: Matcher, item: Matcher): Matcher {
  return (value, tables) => {
    if (!isObject(value)) return false;
    for (const name in value) if (!key(name, tables) || !item(value[name]!, tables)) return false;
    return true;
  };
}

/** `ignored` names fields that may be present whatever the validator says. */
function buildObject(
  validator: ObjectValidatorJson,
  ignored: (name: string) => boolean = () => false,
): Matcher {
  const fields = new Map<string, { matches: Matcher; required: number }>();
  let requiredCount = 0;
  for (const [name, { fieldType, optional }] of Object.entries(validator.value)) {
    fields.set(name, { matches: compile(fieldType), required: optional ? 0 : 1 });
    if (!optional) requiredCount++;
  }
  return (value, tables) => {
    if (!isObject(value)) return false;
    let missing = requiredCount;
    for (const name in value) {
      const field = fields.get(name);
      if (field === undefined) {
        if (ignored(name)) continue;
        return false;
      }
      if (!field.matches(value[name]!, tables)) return false;
      missing -= field.required;
    }
    return missing === 0;
  };
}

function buildDocument(documentType: ValidatorJson): Matcher {
  if (documentType.type === 'object') return buildObject(documentType, isSystemField);
  if (documentType.type === 'union') return anyOf(documentType.value.map(buildDocument));
  return compile(documentType);
}

function anyOf(members: Matcher[]): Matcher {
  return (value, tables) => {
    for (let i = 0; i < members.length; i++) if (members[i]!(value, tables)) return true;
    return false;
  };
}

/** The first failure of `value`, or null when this validator accepts it. */
function explain(validator: ValidatorJson, value: Value, tables: TableNames, path: string): string | null {
  if (compile(validator)(value, tables)) return null;
  switch (validator.type) {
    case 'literal':
      return `\`${printValue(value)}\` does not match literal validator \`v.literal(${printLiteral(jsonToValue(validator.value))})\`.${context(path)}`;
    case 'id':
      return explainId(validator, value, tables, path);
    case 'array':
      if (Array.isArray(value)) {
        return first(value.keys(), (i) => explain(validator.value, value[i]!, tables, `${path}[${i}]`));
      }
      break;
    case 'record':
      if (isObject(value)) {
        return first(sortedKeys(value), (name) => {
          return (
            explain(validator.keys, name, tables, `${path}.keys()`) ??
            explain(validator.values.fieldType, value[name]!, tables, `${path}.values()`)
          );
        });
      }
      break;
    case 'object':
      if (isObject(value)) return explainObject(validator, value, tables, path);
      break;
    case 'union':
      if (validator.value.length === 1) return explain(validator.value[0]!, value, tables, path);
  }
  return noMatch(validator, value, path);
}

function explainObject(
  validator: ObjectValidatorJson,
  object: ValueObject,
  tables: TableNames,
  path: string,
): string | null {
  const layout = (sentence: string): string =>
    `${sentence}\n${context(path)}\nObject: ${printValue(object)}\nValidator: ${printValidator(validator)}`;
  const inner = first(sortedKeys(validator.value), (name) => {
    const field = validator.value[name]!;
    const value = getField(object, name);
    if (value !== undefined) return explain(field.fieldType, value, tables, `${path}.${name}`);
    if (field.optional) return null;
    return layout(
      `Object is missing the required field \`${name}\`. Consider wrapping the field validator in \`v.optional(...)\` if this is expected.`,
    );
  });
  if (inner !== null) return inner;
  const extra = sortedKeys(object).find((name) => !Object.hasOwn(validator.value, name));
  return extra === undefined
    ? null
    : layout(`Object contains extra field \`${shortName(extra)}\` that is not in the validator.`);
}

function explainId(
  validator: ValidatorJson & { type: 'id' },
  value: Value,
  tables: TableNames,
  path: string,
): string {
  const number = typeof value === 'string' ? tableNumberOfId(value) : null;
  const found = number === null ? null : tables.tableNameOf(number);
  if (found === null) return noMatch(validator, value, path);
  // A user table may be called "system": then the name leads back to the number.
  const isSystem = found.startsWith('_') || (found === 'system' && tables.tableNumberOf(found) !== number);
  const origin = isSystem ? 'a system table' : `table \`${found}\``;
  return `Found ID "${value as string}" from ${origin}, which does not match the table name in validator \`v.id("${validator.tableName}")\`.${context(path)}`;
}

function noMatch(validator: ValidatorJson, value: Value, path: string): string {
  return `Value does not match validator.\n${context(path)}\nValue: ${printValue(value)}\nValidator: ${printValidator(validator)}`;
}

function context(path: string): string {
  return path === '' ? '' : `Path: ${path}`;
}

function first<T>(items: Iterable<T>, find: (item: T) => string | null): string | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}
