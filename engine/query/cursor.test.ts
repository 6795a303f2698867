import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CursorCodec } from './cursor.ts';

const secret = Buffer.alloc(32, 7);
const codec = new CursorCodec(secret);

describe('cursors', () => {
  it('[engine Q6] come back as they were, for keys of any length', () => {
    for (const length of [0, 1, 31, 32, 33, 64, 300]) {
      const after = new Uint8Array(randomBytes(length));
      expect(codec.decode(codec.encode({ after }, 'q'), 'q')).toEqual({ after });
    }
    expect(codec.decode(codec.encode('end', 'q'), 'q')).toBe('end');
  });

  it('[engine Q6] are equal texts for equal positions and show nothing of the key', () => {
    const after = new Uint8Array(Buffer.from('secret value of a document'));
    const cursor = codec.encode({ after }, 'q');
    expect(codec.encode({ after }, 'q')).toBe(cursor);
    expect(Buffer.from(cursor, 'base64url').includes('secret')).toBe(false);
    const other = codec.encode({ after: new Uint8Array([...after, 1]) }, 'q');
    expect(other.slice(0, 20)).not.toBe(cursor.slice(0, 20));
  });

  it('[engine Q6] are refused when any bit is changed, by another deployment, or for another query', () => {
    const cursor = Buffer.from(codec.encode({ after: new Uint8Array([1, 2, 3]) }, 'q'), 'base64url');
    for (let bit = 0; bit < cursor.length * 8; bit++) {
      const copy = Buffer.from(cursor);
      copy[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => codec.decode(copy.toString('base64url'), 'q')).toThrow('InvalidCursor: ');
    }
    expect(() => codec.decode(cursor.toString('base64url'), 'r')).toThrow('another query');
    expect(() => new CursorCodec(Buffer.alloc(32, 8)).decode(cursor.toString('base64url'), 'q')).toThrow(
      'InvalidCursor: ',
    );
  });

  it('[engine Q6] carry an HMAC-SHA256 tag as node:crypto computes it', () => {
    const tagKey = createHmac('sha256', secret).update('cursor tag').digest();
    const query = Buffer.from(codec.encode('end', 'q'), 'base64url');
    const plain = Buffer.concat([Buffer.from([2]), fingerprintOf('q')]);
    expect(query.subarray(0, 16)).toEqual(
      createHmac('sha256', tagKey).update(plain).digest().subarray(0, 16),
    );
  });
});

function fingerprintOf(text: string): Buffer {
  return Buffer.from(
    // sha256 of one letter, first eight bytes
    { q: '8e35c2cd3bf6641b' }[text] ?? '',
    'hex',
  );
}
