/** What a site signs of its customer, and everything that is not exactly that (docs/rules.md M9, E2). */
import { generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { maxTokenLength, verifyIdentity } from './identityTokens';

const now = Date.UTC(2026, 10, 28, 12);
const nowS = now / 1_000;
const [older, newer] = [
  { id: 'older', secret: 'bi_the-older-secret-of-this-chat-000000000000' },
  { id: 'newer', secret: 'bi_the-newer-secret-of-this-chat-000000000000' },
];
const audience = 'shop';

const bytes = (secret: string) => new TextEncoder().encode(secret);
const claims = (more: JWTPayload = {}): JWTPayload => ({
  sub: 'u1',
  aud: audience,
  exp: nowS + 3_600,
  ...more,
});
const sign = (payload: JWTPayload, { alg = 'HS256', secret = newer!.secret } = {}) =>
  new SignJWT(payload).setProtectedHeader({ alg }).sign(bytes(secret));
const check = (token: string, keys = [older!, newer!]) => verifyIdentity(token, { keys, audience, now });
const without = (name: string) => {
  const { [name]: _gone, ...rest } = claims();
  return rest;
};

describe('[M9] a signed identity', () => {
  test('says who somebody is, by either of two secrets', async () => {
    const said = {
      name: ' Lena \n Berg ',
      email: 'Lena@Shop.example',
      attributes: { plan: 'pro', order_value: 129.5, isNew: false, old: null },
    };
    for (const key of [older!, newer!]) {
      expect(await check(await sign(claims(said), { secret: key.secret }))).toEqual({
        key,
        person: {
          userId: 'u1',
          name: 'Lena Berg',
          email: 'lena@shop.example',
          attributes: [
            { name: 'plan', value: 'pro' },
            { name: 'order_value', value: 129.5 },
            { name: 'isNew', value: false },
            { name: 'old', value: null },
          ],
        },
      });
    }
  });

  test('needs nobody but a user: name, email and attributes are left out', async () => {
    expect(await check(await sign(claims()))).toMatchObject({ person: { userId: 'u1', attributes: [] } });
  });

  test('may be a minute late or early, and for several', async () => {
    expect(await check(await sign(claims({ exp: nowS - 59 })))).toHaveProperty('person');
    expect(await check(await sign(claims({ iat: nowS + 59 })))).toHaveProperty('person');
    expect(await check(await sign(claims({ aud: ['elsewhere', audience] })))).toHaveProperty('person');
  });
});

describe('[M9] [E2] a token is refused, and says why,', () => {
  test('that nothing has signed', async () => {
    const unsigned = new UnsecuredJWT(claims()).encode();
    expect(await check(unsigned)).toEqual({ refused: 'it is not signed with HS256' });
    const [, payload] = unsigned.split('.');
    const header = btoa(JSON.stringify({ alg: 'HS256' })).replaceAll('=', '');
    expect(await check(`${header}.${payload}.`)).toEqual({
      refused: 'its signature is not of a secret of this chat',
    });
  });

  test('that another algorithm signed, also with the secret itself', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const rsa = await new SignJWT(claims()).setProtectedHeader({ alg: 'RS256' }).sign(privateKey);
    const others = [rsa, await sign(claims(), { alg: 'HS512', secret: newer!.secret.repeat(2) })];
    // RS256 in the header over a signature of HS256: the name of the algorithm is never the token's to choose.
    const [, payload, signature] = (await sign(claims())).split('.');
    others.push(`${btoa(JSON.stringify({ alg: 'RS256' })).replaceAll('=', '')}.${payload}.${signature}`);
    for (const token of others)
      expect(await check(token)).toEqual({ refused: 'it is not signed with HS256' });
  });

  test('that is signed with a secret of another chat, or of none', async () => {
    const foreign = await sign(claims(), { secret: 'bi_a-secret-of-another-chat-0000000000000000' });
    expect(await check(foreign)).toEqual({ refused: 'its signature is not of a secret of this chat' });
    expect(await check(await sign(claims()), [])).toMatchObject({
      refused: expect.stringContaining('no secret'),
    });
  });

  test('that is for another chat, or for none', async () => {
    const why = 'aud is not the id of this chat (data-channel)';
    for (const payload of [claims({ aud: 'another' }), claims({ aud: [] }), without('aud')])
      expect(await check(await sign(payload))).toEqual({ refused: why });
  });

  test.each<[why: string, payload: JWTPayload]>([
    ['it has expired', claims({ exp: nowS - 61 })],
    ['exp lies more than 24 hours ahead', claims({ exp: nowS + 24 * 3_600 + 61 })],
    ['exp lies more than 24 hours ahead', claims({ iat: nowS - 30 * 86_400, exp: nowS + 60 })],
    ['exp lies more than 24 hours ahead', claims({ exp: Number.MAX_SAFE_INTEGER })],
    ['iat lies in the future', claims({ iat: nowS + 61 })],
    ['the claim nbf is missing or not right', claims({ nbf: nowS + 61 })],
    ['the claim exp is missing or not right', without('exp')],
    ['the claim exp is missing or not right', claims({ exp: 'tomorrow' as never })],
    ['the claim sub is missing or not right', without('sub')],
    ['sub has 1 to 200 characters', claims({ sub: ' \u200b ' })],
    ['sub has 1 to 200 characters', claims({ sub: 'u'.repeat(201) })],
    ['sub has 1 to 200 characters', claims({ sub: 7 as never })],
    ['name has 1 to 100 characters', claims({ name: 'n'.repeat(101) })],
    ['name has 1 to 100 characters', claims({ name: { first: 'Lena' } })],
    ['email is no email address', claims({ email: 'lena' })],
    ['email is no email address', claims({ email: ['lena@shop.example'] })],
    ['attributes are texts, numbers, true, false or null by name', claims({ attributes: ['pro'] })],
    [
      'attributes are texts, numbers, true, false or null by name',
      claims({ attributes: { plan: { is: 'pro' } } }),
    ],
    [
      'attributes: The value of an attribute has at most 200 characters.',
      claims({ attributes: { plan: 'p'.repeat(201) } }),
    ],
    [
      'attributes: There are at most 20 attributes.',
      claims({ attributes: Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`a${at}`, at])) }),
    ],
  ])('%s', async (why, payload) => expect(await check(await sign(payload))).toEqual({ refused: why }));

  test('of 10,000 characters before anything of it is read', async () => {
    const long = await sign(claims({ name: 'n'.repeat(10_000) }));
    expect(await check(long)).toEqual({ refused: `a token has at most ${maxTokenLength} characters` });
  });

  test('whose attributes are called as what objects have', async () => {
    const named = JSON.parse('{"__proto__": "x"}') as object;
    expect(await check(await sign(claims({ attributes: named })))).toMatchObject({
      refused: expect.stringMatching(/^attributes: The name of an attribute begins with a letter or digit/),
    });
    const inherited = { constructor: 'x', toString: 'y' };
    expect(await check(await sign(claims({ attributes: inherited })))).toMatchObject({
      person: {
        attributes: [
          { name: 'constructor', value: 'x' },
          { name: 'toString', value: 'y' },
        ],
      },
    });
    expect(Object.prototype).not.toHaveProperty('plan');
  });

  test.each(['', 'no token', 'a.b.c', '🙂.🙂.🙂', `${'{'.repeat(500)}.x.y`])(
    '%j, which is none',
    async (token) => expect(await check(token)).toHaveProperty('refused'),
  );
});
