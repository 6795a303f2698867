/**
 * Sort keys (V3): bytes whose memcmp order is the order of V2, so an index is a BLOB key in SQLite.
 *
 *   tag      undefined 01, null 03, int64 04…0C, float64 0D, false 0E, true 0F, string 10, bytes 11, array 12, object 15
 *   int64    the tag names sign and width: 07…04 for 1, 2, 4, 8 bytes below zero, 08 zero, 09…0C for 1, 2, 4, 8 above
 *   float64  8 bytes BE, the sign bit flipped above zero, every bit below
 *   string   UTF-8 with 00 written as 01 01 and 01 as 01 02, closed by 00; bytes the same
 *   array    its items, closed by 00; object: (name as string, value)*, closed by 00
 *
 * Convex escapes 00 as 00 FF, which makes the key of "x" the beginning of the key of "x\0": every range that starts with
 * an equality would have to know. Here no value's key is the beginning of another's, so keys can stand one behind the
 * other, and "all that start with these fields" is one interval. Keys never leave the server.
 */
import { MAX_INT64, sortedKeys, type Value, type ValueObject } from './value.ts';

const TAG_UNDEFINED = 0x01;
const TAG_NULL = 0x03;
const TAG_INT64_ZERO = 0x08;
const TAG_FLOAT64 = 0x0d;
const TAG_FALSE = 0x0e;
const TAG_TRUE = 0x0f;
const TAG_STRING = 0x10;
const TAG_BYTES = 0x11;
const TAG_ARRAY = 0x12;
const TAG_OBJECT = 0x15;
const END = 0x00;
/** 00 and 01 are written as this byte and themselves plus one. */
const ESCAPE = 0x01;

/** Above this many units the native encoder is quicker than a loop. */
const NATIVE_ENCODER_FROM = 48;
const encoder = new TextEncoder();

/** A growable byte buffer: `reset`, write fields, `take` a copy. One writer serves any number of keys. */
export class KeyWriter {
  #bytes: Uint8Array;
  #view: DataView;
  /** Bytes written so far. */
  length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  reset(): this {
    this.length = 0;
    return this;
  }

  /** A copy of what was written. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }

  /** Forgets everything behind `length`: a common prefix is written once and used for many keys. */
  truncate(length: number): this {
    this.length = length;
    return this;
  }

  u8(byte: number): this {
    this.#reserve(1);
    this.#bytes[this.length++] = byte;
    return this;
  }

  u32(value: number): this {
    this.#reserve(4);
    this.#view.setUint32(this.length, value);
    this.length += 4;
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  int64(value: bigint): void {
    this.#reserve(9);
    const magnitude = value < 0n ? ~value : value - 1n;
    const width =
      value === 0n
        ? 0
        : magnitude < 0x100n
          ? 1
          : magnitude < 0x1_0000n
            ? 2
            : magnitude < 0x1_0000_0000n
              ? 3
              : 4;
    const at = this.length;
    this.#bytes[at] = value < 0n ? TAG_INT64_ZERO - width : TAG_INT64_ZERO + width;
    this.length += 1;
    if (width === 0) return;
    const size = 1 << (width - 1);
    const truncated = BigInt.asUintN(size * 8, value < 0n ? value : magnitude);
    if (width === 4) this.#view.setBigUint64(at + 1, truncated);
    else if (width === 3) this.#view.setUint32(at + 1, Number(truncated));
    else if (width === 2) this.#view.setUint16(at + 1, Number(truncated));
    else this.#bytes[at + 1] = Number(truncated);
    this.length += size;
  }

  float64(value: number): void {
    this.#reserve(9);
    const at = this.length;
    this.#bytes[at] = TAG_FLOAT64;
    this.#view.setFloat64(at + 1, value);
    const high = this.#view.getUint32(at + 1);
    if (high >= 0x8000_0000) {
      this.#view.setUint32(at + 1, ~high);
      this.#view.setUint32(at + 5, ~this.#view.getUint32(at + 5));
    } else {
      this.#view.setUint32(at + 1, high | 0x8000_0000);
    }
    this.length += 9;
  }

  string(value: string): void {
    // A unit takes at most three bytes, an escaped one two.
    this.#reserve(value.length * 3 + 2);
    this.#bytes[this.length++] = TAG_STRING;
    if (value.length >= NATIVE_ENCODER_FROM && !value.includes('\0') && !value.includes('\x01')) {
      this.length += encoder.encodeInto(value, this.#bytes.subarray(this.length)).written;
    } else {
      this.#shortString(value);
    }
    this.#bytes[this.length++] = END;
  }

  #shortString(value: string): void {
    const bytes = this.#bytes;
    let at = this.length;
    for (let i = 0; i < value.length; i++) {
      let code = value.charCodeAt(i);
      if (code < 0x80) {
        if (code > 1) {
          bytes[at++] = code;
        } else {
          bytes[at++] = ESCAPE;
          bytes[at++] = code + 1;
        }
      } else if (code < 0x800) {
        bytes[at++] = 0xc0 | (code >> 6);
        bytes[at++] = 0x80 | (code & 0x3f);
      } else if (code < 0xd800 || code > 0xdfff) {
        bytes[at++] = 0xe0 | (code >> 12);
        bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
        bytes[at++] = 0x80 | (code & 0x3f);
      } else {
        // Strings are well-formed: a surrogate is the first of a pair.
        code = value.codePointAt(i++)!;
        bytes[at++] = 0xf0 | (code >> 18);
        bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
        bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
        bytes[at++] = 0x80 | (code & 0x3f);
      }
    }
    this.length = at;
  }

  byteString(value: ArrayBuffer): void {
    const source = new Uint8Array(value);
    this.#reserve(source.length * 2 + 2);
    const bytes = this.#bytes;
    let at = this.length;
    bytes[at++] = TAG_BYTES;
    for (let i = 0; i < source.length; i++) {
      const byte = source[i]!;
      if (byte > 1) {
        bytes[at++] = byte;
      } else {
        bytes[at++] = ESCAPE;
        bytes[at++] = byte + 1;
      }
    }
    bytes[at++] = END;
    this.length = at;
  }

  #reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Appends the sort key of one field; undefined is a field the document does not have. */
export function writeSortKey(writer: KeyWriter, value: Value | undefined): void {
  switch (typeof value) {
    case 'string':
      return writer.string(value);
    case 'number':
      return writer.float64(value);
    case 'bigint':
      return writer.int64(value);
    case 'symbol':
      return writer.int64(MAX_INT64);
    case 'boolean':
      writer.u8(value ? TAG_TRUE : TAG_FALSE);
      return;
    case 'undefined':
      writer.u8(TAG_UNDEFINED);
      return;
    default:
      if (value === null) writer.u8(TAG_NULL);
      else if (Array.isArray(value)) writeArray(writer, value);
      else if (value instanceof ArrayBuffer) writer.byteString(value);
      else writeObject(writer, value);
  }
}

function writeArray(writer: KeyWriter, items: Value[]): void {
  writer.u8(TAG_ARRAY);
  for (let i = 0; i < items.length; i++) writeSortKey(writer, items[i]!);
  writer.u8(END);
}

function writeObject(writer: KeyWriter, object: ValueObject): void {
  writer.u8(TAG_OBJECT);
  // The name carries a string's tag: an empty name must not look like the closing 00.
  for (const name of sortedKeys(object)) {
    writer.string(name);
    writeSortKey(writer, object[name]!);
  }
  writer.u8(END);
}

const shared = new KeyWriter();

/** The sort key of one value. */
export function encodeSortKey(value: Value | undefined): Uint8Array {
  writeSortKey(shared.reset(), value);
  return shared.take();
}

/** The first key behind every key that starts with `prefix`; null when there is none (all FF or empty). */
export function successor(prefix: Uint8Array): Uint8Array | null {
  let end = prefix.length;
  while (end > 0 && prefix[end - 1] === 0xff) end--;
  if (end === 0) return null;
  const next = prefix.slice(0, end);
  next[end - 1]!++;
  return next;
}

/** memcmp; the shorter first when one is a prefix of the other. */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}
