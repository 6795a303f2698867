/**
 * Document ids (V4): LEB128(table number) ‖ 16-byte internal id ‖ fletcher16 footer, in lowercase Crockford base32.
 *
 * One document has one id text: text whose padding bits are set, whose varint is longer than needed or whose footer does
 * not fit is refused, so ids can be compared as strings.
 */
import { randomFillSync } from 'node:crypto';
import { DeveloperError } from './errors.ts';

export interface DocumentId {
  tableNumber: number;
  /** 16 bytes. */
  internalId: Uint8Array;
}

const INTERNAL_ID_BYTES = 16;
const FOOTER_BYTES = 2;
const MIN_TEXT = 31;
const MAX_TEXT = 37;
const MAX_BYTES = 5 + INTERNAL_ID_BYTES + FOOTER_BYTES;

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const ENCODE = Array.from(ALPHABET, (char) => char.charCodeAt(0));
const DECODE = new Uint8Array(128).fill(0xff);
ENCODE.forEach((code, digit) => (DECODE[code] = digit));

/** Ids are read and written on every call; the working space is shared because nothing here yields. */
const bytes = new Uint8Array(MAX_BYTES);
const text = Buffer.alloc(MAX_TEXT + 1);

/** The id text of a document; `tableNumber` is 1 … 2^32-1. */
export function encodeId(tableNumber: number, internalId: Uint8Array): string {
  if (!(tableNumber >= 1 && tableNumber <= 0xffff_ffff) || internalId.length !== INTERNAL_ID_BYTES) {
    throw new RangeError(`Not a document id: table ${tableNumber}, ${internalId.length} bytes`);
  }
  let length = writeVarint(tableNumber);
  bytes.set(internalId, length);
  length += INTERNAL_ID_BYTES;
  const footer = fletcher16(length);
  bytes[length++] = footer & 0xff;
  bytes[length++] = footer >>> 8;
  let written = 0;
  let bits = 0;
  let pending = 0;
  for (let i = 0; i < length; i++) {
    pending = ((pending << 8) | bytes[i]!) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text[written++] = ENCODE[(pending >>> bits) & 31]!;
    }
  }
  if (bits > 0) text[written++] = ENCODE[(pending << (5 - bits)) & 31]!;
  return text.toString('latin1', 0, written);
}

/** Reads an id; throws DeveloperError `Unable to decode ID: …`. Whether table and document exist is not its business. */
export function decodeId(id: string): DocumentId {
  const result = parse(id);
  if (typeof result === 'string') throw new DeveloperError('InvalidId', `Unable to decode ID: ${result}`);
  return { tableNumber: result, internalId: bytes.slice(internalIdAt, internalIdAt + INTERNAL_ID_BYTES) };
}

/** The table number of a well-formed id, null for any other text: validators ask this for every id they see. */
export function tableNumberOfId(id: string): number | null {
  const result = parse(id);
  return typeof result === 'string' ? null : result;
}

let internalIdAt = 0;

/** Leaves the id's bytes in `bytes`, the place of the internal id in `internalIdAt`; answers the table number or what is wrong. */
function parse(id: string): number | string {
  if (id.length < MIN_TEXT || id.length > MAX_TEXT) return `Invalid ID length ${id.length}`;
  let length = 0;
  let bits = 0;
  let pending = 0;
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    const digit = code < 128 ? DECODE[code]! : 0xff;
    if (digit === 0xff) return "ID wasn't valid base32";
    pending = ((pending << 5) | digit) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = (pending >>> bits) & 0xff;
    }
  }
  // Left over: at most four bits, all zero, or another text would mean the same document.
  if (bits > 4) return `Invalid ID length ${id.length}`;
  if ((pending & ((1 << bits) - 1)) !== 0) return "ID wasn't valid base32";
  return readTable(id.length, length);
}

function readTable(textLength: number, length: number): number | string {
  let tableNumber = 0;
  let at = 0;
  for (let byte = 0x80; byte >= 0x80; at++) {
    if (at >= 5) return 'Invalid table number';
    byte = bytes[at]!;
    tableNumber += (byte & 0x7f) * 2 ** (7 * at);
  }
  const overlong = at > 1 && bytes[at - 1] === 0;
  if (tableNumber < 1 || tableNumber > 0xffff_ffff || overlong) return 'Invalid table number';
  if (at + INTERNAL_ID_BYTES + FOOTER_BYTES !== length) return `Invalid ID length ${textLength}`;
  internalIdAt = at;
  const footer = bytes[length - 2]! | (bytes[length - 1]! << 8);
  const version = footer ^ fletcher16(length - FOOTER_BYTES);
  return version === 0 ? tableNumber : `Invalid ID version ${version} (expected 0)`;
}

function writeVarint(value: number): number {
  let length = 0;
  while (value >= 0x80) {
    bytes[length++] = (value & 0x7f) | 0x80;
    value = value >>> 7;
  }
  bytes[length++] = value;
  return length;
}

/** Fletcher-16 with both sums modulo 256, the plain sum in the low byte. */
function fletcher16(length: number): number {
  let sum = 0;
  let sumOfSums = 0;
  for (let i = 0; i < length; i++) {
    sum = (sum + bytes[i]!) & 0xff;
    sumOfSums = (sumOfSums + sum) & 0xff;
  }
  return (sumOfSums << 8) | sum;
}

const pool = new Uint8Array(4096);
let poolAt = pool.length;

/** 16 fresh random bytes, the caller's to keep. */
export function newInternalId(): Uint8Array {
  if (poolAt === pool.length) {
    randomFillSync(pool);
    poolAt = 0;
  }
  poolAt += INTERNAL_ID_BYTES;
  return pool.slice(poolAt - INTERNAL_ID_BYTES, poolAt);
}
