/**
 * The host's side of the platform APIs a realm offers: pure conversions, primitives in, primitives out.
 *
 * Nothing here touches an execution, so nothing here can be wrong about one. Binary results travel as strings of
 * characters below 256.
 */
import { cryptoCall } from './cryptoCalls.ts';
import { PlatformError } from './platformError.ts';

export { PlatformError } from './platformError.ts';

const encoder = new TextEncoder();
const URL_FIELDS = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const;

export function platformCall(
  op: string,
  a: unknown,
  b: unknown,
  c: unknown,
  d: unknown,
): string | number | boolean | undefined {
  switch (op) {
    case 'utf8':
      return encoder.encodeInto(a as string, b as Uint8Array).written;
    case 'utf8Into': {
      const { read, written } = encoder.encodeInto(a as string, b as Uint8Array);
      return `${read},${written}`;
    }
    case 'decoderLabel':
      return decoder(a as string, false, false).encoding;
    case 'decode':
      return decode(a as string, b as Uint8Array, c as boolean, d as boolean);
    case 'btoa':
      return encodeBase64(a as string);
    case 'atob':
      return decodeBase64(a as string);
    case 'urlParse':
      return parseUrl(a as string, b as string | undefined);
    case 'urlCanParse':
      return URL.canParse(a as string, b as string | undefined);
    case 'urlSet':
      return setUrl(a as string, b as string, c as string);
    case 'queryParse':
      return JSON.stringify([...new URLSearchParams(a as string)]);
    case 'queryText':
      return new URLSearchParams(JSON.parse(a as string) as [string, string][]).toString();
    case 'crypto':
      return cryptoCall(a as string, b as string, c as Uint8Array | undefined, d as Uint8Array | undefined);
    default:
      throw new PlatformError('TypeError', `Unknown operation ${op}`);
  }
}

function decoder(label: string, fatal: boolean, ignoreBOM: boolean): TextDecoder {
  try {
    return new TextDecoder(label, { fatal, ignoreBOM });
  } catch {
    throw new PlatformError('RangeError', `The encoding label provided ('${label}') is invalid.`);
  }
}

function decode(label: string, bytes: Uint8Array, fatal: boolean, ignoreBOM: boolean): string {
  const with_ = decoder(label, fatal, ignoreBOM);
  try {
    return with_.decode(bytes);
  } catch {
    throw new PlatformError('TypeError', `The encoded data was not valid for encoding ${with_.encoding}`);
  }
}

function encodeBase64(text: string): string {
  try {
    return btoa(text);
  } catch {
    throw new PlatformError(
      'InvalidCharacterError',
      'The string to be encoded contains characters outside of the Latin1 range.',
    );
  }
}

function decodeBase64(text: string): string {
  try {
    return atob(text);
  } catch {
    throw new PlatformError('InvalidCharacterError', 'The string to be decoded is not correctly encoded.');
  }
}

function urlParts(url: URL): string {
  return JSON.stringify(Object.fromEntries(URL_FIELDS.map((field) => [field, url[field]])));
}

function parseUrl(text: string, base: string | undefined): string {
  try {
    return urlParts(new URL(text, base));
  } catch {
    throw new PlatformError('TypeError', 'Invalid URL');
  }
}

function setUrl(href: string, field: string, value: string): string {
  const url = new URL(href);
  if (field === 'href') return parseUrl(value, undefined);
  (url as unknown as Record<string, string>)[field] = value;
  return urlParts(url);
}
