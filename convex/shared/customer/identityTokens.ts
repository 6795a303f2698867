/**
 * What a site signs of its own customer (docs/rules.md M9): a JWT by HS256 and nothing else, with a secret of the one web chat it
 * is for. Whoever has the secret says who somebody is, so what is not exactly as agreed is refused, with why. Pure but for Web
 * Crypto.
 */
import type { Infer } from 'convex/values';
import { errors, jwtVerify, type JWTPayload } from 'jose';
import { isEmail, normalizeEmail } from '../kit/emails';
import { isVisible } from '../kit/text';
import { faultOf, readAttributes } from './attributes';
import { cleanPersonName, isPersonName, maxPersonName } from './personNames';
import type { vPerson } from './persons';

export const maxTokenLength = 8_192;
const maxUserId = 200;
const maxEmail = 254;
/** A token is for now: one that is copied is worth nothing tomorrow. */
const maxLifeS = 24 * 3_600;
const skewS = 60;

type Person = Infer<typeof vPerson>;

type Verified<Key> = { person: Person; key: Key } | { refused: string };

interface Key {
  secret: string;
}

/** `audience`: the public id of the channel. Of several keys one has signed. */
export async function verifyIdentity<Of extends Key>(
  token: string,
  { keys, audience, now }: { keys: readonly Of[]; audience: string; now: number },
): Promise<Verified<Of>> {
  if (keys.length === 0) return { refused: 'this chat has no secret yet: make one in Settings → Channels' };
  if (token.length > maxTokenLength) return { refused: `a token has at most ${maxTokenLength} characters` };
  let why = '';
  for (const key of keys) {
    try {
      const { payload } = await jwtVerify(token, new TextEncoder().encode(key.secret), {
        algorithms: ['HS256'],
        audience,
        clockTolerance: skewS,
        currentDate: new Date(now),
        requiredClaims: ['sub', 'exp'],
      });
      const read = readPerson(payload, now);
      return typeof read === 'string' ? { refused: read } : { person: read, key };
    } catch (error) {
      why = whyRefused(error);
      // By this one it is signed: another says nothing else.
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
    }
  }
  return { refused: why };
}

function whyRefused(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'it is not signed with HS256';
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return 'its signature is not of a secret of this chat';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'aud is not the id of this chat (data-channel)';
    return `the claim ${error.claim} is missing or not right`;
  }
  return 'it is no signed JWT';
}

function readPerson(
  { sub, exp = 0, iat, name, email, attributes }: JWTPayload,
  now: number,
): Person | string {
  const nowS = Math.floor(now / 1_000);
  if (iat !== undefined && iat > nowS + skewS) return 'iat lies in the future';
  if (exp - Math.min(iat ?? nowS, nowS) > maxLifeS + skewS) return 'exp lies more than 24 hours ahead';
  if (typeof sub !== 'string' || !isVisible(sub) || sub.length > maxUserId || !sub.isWellFormed())
    return `sub has 1 to ${maxUserId} characters`;
  if (name !== undefined && !isPersonName(name)) return `name has 1 to ${maxPersonName} characters`;
  const address = email === undefined ? undefined : typeof email === 'string' ? normalizeEmail(email) : '';
  if (address !== undefined && (address.length > maxEmail || !isEmail(address)))
    return 'email is no email address';
  const given = attributes === undefined ? [] : readAttributes(attributes);
  if (given === null) return 'attributes are texts, numbers, true, false or null by name';
  const fault = faultOf(given);
  if (fault !== null) return `attributes: ${fault}`;
  return {
    userId: sub,
    ...(name !== undefined && { name: cleanPersonName(name) }),
    ...(address !== undefined && { email: address }),
    attributes: given,
  };
}
