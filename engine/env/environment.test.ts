import { describe, expect, test } from 'vitest';
import { HttpError } from '../values/errors.ts';
import { parseChanges, withBuiltins } from './environment.ts';
import { environmentHash } from './service.ts';

function codeOf(name: string, value: string | null = 'v'): string {
  try {
    parseChanges({ changes: [{ name, value }] });
  } catch (error) {
    if (error instanceof HttpError && error.status === 400) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('environment variables', () => {
  test.each([
    ['GOOD_name1', 'accepted'],
    ['_x', 'accepted'],
    ['', 'EnvVarNameInvalidLength'],
    ['x'.repeat(257), 'EnvVarNameInvalidLength'],
    ['1X', 'InvalidEnvVarName'],
    ['A-B', 'InvalidEnvVarName'],
    ['CONVEX_SITE_URL', 'EnvVarNameForbidden'],
    ['CONVEX_ANYTHING', 'EnvVarNameForbidden'],
  ])('[engine P30] the name "%s" is %s', (name, code) => {
    expect(codeOf(name)).toBe(code);
  });

  test('[engine P30] a value may have 8 KiB, and an error never repeats it', () => {
    expect(codeOf('A', 'x'.repeat(8192))).toBe('accepted');
    const secret = 'sk-secret'.repeat(1000);
    expect(codeOf('A', secret)).toBe('EnvVarValueTooLarge');
    expect(() => parseChanges({ changes: [{ name: 'A', value: secret }] })).not.toThrow(/sk-secret/);
  });

  test('[engine P31] the built-in addresses stand over whatever was set', () => {
    const all = withBuiltins([{ _id: '1', name: 'A', value: 'b' }], { cloud: 'http://c', site: 'http://s' });
    expect({ ...all }).toEqual({ A: 'b', CONVEX_CLOUD_URL: 'http://c', CONVEX_SITE_URL: 'http://s' });
    expect(all.constructor).toBeUndefined();
  });

  test('[engine P20] the hash of an environment depends on names and values, not on their order', () => {
    const a = { name: 'A', value: '1' };
    const b = { name: 'B', value: '2' };
    expect(environmentHash([a, b])).toBe(environmentHash([b, a]));
    expect(environmentHash([a, b])).not.toBe(environmentHash([a, { name: 'B', value: '3' }]));
  });
});
