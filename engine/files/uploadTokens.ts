/**
 * Tokens of upload URLs: signed, good for an hour, for one component. They hold no secret and are not kept; those a host lets
 * be used only once (B5) are remembered until they have run out, by this process.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { HttpError } from '../values/errors.ts';

const VALID_MS = 3_600_000;

export class UploadTokens {
  readonly #secret: Uint8Array;
  readonly #now: () => number;
  /** Signatures of those that were used, with the time they were issued at; null: they may be used again. */
  readonly #used: Map<string, number> | null;

  constructor(secret: Uint8Array, now: () => number, once = false) {
    this.#secret = secret;
    this.#now = now;
    this.#used = once ? new Map() : null;
  }

  create(component: string): string {
    const mark = randomBytes(6).toString('base64url');
    const parts = [component, Math.floor(this.#now()), mark];
    const claims = Buffer.from(JSON.stringify(parts)).toString('base64url');
    return `${claims}.${this.#sign(claims)}`;
  }

  /**
   * The component a file is for. Throws HttpError 401 for what we did not sign, 403 for what has run out or was used.
   * `release`: nothing came of it, it may be used again.
   */
  claim(token: string | null): { component: string; release: () => void } {
    const [claims = '', signature = ''] = (token ?? '').split('.');
    const [given, right] = [Buffer.from(signature), Buffer.from(this.#sign(claims))];
    if (given.length !== right.length || !timingSafeEqual(given, right)) {
      throw new HttpError(401, 'Unauthorized', 'The upload URL is not valid: ask for a new one.');
    }
    const [component, issuedMs] = JSON.parse(Buffer.from(claims, 'base64url').toString()) as [string, number];
    if (this.#now() - issuedMs > VALID_MS) {
      throw new HttpError(
        403,
        'UploadUrlExpired',
        'The upload URL is more than an hour old: ask for a new one.',
      );
    }
    this.#use(signature, issuedMs);
    return { component, release: () => this.#used?.delete(signature) };
  }

  #use(signature: string, issuedMs: number): void {
    if (this.#used === null) return;
    if (this.#used.has(signature)) {
      throw new HttpError(403, 'UploadUrlUsed', 'The upload URL was used already: ask for a new one.');
    }
    for (const [old, at] of this.#used) if (this.#now() - at > VALID_MS) this.#used.delete(old);
    this.#used.set(signature, issuedMs);
  }

  #sign(claims: string): string {
    return createHmac('sha256', this.#secret).update(claims).digest('base64url');
  }
}
