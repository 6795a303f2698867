/**
 * What a session's request was answered, for when it comes again (F18, F47).
 *
 * An answer belongs to whoever asked: it is sealed with a key made of the installation's and of the asker's identity. Nobody
 * else can open it, neither another caller who knows session and request nor a reader of the disk; that there is one is
 * known all the same, so that the request is not run a second time.
 */
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomFillSync,
} from 'node:crypto';
import type { Store } from '../../storage/store.ts';
import type { Caller } from './services.ts';

export interface Session {
  sessionId: string;
  requestId: number;
}

export interface Answer {
  ts: bigint;
  /** Convex JSON text of the result. */
  result: string;
  logLines: string[];
}

/** In front of what is sealed: no JSON begins like this. Answers of older folders are in clear. */
const SEALED = 'sealed:';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEPT_KEYS = 1_000;

export class Answers {
  readonly #store: Store;
  readonly #keys = new Map<string, KeyObject>();
  readonly #nonces = new Nonces();

  constructor(store: Store) {
    this.#store = store;
  }

  /** The answer; null when there is none, 'withheld' when it is not this caller's to have. */
  find({ sessionId, requestId }: Session, caller: Caller): Answer | 'withheld' | null {
    const known = this.#store.sessionRequests.get(sessionId, requestId);
    if (known === null || !known.result.startsWith(SEALED)) return known;
    const text = this.#open(Buffer.from(known.result.slice(SEALED.length), 'base64'), caller);
    if (text === null) return 'withheld';
    return { ts: known.ts, ...(JSON.parse(text) as Pick<Answer, 'result' | 'logLines'>) };
  }

  /** Inside the mutation's own transaction only. */
  keep({ sessionId, requestId }: Session, caller: Caller, { ts, ...answer }: Answer): void {
    const result = SEALED + this.#seal(JSON.stringify(answer), caller).toString('base64');
    this.#store.sessionRequests.put(sessionId, requestId, { ts, result, logLines: [] });
  }

  #seal(text: string, caller: Caller): Buffer {
    const nonce = this.#nonces.next();
    const cipher = createCipheriv(CIPHER, this.#keyOf(caller), nonce);
    return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }

  #open(sealed: Buffer, caller: Caller): string | null {
    const decipher = createDecipheriv(CIPHER, this.#keyOf(caller), sealed.subarray(0, NONCE_BYTES));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    try {
      return (
        decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      );
    } catch {
      return null;
    }
  }

  #keyOf({ admin, identity }: Caller): KeyObject {
    const owner = `${admin ? 'admin' : 'user'}|${identity?.tokenIdentifier ?? ''}`;
    let key = this.#keys.get(owner);
    if (key === undefined) {
      if (this.#keys.size >= KEPT_KEYS) this.#keys.clear();
      const bytes = hkdfSync('sha256', this.#store.installationKey, '', `answers|${owner}`, 32);
      // Node takes four times as long to make a cipher from bytes.
      key = createSecretKey(Buffer.from(bytes));
      this.#keys.set(owner, key);
    }
    return key;
  }
}

/** Random nonces, many of them made at a time: one alone would cost as much as what it is for. */
class Nonces {
  readonly #made = Buffer.alloc(256 * NONCE_BYTES);
  #used = this.#made.length;

  next(): Uint8Array {
    if (this.#used === this.#made.length) {
      randomFillSync(this.#made);
      this.#used = 0;
    }
    return this.#made.subarray(this.#used, (this.#used += NONCE_BYTES));
  }
}
