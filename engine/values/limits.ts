/**
 * Sizes and limits (V5): what a value may be, and how much one execution may do.
 *
 * Sizes are Convex's accounting, not bytes on disk: apps compute with them. The texts are the official ones: code that is
 * refused here is refused there, with the same words.
 */
import { DeveloperError, shortName } from './errors.ts';
import { isObject, type Value, type ValueObject } from './value.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** The limits of one execution, one value and one deployment. Durations in ms, sizes in bytes. */
export const LIMITS = {
  documentsRead: 32_000,
  bytesRead: 16 * MIB,
  indexRanges: 4096,
  documentsWritten: 16_000,
  bytesWritten: 16 * MIB,
  functionsScheduled: 1000,
  scheduledArgsBytes: 16 * MIB,
  scheduledArgsBytesEach: 4 * MIB,
  // Files inside a mutation; Convex names no figures.
  filesWritten: 100,
  fileWriteBytes: 16 * MIB,
  filesRead: 100,
  fileReadBytes: 16 * MIB,
  argsBytes: 16 * MIB,
  nodeActionArgsBytes: 5 * MIB,
  returnBytes: 16 * MIB,
  userTimeMs: 1000,
  systemUserTimeMs: 15_000,
  actionTimeMs: 30 * 60_000,
  nodeActionTimeMs: 10 * 60_000,
  concurrentIo: 1000,
  callDepth: 8,
  httpResponseBytes: 20 * MIB,
  logLines: 256,
  logLineBytes: 32 * KIB,
  heapBytes: 64 * MIB,
  nodeHeapBytes: 512 * MIB,
  outstandingScheduled: 1_000_000,
  documentBytes: MIB,
  documentNesting: 16,
  valueNesting: 64,
  objectFields: 1024,
  arrayLength: 8192,
  fieldNameLength: 1024,
  identifierLength: 64,
  queryOperators: 256,
  indexFields: 16,
  indexesPerTable: 64,
  searchIndexesPerTable: 4,
  vectorIndexesPerTable: 4,
  filterFields: 16,
  vectorResults: 256,
  vectorConditions: 64,
  tables: 10_000,
  modules: 4096,
  pushBytes: 200 * MIB,
  // Of the engine: one request or frame of whoever has shown no valid token. A sign-in, a message of a chat, a thousand
  // subscriptions; in the worst case some milliseconds of parsing.
  strangerBytes: 64 * KIB,
  // And of whoever is signed in, in bytes and in names and values: together some thirty milliseconds (values/edges.ts).
  callerBytes: 4 * MIB,
  callParts: 20_000,
  environmentVariables: 1000,
  environmentValueBytes: 8 * KIB,
  environmentNameLength: 256,
} as const;

/** A value's size in Convex's accounting. */
export function sizeOf(value: Value): number {
  switch (typeof value) {
    case 'number':
    case 'bigint':
    case 'symbol':
      return 9;
    case 'string':
      return 2 + Buffer.byteLength(value);
    case 'boolean':
      return 1;
  }
  if (value === null) return 1;
  if (value instanceof ArrayBuffer) return 2 + value.byteLength;
  let size = 2;
  if (Array.isArray(value)) {
    for (const item of value) size += sizeOf(item);
  } else {
    for (const name of Object.keys(value)) size += name.length + 1 + sizeOf(value[name]!);
  }
  return size;
}

/** How deep arrays and objects stand in one another: 0 for a scalar, 1 for an array of scalars. */
export function nestingOf(value: Value): number {
  if (!Array.isArray(value) && !isObject(value)) return 0;
  let deepest = 0;
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    deepest = Math.max(deepest, nestingOf(item));
  }
  return deepest + 1;
}

/**
 * Checks that `value` is one Convex accepts as an argument, a result or inside a document: field names, field and item
 * counts, nesting, well-formed strings. Returns its size. Throws DeveloperError.
 */
export function checkValue(value: Value): number {
  return measure(value, LIMITS.valueNesting, 0);
}

/** Checks a whole document, system fields included, and returns its size: everything of checkValue, and 1 MiB and 16 levels. */
export function checkDocument(document: Value): number {
  if (!isObject(document)) throw new DeveloperError('InvalidDocument', 'Documents must be objects.');
  checkTopLevelNames(document);
  const size = measure(document, LIMITS.documentNesting, 0);
  if (size > LIMITS.documentBytes) {
    throw new DeveloperError(
      'ValueTooLargeError',
      `Value is too large (${formatBytes(size)} > maximum size ${formatBytes(LIMITS.documentBytes)})`,
    );
  }
  return size;
}

function checkTopLevelNames(document: ValueObject): void {
  for (const name of Object.keys(document)) {
    if (name.charCodeAt(0) === 95 /* _ */ && name !== '_id' && name !== '_creationTime') {
      throw new DeveloperError(
        'InvalidFieldName',
        `Field '${shortName(name)}' starts with an underscore, which is only allowed for system fields like '_id'`,
      );
    }
  }
}

/** Size and every check in one walk; `depth` is how many containers stand around `value`. */
function measure(value: Value, maxNesting: number, depth: number): number {
  switch (typeof value) {
    case 'number':
    case 'bigint':
    case 'symbol':
      return 9;
    case 'boolean':
      return 1;
    case 'string':
      if (!value.isWellFormed()) throw illFormed();
      return 2 + Buffer.byteLength(value);
  }
  if (value === null) return 1;
  if (value instanceof ArrayBuffer) return 2 + value.byteLength;
  if (depth >= maxNesting) throw tooNested(depth + nestingOf(value), maxNesting);
  return Array.isArray(value)
    ? measureArray(value, maxNesting, depth + 1)
    : measureObject(value, maxNesting, depth + 1);
}

function measureArray(items: Value[], maxNesting: number, depth: number): number {
  if (items.length > LIMITS.arrayLength) {
    throw new DeveloperError(
      'ArrayTooLongError',
      `Array length is too long (${items.length} > maximum length ${LIMITS.arrayLength})`,
    );
  }
  let size = 2;
  for (let i = 0; i < items.length; i++) size += measure(items[i]!, maxNesting, depth);
  return size;
}

function measureObject(object: ValueObject, maxNesting: number, depth: number): number {
  const names = Object.keys(object);
  if (names.length > LIMITS.objectFields) {
    throw new DeveloperError(
      'TooManyFieldsError',
      `Object has too many fields (${names.length} > maximum number ${LIMITS.objectFields})`,
    );
  }
  let size = 2;
  for (const name of names) {
    checkFieldName(name);
    size += name.length + 1 + measure(object[name]!, maxNesting, depth);
  }
  return size;
}

/** Checks a field name of any object in a value: at most 1024 printable ASCII characters, no leading "$". */
export function checkFieldName(name: string): void {
  if (name.length > LIMITS.fieldNameLength) {
    throw fieldName(
      `Field name ${shortName(name)} exceeds maximum field name length ${LIMITS.fieldNameLength}.`,
    );
  }
  if (name.charCodeAt(0) === 36 /* $ */) {
    throw fieldName(`Field name ${shortName(name)} starts with a '$', which is reserved.`);
  }
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code < 32 || code >= 127) {
      throw fieldName(
        `Field name ${shortName(name)} has invalid character '${name[i]}': Field names can only contain non-control ASCII characters`,
      );
    }
  }
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Whether `name` may name a table, an index, an export or a validator's field. */
export function isIdentifier(name: string): boolean {
  return name.length <= LIMITS.identifierLength && IDENTIFIER.test(name) && !/^_+$/.test(name);
}

function fieldName(message: string): DeveloperError {
  return new DeveloperError('InvalidFieldName', message);
}

function illFormed(): DeveloperError {
  return new DeveloperError('InvalidValue', 'Strings must be well-formed Unicode: found a lone surrogate.');
}

function tooNested(nesting: number, maximum: number): DeveloperError {
  return new DeveloperError(
    'TooNestedError',
    `Value is too nested (nested ${nesting} levels deep > maximum nesting ${maximum})`,
  );
}

/** `1 MiB`, `1.50 KiB`: binary units, two decimals or none, as in the official texts. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let unit = 0;
  let amount = bytes;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${Number.isInteger(amount) ? amount : amount.toFixed(2)} ${units[unit]}`;
}
