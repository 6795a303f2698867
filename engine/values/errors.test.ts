import { describe, expect, it } from 'vitest';
import { DeveloperError, HttpError } from './errors.ts';

describe('errors', () => {
  it('[engine V9] carries data only when a ConvexError gave some: null is data', () => {
    expect('data' in new DeveloperError('X', 'text')).toBe(false);
    expect(new DeveloperError('X', 'text', null).data).toBeNull();
  });

  it('[engine V9] answers a failed request with code and message alone', () => {
    expect(JSON.stringify(new HttpError(401, 'BadAdminKey', 'text'))).toBe(
      '{"code":"BadAdminKey","message":"text"}',
    );
  });
});
