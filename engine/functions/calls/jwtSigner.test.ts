import { createPublicKey, verify } from 'node:crypto';
import { expect, it } from 'vitest';
import type { JsonObject } from '../../values/value.ts';
import { JwtSigner } from './jwtSigner.ts';

it('[engine F43] tokens are signed under one key that outlives restarts and whose public half is published', () => {
  const meta = new Map<string, unknown>();
  const store = {
    getMeta: (key: string) => (meta.get(key) ?? null) as string | null,
    setMeta: (key: string, value: unknown) => void meta.set(key, value),
  };
  const token = new JwtSigner(store).sign({
    claims: { role: 'agent' },
    expiresInSeconds: 60,
    issuer: 'https://i.test',
    nowMs: 5000,
  });
  const { keys } = new JwtSigner(store).jwks();
  const [header, payload, signature] = token.split('.') as [string, string, string];
  const key = createPublicKey({ key: keys[0] as JsonObject as never, format: 'jwk' });
  expect(
    verify(
      'sha256',
      Buffer.from(`${header}.${payload}`),
      { key, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    ),
  ).toBe(true);
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual({
    role: 'agent',
    iss: 'https://i.test',
    iat: 5,
    exp: 65,
  });
  expect(JSON.stringify(keys)).not.toContain('"d"');
  const sign = (claims: JsonObject, expiresInSeconds: number) => () =>
    new JwtSigner(store).sign({ claims, expiresInSeconds, issuer: 'i', nowMs: 0 });
  expect(sign({ exp: 1 }, 60)).toThrow('The claim "exp" is reserved');
  expect(sign({ convexThing: 1 }, 60)).toThrow('reserved');
  expect(sign({}, 3601)).toThrow('from 1 to 3600');
});
