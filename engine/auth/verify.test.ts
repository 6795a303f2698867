import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HttpError } from '../values/errors.ts';
import { KeyCache, type FetchOwnSite } from './jwks.ts';
import {
  tokenExpiryMs,
  verifyToken,
  type AuthProvider,
  type CustomJwtProvider,
  type VerifyContext,
} from './verify.ts';
import { quickest } from '../../test/quickest.ts';

const nowMs = 1_800_000_000_000;
const nowS = nowMs / 1000;

interface Signer {
  publicKey: KeyObject;
  privateKey: KeyObject;
}
const rsa: Signer = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherRsa: Signer = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec: Signer = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed: Signer = generateKeyPairSync('ed25519');

const part = (json: unknown): string => Buffer.from(JSON.stringify(json)).toString('base64url');

type Claims = { [claim: string]: unknown };

function signatureOf(alg: string, signer: Signer, signed: string): Buffer {
  const key = signer.privateKey;
  if (alg === 'EdDSA') return sign(null, Buffer.from(signed), key);
  if (alg === 'ES256') return sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return sign('sha256', Buffer.from(signed), key);
}

function token(claims: Claims, header: Claims = { alg: 'RS256' }, signer = rsa): string {
  const signed = `${part({ typ: 'JWT', ...header })}.${part({ sub: 'u1', exp: nowS + 60, ...claims })}`;
  return `${signed}.${signatureOf(header.alg as string, signer, signed).toString('base64url')}`;
}

const jwk = (signer: Signer, extra: Claims = {}): Claims => ({
  ...signer.publicKey.export({ format: 'jwk' }),
  ...extra,
});
const jwks = (...keys: Claims[]): string => JSON.stringify({ keys });
const dataUri = (...keys: Claims[]): string =>
  `data:application/json;base64,${Buffer.from(jwks(...keys)).toString('base64')}`;

const neverAsked: FetchOwnSite = () => Promise.reject(new Error('own site was asked'));

async function refusal(promise: Promise<unknown>): Promise<HttpError> {
  const error: unknown = await promise.then(
    () => new Error('was accepted'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HttpError);
  expect((error as HttpError).status).toBe(401);
  return error as HttpError;
}

describe('custom JWT', () => {
  const provider: CustomJwtProvider = {
    type: 'customJwt',
    issuer: 'https://idp.example/',
    jwks: dataUri(jwk(rsa, { kid: 'r1' }), jwk(otherRsa, { kid: 'r2' }), jwk(ec, { kid: 'e1' })),
    algorithm: 'RS256',
    applicationID: 'desk',
  };
  const header = { alg: 'RS256', kid: 'r1' };
  const claims = { iss: 'https://idp.example', aud: 'desk' };
  const context = (): VerifyContext => ({
    ownSiteUrl: null,
    fetchOwnSite: neverAsked,
    keys: new KeyCache(() => nowMs),
    now: () => nowMs,
  });
  const verify = (jwt: string, p: AuthProvider = provider): ReturnType<typeof verifyToken> =>
    verifyToken(jwt, [p], context());

  it('[engine U3] accepts a token signed by the key it names, whatever slash or scheme the issuer has', async () => {
    for (const iss of ['https://idp.example', 'https://idp.example/', 'idp.example']) {
      expect((await verify(token({ ...claims, iss }, header))).tokenIdentifier).toBe(`${iss}|u1`);
    }
  });

  it('[engine U6] keeps claims under their own names and flattens nested ones', async () => {
    const custom = {
      given_name: 'Ada',
      email: 'a@x',
      role: ['admin'],
      org: { id: 7, plan: { name: 'pro' } },
      empty: null,
    };
    const protocol = { iat: nowS, nbf: nowS - 1, jti: 'x', fva: [1, 2] };
    expect(await verify(token({ ...claims, ...protocol, ...custom }, header))).toEqual({
      tokenIdentifier: 'https://idp.example|u1',
      issuer: 'https://idp.example',
      subject: 'u1',
      given_name: 'Ada',
      email: 'a@x',
      role: ['admin'],
      'org.id': 7,
      'org.plan.name': 'pro',
      empty: null,
    });
  });

  it('[engine U6] lets no claim pass itself off as who the user is', async () => {
    const forged = { tokenIdentifier: 'x|admin', subject: 'admin', issuer: 'x' };
    expect(await verify(token({ ...claims, ...forged }, header))).toEqual({
      tokenIdentifier: 'https://idp.example|u1',
      issuer: 'https://idp.example',
      subject: 'u1',
    });
  });

  it('[engine U3] accepts ES256 in the form JWTs have, and not in DER', async () => {
    const elliptic: CustomJwtProvider = { ...provider, algorithm: 'ES256' };
    const good = token(claims, { alg: 'ES256', kid: 'e1' }, ec);
    expect((await verify(good, elliptic)).subject).toBe('u1');
    const signed = good.slice(0, good.lastIndexOf('.'));
    const der = sign('sha256', Buffer.from(signed), ec.privateKey).toString('base64url');
    expect((await refusal(verify(`${signed}.${der}`, elliptic))).message).toContain('signature is wrong');
  });

  it('[engine U5] refuses the algorithm "none", with and without a signature', async () => {
    const [h, p, s] = token(claims, header).split('.') as [string, string, string];
    const none = part({ alg: 'none', kid: 'r1' });
    expect((await refusal(verify(`${none}.${p}.`))).code).toBe('InvalidAuthHeader');
    expect((await refusal(verify(`${none}.${p}.${s}`))).message).toContain('its algorithm is not RS256');
    expect((await refusal(verify(`${h}.${p}`))).code).toBe('InvalidAuthHeader');
  });

  it('[engine U5] refuses a public key used as an HMAC secret', async () => {
    const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' });
    for (const secret of [pem, JSON.stringify(jwk(rsa)), '']) {
      const signed = `${part({ alg: 'HS256', kid: 'r1' })}.${part({ ...claims, sub: 'u1', exp: nowS + 60 })}`;
      const hmac = createHmac('sha256', secret).update(signed).digest('base64url');
      expect((await refusal(verify(`${signed}.${hmac}`))).code).toBe('Unauthenticated');
      const asRsa = `${part({ alg: 'RS256', kid: 'r1' })}.${signed.split('.')[1]}`;
      const hmacAsRsa = createHmac('sha256', secret).update(asRsa).digest('base64url');
      expect((await refusal(verify(`${asRsa}.${hmacAsRsa}`))).message).toContain('signature is wrong');
    }
  });

  it('[engine U5] refuses another algorithm than the provider’s, though a key for it is there', async () => {
    const error = await refusal(verify(token(claims, { alg: 'ES256', kid: 'e1' }, ec)));
    expect(error.message).toBe('The token could not be verified: its algorithm is not RS256.');
  });

  it('[engine U5] refuses a key of the wrong id, an unknown id and no id', async () => {
    const wrong = await refusal(verify(token(claims, { alg: 'RS256', kid: 'r2' }, rsa)));
    expect(wrong.message).toContain('signature is wrong');
    const unknown = await refusal(verify(token(claims, { alg: 'RS256', kid: 'r9' })));
    expect(unknown.message).toContain('no key of this id and algorithm');
    const none = await refusal(verify(token(claims, { alg: 'RS256' })));
    expect(none.message).toContain('names no key ("kid")');
  });

  it('[engine U5] refuses a key given in the token itself', async () => {
    const own = { alg: 'RS256', jwk: jwk(otherRsa), jku: 'https://evil.example', kid: 'evil' };
    const error = await refusal(verify(token(claims, own, otherRsa)));
    expect(error.message).toContain('no key of this id');
  });

  it('[engine U5] refuses every change of header or claims', async () => {
    const good = token(claims, header);
    const end = good.lastIndexOf('.');
    const change = fc.tuple(
      fc.nat({ max: end - 1 }),
      fc.constantFrom('A', 'C', 'x', 'z', '0', '9', '-', '_', '.'),
    );
    await fc.assert(
      fc.asyncProperty(change, async ([at, char]) => {
        fc.pre(good[at] !== char);
        expect((await refusal(verify(good.slice(0, at) + char + good.slice(at + 1)))).status).toBe(401);
      }),
      { numRuns: 200 },
    );
  });

  it('[engine U5] refuses a changed or shortened signature', async () => {
    const good = token(claims, header);
    const at = good.lastIndexOf('.') + 10;
    await refusal(verify(good.slice(0, at) + (good[at] === 'A' ? 'B' : 'A') + good.slice(at + 1)));
    const shortened = await refusal(verify(good.slice(0, -4)));
    expect(shortened.message).toContain('signature is wrong');
  });

  it('[engine U5] allows five seconds of clock difference and not more', async () => {
    await verify(token({ ...claims, exp: nowS - 4 }, header));
    expect((await refusal(verify(token({ ...claims, exp: nowS - 5 }, header)))).message).toContain(
      'it has expired',
    );
    await verify(token({ ...claims, nbf: nowS + 5 }, header));
    const early = await refusal(verify(token({ ...claims, nbf: nowS + 6 }, header)));
    expect(early.message).toContain('not valid yet');
    expect(tokenExpiryMs(token({ ...claims, exp: nowS }, header))).toBe(nowMs + 5000);
  });

  it('[engine U5] demands issuer, subject and expiry, and understands no critical extensions', async () => {
    const rows: [Claims, Claims, string, string][] = [
      [{ iss: undefined }, {}, 'InvalidAuthHeader', 'no issuer'],
      [{ sub: undefined }, {}, 'InvalidAuthHeader', 'no subject'],
      [{ exp: undefined }, {}, 'InvalidAuthHeader', 'when it expires'],
      [{ exp: '9999999999' }, {}, 'InvalidAuthHeader', 'when it expires'],
      [{ nbf: 'soon' }, {}, 'Unauthenticated', 'not valid yet'],
      [{}, { crit: ['b64'] }, 'Unauthenticated', 'crit'],
    ];
    for (const [changed, headers, code, text] of rows) {
      const error = await refusal(verify(token({ ...claims, ...changed }, { ...header, ...headers })));
      expect(error.code).toBe(code);
      expect(error.message).toContain(text);
    }
  });

  it.each(['', 'x', 'a.b', 'a.b.c.d', '..', 'e30.e30.!', `${part([])}.${part({})}.AA`, `${part({})}.bm8.AA`])(
    '[engine U3] takes %o for no token at all',
    async (jwt) => {
      expect((await refusal(verify(jwt))).code).toBe('InvalidAuthHeader');
    },
  );

  it('[engine U3] reads hostile tokens in no time', async () => {
    const time = await quickest(async () => {
      for (const iss of [`${'/'.repeat(40_000)}x`, 'a'.repeat(40_000), `a${':/'.repeat(20_000)}`]) {
        expect((await refusal(verify(token({ ...claims, iss }, header)))).code).toBe('NoAuthProvider');
      }
      expect((await refusal(verify('.'.repeat(10_000_000)))).code).toBe('InvalidAuthHeader');
    });
    expect(time).toBeLessThan(300);
  });

  it('[engine U3] chooses the provider by issuer and audience, and lists the candidates when none fits', async () => {
    for (const changed of [
      { iss: 'https://evil.example' },
      { aud: 'other' },
      { aud: undefined },
      { iss: 'http://idp.example' },
    ]) {
      const error = await refusal(verify(token({ ...claims, ...changed }, header)));
      expect(error.code).toBe('NoAuthProvider');
      expect(error.message).toBe(
        "No auth provider found matching the given token. Check that your JWT's issuer and audience match one of your " +
          'configured providers: [CustomJWT(issuer=https://idp.example/, app_id=desk)]',
      );
    }
    const none = await refusal(verifyToken(token(claims, header), [], context()));
    expect(none.message).toBe(
      'No auth provider found matching the given token (no providers configured). Check convex/auth.config.ts.',
    );
  });

  it('[engine U3] does not look at the audience when no applicationID is configured', async () => {
    const open: CustomJwtProvider = { ...provider, applicationID: undefined };
    expect((await verify(token({ ...claims, aud: 'other' }, header), open)).subject).toBe('u1');
    const blank: CustomJwtProvider = { ...provider, applicationID: '' };
    expect((await refusal(verify(token(claims, header), blank))).code).toBe('NoAuthProvider');
    expect((await verify(token({ ...claims, aud: ['a', 'desk'] }, header), provider)).subject).toBe('u1');
  });

  it('[engine U4] reads a urlencoded data: URI, and says which source is broken', async () => {
    const encoded = `data:application/json,${encodeURIComponent(jwks(jwk(rsa, { kid: 'r1' })))}`;
    expect((await verify(token(claims, header), { ...provider, jwks: encoded })).subject).toBe('u1');
    for (const broken of ['data:application/json,{', 'data:application/json,{}', 'data:nothing', 'data:,%']) {
      const error = await refusal(verify(token(claims, header), { ...provider, jwks: broken }));
      expect(error.code).toBe('AuthProviderDiscoveryFailed');
    }
  });

  it('[engine U4] uses no key that is short, for encryption, of another algorithm or secret', async () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const shortProvider = { ...provider, jwks: dataUri(jwk(short, { kid: 'r1' })) };
    const error = await refusal(verify(token(claims, header, short), shortProvider));
    expect(error.message).toContain('no key of this id');
    for (const extra of [{ use: 'enc' }, { alg: 'PS256' }, { kty: 'oct', k: 'AAAA' }]) {
      await refusal(
        verify(token(claims, header), { ...provider, jwks: dataUri(jwk(rsa, { kid: 'r1', ...extra })) }),
      );
    }
  });
});

describe('OIDC', () => {
  let server: Server;
  let domain: string;
  let requests: string[] = [];
  let keys: Claims[] = [];
  let responseHeaders: { [name: string]: string } = {};
  let failing = false;
  let time = nowMs;
  let cache: KeyCache;

  beforeAll(async () => {
    server = createServer((request, response) => {
      requests.push(request.url!);
      const discovery = request.url === '/.well-known/openid-configuration';
      response.writeHead(failing ? 503 : 200, { 'content-type': 'application/json', ...responseHeaders });
      response.end(
        discovery ? JSON.stringify({ issuer: `${domain}/`, jwks_uri: `${domain}/keys` }) : jwks(...keys),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    domain = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());
  beforeEach(() => {
    requests = [];
    keys = [jwk(rsa), jwk(ed, { kid: 'ed' })];
    responseHeaders = {};
    failing = false;
    time = nowMs;
    cache = new KeyCache(() => time);
  });

  const verify = (
    claims: Claims = {},
    header: Claims = { alg: 'RS256' },
    signer = rsa,
  ): ReturnType<typeof verifyToken> =>
    verifyToken(
      token({ iss: domain, aud: 'desk', exp: time / 1000 + 60, ...claims }, header, signer),
      [{ domain, applicationID: 'desk' }],
      { ownSiteUrl: 'https://own.example', fetchOwnSite: neverAsked, keys: cache, now: () => time },
    );

  it('[engine U3] accepts RS256 and EdDSA, with and without a key id', async () => {
    expect((await verify()).issuer).toBe(domain);
    expect((await verify({ iss: `${domain}/` })).tokenIdentifier).toBe(`${domain}/|u1`);
    expect((await verify({}, { alg: 'EdDSA', kid: 'ed' }, ed)).subject).toBe('u1');
    expect((await verify({}, { alg: 'EdDSA' }, ed)).subject).toBe('u1');
    keys = [jwk(ec, { kid: 'e1' })];
    cache = new KeyCache(() => time);
    expect((await refusal(verify({}, { alg: 'ES256', kid: 'e1' }, ec))).message).toContain(
      'not RS256 or EdDSA',
    );
  });

  it('[engine U3] refuses a token made for several audiences, and accepts a list of one', async () => {
    expect((await verify({ aud: ['desk'] })).subject).toBe('u1');
    const error = await refusal(verify({ aud: ['desk', 'other'] }));
    expect(error).toMatchObject({ code: 'Unauthenticated' });
    expect((await refusal(verify({ aud: 'other' }))).code).toBe('NoAuthProvider');
  });

  it('[engine U6] translates the standard’s claims, passes others on and leaves the protocol’s out', async () => {
    const standard = {
      name: 'Ada Lovelace',
      given_name: 'Ada',
      family_name: 'Lovelace',
      nickname: 'ada',
      preferred_username: 'adal',
      profile: 'https://p',
      picture: 'https://i',
      website: 'https://w',
      email: 'ada@example.com',
      email_verified: true,
      gender: 'female',
      birthdate: '1815-12-10',
      zoneinfo: 'Europe/London',
      locale: 'en-GB',
      phone_number: '+44',
      phone_number_verified: false,
      address: { formatted: 'London', country: 'GB' },
      updated_at: 1_700_000_000,
    };
    const protocol = {
      iat: nowS,
      nbf: nowS,
      jti: 'j',
      auth_time: 1,
      nonce: 'n',
      acr: 'a',
      amr: ['m'],
      azp: 'z',
      at_hash: 'h',
      fva: [0],
    };
    const custom = { org_id: 'o1', nested: { a: { b: 1 } } };
    expect(await verify({ ...standard, ...protocol, ...custom })).toEqual({
      tokenIdentifier: `${domain}|u1`,
      issuer: domain,
      subject: 'u1',
      name: 'Ada Lovelace',
      givenName: 'Ada',
      familyName: 'Lovelace',
      nickname: 'ada',
      preferredUsername: 'adal',
      profileUrl: 'https://p',
      pictureUrl: 'https://i',
      websiteUrl: 'https://w',
      email: 'ada@example.com',
      emailVerified: true,
      gender: 'female',
      birthday: '1815-12-10',
      timezone: 'Europe/London',
      language: 'en-GB',
      phoneNumber: '+44',
      phoneNumberVerified: false,
      address: 'London',
      updatedAt: '2023-11-14T22:13:20+00:00',
      org_id: 'o1',
      nested: { a: { b: 1 } },
    });
  });

  it('[engine U6] leaves standard claims of the wrong type out', async () => {
    const identity = await verify({ name: 5, email_verified: 'yes', address: 'x', updated_at: 1e300 });
    expect(Object.keys(identity).sort()).toEqual(['address', 'issuer', 'subject', 'tokenIdentifier']);
  });

  it('[engine U4] asks the provider once for many tokens, as long as max-age lasts', async () => {
    responseHeaders = { 'cache-control': 'public, max-age=100', age: '40' };
    await Promise.all(Array.from({ length: 20 }, () => verify()));
    expect(requests).toEqual(['/.well-known/openid-configuration', '/keys']);
    time += 59_000;
    await verify();
    expect(requests.length).toBe(2);
    time += 2000;
    await verify();
    expect(requests.length).toBe(4);
  });

  it('[engine U4] asks each time when told not to store', async () => {
    responseHeaders = { 'cache-control': 'no-store' };
    await verify();
    await verify();
    expect(requests.length).toBe(4);
  });

  it('[engine U4] honours Expires where max-age is absent', async () => {
    const date = new Date(nowMs);
    responseHeaders = { date: date.toUTCString(), expires: new Date(nowMs + 30_000).toUTCString() };
    await verify();
    time += 29_000;
    await verify();
    expect(requests.length).toBe(2);
    time += 2000;
    await verify();
    expect(requests.length).toBe(4);
  });

  it('[engine U4] finds a new key at once when the provider changed its keys, but asks once a second at most', async () => {
    await verify();
    keys = [jwk(otherRsa)];
    time += 1000;
    await verify({}, { alg: 'RS256' }, otherRsa);
    expect(requests.length).toBe(3);
    for (let i = 0; i < 5; i++) await refusal(verify({}, { alg: 'RS256', kid: `made up ${i}` }));
    expect(requests.length).toBe(3);
    expect((await refusal(verify())).message).toContain('signature is wrong');
  });

  it('[engine U4] says that the provider could not be reached, and tries again next time', async () => {
    failing = true;
    const error = await refusal(verify());
    expect(error.code).toBe('AuthProviderDiscoveryFailed');
    expect(error.message).toContain('/.well-known/openid-configuration: the status is 503');
    failing = false;
    expect((await verify()).subject).toBe('u1');
    const gone = { domain: 'http://127.0.0.1:1', applicationID: 'desk' };
    const unreachable = verifyToken(token({ iss: gone.domain, aud: 'desk' }), [gone], {
      ownSiteUrl: null,
      fetchOwnSite: neverAsked,
      keys: cache,
      now: () => time,
    });
    expect((await refusal(unreachable)).code).toBe('AuthProviderDiscoveryFailed');
  });

  it('[engine U4] outlives a failing provider for as long as stale-if-error allows', async () => {
    responseHeaders = { 'cache-control': 'max-age=10, stale-if-error=100' };
    await verify();
    failing = true;
    time += 60_000;
    expect((await verify()).subject).toBe('u1');
    time += 60_000;
    await refusal(verify());
  });

  it('[engine U4] refuses a discovery document of another issuer', async () => {
    const right = domain;
    await verify();
    domain = right.replace('127.0.0.1', 'localhost');
    const mine = { domain: right, applicationID: 'desk' };
    const fresh = { ownSiteUrl: null, fetchOwnSite: neverAsked, keys: new KeyCache(), now: () => time };
    const error = await refusal(verifyToken(token({ iss: right, aud: 'desk' }), [mine], fresh));
    domain = right;
    expect(error.message).toContain('its "issuer" is not');
  });
});

describe('our own site as the issuer', () => {
  const site = 'https://desk.example:3211';
  const asked: string[] = [];
  const fetchOwnSite: FetchOwnSite = (path) => {
    asked.push(path);
    const body =
      path === '/.well-known/openid-configuration'
        ? JSON.stringify({ issuer: site, jwks_uri: `${site}/.well-known/jwks.json` })
        : jwks(jwk(rsa));
    return Promise.resolve({ status: 200, body, headers: { 'Cache-Control': 'public, max-age=15' } });
  };

  it('[engine U4] is asked in-process, never over the network', async () => {
    const identity = await verifyToken(
      token({ iss: site, aud: 'convex', sub: 'user|session' }),
      [{ domain: site, applicationID: 'convex' }],
      { ownSiteUrl: `${site}/`, fetchOwnSite, keys: new KeyCache(), now: () => nowMs },
    );
    expect(identity.tokenIdentifier).toBe(`${site}|user|session`);
    expect(asked).toEqual(['/.well-known/openid-configuration', '/.well-known/jwks.json']);
  });

  it('[engine U4] is not mistaken for a site whose name begins alike', async () => {
    asked.length = 0;
    const evil = `${site}.evil.invalid`;
    await refusal(
      verifyToken(token({ iss: evil, aud: 'convex' }), [{ domain: evil, applicationID: 'convex' }], {
        ownSiteUrl: site,
        fetchOwnSite,
        keys: new KeyCache(),
        now: () => nowMs,
      }),
    );
    expect(asked).toEqual([]);
  });

  it('[engine U4] reports its own failure like any other', async () => {
    const error = await refusal(
      verifyToken(token({ iss: site, aud: 'convex' }), [{ domain: site, applicationID: 'convex' }], {
        ownSiteUrl: site,
        fetchOwnSite: () => Promise.resolve({ status: 404, body: '', headers: {} }),
        keys: new KeyCache(),
        now: () => nowMs,
      }),
    );
    expect(error.message).toContain('the status is 404');
  });
});
