/** Ids as the real one makes them. */
import { randomBytes } from 'node:crypto';

export const newMessageId = (): string => `wamid.HBgL${randomBytes(21).toString('base64')}`;
export const newMediaId = (): string => digits(15);
export const newUserId = (): string => `US.${digits(20)}`;
export const newToken = (): string => `EAA${randomBytes(60).toString('base64url')}`;
export const newSecret = (): string => randomBytes(16).toString('hex');
export const newTrace = (): string => `A${randomBytes(15).toString('base64url')}`;

function digits(count: number): string {
  return [...randomBytes(count)].map((byte, at) => (at === 0 ? (byte % 9) + 1 : byte % 10)).join('');
}
