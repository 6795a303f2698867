/** Svix's signature (Standard Webhooks 1.0.0): HMAC-SHA256 over `id.timestamp.body`, with what follows `whsec_`. */
import { createHmac } from 'node:crypto';

export function sign(secret: string, id: string, timestamp: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

export function signedHeaders(
  secret: string,
  id: string,
  timestamp: number,
  body: string,
): Record<string, string> {
  return {
    'svix-id': id,
    'svix-timestamp': `${timestamp}`,
    'svix-signature': sign(secret, id, timestamp, body),
  };
}
