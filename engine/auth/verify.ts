/**
 * Verification of user tokens (U3, U5): a JWT and the deployment's auth.config → an identity, or HttpError 401.
 *
 *   1. read    three base64url parts, JSON header and claims; nothing in them is believed yet
 *   2. match   issuer and audience choose the provider: NoAuthProvider when none fits
 *   3. keys    from the provider as configured, never from the token (jwks.ts)
 *   4. check   the signature with the key's own algorithm, then audience and times
 *
 * The algorithm is the provider's choice, not the token's: `none` and HMAC exist nowhere below, so a token signed with a
 * public key as an HMAC secret has no way in.
 */
import { verify as verifySignature } from 'node:crypto';
import { HttpError } from '../values/errors.ts';
import type { JsonObject, JsonValue } from '../values/value.ts';
import { identityFromCustomJwt, identityFromOidc, type Identity, type VerifiedClaims } from './identity.ts';
import { KeyCache, normalizeIssuer, type Algorithm, type KeySource, type PublicKey } from './jwks.ts';

export type { Identity } from './identity.ts';

/** A provider as `auth.config` exports it. */
export type AuthProvider = OidcProvider | CustomJwtProvider;
interface OidcProvider {
  type?: 'oidc';
  domain: string;
  applicationID: string;
}
export interface CustomJwtProvider {
  type: 'customJwt';
  issuer: string;
  jwks: string;
  algorithm: 'RS256' | 'ES256';
  applicationID?: string | null;
}

export interface VerifyContext extends KeySource {
  /** Where keys are kept; by default one cache for the process. */
  keys?: KeyCache;
  now?: () => number;
}

const LEEWAY_S = 5;
const MAX_TOKEN_LENGTH = 64 * 1024;
const OIDC_ALGORITHMS: readonly Algorithm[] = ['RS256', 'EdDSA'];
const processKeys = new KeyCache();

interface Token {
  header: JsonObject;
  claims: JsonObject;
  issuer: string;
  audiences: string[];
  signed: Buffer;
  signature: Buffer;
}

const JWT = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/;

/** Whether a text has the form of a token at all; what it says is another question. */
export function isJwt(text: string): boolean {
  return text.length <= MAX_TOKEN_LENGTH && JWT.test(text);
}

/** The identity a token proves. Throws HttpError 401: InvalidAuthHeader, NoAuthProvider, AuthProviderDiscoveryFailed, Unauthenticated. */
export async function verifyToken(
  jwt: string,
  providers: readonly AuthProvider[],
  context: VerifyContext,
): Promise<Identity> {
  const token = parseToken(jwt);
  const provider = providers.find((candidate) => matches(candidate, token));
  if (provider === undefined) throw noProvider(providers);
  checkAudienceCount(provider, token);
  const algorithm = expectedAlgorithm(provider, token);
  await checkSignature(token, algorithm, provider, context);
  checkTimes(token.claims, (context.now ?? Date.now)() / 1000);
  const claims = verifiedClaims(token);
  return isCustom(provider) ? identityFromCustomJwt(claims) : identityFromOidc(claims);
}

/** When a token ends, in ms since the epoch, leeway included; null when it does not say. The signature is not looked at. */
export function tokenExpiryMs(jwt: string): number | null {
  const { exp } = parseToken(jwt).claims;
  return typeof exp === 'number' ? (exp + LEEWAY_S) * 1000 : null;
}

function isCustom(provider: AuthProvider): provider is CustomJwtProvider {
  return provider.type === 'customJwt';
}

function parseToken(jwt: string): Token {
  if (jwt.length > MAX_TOKEN_LENGTH) throw invalidToken('it is longer than 64 KiB');
  const [, header, payload, signature] = JWT.exec(jwt) ?? [];
  if (header === undefined || payload === undefined || signature === undefined) {
    throw invalidToken('it does not consist of three base64url parts');
  }
  const claims = decodeJson(payload, 'payload');
  if (typeof claims.iss !== 'string') throw invalidToken('it names no issuer ("iss")');
  return {
    header: decodeJson(header, 'header'),
    claims,
    issuer: normalizeIssuer(claims.iss),
    audiences: audiencesOf(claims.aud),
    signed: Buffer.from(`${header}.${payload}`),
    signature: Buffer.from(signature, 'base64url'),
  };
}

function decodeJson(part: string, what: string): JsonObject {
  let json: JsonValue = null;
  try {
    json = JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as JsonValue;
  } catch {
    // Reported below: what is no JSON is no object either.
  }
  if (json === null || typeof json !== 'object' || Array.isArray(json))
    throw invalidToken(`its ${what} is no JSON object`);
  return json;
}

function audiencesOf(aud: JsonValue | undefined): string[] {
  const list = Array.isArray(aud) ? aud : [aud];
  return list.filter((audience) => typeof audience === 'string');
}

function matches(provider: AuthProvider, token: Token): boolean {
  const issuer = isCustom(provider) ? provider.issuer : provider.domain;
  if (normalizeIssuer(issuer) !== token.issuer) return false;
  // An empty applicationID is a setting gone missing, not leave for every audience.
  const audience = provider.applicationID ?? null;
  return audience === null ? isCustom(provider) : token.audiences.includes(audience);
}

/** An OIDC token for several audiences was made for someone else too, who could use it here. */
function checkAudienceCount(provider: AuthProvider, token: Token): void {
  if (!isCustom(provider) && token.audiences.length !== 1) {
    throw unauthenticated('it has several audiences ("aud")');
  }
}

function expectedAlgorithm(provider: AuthProvider, token: Token): Algorithm {
  const allowed = isCustom(provider) ? [provider.algorithm] : OIDC_ALGORITHMS;
  const algorithm = allowed.find((name) => name === token.header.alg);
  if (algorithm === undefined) {
    throw unauthenticated(`its algorithm is not ${allowed.join(' or ')}`);
  }
  if (token.header.crit !== undefined)
    throw unauthenticated('its header demands extensions ("crit") unknown here');
  return algorithm;
}

async function checkSignature(
  token: Token,
  algorithm: Algorithm,
  provider: AuthProvider,
  context: VerifyContext,
): Promise<void> {
  const cache = context.keys ?? processKeys;
  const kid = token.header.kid;
  if (isCustom(provider) && typeof kid !== 'string') throw unauthenticated('its header names no key ("kid")');
  const fits = (key: PublicKey): boolean =>
    key.algorithm === algorithm && (kid === undefined || key.kid === kid) && verifies(token, key);

  const url = isCustom(provider)
    ? provider.jwks
    : await cache.discover(normalizeIssuer(provider.domain), context);
  const keys = await cache.keys(url, context);
  if (keys.some(fits)) return;
  // The issuer may have changed its keys since they were fetched.
  const newer = await cache.keys(url, context, true);
  if (newer !== keys && newer.some(fits)) return;
  const known = newer.some((key) => key.algorithm === algorithm && (kid === undefined || key.kid === kid));
  throw unauthenticated(
    known ? 'its signature is wrong' : 'its provider has no key of this id and algorithm',
  );
}

function verifies(token: Token, { algorithm, key }: PublicKey): boolean {
  switch (algorithm) {
    case 'RS256':
      return verifySignature('sha256', token.signed, key, token.signature);
    case 'ES256':
      return verifySignature('sha256', token.signed, { key, dsaEncoding: 'ieee-p1363' }, token.signature);
    case 'EdDSA':
      return verifySignature(null, token.signed, key, token.signature);
  }
}

function checkTimes(claims: JsonObject, nowS: number): void {
  const { exp, nbf } = claims;
  if (typeof exp !== 'number') throw invalidToken('it does not say when it expires ("exp")');
  if (exp + LEEWAY_S <= nowS) throw unauthenticated('it has expired');
  if (nbf !== undefined && (typeof nbf !== 'number' || nbf - LEEWAY_S > nowS)) {
    throw unauthenticated('it is not valid yet');
  }
}

function verifiedClaims({ claims }: Token): VerifiedClaims {
  if (typeof claims.sub !== 'string') throw invalidToken('it names no subject ("sub")');
  return claims as VerifiedClaims;
}

function invalidToken(reason: string): HttpError {
  return new HttpError(401, 'InvalidAuthHeader', `The token could not be read as a JWT: ${reason}.`);
}

function unauthenticated(reason: string): HttpError {
  return new HttpError(401, 'Unauthenticated', `The token could not be verified: ${reason}.`);
}

function noProvider(providers: readonly AuthProvider[]): HttpError {
  const list = providers.map((provider) =>
    isCustom(provider)
      ? `CustomJWT(issuer=${provider.issuer}, app_id=${provider.applicationID ?? 'none'})`
      : `OIDC(domain=${provider.domain}, app_id=${provider.applicationID})`,
  );
  const advice =
    list.length === 0
      ? ' (no providers configured). Check convex/auth.config.ts.'
      : `. Check that your JWT's issuer and audience match one of your configured providers: [${list.join(', ')}]`;
  return new HttpError(401, 'NoAuthProvider', `No auth provider found matching the given token${advice}`);
}
