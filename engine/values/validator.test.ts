import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { value as anyValue } from './arbitraries.ts';
import { encodeId } from './id.ts';
import { valueToJson } from './json.ts';
import { checkDocumentType, checkValidator, type TableNames, type ValidatorJson } from './validator.ts';
import { COMMIT_TS, type Value } from './value.ts';

const tables: TableNames = {
  tableNumberOf: (name) => ({ users: 10001, messages: 10002, system: 10003, _storage: 200 })[name] ?? null,
  tableNameOf: (number) =>
    ({ 10001: 'users', 10002: 'messages', 10003: 'system', 200: 'system' })[number] ?? null,
};
const idOf = (table: number): string => encodeId(table, new Uint8Array(16));
const check = (validator: ValidatorJson, value: Value): string | null =>
  checkValidator(validator, value, tables);

const t = (
  type: 'null' | 'number' | 'bigint' | 'boolean' | 'string' | 'bytes' | 'any' | 'commitTs',
): ValidatorJson => ({ type });
const literal = (value: Value): ValidatorJson => ({ type: 'literal', value: valueToJson(value) });
const id = (tableName: string): ValidatorJson => ({ type: 'id', tableName });
const array = (value: ValidatorJson): ValidatorJson => ({ type: 'array', value });
const union = (...value: ValidatorJson[]): ValidatorJson => ({ type: 'union', value });
const record = (keys: ValidatorJson, fieldType: ValidatorJson): ValidatorJson => ({
  type: 'record',
  keys,
  values: { fieldType, optional: false },
});
/** A field whose name ends in "?" is optional. */
const object = (fields: { [name: string]: ValidatorJson }): ValidatorJson => ({
  type: 'object',
  value: Object.fromEntries(
    Object.entries(fields).map(([name, fieldType]) => [
      name.replace('?', ''),
      { fieldType, optional: name.endsWith('?') },
    ]),
  ),
});

describe('what a validator allows', () => {
  const bytes = new ArrayBuffer(1);
  const samples: { [kind: string]: Value } = {
    null: null,
    number: 1,
    bigint: 1n,
    boolean: true,
    string: 's',
    bytes,
    array: [],
    object: {},
  };

  it('[engine V6] is one kind for each scalar, and everything for any', () => {
    for (const type of ['null', 'number', 'bigint', 'boolean', 'string', 'bytes'] as const) {
      for (const [kind, sample] of Object.entries(samples)) {
        expect(check(t(type), sample) === null, `${type} ${kind}`).toBe(type === kind);
        expect(check(t('any'), sample)).toBeNull();
      }
    }
  });

  it('[engine V6] takes the pending commit timestamp for an int64', () => {
    for (const type of ['bigint', 'commitTs'] as const) {
      expect(check(t(type), COMMIT_TS)).toBeNull();
      expect(check(t(type), 5n)).toBeNull();
      expect(check(t(type), 5)).not.toBeNull();
    }
  });

  it('[engine V6] compares literals by value and kind', () => {
    const allowed: [Value, Value, boolean][] = [
      ['a', 'a', true],
      ['a', 'b', false],
      [1, 1, true],
      [1, 1n, false],
      [1n, 1n, true],
      [true, true, true],
      [0, -0, false],
      [NaN, NaN, true],
    ];
    for (const [expected, actual, ok] of allowed) expect(check(literal(expected), actual) === null).toBe(ok);
  });

  it('[engine V6] closes objects, and optional means absent', () => {
    const validator = object({ a: t('string'), 'b?': t('number') });
    expect(check(validator, { a: 'x' })).toBeNull();
    expect(check(validator, { a: 'x', b: 1 })).toBeNull();
    expect(check(validator, { a: 'x', b: null })).not.toBeNull();
    expect(check(validator, { a: 'x', c: 1 })).not.toBeNull();
    expect(check(validator, { b: 1 })).not.toBeNull();
    expect(check(object({}), [])).not.toBeNull();
    expect(check(object({}), bytes)).not.toBeNull();
  });

  it('[engine V6] does not take what objects inherit for a field', () => {
    expect(check(object({ constructor: t('any') }), {})).toContain(
      'missing the required field `constructor`',
    );
    expect(check(object({ 'toString?': t('string') }), {})).toBeNull();
    expect(check(object({}), { constructor: 1 })).toContain('extra field `constructor`');
  });

  it('[engine V6] checks keys and values of a record', () => {
    const byUser = record(id('users'), t('number'));
    expect(check(byUser, { [idOf(10001)]: 1 })).toBeNull();
    expect(check(byUser, { [idOf(10002)]: 1 })).not.toBeNull();
    expect(check(byUser, { [idOf(10001)]: 'x' })).not.toBeNull();
    expect(check(byUser, {})).toBeNull();
  });

  it('[engine V6] looks an id up in the tables of the component, anew each time', () => {
    const validator = id('later');
    let number: number | null = null;
    const growing: TableNames = { tableNumberOf: () => number, tableNameOf: () => null };
    expect(checkValidator(validator, idOf(10009), growing)).not.toBeNull();
    number = 10009;
    expect(checkValidator(validator, idOf(10009), growing)).toBeNull();
    expect(check(id('_storage'), idOf(200))).toBeNull();
  });

  it('[engine V6] answers like a plain reading of the rules, for any value', () => {
    fc.assert(
      fc.property(validators, anyValue, (validator, value) => {
        expect(check(validator, value) === null).toBe(allows(validator, value));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('what a refusal says', () => {
  it('[engine V7] names a missing field, its path, the object and the validator', () => {
    const point = object({ f: t('string'), x: t('number') });
    expect(check(object({ a: array(point) }), { a: [{ x: 1 }] })).toBe(
      'Object is missing the required field `f`. Consider wrapping the field validator in `v.optional(...)` if this is expected.\n' +
        'Path: .a[0]\n' +
        'Object: {x: 1.0}\n' +
        'Validator: v.object({f: v.string(), x: v.float64()})',
    );
  });

  it('[engine V7] names an extra field, with an empty line where there is no path', () => {
    expect(check(object({ 'b?': t('bigint') }), { isNew: true, b: 2n })).toBe(
      'Object contains extra field `isNew` that is not in the validator.\n' +
        '\n' +
        'Object: {b: 2, isNew: true}\n' +
        'Validator: v.object({b: v.optional(v.int64())})',
    );
  });

  it('[engine V7] says that a value does not match', () => {
    expect(check(object({ n: t('number') }), { n: 'abc' })).toBe(
      'Value does not match validator.\nPath: .n\nValue: "abc"\nValidator: v.float64()',
    );
    expect(check(object({}), 'abc')).toBe(
      'Value does not match validator.\n\nValue: "abc"\nValidator: v.object({})',
    );
  });

  it('[engine V7] puts the path right behind the dot for literals and ids', () => {
    expect(check(object({ k: literal('x') }), { k: 'abc' })).toBe(
      '`"abc"` does not match literal validator `v.literal("x")`.Path: .k',
    );
    expect(check(literal(1), 2)).toBe('`2.0` does not match literal validator `v.literal(1.0)`.');
    expect(check(array(id('users')), [idOf(10002)])).toBe(
      `Found ID "${idOf(10002)}" from table \`messages\`, which does not match the table name in validator \`v.id("users")\`.Path: [0]`,
    );
    expect(check(id('users'), idOf(200))).toBe(
      `Found ID "${idOf(200)}" from a system table, which does not match the table name in validator \`v.id("users")\`.`,
    );
    expect(check(id('users'), idOf(10003))).toContain('from table `system`');
  });

  it('[engine V7] takes what is no id of a known table for any other wrong value', () => {
    expect(check(id('users'), 'bob')).toBe(
      'Value does not match validator.\n\nValue: "bob"\nValidator: v.id("users")',
    );
    expect(check(id('users'), idOf(12345))).toContain('Value does not match validator.');
  });

  it('[engine V7] speaks of a union as a whole, of a union of one as its member', () => {
    expect(check(object({ u: union(t('string'), t('null')) }), { u: 1 })).toBe(
      'Value does not match validator.\nPath: .u\nValue: 1.0\nValidator: v.union(v.string(), v.null())',
    );
    expect(check(union(object({ a: t('string') })), { a: 1 })).toContain(
      'Path: .a\nValue: 1.0\nValidator: v.string()',
    );
    expect(check(union(), 1)).toContain('Validator: v.union()');
  });

  it('[engine V7] names the sides of a record', () => {
    expect(check(record(id('users'), t('any')), { bob: 1 })).toContain('Path: .keys()\nValue: "bob"');
    expect(check(record(t('string'), t('bigint')), { bob: 1 })).toContain('Path: .values()\nValue: 1.0');
  });

  it('[engine V7] reports wrong fields by name before extra ones', () => {
    expect(check(object({ b: t('string'), a: t('string') }), { b: 1, c: 1 })).toContain('required field `a`');
    expect(check(object({ b: t('string') }), { a: 1, b: 1 })).toContain('Path: .b');
  });
});

describe('documents', () => {
  const documentType = union(object({ kind: literal('a'), n: t('number') }), object({ kind: literal('b') }));
  const system = { _id: idOf(10001), _creationTime: 1 };

  it('[engine V6] accepts system fields whatever the schema says', () => {
    expect(checkDocumentType(documentType, { ...system, kind: 'b' }, tables)).toBeNull();
    expect(checkDocumentType(t('any'), { ...system, x: 1 }, tables)).toBeNull();
    expect(
      checkDocumentType(object({ 'o?': object({}) }), { ...system, o: { _id: 'x' } }, tables),
    ).not.toBeNull();
  });

  it('[engine V7] leaves system fields out of the text', () => {
    expect(checkDocumentType(object({ f: t('string') }), { ...system, x: 1 }, tables)).toBe(
      'Object is missing the required field `f`. Consider wrapping the field validator in `v.optional(...)` if this is expected.\n\n' +
        'Object: {x: 1.0}\nValidator: v.object({f: v.string()})',
    );
  });
});

const validators: fc.Arbitrary<ValidatorJson> = fc.letrec<{ validator: ValidatorJson }>((tie) => ({
  validator: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(t('null'), t('number'), t('bigint'), t('boolean'), t('string'), t('bytes'), t('any')),
    fc.constantFrom(literal(''), literal(0), literal(-0), literal(1n)),
    tie('validator').map(array),
    tie('validator').map((inner) => record(t('string'), inner)),
    fc.array(tie('validator'), { maxLength: 3 }).map((members) => union(...members)),
    fc
      .dictionary(fc.constantFrom('', 'a', 'b?', 'constructor?', '10'), tie('validator'), { maxKeys: 3 })
      .map(object),
  ),
})).validator;

/** The twin: validator semantics as short as they can be written. */
function allows(validator: ValidatorJson, value: Value): boolean {
  const isPlain =
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ArrayBuffer);
  switch (validator.type) {
    case 'any':
      return true;
    case 'null':
      return value === null;
    case 'bytes':
      return value instanceof ArrayBuffer;
    case 'literal':
      return JSON.stringify(valueToJson(value)) === JSON.stringify(validator.value);
    case 'array':
      return Array.isArray(value) && value.every((item) => allows(validator.value, item));
    case 'union':
      return validator.value.some((member) => allows(member, value));
    case 'record':
      return isPlain && Object.values(value).every((item) => allows(validator.values.fieldType, item));
    case 'object':
      return (
        isPlain &&
        Object.keys(value).every((name) => Object.hasOwn(validator.value, name)) &&
        Object.entries(validator.value).every(([name, field]) =>
          Object.hasOwn(value, name) ? allows(field.fieldType, value[name]!) : field.optional,
        )
      );
    default:
      return typeof value === validator.type;
  }
}
