/**
 * The random bytes of one execution: a keystream of AES-256-CTR under the execution's seed, so that the same seed gives
 * the same bytes and nobody who sees some can tell the rest. Made on first use.
 */
import { createCipheriv, type Cipheriv } from 'node:crypto';

const IV = Buffer.alloc(16);

export class Keystream {
  readonly #seed: () => Uint8Array;
  #cipher: Cipheriv | null = null;

  /** `seed` gives 32 bytes, and is asked at most once. */
  constructor(seed: () => Uint8Array) {
    this.#seed = seed;
  }

  fill(target: Uint8Array): void {
    this.#cipher ??= createCipheriv('aes-256-ctr', this.#seed(), IV);
    target.set(this.#cipher.update(new Uint8Array(target.length)));
  }
}
