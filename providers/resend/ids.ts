/** Ids as the real one makes them. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function word(length: number): string {
  return [...randomBytes(length)].map((byte) => letters[byte % letters.length]).join('');
}

export const newId = randomUUID;
export const newKey = (): string => `${word(8)}_${word(24)}`;
/** Of a webhook event: Svix's `msg_` and a KSUID. */
export const newEventId = (): string => `msg_${word(27)}`;
export const newSecret = (): string => `whsec_${randomBytes(24).toString('base64')}`;

const sesRegions: Record<string, string> = { 'us-east-1': '0100', 'eu-west-1': '0102' };

/** The Message-ID that SES puts in the place of any that was asked for. */
export function newMessageId(region: string, now: number): string {
  const time = now.toString(16).padStart(12, '0');
  const host = region === 'us-east-1' ? 'email' : region;
  return `<${sesRegions[region] ?? '0106'}${time}-${randomUUID().replace(/^.{8}/, randomBytes(4).toString('hex'))}-000000@${host}.amazonses.com>`;
}

export const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text);

/** `2026-02-22T23:41:11.894719+00:00`, as `created_at` inside of events and received mails. */
export const preciseTime = (at: number): string => new Date(at).toISOString().replace('Z', '000+00:00');
/** `2026-02-22 23:41:11.894719+00`, as `created_at` of what the API hands out. */
export const databaseTime = (at: number): string =>
  new Date(at).toISOString().replace('T', ' ').replace('Z', '000+00');

/** A UUID for a part of something that has an id: the same for the same part. */
export function idOfPart(owner: string, at: number): string {
  const hex = createHash('sha256').update(`${owner}/${at}`).digest('hex');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');
}
