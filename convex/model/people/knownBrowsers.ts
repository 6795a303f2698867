/**
 * Browsers that signed in to an account before (docs/rules.md E4): each keeps a signed token, which counts its tries apart from
 * those of strangers and says nothing more: it lets nobody in, and outlives a sign-out.
 *
 * `<user>.<session>.<signature>`: one a session, so that nobody who was in once can make themselves many.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import { isSameSecret } from '../kit/secrets';

export async function browserTokenOf({ _id, userId }: Doc<'authSessions'>): Promise<string> {
  return `${userId}.${_id}.${await signatureOf(userId, _id)}`;
}

/** Which of the user's browsers one of these tokens is from, or null. */
export async function knownBrowserOf(userId: Id<'users'>, tokens: readonly string[]): Promise<string | null> {
  for (const token of tokens) {
    const [user = '', session = '', signature = ''] = token.split('.');
    if (user === userId && (await isSameSecret(signature, await signatureOf(user, session)))) return session;
  }
  return null;
}

async function signatureOf(userId: string, sessionId: string): Promise<string> {
  const secret = process.env.JWT_PRIVATE_KEY;
  if (!secret) throw new Error('JWT_PRIVATE_KEY is not set: no browser can be known again.');
  const bytes = (text: string) => new TextEncoder().encode(text);
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytes(secret), algorithm, false, ['sign']);
  const signed = await crypto.subtle.sign('HMAC', key, bytes(`known browser ${userId} ${sessionId}`));
  return Array.from(new Uint8Array(signed), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
