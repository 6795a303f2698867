import { expect, test } from 'vitest';
import { type Attribute, withAttributes } from './attributes';

const claimed = (name: string, value: string): Attribute => ({ name, value });
const proven = (name: string, value: string): Attribute => ({ name, value, isProven: true });

test('[M9] what was signed is changed by a signature alone', () => {
  const known = [proven('plan', 'pro'), claimed('shoe', '42')];
  const given = [
    { name: 'plan', value: 'free' },
    { name: 'shoe', value: '43' },
  ];
  expect(withAttributes(known, given, false)).toEqual([proven('plan', 'pro'), claimed('shoe', '43')]);
  expect(withAttributes(known, given, true)).toEqual([proven('plan', 'free'), proven('shoe', '43')]);
  expect(withAttributes(known, [{ name: 'plan', value: null }], false)).toBe(known);
  expect(withAttributes(known, [{ name: 'plan', value: null }], true)).toEqual([claimed('shoe', '42')]);
});

test('what says nothing new is the same array, so that nothing is written', () => {
  const known = [claimed('plan', 'pro')];
  expect(withAttributes(known, [{ name: 'plan', value: ' pro\n' }], false)).toBe(known);
  expect(withAttributes(known, [], true)).toBe(known);
});

test('[E4] there are twenty at most: what was claimed first goes first, and what is signed last', () => {
  const known = [...Array.from({ length: 19 }, (_, at) => claimed(`c${at}`, 'x')), proven('plan', 'pro')];
  const next = withAttributes(known, [{ name: 'new', value: 'y' }], false);
  expect(next).toHaveLength(20);
  expect(next.map(({ name }) => name)).not.toContain('c0');
  expect(next.at(-1)).toEqual(claimed('new', 'y'));
  const many = Array.from({ length: 20 }, (_, at) => ({ name: `s${at}`, value: at }));
  const signed = withAttributes(known, many, true);
  expect(signed.every(({ isProven }) => isProven)).toBe(true);
  expect(signed).toHaveLength(20);
});
