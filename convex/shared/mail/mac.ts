/**
 * What we put into mails and want to know again: short marks of a keyed HMAC (SHA-256), in the letters that survive
 * gateways which fold the case (Crockford's base32, lower case). Pure.
 */

const base32 = '0123456789abcdefghjkmnpqrstvwxyz';

/** The first `length` characters of it, five bits each. */
export async function macOf(key: Uint8Array<ArrayBuffer>, text: string, length: number): Promise<string> {
  const hmac = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const signed = await crypto.subtle.sign('HMAC', hmac, new TextEncoder().encode(text));
  let bits = 0;
  let count = 0;
  let mac = '';
  for (const byte of new Uint8Array(signed)) {
    bits = ((bits << 8) | byte) & 0xffff;
    count += 8;
    for (; count >= 5 && mac.length < length; count -= 5) mac += base32[(bits >> (count - 5)) & 31]!;
  }
  return mac;
}

/** Takes as long whatever they have in common. */
export function isSame(mac: string, other: string): boolean {
  let differing = mac.length ^ other.length;
  for (let at = 0; at < mac.length; at++) differing |= mac.charCodeAt(at) ^ (other.charCodeAt(at) || 0);
  return differing === 0;
}

/** As people and gateways spell it: either case, and letters that are taken for digits. */
export function foldedBase32(text: string): string {
  return text.toLowerCase().replaceAll('o', '0').replaceAll(/[il]/g, '1');
}
