/**
 * Cursors: where a page ended, readable by this deployment only.
 *
 * A cursor is {position, fingerprint of the query}, encrypted: index keys hold values of documents the reader may not be
 * allowed to see. Encryption is deterministic, because a cursor is part of a query's result and equal results must be
 * equal texts: the MAC of the text (HMAC-SHA256) is both its proof and the nonce of the key stream (the SIV
 * construction); the stream is SHA-512 of a secret key, the nonce and a counter, all of fixed length. A cursor is too short for a
 * cipher object of OpenSSL to pay.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import { DeveloperError } from '../values/errors.ts';

/** Behind a row's key, or the end of the range. */
export type Position = { after: Uint8Array } | 'end';

const TAG_BYTES = 16;
const BLOCK_BYTES = 64;
const STREAM_BYTES = 64;
const FINGERPRINT_BYTES = 8;
const AFTER = 1;
const END = 2;

export class CursorCodec {
  readonly #streamKey: Buffer;
  readonly #tagKey: HmacKey;
  #last: { query: string; fingerprint: Buffer } | null = null;

  /** `secret` is the deployment's own, 32 bytes. */
  constructor(secret: Buffer) {
    const root = hmacKey(secret);
    this.#streamKey = hmac(root, Buffer.from('cursor stream'));
    this.#tagKey = hmacKey(hmac(root, Buffer.from('cursor tag')));
  }

  /** `query` is any text that names the query exactly. */
  encode(position: Position, query: string): string {
    const key = position === 'end' ? new Uint8Array() : position.after;
    const plain = Buffer.concat([
      Buffer.from([position === 'end' ? END : AFTER]),
      this.#fingerprint(query),
      key,
    ]);
    const tag = hmac(this.#tagKey, plain).subarray(0, TAG_BYTES);
    return Buffer.concat([tag, this.#stream(tag, plain)]).toString('base64url');
  }

  /** Throws the ConvexError that makes clients start again from the first page. */
  decode(cursor: string, query: string): Position {
    const plain = this.#open(cursor);
    if (plain === null) throw invalidCursor('the cursor could not be read');
    if (!plain.subarray(1, 1 + FINGERPRINT_BYTES).equals(this.#fingerprint(query))) {
      throw invalidCursor('the cursor belongs to another query');
    }
    return plain[0] === END ? 'end' : { after: new Uint8Array(plain.subarray(1 + FINGERPRINT_BYTES)) };
  }

  /** A page asks for the same query two or three times. */
  #fingerprint(query: string): Buffer {
    if (this.#last?.query !== query)
      this.#last = { query, fingerprint: sha256(query).subarray(0, FINGERPRINT_BYTES) };
    return this.#last.fingerprint;
  }

  #open(cursor: string): Buffer | null {
    const bytes = Buffer.from(cursor, 'base64url');
    if (bytes.length < TAG_BYTES + 1 + FINGERPRINT_BYTES) return null;
    const tag = bytes.subarray(0, TAG_BYTES);
    const plain = this.#stream(tag, bytes.subarray(TAG_BYTES));
    return timingSafeEqual(hmac(this.#tagKey, plain).subarray(0, TAG_BYTES), tag) ? plain : null;
  }

  /** `bytes` XOR the key stream of `nonce`. */
  #stream(nonce: Buffer, bytes: Buffer): Buffer {
    const out = Buffer.from(bytes);
    const seed = Buffer.concat([this.#streamKey, nonce, Buffer.alloc(4)]);
    for (let at = 0; at < out.length; at += STREAM_BYTES) {
      seed.writeUInt32BE(at, seed.length - 4);
      const block = hash('sha512', seed, 'buffer');
      for (let i = 0; i < STREAM_BYTES && at + i < out.length; i++) out[at + i]! ^= block[i]!;
    }
    return out;
  }
}

interface HmacKey {
  inner: Buffer;
  outer: Buffer;
}

/** The two padded blocks of an HMAC key of at most 64 bytes. */
function hmacKey(key: Buffer): HmacKey {
  const inner = Buffer.alloc(BLOCK_BYTES, 0x36);
  const outer = Buffer.alloc(BLOCK_BYTES, 0x5c);
  key.forEach((byte, i) => {
    inner[i]! ^= byte;
    outer[i]! ^= byte;
  });
  return { inner, outer };
}

function hmac({ inner, outer }: HmacKey, text: Buffer): Buffer {
  return sha256(Buffer.concat([outer, sha256(Buffer.concat([inner, text]))]));
}

function sha256(bytes: Buffer | string): Buffer {
  return hash('sha256', bytes, 'buffer');
}

function invalidCursor(why: string): DeveloperError {
  return new DeveloperError(
    'InvalidCursor',
    `InvalidCursor: Tried to run a query starting from a cursor, but ${why}.`,
    {
      isConvexSystemError: true,
      paginationError: 'InvalidCursor',
    },
  );
}
