/** Unguessable tokens and how they are kept: only their hash is stored (docs/rules.md R3, M9). */

/** 256 random bits, URL-safe. */
export function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** SHA-256 in hex: enough for tokens of full entropy, useless for passwords. */
export async function hashToken(token: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Compares two secrets in a time that says nothing about where they differ. */
export async function isSameSecret(a: string, b: string): Promise<boolean> {
  return (await hashToken(a)) === (await hashToken(b));
}
