/**
 * Makes the keys of a deployment: those that sign tokens, operators' (RS256, Convex Auth) and customers' (ES256, the widget's
 * routes), and the one that seals.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

export interface AuthKeys {
  JWT_PRIVATE_KEY: string;
  JWKS: string;
  CUSTOMER_JWT_PRIVATE_KEY: string;
  CUSTOMER_JWKS: string;
}

/** Fresh keys as environment variables: private ones in PKCS#8 PEM with spaces for newlines, public ones as JWKS. */
export function makeAuthKeys(): AuthKeys {
  const operators = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const customers = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    JWT_PRIVATE_KEY: pem(operators.privateKey),
    // Convex Auth signs without a key id, so its key is published without one.
    JWKS: jwks({ use: 'sig', alg: 'RS256', ...operators.publicKey.export({ format: 'jwk' }) }),
    CUSTOMER_JWT_PRIVATE_KEY: pem(customers.privateKey),
    CUSTOMER_JWKS: jwks({
      use: 'sig',
      alg: 'ES256',
      kid: keyId(customers.publicKey),
      ...customers.publicKey.export({ format: 'jwk' }),
    }),
  };
}

/** For secrets that must be read again (convex/model/kit/secrets.ts): 256 bits in base64. */
export function makeSealingKey(): string {
  return randomBytes(32).toString('base64');
}

function pem(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString().trimEnd().replace(/\n/g, ' ');
}

function jwks(key: object): string {
  return JSON.stringify({ keys: [key] });
}

/** A custom provider's tokens must name their key. */
function keyId(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('base64url')
    .slice(0, 16);
}
