/**
 * Values and validators as developers read them in errors (V7): Rust's debug notation, because the official texts have it.
 */
import { shortName } from './errors.ts';
import { sortedKeys, type Value } from './value.ts';
import type { ValidatorJson } from './validatorJson.ts';
import { jsonToValue } from './json.ts';

/** How much of a value is shown; who sent it knows the rest. */
const MAX_SHOWN = 900;
const CUT = '…';

/**
 * `{a: 1.0, b: "x"}`: floats always with a decimal, int64 without, bytes as `b"base64"`, keys sorted. What is longer than a
 * kilobyte is cut, and what is behind the cut costs nothing.
 */
export function printValue(value: Value): string {
  const shown = print(value, MAX_SHOWN);
  return shown.length <= MAX_SHOWN ? shown : shown.slice(0, MAX_SHOWN).toWellFormed() + CUT;
}

/** At least the first `room` characters; not many more. */
function print(value: Value, room: number): string {
  switch (typeof value) {
    case 'number':
      return printFloat(value);
    case 'string':
      return printString(value.length <= room ? value : value.slice(0, room + 1).toWellFormed());
    case 'symbol':
      return '[unresolved commit timestamp]';
    case 'bigint':
    case 'boolean':
      return String(value);
  }
  if (value === null) return 'null';
  if (value instanceof ArrayBuffer)
    return `b"${Buffer.from(value, 0, Math.min(value.byteLength, room)).toString('base64')}"`;
  if (Array.isArray(value)) return `[${printAll(value, room, (item, left) => print(item, left))}]`;
  return `{${printAll(sortedKeys(value), room, (name, left) => `${shortName(name)}: ${print(value[name]!, left)}`)}}`;
}

function printAll<T>(items: readonly T[], room: number, printOne: (item: T, left: number) => string): string {
  let text = '';
  for (let i = 0; i < items.length && text.length <= room; i++) {
    text += `${i === 0 ? '' : ', '}${printOne(items[i]!, room - text.length)}`;
  }
  return text;
}

/** A float64 as Rust's `{:?}` writes it: `1.0`, `1e16`, `1e-7`, `NaN`, `inf`. */
function printFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (Object.is(value, -0)) return '-0.0';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    return value.toExponential().replace('e+', 'e');
  }
  // Between 1e-6 and 1e21 JavaScript writes no exponent, so only the decimal point may be missing.
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

const ESCAPES: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': '\\0',
};

/** What Rust's `{:?}` does not show as it is: quotes, all that has no glyph of its own, spaces but the plain one. */
const ESCAPED = /["\\]|\p{C}|\p{Zl}|\p{Zp}|(?! )\p{Zs}|\p{Grapheme_Extend}/gu;

function printString(text: string): string {
  const escaped = text.replace(
    ESCAPED,
    (char) => ESCAPES[char] ?? `\\u{${char.codePointAt(0)!.toString(16)}}`,
  );
  return `"${escaped}"`;
}

/** `v.object({f: v.optional(v.string())})`: source-like, fields sorted. */
export function printValidator(validator: ValidatorJson): string {
  switch (validator.type) {
    case 'number':
      return 'v.float64()';
    case 'bigint':
      return 'v.int64()';
    case 'null':
    case 'boolean':
    case 'string':
    case 'bytes':
    case 'any':
    case 'commitTs':
    case 'function':
      return `v.${validator.type}()`;
    case 'literal':
      return `v.literal(${printLiteral(jsonToValue(validator.value))})`;
    case 'id':
      return `v.id("${validator.tableName}")`;
    case 'array':
      return `v.array(${printValidator(validator.value)})`;
    case 'record':
      return `v.record(${printValidator(validator.keys)}, ${printValidator(validator.values.fieldType)})`;
    case 'union':
      return `v.union(${validator.value.map(printValidator).join(', ')})`;
    case 'object':
      return `v.object({${sortedKeys(validator.value)
        .map((name) => {
          const field = validator.value[name]!;
          const type = printValidator(field.fieldType);
          return `${name}: ${field.optional ? `v.optional(${type})` : type}`;
        })
        .join(', ')}})`;
  }
}

/** A literal as JSON; what JSON cannot write is named by its type only. */
export function printLiteral(value: Value): string {
  if (typeof value === 'bigint') return '<bigint>';
  if (typeof value === 'number') return Number.isFinite(value) ? printFloat(value) : '<number>';
  return JSON.stringify(value);
}
