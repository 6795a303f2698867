import { expect, test } from 'vitest';
import { plainAddress } from './pageAddresses';

test.each([
  ['https://shop.example/gear/tents?token=secret#x=1', 'https://shop.example/gear/tents'],
  ['https://user:secret@shop.example:8443/', 'https://shop.example:8443/'],
  [
    'https://shop.example/how-to-return-my-order-and-get-a-refund',
    'https://shop.example/how-to-return-my-order-and-get-a-refund',
  ],
  ['https://shop.example/orders/48213', 'https://shop.example/orders/48213'],
  [
    'https://shop.example/reset/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2VjcmV0',
    'https://shop.example/reset/…',
  ],
  ['https://shop.example/i/0b6c3d2e-7f7e-4c1a-9f59-0d5a1c2b3e4f/pay', 'https://shop.example/i/…/pay'],
  ['https://shop.example/m/aZ3-kP9_qL2mX7vT', 'https://shop.example/m/…'],
  ['https://shop.example/u/lena%40shop.example', 'https://shop.example/u/…'],
  ['https://shop.example/%E3%83%86%E3%83%B3%E3%83%88', 'https://shop.example/%E3%83%86%E3%83%B3%E3%83%88'],
])('[M9] of %s is shown %s', (given, shown) => expect(plainAddress(given)).toBe(shown));

test.each([
  'javascript:alert(1)',
  'data:text/html,x',
  'file:///etc/passwd',
  'about:blank',
  '',
  '/gear',
  `https://x.example/${'a/'.repeat(5_000)}`,
])('[E2] %s is no page that anybody is shown', (given) => expect(plainAddress(given)).toBeNull());

test('[E4] a long one is cut', () => {
  const shown = plainAddress(`https://shop.example/${'a-b/'.repeat(500)}`)!;
  expect(shown).toHaveLength(300);
  expect(shown.endsWith('…')).toBe(true);
});
