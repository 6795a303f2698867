/**
 * What a push service is handed (RFC 8291, RFC 8188): encrypted for one browser alone, in one record, so that the service in
 * between reads nothing of it. Web Crypto only.
 */
import { bytesOf, type Bytes, joined, textBytes } from './bytes';

/** As a browser gives them. */
export interface BrowserKeys {
  /** Its public key, a point of P-256. */
  p256dh: string;
  /** 16 random bytes that only it and the desk know. */
  auth: string;
}

/** What is made anew for each message; given by tests of the standard's own example. */
export interface Once {
  salt: Bytes;
  keys: CryptoKeyPair;
}

const curve = { name: 'ECDH', namedCurve: 'P-256' } as const;
/** Push services take 4,096 bytes of body; of a record 17 are its tag and its end. */
const recordSize = 4_096;
export const maxPlainBytes = recordSize - 17 - 103;

export async function makeOnce(): Promise<Once> {
  const keys = await crypto.subtle.generateKey(curve, true, ['deriveBits']);
  return { salt: crypto.getRandomValues(new Uint8Array(16)), keys };
}

/** The body of a push. Throws where the browser's keys are none. */
export async function encryptFor(
  { p256dh, auth }: BrowserKeys,
  text: string,
  { salt, keys }: Once,
): Promise<Bytes> {
  const plain = textBytes(text);
  if (plain.length > maxPlainBytes) throw new Error('A notice is longer than a push can carry.');
  const theirs = bytesOf(p256dh);
  const ours = new Uint8Array(await crypto.subtle.exportKey('raw', keys.publicKey));
  const public_ = await crypto.subtle.importKey('raw', theirs, curve, true, []);
  const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: public_ }, keys.privateKey, 256);
  const keyInfo = joined(textBytes('WebPush: info\0'), theirs, ours);
  const secret = await derive(new Uint8Array(shared), bytesOf(auth), keyInfo, 32);
  const contentKey = await derive(secret, salt, textBytes('Content-Encoding: aes128gcm\0'), 16);
  const nonce = await derive(secret, salt, textBytes('Content-Encoding: nonce\0'), 12);
  const key = await crypto.subtle.importKey('raw', contentKey, 'AES-GCM', false, ['encrypt']);
  // The last record, and the only one: it ends with 2.
  const record = joined(plain, Uint8Array.of(2));
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, key, record);
  return joined(salt, size(recordSize), Uint8Array.of(ours.length), ours, new Uint8Array(sealed));
}

function size(bytes: number): Bytes {
  const written = new Uint8Array(4);
  new DataView(written.buffer).setUint32(0, bytes);
  return written;
}

async function derive(secret: Bytes, salt: Bytes, info: Bytes, length: number): Promise<Bytes> {
  const key = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']);
  const how = { name: 'HKDF', hash: 'SHA-256', salt, info };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, length * 8));
}
