/** `ctx.auth.signJwt`: ES256 tokens of the deployment, under a key made once and kept in the data folder. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign,
} from 'node:crypto';
import type { Store } from '../../storage/store.ts';
import { DeveloperError } from '../../values/errors.ts';
import type { JsonObject } from '../../values/value.ts';

const META_KEY = 'jwt_signing_key';
const RESERVED = /^(?:nbf|iss|iat|exp)$|^(?:convex|cvx)/i;

export class JwtSigner {
  readonly #store: Pick<Store, 'getMeta' | 'setMeta'>;
  #pair: { key: KeyObject; jwk: JsonObject } | null = null;

  constructor(store: Pick<Store, 'getMeta' | 'setMeta'>) {
    this.#store = store;
  }

  /** Makes the key if there is none; to be called outside any transaction. */
  prepare(): void {
    this.#load();
  }

  /** The public key set served at `/.well-known/jwks.json`. */
  jwks(): { keys: JsonObject[] } {
    return { keys: [this.#load().jwk] };
  }

  sign(options: { claims?: JsonObject; expiresInSeconds: number; issuer: string; nowMs: number }): string {
    const { claims = {}, expiresInSeconds, issuer, nowMs } = options;
    if (!Number.isInteger(expiresInSeconds) || expiresInSeconds < 1 || expiresInSeconds > 3600) {
      throw new DeveloperError('InvalidJwt', '`expiresInSeconds` must be a whole number from 1 to 3600');
    }
    const reserved = Object.keys(claims).find((name) => RESERVED.test(name));
    if (reserved !== undefined) throw new DeveloperError('InvalidJwt', `The claim "${reserved}" is reserved`);
    const { key, jwk } = this.#load();
    const iat = Math.floor(nowMs / 1000);
    const payload = { ...claims, iss: issuer, iat, exp: iat + expiresInSeconds };
    const signed = `${segment({ alg: 'ES256', typ: 'JWT', kid: jwk.kid })}.${segment(payload)}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  }

  #load(): { key: KeyObject; jwk: JsonObject } {
    if (this.#pair !== null) return this.#pair;
    const kept = this.#store.getMeta(META_KEY);
    const pem = typeof kept === 'string' ? kept : this.#create();
    const key = createPrivateKey(pem);
    const { kty, crv, x, y } = createPublicKey(key).export({ format: 'jwk' }) as Record<string, string>;
    const kid = hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url');
    this.#pair = { key, jwk: { kty: kty!, crv: crv!, x: x!, y: y!, kid, alg: 'ES256', use: 'sig' } };
    return this.#pair;
  }

  #create(): string {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
    this.#store.setMeta(META_KEY, pem);
    return pem;
  }
}

function segment(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
