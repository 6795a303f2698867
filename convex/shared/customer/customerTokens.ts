/**
 * A web customer's short token: a JWT signed with ES256 by the deployment's own key (docs/rules.md M9). Pure but for
 * Web Crypto. The key comes as PKCS#8 PEM whose line breaks may be spaces, the way environment variables carry it.
 */

export const tokenLifetimeMs = 10 * 60_000;
export const customerAudience = 'baton-customer';

export interface Signer {
  privateKeyPem: string;
  /** The published set; its first key's id names the key to whoever verifies. */
  jwks: string;
  issuer: string;
}

export async function signCustomerToken(signer: Signer, subject: string, nowMs: number): Promise<string> {
  const { kid } = (JSON.parse(signer.jwks) as { keys: { kid?: string }[] }).keys[0] ?? {};
  const iat = Math.floor(nowMs / 1000);
  const header = { alg: 'ES256', typ: 'JWT', ...(kid === undefined ? {} : { kid }) };
  const claims = {
    iss: signer.issuer,
    aud: customerAudience,
    sub: subject,
    iat,
    exp: iat + tokenLifetimeMs / 1000,
  };
  const signed = `${encodeJson(header)}.${encodeJson(claims)}`;
  const key = await importKey(signer.privateKeyPem);
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const signature = await crypto.subtle.sign(algorithm, key, new TextEncoder().encode(signed));
  return `${signed}.${base64url(new Uint8Array(signature))}`;
}

function importKey(pem: string): Promise<CryptoKey> {
  const body = pem.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, '');
  const der = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
  return crypto.subtle.importKey('pkcs8', der, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
}

function encodeJson(value: object): string {
  return base64url(new TextEncoder().encode(JSON.stringify(value)));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
