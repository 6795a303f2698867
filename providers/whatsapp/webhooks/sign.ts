/** Meta's signature: HMAC-SHA256 with the app's secret, over a form in which whatever is not ASCII is escaped. */
import { createHmac } from 'node:crypto';

/** `ä` is `\u00e4`, in small letters. */
export const escapeUnicode = (json: string): string =>
  json.replaceAll(/[^\0-~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

export const sign = (secret: string, signed: string): string =>
  `sha256=${createHmac('sha256', secret).update(signed, 'utf8').digest('hex')}`;
