/**
 * A web customer's short token: a JWT signed with ES256 by the deployment's own key (docs/rules.md M9). Pure but for
 * Web Crypto. The key comes as PKCS#8 PEM whose line breaks may be spaces, the way environment variables carry it.
 */
import { importPKCS8, SignJWT } from 'jose';

const alg = 'ES256';
export const tokenLifetimeMs = 10 * 60_000;
const customerAudience = 'baton-customer';

export interface Signer {
  privateKeyPem: string;
  /** The published set; its first key's id names the key to whoever verifies. */
  jwks: string;
  issuer: string;
}

export async function signCustomerToken(signer: Signer, subject: string, nowMs: number): Promise<string> {
  const { kid } = (JSON.parse(signer.jwks) as { keys: { kid?: string }[] }).keys[0] ?? {};
  const iat = Math.floor(nowMs / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg, typ: 'JWT', ...(kid === undefined ? {} : { kid }) })
    .setIssuer(signer.issuer)
    .setAudience(customerAudience)
    .setSubject(subject)
    .setIssuedAt(iat)
    .setExpirationTime(iat + tokenLifetimeMs / 1000)
    .sign(await importPKCS8(signer.privateKeyPem, alg));
}
