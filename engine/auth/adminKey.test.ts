import { describe, expect, it } from 'vitest';
import { HttpError } from '../values/errors.ts';
import {
  badAdminKey,
  checkAdminKey,
  generateAdminKey,
  hashAdminKey,
  parseAuthorization,
} from './adminKey.ts';
import { quickest } from '../../test/quickest.ts';

const base64 = (json: unknown): string => Buffer.from(JSON.stringify(json)).toString('base64');

describe('admin keys', () => {
  it('[engine U1] fit their hash and no other', () => {
    const key = generateAdminKey('desk');
    expect(key).toMatch(/^desk\|[0-9a-f]{64}$/);
    const hash = hashAdminKey(key);
    expect(hash).not.toContain(key.slice(5, 20));
    expect(checkAdminKey(key, hash)).toBe(true);
    expect(checkAdminKey(generateAdminKey('desk'), hash)).toBe(false);
    for (const wrong of ['', 'desk|', key.slice(0, -1), `${key}0`, key.replace('desk', 'other')]) {
      expect(checkAdminKey(wrong, hash)).toBe(false);
    }
    expect(checkAdminKey(key, '')).toBe(false);
  });

  it('[engine U1] may carry an environment in front', () => {
    const hash = hashAdminKey('desk|secret');
    for (const key of ['desk|secret', 'prod:desk|secret', ' dev:desk|secret\n'])
      expect(checkAdminKey(key, hash)).toBe(true);
    expect(hashAdminKey('prod:desk|secret')).toBe(hash);
    expect(checkAdminKey('desk|prod:secret', hash)).toBe(false);
    expect(checkAdminKey('plain', hashAdminKey('plain'))).toBe(true);
    expect(checkAdminKey('desk|other:plain', hashAdminKey('plain'))).toBe(false);
  });

  it('[engine U1] are not repeated in the refusal', () => {
    expect(badAdminKey()).toMatchObject({ status: 401, code: 'BadAdminKey' });
  });
});

describe('the Authorization header', () => {
  it('[engine U2] may be absent', () => {
    for (const header of [null, undefined, '', '  '])
      expect(parseAuthorization(header)).toEqual({ kind: 'none' });
  });

  it('[engine U2] carries a user’s token, the scheme in any case', () => {
    for (const header of ['Bearer a.b.c', 'bearer   a.b.c ', 'BEARER a.b.c']) {
      expect(parseAuthorization(header)).toEqual({ kind: 'user', token: 'a.b.c' });
    }
  });

  it('[engine U2] carries an admin key, with an environment in front or not', () => {
    for (const key of ['desk|secret', 'prod:desk|secret', 'plain']) {
      expect(parseAuthorization(`Convex ${key}`)).toEqual({ kind: 'admin', key, actingAs: null });
    }
  });

  it('[engine U2] lets an admin act as a user', () => {
    const identity = { name: 'Ada', issuer: 'https://i', subject: 's', emailVerified: true };
    expect(parseAuthorization(`Convex prod:desk|secret:${base64(identity)}`)).toEqual({
      kind: 'admin',
      key: 'prod:desk|secret',
      actingAs: { tokenIdentifier: 'https://i|s', ...identity },
    });
    const named = { ...identity, tokenIdentifier: 'own' };
    expect(parseAuthorization(`Convex desk|secret:${base64(named)}`)).toMatchObject({ actingAs: named });
  });

  it('[engine U2] is read in no time, however hostile', async () => {
    const time = await quickest(() => {
      expect(parseAuthorization(`Bearer a${' '.repeat(100_000)}b`)).toMatchObject({ kind: 'user' });
      expect(() => parseAuthorization('x'.repeat(100_000))).toThrow(HttpError);
    });
    expect(time).toBeLessThan(100);
  });

  it.each([
    'Basic x',
    'Bearer',
    'Convex ',
    'token',
    'Convex desk|secret:!',
    `Convex desk|secret:${base64([])}`,
    `Convex desk|secret:${base64({ name: 'no subject' })}`,
  ])('[engine U2] refuses %s', (header) => {
    let error: unknown;
    try {
      parseAuthorization(header);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(HttpError);
    expect(error).toMatchObject({ status: 401, code: 'InvalidAuthHeader' });
    expect((error as HttpError).message).not.toContain('secret');
  });
});
