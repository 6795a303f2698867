/** Tokens of upload URLs: signed, good for an hour, for one component. They hold no secret and are not kept. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { HttpError } from '../values/errors.ts';

const VALID_MS = 3_600_000;

export class UploadTokens {
  readonly #secret: Uint8Array;
  readonly #now: () => number;

  constructor(secret: Uint8Array, now: () => number) {
    this.#secret = secret;
    this.#now = now;
  }

  create(component: string): string {
    const claims = Buffer.from(JSON.stringify([component, Math.floor(this.#now())])).toString('base64url');
    return `${claims}.${this.#sign(claims)}`;
  }

  /** The component a file is for. Throws HttpError 401 for what we did not sign, 403 for what has run out. */
  verify(token: string | null): string {
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
    return component;
  }

  #sign(claims: string): string {
    return createHmac('sha256', this.#secret).update(claims).digest('base64url');
  }
}
