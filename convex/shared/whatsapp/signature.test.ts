import { describe, expect, test } from 'vitest';
import { noFixtures, noteOnFixtures, signatureVectors } from './fixtures.setup';
import { isSigned, readSignature } from './signature';

const bytes = (text: string) => new TextEncoder().encode(text);

async function sign(secret: string, signed: string): Promise<string> {
  const key = await crypto.subtle.importKey('raw', bytes(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes(signed)));
  return `sha256=${Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

describe('the signature of a webhook', () => {
  test.skipIf(noFixtures)(
    `[E2] holds for the published vectors, and for no other secret${noteOnFixtures}`,
    async () => {
      for (const { name, appSecret, body, header } of signatureVectors()) {
        const signature = readSignature(header)!;
        expect(await isSigned(appSecret, bytes(body), signature), name).toBe(true);
        expect(await isSigned(`${appSecret}x`, bytes(body), signature), name).toBe(false);
      }
    },
  );

  test('[E2] breaks with any byte of the body, and with any bit of itself', async () => {
    const body = '{"object":"whatsapp_business_account","entry":[]}';
    const signature = readSignature(await sign('secret', body))!;
    expect(await isSigned('secret', bytes(body), signature)).toBe(true);
    for (let at = 0; at < body.length; at++) {
      const changed = bytes(body);
      changed[at]! ^= 1;
      expect(await isSigned('secret', changed, signature)).toBe(false);
    }
    for (let at = 0; at < 32; at++) {
      const changed = signature.slice();
      changed[at]! ^= 1;
      expect(await isSigned('secret', bytes(body), changed)).toBe(false);
    }
  });

  test('[E2] is over the bytes as they came: the same JSON written anew is not signed', async () => {
    const body = '{ "a": 1 }';
    const signature = readSignature(await sign('secret', body))!;
    expect(await isSigned('secret', bytes(JSON.stringify(JSON.parse(body))), signature)).toBe(false);
  });

  test('holds for the escaped form of what is not ASCII', async () => {
    const signature = readSignature(await sign('secret', '{"a":"\\u00e4\\ud83d\\ude00"}'))!;
    expect(await isSigned('secret', bytes('{"a":"ä😀"}'), signature)).toBe(true);
    expect(await isSigned('secret', bytes('{"a":"ä😁"}'), signature)).toBe(false);
  });

  test('[E2] a header that is none is read as none', () => {
    for (const header of [
      null,
      '',
      'sha256=',
      'sha1=00',
      `sha256=${'0'.repeat(63)}`,
      `sha256=${'g'.repeat(64)}`,
    ])
      expect(readSignature(header)).toBeNull();
  });
});
