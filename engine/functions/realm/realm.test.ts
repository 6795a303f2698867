import { createPublicKey, generateKeyPairSync, hkdfSync, sign, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../testing/app.ts';
import { cryptoCall } from './cryptoCalls.ts';

let app: TestApp;
let seed = 1;
beforeAll(async () => {
  app = await startApp('runtime', { config: { seed: () => new Uint8Array(32).fill(seed) } });
}, 60_000);
afterAll(() => app.close());

const value = (run: { result: unknown }): any => {
  const result = run.result as { ok: boolean; value: string; errorMessage: string };
  if (!result.ok) throw new Error(result.errorMessage);
  return JSON.parse(result.value);
};

describe('a realm', () => {
  it('[engine F24] offers no way to an object of the host', () => {
    const found: Record<string, string> = {};
    for (const name of value(app.query('platform:attempts')))
      found[name] = value(app.query('platform:attempt', { name }));
    const strings = 'refused: Code generation from strings disallowed for this context';
    expect(found).toEqual({
      functionConstructor: strings,
      ownFunction: strings,
      evaluation: strings,
      hostFunction: strings,
      asyncFunction: strings,
      hostError: strings,
      hostErrorIsOurs: 'safe',
      jsonErrorIsOurs: 'safe',
      deepStack: 'safe',
      callSites: 'safe',
      caller: expect.stringContaining(
        "refused: 'caller', 'callee', and 'arguments' properties may not be accessed on strict mode functions",
      ),
      processMembers: 'env',
      proxyOfProcess: 'reached undefined',
      bufferResults: 'safe',
      encodedBytes: 'safe',
      nodeGlobals: 'safe',
      dynamicImport: expect.stringContaining('refused: Dynamic require of "node:fs" is not supported'),
      polluted: 'safe',
    });
  });

  it('[engine F25] has one time and, for one seed, one sequence of random numbers', async () => {
    const first = value(app.query('platform:random'));
    const [a, b] = first as [number, number];
    expect(a).toBeGreaterThanOrEqual(0);
    expect(a).toBeLessThan(1);
    expect(a).not.toBe(b);
    const again = value(app.query('platform:random'));
    expect(again.slice(0, 4)).toEqual(first.slice(0, 4));
    expect(first[5]).toBe(true);
    seed = 2;
    expect(value(app.query('platform:random'))[0]).not.toBe(a);
    expect(value(await app.mutation('platform:randomInMutation'))).toEqual(
      value(await app.mutation('platform:randomInMutation')),
    );
  });

  it('[engine F25] repeats a query’s random numbers on the same state and never a mutation’s', async () => {
    const real = await startApp(app.generation());
    expect(value(real.query('platform:random')).slice(0, 4)).toEqual(
      value(real.query('platform:random')).slice(0, 4),
    );
    const first = value(await real.mutation('platform:randomInMutation'));
    expect(value(await real.mutation('platform:randomInMutation'))).not.toEqual(first);
    await real.close();
  });

  it('[engine F26] refuses what queries and mutations must not do, with the official sentence', () => {
    const sentence = (name: string): string =>
      `Can't use ${name} in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.`;
    expect(value(app.query('platform:denied'))).toEqual(
      ['setTimeout', 'setInterval', 'fetch', 'crypto.subtle.generateKey', 'AbortSignal.timeout'].map(
        sentence,
      ),
    );
  });

  it('[engine F27] offers the web’s own APIs, in UTC', () => {
    expect(value(app.query('platform:platform'))).toEqual({
      href: 'https://user:pw@example.com:8080/other?x=1&x=2&y=%C3%A4+b#h',
      all: ['1', '2'],
      origin: 'https://example.com:8080',
      utf8: [0xc3, 0xa4, 0xe2, 0x82, 0xac],
      text: 'ä',
      latin: 'ä',
      base64: ['/wA=', 'hi'],
      json: { ok: true },
      status: [201, true, '1'],
      form: ['POST', 'application/x-www-form-urlencoded;charset=UTF-8', 'b'],
      sizes: [11],
      aborted: 'AbortError',
      clone: [true, true, true, 0, 2],
      time: [0, 'UTC', 'Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)'],
      micro: 'ran',
      event: 1,
    });
  });
});

describe('Web Crypto in a realm', () => {
  it('[engine F28] computes the known answers of its algorithms', () => {
    expect(value(app.query('platform:subtle'))).toEqual({
      sha: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      mac: 'f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8',
      verified: [true, false],
      bits: 'ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957',
      opened: 'secret',
      tampered: 'OperationError',
      ed: 'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
      wrongUse: 'InvalidAccessError',
      secretExport: 'InvalidAccessError',
      rawExport: '6b6579',
    });
  });

  it('[engine F28] lets jose sign inside a mutation what verifies outside, and verify inside what was signed outside', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (const [alg, pair] of [
      ['RS256', rsa],
      ['ES256', ec],
    ] as const) {
      const pkcs8 = pair.privateKey.export({ format: 'pem', type: 'pkcs8' });
      const spki = pair.publicKey.export({ format: 'pem', type: 'spki' });
      const token = value(await app.mutation('platform:signs', { pkcs8: String(pkcs8), alg })) as string;
      const [header, payload, signature] = token.split('.') as [string, string, string];
      const key =
        alg === 'ES256' ? { key: pair.publicKey, dsaEncoding: 'ieee-p1363' as const } : pair.publicKey;
      expect(
        verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')),
      ).toBe(true);
      expect(value(app.query('platform:verifies', { token, spki: String(spki), alg }))).toBe('user');
      const forged = `${header}.${Buffer.from('{"sub":"admin"}').toString('base64url')}.${signature}`;
      expect(() => value(app.query('platform:verifies', { token: forged, spki: String(spki), alg }))).toThrow(
        /signature verification failed/,
      );
    }
  });

  it('[engine F28] imports and exports JWKs both ways', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwk = { ...publicKey.export({ format: 'jwk' }), alg: 'RS256' } as Record<string, string>;
    const [thumbprint, exported] = value(app.query('platform:thumbprint', { jwk }));
    expect(thumbprint).toMatch(/^[\w-]{43}$/);
    expect(exported).toMatchObject({ kty: 'RSA', n: jwk.n, e: jwk.e });
  });

  it('[engine F28] derives with HKDF and ECDH as Node does, and names what it does not know', () => {
    const raw = (data: string) =>
      JSON.parse(
        cryptoCall(
          'importKey',
          JSON.stringify({ format: 'raw', algorithm: { name: 'HKDF' } }),
          Buffer.from(data),
          undefined,
        ),
      ) as { material: object; algorithm: object };
    const { material, algorithm } = raw('input');
    const bits = cryptoCall(
      'deriveBits',
      JSON.stringify({
        key: material,
        keyAlgorithm: algorithm,
        algorithm: { name: 'HKDF', hash: 'SHA-256', salt: { $: 'salt' }, info: { $: 'info' } },
        length: 256,
      }),
      undefined,
      undefined,
    );
    expect(Buffer.from(bits, 'latin1')).toEqual(Buffer.from(hkdfSync('sha256', 'input', 'salt', 'info', 32)));
    const endless = {
      key: material,
      keyAlgorithm: { name: 'PBKDF2' },
      algorithm: { name: 'PBKDF2', hash: 'SHA-256', salt: { $: 's' }, iterations: 1e9 },
      length: 256,
    };
    expect(() => cryptoCall('deriveBits', JSON.stringify(endless), undefined, undefined)).toThrow(
      'takes too long for queries and mutations',
    );
    expect(() => cryptoCall('digest', '{"name":"MD5"}', new Uint8Array(1), undefined)).toThrow(
      'Unrecognized algorithm',
    );
    const { privateKey } = generateKeyPairSync('ed25519');
    expect(
      verify(null, Buffer.from('x'), createPublicKey(privateKey), sign(null, Buffer.from('x'), privateKey)),
    ).toBe(true);
  });
});
