/** Signed links to bytes, which end: the real ones lead to a CDN, need no key and are not counted by the rate limit. */
import { createHmac } from 'node:crypto';
import type { Team } from '../team.ts';

const linkMs = 3_600_000;

export function linkTo({ settings }: Team, url: string, path: string): { url: string; expiresAt: string } {
  const expires = settings.now() + linkMs;
  return {
    url: `${url}${path}?expires=${expires}&signature=${signatureOf(settings.apiKey, path, expires)}`,
    expiresAt: new Date(expires).toISOString(),
  };
}

export interface File {
  contentType: string;
  content: Buffer;
}

/** Null: the link is none, or has ended. */
export function openLink(team: Team, path: string, query: URLSearchParams): File | null {
  const { now, apiKey } = team.settings;
  const expires = Number(query.get('expires'));
  if (query.get('signature') !== signatureOf(apiKey, path, expires) || now() >= expires) return null;
  const [, , emailId = '', kind, attachmentId] = path.split('/');
  const received = team.receiving.get(emailId);
  if (!received) return null;
  if (kind === 'raw') return { contentType: 'message/rfc822', content: received.raw };
  const found = received.mail.attachments.find(({ id }) => id === attachmentId);
  return found ? { contentType: found.contentType, content: found.content } : null;
}

function signatureOf(key: string, path: string, expires: number): string {
  return createHmac('sha256', key).update(`${path} ${expires}`).digest('base64url');
}
