import { expect, it } from 'vitest';
import { Keystream } from './randomness.ts';

it('[engine F25] random bytes follow from the seed alone, in whatever pieces they are taken', () => {
  const take = (sizes: number[]): string => {
    const stream = new Keystream(() => new Uint8Array(32).fill(9));
    return sizes
      .map((size) => {
        const bytes = new Uint8Array(size);
        stream.fill(bytes);
        return Buffer.from(bytes).toString('hex');
      })
      .join('');
  };
  expect(take([4, 12, 16])).toBe(take([32]));
  expect(take([32])).not.toMatch(/^0+$/);
});
