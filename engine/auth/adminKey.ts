/**
 * Admin keys and the Authorization header (U1, U2).
 *
 * A key reads `<instance>|<secret>`; tools may put `<environment>:` in front, which means nothing here. Behind the key
 * stands, optionally, whom the admin acts as. Only a hash of the key is kept, and compared in constant time.
 *
 *   Bearer <jwt>                              a user
 *   Convex <key>                              an admin
 *   Convex <key>:<base64 of identity JSON>    an admin acting as a user
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { HttpError } from '../values/errors.ts';
import type { JsonValue } from '../values/value.ts';
import { identityFromAttributes, type Identity } from './identity.ts';

export type Authorization =
  | { kind: 'none' }
  | { kind: 'user'; token: string }
  | { kind: 'admin'; key: string; actingAs: Identity | null };

/** A new key for an instance: 32 random bytes of secret. */
export function generateAdminKey(instanceName: string): string {
  return `${instanceName}|${randomBytes(32).toString('hex')}`;
}

/** What is stored of a key: sha256 in hex, the same with and without an environment in front. */
export function hashAdminKey(key: string): string {
  return digest(key).toString('hex');
}

/** Whether `key` is the one whose hash is `expectedHash`; takes the same time either way. */
export function checkAdminKey(key: string, expectedHash: string): boolean {
  const expected = Buffer.from(expectedHash, 'hex');
  const actual = digest(key);
  return expected.length === actual.length && timingSafeEqual(actual, expected);
}

/** The refusal of a wrong key; says nothing of the key. */
export function badAdminKey(): HttpError {
  return new HttpError(
    401,
    'BadAdminKey',
    'The admin key is not valid for this deployment. Check that the key and the URL belong together.',
  );
}

function digest(key: string): Buffer {
  return createHash('sha256').update(stripEnvironment(key.trim())).digest();
}

function stripEnvironment(key: string): string {
  const bar = key.indexOf('|');
  const colon = key.lastIndexOf(':', bar);
  return bar === -1 || colon === -1 ? key : key.slice(colon + 1);
}

/** Reads an Authorization header; absent is `none`. Checks form only: neither the token nor the key is verified. */
export function parseAuthorization(header: string | null | undefined): Authorization {
  if (header === null || header === undefined || header.trim() === '') return { kind: 'none' };
  const [, scheme, credentials] = /^(\S+) +(.+)$/s.exec(header.trim()) ?? [];
  switch (scheme?.toLowerCase()) {
    case 'bearer':
      return { kind: 'user', token: credentials! };
    case 'convex':
      return { kind: 'admin', ...splitAdminCredentials(credentials!) };
    default:
      throw new HttpError(
        401,
        'InvalidAuthHeader',
        'The Authorization header must read "Bearer <token>" or "Convex <admin key>".',
      );
  }
}

/** Splits `<key>[:<base64 identity>]`, as in the header and in the sync protocol. */
export function splitAdminCredentials(credentials: string): { key: string; actingAs: Identity | null } {
  const secretAt = credentials.indexOf('|') + 1;
  const colon = credentials.indexOf(':', secretAt);
  if (colon === -1) return { key: credentials, actingAs: null };
  return { key: credentials.slice(0, colon), actingAs: decodeIdentity(credentials.slice(colon + 1)) };
}

function decodeIdentity(base64: string): Identity {
  let attributes: JsonValue;
  try {
    attributes = JSON.parse(Buffer.from(base64, 'base64').toString('utf8')) as JsonValue;
  } catch {
    throw new HttpError(401, 'InvalidAuthHeader', 'The identity to act as is not base64 of JSON.');
  }
  return identityFromAttributes(attributes);
}
