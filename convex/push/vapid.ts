/** Who pushes (RFC 8292): a token that the desk signs for one push service, and the key that the service knows the desk by. */
import { textBytes, writtenOf } from './bytes';

/** `publicKey`: the point, as browsers take it; `privateKey`: a JWK as text. */
export interface DeskKeys {
  publicKey: string;
  privateKey: string;
}

const curve = { name: 'ECDSA', namedCurve: 'P-256' } as const;
/** A service takes a day at most. */
const goodForS = 12 * 3_600;

export async function makeDeskKeys(): Promise<DeskKeys> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(curve, true, ['sign', 'verify']);
  return {
    publicKey: writtenOf(new Uint8Array(await crypto.subtle.exportKey('raw', publicKey))),
    privateKey: JSON.stringify(await crypto.subtle.exportKey('jwk', privateKey)),
  };
}

/** The header of a push to this endpoint. `contact`: where the service may turn to; only an https address is one. */
export async function authorizationFor(
  endpoint: string,
  { publicKey, privateKey }: DeskKeys,
  contact: string,
  now: number,
): Promise<string> {
  const claims = {
    aud: new URL(endpoint).origin,
    exp: Math.floor(now / 1_000) + goodForS,
    ...(contact.startsWith('https://') && { sub: contact }),
  };
  const part = (value: object) => writtenOf(textBytes(JSON.stringify(value)));
  const signed = `${part({ typ: 'JWT', alg: 'ES256' })}.${part(claims)}`;
  const jwk = JSON.parse(privateKey) as JsonWebKey;
  const key = await crypto.subtle.importKey('jwk', jwk, curve, false, ['sign']);
  const how = { name: 'ECDSA', hash: 'SHA-256' };
  const signature = new Uint8Array(await crypto.subtle.sign(how, key, textBytes(signed)));
  return `vapid t=${signed}.${writtenOf(signature)}, k=${publicKey}`;
}
