import { expect, test } from 'vitest';
import { linkify } from './links';
import { quickest } from '../../../test/quickest';

test('web addresses become links without the end of the sentence; nothing else does', () => {
  expect(linkify('See https://a.example/x?b=1, or (http://c.example).')).toEqual([
    { text: 'See ' },
    { text: 'https://a.example/x?b=1', href: 'https://a.example/x?b=1' },
    { text: ', or (' },
    { text: 'http://c.example', href: 'http://c.example' },
    { text: ').' },
  ]);
  for (const text of ['javascript:alert(1)', 'a.example', 'https://', '', '<a href="x">']) {
    expect(linkify(text).map((piece) => piece.href)).not.toContain(expect.anything());
    expect(
      linkify(text)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text);
  }
});

test('[E4] the longest message of dots and addresses costs no more than its length', async () => {
  for (const text of [`https://${'.'.repeat(19_990)}a`, 'http://a '.repeat(2_200), 'h'.repeat(20_000)])
    expect(await quickest(() => linkify(text)), text.slice(0, 20)).toBeLessThan(50);
});
