/**
 * Whether a webhook was signed with the app's secret: `X-Hub-Signature-256`, HMAC-SHA256 over the raw bytes (Meta, "Validating
 * payloads"). Meta signs a form in which whatever is not ASCII is written `\u00e4`; bodies come in that form, and where one does
 * not its escaped form is signed. Pure but for Web Crypto, which compares in constant time.
 */

/** Worth a hash at all: who sends anything else costs none. */
export function readSignature(header: string | null): Uint8Array<ArrayBuffer> | null {
  const hex = /^sha256=([0-9a-f]{64})$/i.exec(header ?? '')?.[1];
  if (hex === undefined) return null;
  return Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}

export async function isSigned(
  appSecret: string,
  raw: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const key = await crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(appSecret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['verify'],
  );
  if (await crypto.subtle.verify('HMAC', key, signature, raw)) return true;
  if (raw.every((byte) => byte <= lastPlain)) return false;
  return crypto.subtle.verify('HMAC', key, signature, new TextEncoder().encode(escaped(raw)));
}

const lastPlain = 0x7e;

/** Each UTF-16 unit beyond `~` as \uXXXX, in small letters. */
function escaped(raw: Uint8Array<ArrayBuffer>): string {
  return new TextDecoder()
    .decode(raw)
    .replaceAll(/[^\0-~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
