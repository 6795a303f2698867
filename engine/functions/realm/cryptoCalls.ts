/**
 * Web Crypto over synchronous node:crypto, for realms that run without an event loop.
 *
 * A key arrives with each call as plain material (`Material`); parsed keys are kept in a small cache because parsing an
 * RSA key costs more than using it. Results are strings of characters below 256.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  constants,
  diffieHellman,
  hkdfSync,
  type KeyObject,
  pbkdf2Sync,
  privateDecrypt,
  publicEncrypt,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import { PlatformError } from './platformError.ts';

type Bytes = { $: string };
interface Algorithm {
  name: string;
  hash?: string;
  namedCurve?: string;
  length?: number;
  saltLength?: number;
  iterations?: number;
  tagLength?: number;
  salt?: Bytes;
  info?: Bytes;
  iv?: Bytes;
  counter?: Bytes;
  additionalData?: Bytes;
  label?: Bytes;
  public?: Material;
}
/** `data` is base64: raw bytes, PKCS#8 or SPKI. */
type Material = { kind: 'secret' | 'private' | 'public'; data: string };
interface Request {
  format?: string;
  algorithm: Algorithm;
  jwk?: Record<string, unknown> | null;
  key?: Material;
  keyAlgorithm?: Record<string, unknown> & { name: string };
  length?: number | null;
}

const HASHES: Record<string, string> = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};
const CURVES: Record<string, string> = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' };
const NAMES = [
  'HMAC',
  'RSASSA-PKCS1-v1_5',
  'RSA-PSS',
  'RSA-OAEP',
  'ECDSA',
  'ECDH',
  'Ed25519',
  'X25519',
  'PBKDF2',
  'HKDF',
  'AES-GCM',
  'AES-CBC',
  'AES-CTR',
];
const RSA = new Set(['RSASSA-PKCS1-v1_5', 'RSA-PSS', 'RSA-OAEP']);
const CACHE_SIZE = 64;
/** About a second of work. */
const MAX_PBKDF2_ROUNDS = 2_000_000;
const parsed = new Map<string, KeyObject>();

export function cryptoCall(
  op: string,
  json: string,
  a: Uint8Array | undefined,
  b: Uint8Array | undefined,
): string {
  const request = (op === 'digest' ? { algorithm: JSON.parse(json) } : JSON.parse(json)) as Request;
  try {
    return run(op, request, a, b);
  } catch (error) {
    if (error instanceof PlatformError) throw error;
    const message = (error as Error).message ?? 'The operation failed';
    throw new PlatformError(op === 'importKey' ? 'DataError' : 'OperationError', message);
  }
}

function run(op: string, request: Request, a: Uint8Array | undefined, b: Uint8Array | undefined): string {
  switch (op) {
    case 'digest':
      return text(createHash(hashName(request.algorithm.name.toUpperCase())).update(a!).digest());
    case 'importKey':
      return JSON.stringify(importKey(request, a));
    case 'exportKey':
      return exportKey(request.format!, request.key!, request.keyAlgorithm!);
    case 'sign':
      return text(makeSignature(request, a!));
    case 'verify':
      return checkSignature(request, a!, b!) ? '1' : '0';
    case 'encrypt':
      return text(cipher(request, a!, true));
    case 'decrypt':
      return text(cipher(request, a!, false));
    case 'deriveBits':
      return text(deriveBits(request));
    default:
      throw unsupported(op);
  }
}

const text = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
const bytes = (value: Bytes | undefined): Buffer => Buffer.from(value?.$ ?? '', 'latin1');
const unsupported = (what: string): PlatformError =>
  new PlatformError('NotSupportedError', `Unrecognized algorithm or operation: ${what}`);

function hashName(name: string | undefined): string {
  const found = HASHES[name ?? ''];
  if (found === undefined) throw unsupported(`hash ${name}`);
  return found;
}

function keyOf(material: Material): KeyObject {
  if (material.kind === 'secret') return createSecretKey(Buffer.from(material.data, 'base64'));
  const known = parsed.get(material.data);
  if (known !== undefined) return known;
  const der = Buffer.from(material.data, 'base64');
  const key =
    material.kind === 'private'
      ? createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
      : createPublicKey({ key: der, format: 'der', type: 'spki' });
  if (parsed.size >= CACHE_SIZE) parsed.delete(parsed.keys().next().value!);
  parsed.set(material.data, key);
  return key;
}

function canonicalName(name: string): string {
  const found = NAMES.find((one) => one.toLowerCase() === name.toLowerCase());
  if (found === undefined) throw unsupported(name);
  return found;
}

function importKey(
  request: Request,
  data: Uint8Array | undefined,
): { type: string; algorithm: Record<string, unknown>; material: Material } {
  const name = canonicalName(request.algorithm.name);
  const { format } = request;
  const jwk = request.jwk as Record<string, string> | null;
  if (format === 'raw' || (format === 'jwk' && jwk?.kty === 'oct')) {
    const raw = format === 'raw' ? Buffer.from(data!) : Buffer.from(String(jwk!.k), 'base64url');
    if (['ECDSA', 'ECDH', 'Ed25519', 'X25519'].includes(name))
      return describe(name, request.algorithm, rawPublicKey(name, request.algorithm, raw));
    if (name.startsWith('AES') && ![16, 24, 32].includes(raw.length))
      throw new PlatformError('DataError', 'Invalid key length');
    return {
      type: 'secret',
      algorithm: secretAlgorithm(name, request.algorithm, raw.length),
      material: { kind: 'secret', data: raw.toString('base64') },
    };
  }
  if (format === 'jwk') {
    if (jwk === null || typeof jwk !== 'object') throw new PlatformError('DataError', 'Invalid keyData');
    const key =
      jwk.d === undefined
        ? createPublicKey({ key: jwk as never, format: 'jwk' })
        : createPrivateKey({ key: jwk as never, format: 'jwk' });
    return describe(name, request.algorithm, key);
  }
  const der = Buffer.from(data!);
  if (format === 'pkcs8')
    return describe(name, request.algorithm, createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  if (format === 'spki')
    return describe(name, request.algorithm, createPublicKey({ key: der, format: 'der', type: 'spki' }));
  throw unsupported(`key format ${format}`);
}

function secretAlgorithm(name: string, algorithm: Algorithm, length: number): Record<string, unknown> {
  if (name === 'HMAC') {
    hashName(algorithm.hash);
    return { name, hash: { name: algorithm.hash }, length: length * 8 };
  }
  return name.startsWith('AES') ? { name, length: length * 8 } : { name };
}

function rawPublicKey(name: string, algorithm: Algorithm, raw: Buffer): KeyObject {
  if (name === 'Ed25519' || name === 'X25519')
    return createPublicKey({ key: { kty: 'OKP', crv: name, x: raw.toString('base64url') }, format: 'jwk' });
  const size = (raw.length - 1) / 2;
  if (raw[0] !== 4) throw new PlatformError('DataError', 'Invalid keyData');
  const point = {
    x: raw.subarray(1, 1 + size).toString('base64url'),
    y: raw.subarray(1 + size).toString('base64url'),
  };
  return createPublicKey({ key: { kty: 'EC', crv: algorithm.namedCurve!, ...point }, format: 'jwk' });
}

function describe(
  name: string,
  algorithm: Algorithm,
  key: KeyObject,
): { type: string; algorithm: Record<string, unknown>; material: Material } {
  const kind = key.type as 'private' | 'public';
  const wanted = RSA.has(name) ? 'rsa' : name === 'ECDSA' || name === 'ECDH' ? 'ec' : name.toLowerCase();
  if (key.asymmetricKeyType !== wanted)
    throw new PlatformError(
      'DataError',
      `Invalid key type: expected ${wanted}, got ${key.asymmetricKeyType}`,
    );
  const data = key
    .export(kind === 'private' ? { format: 'der', type: 'pkcs8' } : { format: 'der', type: 'spki' })
    .toString('base64');
  const described: Record<string, unknown> = { name };
  if (wanted === 'rsa') {
    hashName(algorithm.hash);
    described.hash = { name: algorithm.hash };
    described.modulusLength = key.asymmetricKeyDetails?.modulusLength;
  } else if (wanted === 'ec') {
    if (CURVES[algorithm.namedCurve ?? ''] !== key.asymmetricKeyDetails?.namedCurve)
      throw new PlatformError('DataError', 'Named curve mismatch');
    described.namedCurve = algorithm.namedCurve;
  }
  return { type: kind, algorithm: described, material: { kind, data } };
}

function exportKey(format: string, material: Material, algorithm: Record<string, unknown>): string {
  const key = keyOf(material);
  if (format === 'jwk') {
    const alg = jwkAlgorithm(algorithm);
    return JSON.stringify({ ...key.export({ format: 'jwk' }), ...(alg === null ? {} : { alg }) });
  }
  if (format === 'raw' && material.kind === 'secret') return text(key.export());
  if (format === 'raw' && material.kind === 'public') return text(rawBytes(key));
  if (format === 'pkcs8' && material.kind === 'private')
    return text(key.export({ format: 'der', type: 'pkcs8' }));
  if (format === 'spki' && material.kind === 'public')
    return text(key.export({ format: 'der', type: 'spki' }));
  throw new PlatformError('InvalidAccessError', `Unable to export a ${material.kind} key as ${format}`);
}

function rawBytes(key: KeyObject): Buffer {
  const jwk = key.export({ format: 'jwk' });
  const x = Buffer.from(jwk.x!, 'base64url');
  return jwk.y === undefined ? x : Buffer.concat([Buffer.from([4]), x, Buffer.from(jwk.y, 'base64url')]);
}

function jwkAlgorithm(algorithm: Record<string, unknown>): string | null {
  const bits = /SHA-(\d+)/.exec((algorithm.hash as { name?: string } | undefined)?.name ?? '')?.[1];
  if (bits === undefined) return null;
  return (
    {
      HMAC: `HS${bits}`,
      'RSASSA-PKCS1-v1_5': `RS${bits}`,
      'RSA-PSS': `PS${bits}`,
      'RSA-OAEP': bits === '1' ? 'RSA-OAEP' : `RSA-OAEP-${bits}`,
    }[algorithm.name as string] ?? null
  );
}

function keyHash(request: Request): string {
  return hashName((request.keyAlgorithm?.hash as { name: string } | undefined)?.name);
}

function signingKey(request: Request): Parameters<typeof sign>[2] {
  const key = keyOf(request.key!);
  if (request.keyAlgorithm!.name !== 'RSA-PSS') return { key, dsaEncoding: 'ieee-p1363' };
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: request.algorithm.saltLength ?? 0 };
}

function signingHash(request: Request): string | null {
  const name = request.keyAlgorithm!.name;
  if (name === 'Ed25519') return null;
  return name === 'ECDSA' ? hashName(request.algorithm.hash) : keyHash(request);
}

function makeSignature(request: Request, data: Uint8Array): Buffer {
  if (request.keyAlgorithm!.name === 'HMAC')
    return createHmac(keyHash(request), keyOf(request.key!)).update(data).digest();
  return sign(signingHash(request), data, signingKey(request));
}

function checkSignature(request: Request, data: Uint8Array, signature: Uint8Array): boolean {
  if (request.keyAlgorithm!.name === 'HMAC') {
    const made = makeSignature(request, data);
    return made.length === signature.length && timingSafeEqual(made, signature);
  }
  return verify(signingHash(request), data, signingKey(request) as Parameters<typeof verify>[2], signature);
}

function cipher(request: Request, data: Uint8Array, encrypting: boolean): Buffer {
  const { name } = request.keyAlgorithm!;
  const key = keyOf(request.key!);
  if (name === 'RSA-OAEP') {
    const options = {
      key,
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: keyHash(request),
      oaepLabel: bytes(request.algorithm.label),
    };
    return encrypting ? publicEncrypt(options, data) : privateDecrypt(options, data);
  }
  const mode = { 'AES-GCM': 'gcm', 'AES-CBC': 'cbc', 'AES-CTR': 'ctr' }[name];
  if (mode === undefined) throw unsupported(name);
  const suite = `aes-${key.symmetricKeySize! * 8}-${mode}`;
  const iv = bytes(mode === 'ctr' ? request.algorithm.counter : request.algorithm.iv);
  if (mode === 'gcm') return gcm(suite as 'aes-256-gcm', key, iv, request.algorithm, data, encrypting);
  const made = encrypting ? createCipheriv(suite, key, iv) : createDecipheriv(suite, key, iv);
  return Buffer.concat([made.update(data), made.final()]);
}

function gcm(
  suite: 'aes-256-gcm',
  key: KeyObject,
  iv: Buffer,
  algorithm: Algorithm,
  data: Uint8Array,
  encrypting: boolean,
): Buffer {
  const authTagLength = (algorithm.tagLength ?? 128) / 8;
  const extra = bytes(algorithm.additionalData);
  if (encrypting) {
    const made = createCipheriv(suite, key, iv, { authTagLength });
    made.setAAD(extra);
    return Buffer.concat([made.update(data), made.final(), made.getAuthTag()]);
  }
  const made = createDecipheriv(suite, key, iv, { authTagLength });
  made.setAAD(extra);
  made.setAuthTag(data.subarray(data.length - authTagLength));
  return Buffer.concat([made.update(data.subarray(0, data.length - authTagLength)), made.final()]);
}

function deriveBits(request: Request): Buffer {
  const { name } = request.keyAlgorithm!;
  const { algorithm } = request;
  const key = keyOf(request.key!);
  const size = request.length === undefined || request.length === null ? null : request.length / 8;
  if (name === 'ECDH' || name === 'X25519') {
    const secret = diffieHellman({ privateKey: key, publicKey: keyOf(algorithm.public!) });
    return size === null ? secret : secret.subarray(0, size);
  }
  if (size === null || !Number.isInteger(size))
    throw new PlatformError('OperationError', 'The length must be a multiple of 8');
  if (name === 'PBKDF2') {
    const iterations = algorithm.iterations ?? 0;
    checkEffort(iterations, size);
    return pbkdf2Sync(key.export(), bytes(algorithm.salt), iterations, size, hashName(algorithm.hash));
  }
  if (name === 'HKDF')
    return Buffer.from(
      hkdfSync(hashName(algorithm.hash), key, bytes(algorithm.salt), bytes(algorithm.info), size),
    );
  throw unsupported(name);
}

/** Deriving cannot be interrupted, so what could not end within the time limit is not begun. */
function checkEffort(iterations: number, size: number): void {
  if (iterations * Math.ceil(size / 20) <= MAX_PBKDF2_ROUNDS) return;
  throw new PlatformError(
    'OperationError',
    `PBKDF2 with ${iterations} iterations takes too long for queries and mutations. Please consider using an action.`,
  );
}
