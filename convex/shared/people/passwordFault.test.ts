import { describe, expect, test } from 'vitest';
import { isCommon } from './commonPasswords';
import { passwordFault } from './passwordFault';
import { minPasswordLength } from './passwords';
import { quickest } from '../../../test/quickest';

const own = ['Ana Reyes', 'ana.reyes@northpeak.example', 'Northpeak Outfitters'];

describe('[R1] a password that is tried first is refused', () => {
  test.each([
    'password123',
    'Password123',
    'PASSWORD2026!',
    'qwertyuiop',
    '1234567890',
    'dragon12345',
    '!!sunshine2026!!',
    'dragondragon',
    'monkeymonkeymonkey',
    'aaaaaaaaaaaaaaaa',
    'abababababab',
    'ｐａｓｓｗｏｒｄ１２３',
    'iloveyou1234',
  ])('%s', (password) => expect(passwordFault(password, own)).toBe('common'));

  test.each(['correct horse battery', 'k7-wren-otter', 'Tr0mbone & marble', '昨日の雨と今日の風と明日'])(
    'but not %s',
    (password) => expect(passwordFault(password, own)).toBeNull(),
  );

  test('a random one is hardly ever taken for a common one', () => {
    const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
    let seed = 7;
    const next = () => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32;
    const random = () => Array.from({ length: 12 }, () => letters[Math.floor(next() * 36)]).join('');
    const refused = Array.from({ length: 50_000 }, random).filter(isCommon);
    expect(refused.length).toBeLessThan(5);
  });
});

describe('[R1] a password made of what is known about its owner is refused', () => {
  test.each([
    'AnaReyes2026',
    'reyes-northpeak',
    'northpeak2026!',
    'N.o.r.t.h.p.e.a.k.1',
    'Outfitters #1',
    'ana.reyes@northpeak.example',
    'baton-reyes-7',
  ])('%s', (password) => expect(passwordFault(password, own)).toBe('personal'));

  test('but not one that has a word of it and enough besides', () => {
    expect(passwordFault('reyes likes trombones', own)).toBeNull();
    expect(passwordFault('northpeak2026', ['Ben', 'ben@example.test', 'Blue Shop'])).toBeNull();
  });
});

test('[R1] its length counts in characters, before anything else', () => {
  expect(passwordFault('password1', own)).toBe('length');
  expect(passwordFault('😀'.repeat(minPasswordLength - 1), own)).toBe('length');
  expect(passwordFault('x1'.repeat(129), own)).toBe('length');
});

test('[E4] any text is judged in a time that its length bounds', async () => {
  passwordFault('warms up what is read once', own);
  for (const text of [`${'a'.repeat(255)}b`, 'ab'.repeat(128), '1'.repeat(255), '٣'.repeat(256)]) {
    const judge = () => passwordFault(text, ['ab'.repeat(100), 'ab '.repeat(60)]);
    expect(await quickest(judge)).toBeLessThan(50);
  }
});
