// Cursors: where a page ended, readable by this deployment only.
//
// A cursor is {position, fingerprint of the query}, encrypted: index keys hold values of documents the reader may not be
// allowed to see. Encryption is deterministic (the nonce is a MAC of the text), because a cursor is part of a query's
// result and equal results must be equal texts.

import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
import { DeveloperError } from '../values/errors.ts';

/** Behind a row's key, or the end of the range. */
export type Position = { after: Uint8Array } | 'end';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FINGERPRINT_BYTES = 8;
const AFTER = 1;
const END = 2;

export class CursorCodec {
  private readonly encryptionKey: Buffer;
  private readonly nonceKey: Buffer;

  /** `secret` is the deployment's own, 32 bytes. */
  constructor(secret: Buffer) {
    this.encryptionKey = createHmac('sha256', secret).update('cursor encryption').digest();
    this.nonceKey = createHmac('sha256', secret).update('cursor nonce').digest();
  }

  /** `query` is any text that names the query exactly. */
  encode(position: Position, query: string): string {
    const key = position === 'end' ? new Uint8Array() : position.after;
    const plain = Buffer.concat([Buffer.from([position === 'end' ? END : AFTER]), fingerprint(query), key]);
    const nonce = createHmac('sha256', this.nonceKey).update(plain).digest().subarray(0, NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.encryptionKey, nonce);
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /** Throws the ConvexError that makes clients start again from the first page. */
  decode(cursor: string, query: string): Position {
    const plain = this.open(cursor);
    if (plain === null) throw invalidCursor('the cursor could not be read');
    if (!plain.subarray(1, 1 + FINGERPRINT_BYTES).equals(fingerprint(query))) {
      throw invalidCursor('the cursor belongs to another query');
    }
    return plain[0] === END ? 'end' : { after: new Uint8Array(plain.subarray(1 + FINGERPRINT_BYTES)) };
  }

  private open(cursor: string): Buffer | null {
    const bytes = Buffer.from(cursor, 'base64url');
    if (bytes.length < NONCE_BYTES + TAG_BYTES + 1 + FINGERPRINT_BYTES) return null;
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.encryptionKey, bytes.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    } catch {
      return null;
    }
  }
}

function fingerprint(query: string): Buffer {
  return createHash('sha256').update(query).digest().subarray(0, FINGERPRINT_BYTES);
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
