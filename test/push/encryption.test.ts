/** The two standards of web push: the example of RFC 8291, byte for byte, and what a browser behind a push service opens. */
import { describe, expect, it } from 'vitest';
import { bytesOf, writtenOf } from '../../convex/push/bytes.ts';
import { encryptFor, makeOnce, maxPlainBytes } from '../../convex/push/encryption.ts';
import { authorizationFor, makeDeskKeys } from '../../convex/push/vapid.ts';
import { previewOfText } from '../../convex/model/conversation/entries.ts';
import { needKinds } from '../../convex/shared/needs/needs.ts';
import { linesOf } from '../../convex/shared/needs/pushLines.ts';
import { needWords } from '../../convex/shared/needs/words.ts';
import { hostileTexts } from '../costs/hostileTexts.ts';
import { checkedToken, PushBrowser } from './service.ts';

/** RFC 8291, section 5 and appendix A. */
const example = {
  text: 'When I grow up, I want to be a watermelon',
  browser: {
    p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
    auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  },
  salt: 'DGv6ra1nlYgDCS1FRnbzlw',
  public_: 'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8',
  private_: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
  body: 'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
};

async function keysOf(publicKey: string, privateKey: string): Promise<CryptoKeyPair> {
  const point = Buffer.from(publicKey, 'base64url');
  const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')];
  const curve = { name: 'ECDH', namedCurve: 'P-256' };
  const jwk = { kty: 'EC', crv: 'P-256', x, y };
  return {
    publicKey: await crypto.subtle.importKey('jwk', jwk, curve, true, []),
    privateKey: await crypto.subtle.importKey('jwk', { ...jwk, d: privateKey }, curve, true, ['deriveBits']),
  };
}

describe('what a push service is handed', () => {
  it('[R3] is the example of RFC 8291, byte for byte', async () => {
    const keys = await keysOf(example.public_, example.private_);
    const body = await encryptFor(example.browser, example.text, { salt: bytesOf(example.salt), keys });
    expect(writtenOf(body)).toBe(example.body);
  });

  it('[R3] opens in its browser and in no other, whatever is said, and is never the same twice', async () => {
    const [mine, other] = [new PushBrowser('https://push.test/1'), new PushBrowser('https://push.test/2')];
    const seen = new Set<string>();
    for (const title of ['#12', 'Grüße 😀', 'x'.repeat(maxPlainBytes - 100)]) {
      const lines = [{ title, tag: 't', path: '/inbox/mine/12' }];
      const body = Buffer.from(await encryptFor(mine.subscription, JSON.stringify(lines), await makeOnce()));
      expect(mine.open(body)).toEqual(lines);
      expect(() => other.open(body)).toThrow();
      expect(body.length).toBeLessThanOrEqual(4_096);
      seen.add(body.toString('hex'));
    }
    expect(seen.size).toBe(3);
    const tooLong = 'x'.repeat(maxPlainBytes + 1);
    await expect(makeOnce().then((once) => encryptFor(mine.subscription, tooLong, once))).rejects.toThrow();
    const noKey = { p256dh: writtenOf(new Uint8Array(65)), auth: mine.subscription.auth };
    await expect(makeOnce().then((once) => encryptFor(noKey, 'x', once))).rejects.toThrow();
  });
});

/** What a customer wrote must not look like a browser that is gone: its subscription would end. */
it('[C5] [E6] whatever a customer writes, as many notices as there may be fit into one push', async () => {
  const browser = new PushBrowser('https://push.test/1');
  const texts = { ...hostileTexts, controls: '\u0001'.repeat(500), quotes: '"'.repeat(500) };
  for (const [what, text] of Object.entries(texts)) {
    for (const kind of needKinds) {
      const number = 999_999_999;
      const title = needWords({ kind, number }, '文'.repeat(80));
      const lines = linesOf(
        Array.from({ length: 3 }, () => ({ kind, number, title, words: previewOfText(text) })),
      );
      expect(lines, what).toHaveLength(3);
      expect(lines[0]!.body, what).toBeTruthy();
      const body = await encryptFor(browser.subscription, JSON.stringify(lines), await makeOnce());
      expect(browser.open(Buffer.from(body)), what).toEqual(lines);
    }
  }
});

describe('who pushes', () => {
  it('[R3] is said by a token for that service alone, signed by the key it names, for less than a day (RFC 8292)', async () => {
    const keys = await makeDeskKeys();
    const now = Date.parse('2026-11-28T12:00:00Z');
    const endpoint = 'https://push.example.net/send/abc?x=1';
    const at = async (contact: string) => ({
      path: '',
      body: Buffer.alloc(0),
      headers: { authorization: await authorizationFor(endpoint, keys, contact, now) },
    });
    const { claims, key } = checkedToken(await at('https://desk.example.org/'));
    expect(key).toBe(keys.publicKey);
    expect(bytesOf(key)).toHaveLength(65);
    expect(claims).toEqual({
      aud: 'https://push.example.net',
      exp: now / 1_000 + 12 * 3_600,
      sub: 'https://desk.example.org/',
    });
    // An address that nobody elsewhere knows is no contact.
    expect(checkedToken(await at('http://127.0.0.1:3210/')).claims).not.toHaveProperty('sub');
    const other = await makeDeskKeys();
    const forged = await authorizationFor(endpoint, { ...other, publicKey: keys.publicKey }, '', now);
    expect(() =>
      checkedToken({ path: '', body: Buffer.alloc(0), headers: { authorization: forged } }),
    ).toThrow();
  });
});
