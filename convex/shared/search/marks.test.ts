import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseSearch } from './parseSearch';
import { excerptOf, markedPieces } from './marks';

const marked = (text: string, asked: string) =>
  markedPieces(text, parseSearch(asked).words)
    .filter(({ isMarked }) => isMarked)
    .map((piece) => piece.text);

it('[T9] marks words as they were found: folded, from their beginning, in any script', () => {
  expect(marked('The Réfunds, and "refund"!', 'refund')).toEqual(['Réfunds', 'refund']);
  expect(marked('write to anna@shop.example, don’t', 'shop dont')).toEqual(['shop', 'don’t']);
  expect(marked('我想退款，谢谢', '退款')).toEqual(['退款']);
  expect(marked('nothing of it', '')).toEqual([]);
});

it('[T9] [E6] pieces are the text, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (text, asked) => {
      const pieces = markedPieces(text, parseSearch(asked).words);
      expect(pieces.map((piece) => piece.text).join('')).toBe(text);
    }),
  );
});

it('[T9] an excerpt shows the first of the words, and is short', () => {
  const text = `${'before '.repeat(100)}the needle stands ${'after '.repeat(100)}`;
  const excerpt = excerptOf(text, ['needle'], 80);
  expect(excerpt).toMatch(/^…before .*the needle stands after .*…$/);
  expect(excerpt.length).toBeLessThanOrEqual(82);
  expect(excerptOf('short', ['needle'], 80)).toBe('short');
  expect(excerptOf(`${'x'.repeat(100)}-needle`, ['needle'], 80)).toBe('…needle');
});
