/**
 * Who calls (U6): the object `ctx.auth.getUserIdentity()` answers, made from a verified token or an admin's wish.
 *
 * OIDC providers speak the standard's names, so those are translated (given_name → givenName) and everything else passes
 * as it is. A custom JWT's claims keep their own names, with nested ones flattened to "a.b". Claims of the protocol itself
 * are left out: they change at each token refresh, and an identity that changes re-runs every query that read it.
 */
import { HttpError } from '../values/errors.ts';
import { getField, setField, type JsonObject, type JsonValue } from '../values/value.ts';

/** Plain JSON; `tokenIdentifier` (issuer and subject) is the one key that names a user across providers. */
export type Identity = {
  tokenIdentifier: string;
  issuer: string;
  subject: string;
  [claim: string]: JsonValue;
};

/** A token's claims after its signature, issuer, audience and times were checked. */
export type VerifiedClaims = JsonObject & { iss: string; sub: string };

const PROTOCOL_CLAIMS = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti']);
/** Of an OIDC id token besides; "fva" is Clerk's age of the last factor, which grows by itself. */
const OIDC_PROTOCOL_CLAIMS = new Set(['auth_time', 'nonce', 'acr', 'amr', 'azp', 'at_hash', 'c_hash', 'fva']);

const STANDARD_CLAIMS: { [claim: string]: string } = {
  name: 'name',
  given_name: 'givenName',
  family_name: 'familyName',
  nickname: 'nickname',
  preferred_username: 'preferredUsername',
  profile: 'profileUrl',
  picture: 'pictureUrl',
  website: 'websiteUrl',
  email: 'email',
  email_verified: 'emailVerified',
  gender: 'gender',
  birthdate: 'birthday',
  zoneinfo: 'timezone',
  locale: 'language',
  phone_number: 'phoneNumber',
  phone_number_verified: 'phoneNumberVerified',
  address: 'address',
  updated_at: 'updatedAt',
};

/** `<issuer>|<subject>`. */
function tokenIdentifier(issuer: string, subject: string): string {
  return `${issuer}|${subject}`;
}

export function identityFromOidc(claims: VerifiedClaims): Identity {
  const identity = base(claims.iss, claims.sub);
  for (const [claim, value] of Object.entries(claims)) {
    if (PROTOCOL_CLAIMS.has(claim) || OIDC_PROTOCOL_CLAIMS.has(claim)) continue;
    const standard = getField(STANDARD_CLAIMS, claim);
    if (standard === undefined) addClaim(identity, claim, value);
    else addStandardClaim(identity, claim, standard, value);
  }
  return identity;
}

export function identityFromCustomJwt(claims: VerifiedClaims): Identity {
  const identity = base(claims.iss, claims.sub);
  for (const [claim, value] of Object.entries(claims)) {
    if (PROTOCOL_CLAIMS.has(claim) || claim === 'fva') continue;
    flatten(identity, claim, value);
  }
  return identity;
}

/** The identity an admin acts as: camelCase attributes as `convex run --identity` sends them. */
export function identityFromAttributes(attributes: JsonValue): Identity {
  if (attributes === null || typeof attributes !== 'object' || Array.isArray(attributes))
    throw notAnIdentity();
  const { issuer, subject } = attributes;
  if (typeof issuer !== 'string' || typeof subject !== 'string') throw notAnIdentity();
  const given = getField(attributes, 'tokenIdentifier');
  const identity = base(issuer, subject);
  for (const [claim, value] of Object.entries(attributes)) addClaim(identity, claim, value);
  if (typeof given === 'string') identity.tokenIdentifier = given;
  return identity;
}

function base(issuer: string, subject: string): Identity {
  return { tokenIdentifier: tokenIdentifier(issuer, subject), issuer, subject };
}

/** A claim may not pass itself off as who the user is. */
function addClaim(identity: Identity, claim: string, value: JsonValue): void {
  if (claim === 'tokenIdentifier' || claim === 'issuer' || claim === 'subject') return;
  setField<JsonValue>(identity, claim, value);
}

function addStandardClaim(identity: Identity, claim: string, name: string, value: JsonValue): void {
  if (claim === 'updated_at' && typeof value === 'number') {
    const seconds = new Date(value * 1000);
    if (!Number.isNaN(seconds.getTime()))
      identity[name] = seconds.toISOString().replace(/(\.000)?Z$/, '+00:00');
  } else if (claim === 'address' && value !== null && typeof value === 'object' && !Array.isArray(value)) {
    if (typeof value.formatted === 'string') identity[name] = value.formatted;
  } else if (typeof value === (claim.endsWith('_verified') ? 'boolean' : 'string')) {
    identity[name] = value;
  }
}

function flatten(identity: Identity, path: string, value: JsonValue): void {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return addClaim(identity, path, value);
  for (const [name, inner] of Object.entries(value)) flatten(identity, `${path}.${name}`, inner);
}

function notAnIdentity(): HttpError {
  return new HttpError(
    401,
    'InvalidAuthHeader',
    'The identity to act as must be a JSON object with the strings "issuer" and "subject".',
  );
}
