import fc from 'fast-check';
import { expect, it } from 'vitest';
import { textParts } from './telegramText';

it('[M2] a long text is cut where people stop, and nothing of it is lost', () => {
  const paragraph = `${'word '.repeat(500).trim()}.`;
  const parts = textParts(`${paragraph}\n\n${paragraph}\n\n${paragraph}`);
  expect(parts).toHaveLength(3);
  expect(new Set(parts)).toEqual(new Set([paragraph]));
});

it('[E6] whatever is typed fits, keeps its order, and no character is cut in two', () => {
  const letters = fc.string({
    unit: fc.constantFrom('a', ' ', '\n', '😀', 'é'),
    minLength: 0,
    maxLength: 400,
  });
  fc.assert(
    fc.property(letters, (text) => {
      const parts = textParts(text, 40);
      expect(parts.every((part) => part.length <= 40 && part.length > 0 && part.isWellFormed())).toBe(true);
      expect(parts.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
    }),
  );
});
