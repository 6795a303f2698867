import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { coloursOf, contrast, correctedIn, grounds, readColour, themes } from './colours';

const inks = { light: '#444f55', dark: '#b4bcbf' };

test('[ux A2] whatever colour a team chooses can be told apart and read in both themes', () => {
  const anyColour = fc.integer({ min: 0, max: 0xffffff }).map((n) => `#${n.toString(16).padStart(6, '0')}`);
  fc.assert(
    fc.property(
      fc.oneof(anyColour, fc.constantFrom('#ffffff', '#000000', '#ffff00', '#777777')),
      (colour) => {
        const colours = coloursOf(colour);
        for (const theme of themes) {
          const { accent, onAccent, soft, text } = colours[theme];
          expect(contrast(accent, grounds[theme].surface)).toBeGreaterThanOrEqual(3);
          expect(contrast(onAccent, accent)).toBeGreaterThanOrEqual(4.5);
          expect(contrast(text, grounds[theme].surface)).toBeGreaterThanOrEqual(4.5);
          expect(contrast(text, soft)).toBeGreaterThanOrEqual(4.5);
          expect(contrast(inks[theme], soft)).toBeGreaterThanOrEqual(4.5);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('a colour that is fine stays as it is, and what is changed is said', () => {
  expect(coloursOf('#0a7f5a').light.accent).toBe('#0a7f5a');
  expect(correctedIn('#0a7f5a')).toEqual([]);
  expect(correctedIn('#ffee00')).toEqual(['light']);
  expect(correctedIn('#101030')).toEqual(['dark']);
});

test('a colour is read however it is written', () => {
  expect(readColour(' 0AF ')).toBe('#00aaff');
  expect(readColour('#00AAFF')).toBe('#00aaff');
  for (const none of ['red', '#12', '#1234567', '', 'url(x)', '#12345g']) expect(readColour(none)).toBe(null);
});
