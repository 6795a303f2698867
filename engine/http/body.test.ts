/** Bodies: what is no text is refused, and to find that out takes no longer than to read it. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quickest } from '../../test/quickest.ts';
import { parseJson } from './body.ts';

const isRefused = (json: string): boolean => {
  try {
    parseJson(json, 'It');
    return false;
  } catch {
    return true;
  }
};

it('[engine V5] half a character is refused wherever it stands, and nothing that only looks like it', () => {
  const parts = [
    '\\\\',
    '\\ud83d',
    '\\uDE00',
    '\\u0041',
    '\\uDBFF',
    '\\udc00',
    '\\"',
    '\\n',
    'ud83d',
    'a',
    '🙂',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 12 }), (some) => {
      const json = `"${some.join('')}"`;
      expect(isRefused(json)).toBe(!(JSON.parse(json) as string).isWellFormed());
    }),
    { numRuns: 3_000 },
  );
});

it('[E4] a body of nothing but escapes is looked through about as fast as it is read', async () => {
  const json = `"${'\\\\'.repeat(4_000_000)}\\\\ud800"`;
  const read = await quickest(() => JSON.parse(json), 5);
  expect(await quickest(() => parseJson(json, 'It'), 5)).toBeLessThan(8 * read);
});
