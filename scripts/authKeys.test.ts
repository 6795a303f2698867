import { importPKCS8, jwtVerify, createLocalJWKSet, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { makeAuthKeys } from './authKeys.ts';

test('[M9] tokens signed with the private keys verify with the published ones, and only with their own', async () => {
  const keys = makeAuthKeys();
  const operators = createLocalJWKSet(JSON.parse(keys.JWKS));
  const customers = createLocalJWKSet(JSON.parse(keys.CUSTOMER_JWKS));
  const { kid } = JSON.parse(keys.CUSTOMER_JWKS).keys[0];
  const operator = await new SignJWT({ sub: 'a' })
    .setProtectedHeader({ alg: 'RS256' })
    .sign(await importPKCS8(keys.JWT_PRIVATE_KEY, 'RS256'));
  const customer = await new SignJWT({ sub: 'b' })
    .setProtectedHeader({ alg: 'ES256', kid })
    .sign(await importPKCS8(keys.CUSTOMER_JWT_PRIVATE_KEY, 'ES256'));

  expect((await jwtVerify(operator, operators)).payload.sub).toBe('a');
  expect((await jwtVerify(customer, customers)).payload.sub).toBe('b');
  await expect(jwtVerify(customer, operators)).rejects.toThrow();
  await expect(jwtVerify(operator, customers)).rejects.toThrow();
});

test('private keys never stand in the published sets, and no value has a line break', () => {
  const keys = makeAuthKeys();
  for (const set of [keys.JWKS, keys.CUSTOMER_JWKS]) {
    for (const secret of ['"d"', '"p"', '"q"', '"dp"', '"dq"', '"qi"']) expect(set).not.toContain(secret);
  }
  for (const value of Object.values(keys)) expect(value).not.toContain('\n');
  expect(makeAuthKeys().JWT_PRIVATE_KEY).not.toBe(keys.JWT_PRIVATE_KEY);
});
