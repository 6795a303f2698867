/**
 * The random bytes of one execution: a keystream of AES-256-CTR under the execution's seed, so that the same seed gives
 * the same bytes and nobody who sees some can tell the rest. Made on first use.
 */
import { createCipheriv, type Cipheriv, randomFillSync } from 'node:crypto';

const IV = Buffer.alloc(16);

/** What fills bytes of an execution. */
export interface Randomness {
  fill(target: Uint8Array): void;
}

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

const made = new Uint8Array(4096);
let used = made.length;

/** Bytes that nothing repeats, many made at a time: a keystream of its own costs a mutation more than what it reads. */
export const fresh: Randomness = {
  fill(target) {
    if (target.length > made.length) return void randomFillSync(target);
    if (used + target.length > made.length) {
      randomFillSync(made);
      used = 0;
    }
    target.set(made.subarray(used, used + target.length));
    // Given once, and not kept.
    made.fill(0, used, (used += target.length));
  },
};
