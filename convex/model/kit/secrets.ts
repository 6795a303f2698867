/**
 * Secrets and how they are kept (docs/rules.md R3, M9): of unguessable tokens only the hash is stored, and what must be read
 * again is sealed, with a key that is no part of the data.
 */
import { withoutStart } from '../../shared/kit/text';

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

const sealedBy = 'v1.';
const ivLength = 12;

/**
 * AES-256-GCM under the deployment's SEALING_KEY, which no snapshot holds. `of` names what it belongs to: moved to another
 * place, it opens nothing.
 */
export async function seal(secret: string, of: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(ivLength));
  const algorithm = { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(of) };
  const data = new TextEncoder().encode(secret);
  const sealed = new Uint8Array(await crypto.subtle.encrypt(algorithm, await sealingKey(), data));
  return sealedBy + lettersOf(iv) + lettersOf(sealed);
}

/** A part at a time: a call takes only so many arguments. Parts of whole threes join to one text. */
function lettersOf(bytes: Uint8Array): string {
  const part = 3 * 8192;
  let letters = '';
  for (let at = 0; at < bytes.length; at += part)
    letters += btoa(String.fromCharCode(...bytes.subarray(at, at + part)));
  return letters;
}

/** What was sealed for `of`. What is not sealed is of before and is the secret itself. Throws when it does not open. */
export async function unseal(kept: string, of: string): Promise<string> {
  if (!kept.startsWith(sealedBy)) return kept;
  const bytes = bytesOf(withoutStart(kept, sealedBy));
  const additionalData = new TextEncoder().encode(of);
  const algorithm = { name: 'AES-GCM', iv: bytes.subarray(0, ivLength), additionalData };
  const secret = await crypto.subtle.decrypt(algorithm, await sealingKey(), bytes.subarray(ivLength));
  return new TextDecoder().decode(secret);
}

/** A key for one purpose, made from the deployment's own; the same as long as that is. */
export async function keyFor(purpose: string): Promise<Uint8Array<ArrayBuffer>> {
  const key = process.env.SEALING_KEY;
  if (!key) throw new Error('SEALING_KEY is not set. The start script and the deploy script make it.');
  const own = await crypto.subtle.importKey('raw', bytesOf(key), 'HKDF', false, ['deriveBits']);
  const how = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: new Uint8Array(),
    info: new TextEncoder().encode(purpose),
  };
  return new Uint8Array(await crypto.subtle.deriveBits(how, own, 256));
}

function sealingKey(): Promise<CryptoKey> {
  const key = process.env.SEALING_KEY;
  if (!key) throw new Error('SEALING_KEY is not set. The start script and the deploy script make it.');
  return crypto.subtle.importKey('raw', bytesOf(key), 'AES-GCM', false, ['encrypt', 'decrypt']);
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
