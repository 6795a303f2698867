import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstCharacters, firstUnits, isLonger, oneLine, shortened, typedWithin } from './text';

const halves = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const halvesIn = (text: string) => (text.match(halves) ?? []).length;
const charactersOf = (text: string) =>
  [...new Intl.Segmenter('en').segment(text)].map(({ segment }) => segment);

/** Everything people and programs send: all of Unicode, half surrogates, and what joins into one character. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom(
        '👨‍👩‍👧‍👦',
        '🇩🇪',
        'e\u0301',
        '\u0301\u0302',
        '\u200d',
        '\ufe0f',
        '\r\n',
        'क्षि',
        '각',
        '1️⃣',
        'abc ',
        '\ud83d',
        '\ude00',
      ),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));
const most = fc.integer({ min: 0, max: 80 });

describe('the beginning of a text', () => {
  test('[E2] property: is made of its first whole characters, as many as fit', () => {
    fc.assert(
      fc.property(anyText, most, (text, count) => {
        const whole = charactersOf(text);
        const beginning = firstCharacters(text, count);
        expect(text.startsWith(beginning)).toBe(true);
        expect(whole.length <= count ? text : whole.slice(0, count).join('')).toBe(beginning);
      }),
      {
        examples: [
          ['a'.repeat(139) + '😀 please help', 140],
          ['e\u0301'.repeat(9), 8],
          ['👨‍👩‍👧‍👦\u0301\u0302', 1],
        ],
      },
    );
  });

  test('[E2] property: has no half of a surrogate pair that the text did not have', () => {
    fc.assert(
      fc.property(anyText, most, (text, count) => {
        const rest = (beginning: string) => text.slice(beginning.length);
        for (const beginning of [firstCharacters(text, count), firstUnits(text, count)]) {
          expect(halvesIn(beginning) + halvesIn(rest(beginning))).toBe(halvesIn(text));
        }
        expect(halvesIn(shortened(text, count + 1))).toBeLessThanOrEqual(halvesIn(text));
      }),
    );
  });

  test('[E2] property: shortened, it is at most as long and says that something was left out', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 80 }), (text, count) => {
        const short = shortened(text, count);
        expect(charactersOf(short).length).toBeLessThanOrEqual(count);
        if (charactersOf(text).length > count) expect(short.endsWith('…')).toBe(true);
        else expect(short).toBe(text);
      }),
    );
  });

  test('[E2] is bounded, even when one letter carries ten thousand accents', () => {
    const piled = `a${'\u0301'.repeat(10_000)}`;
    expect(firstCharacters(piled, 140).length).toBeLessThanOrEqual(140 * 12 + 1_024);
    expect(firstUnits(piled, 140)).toHaveLength(140);
  });
});

test('[E2] one line has single spaces', () => {
  expect(oneLine('  a\n\n b\t\u00a0c ')).toBe('a b c');
});

describe('[E6] what is typed', () => {
  const astronauts = '👩‍🚀'.repeat(60);

  test('is as long as a reader counts it: an emoji of many parts and a rare ideograph are one each', () => {
    for (const text of [astronauts, '𠮷'.repeat(60), 'é'.normalize('NFD').repeat(60), 'x'.repeat(60)]) {
      expect(isLonger(text, 60)).toBe(false);
      expect(isLonger(`${text}!`, 60)).toBe(true);
      expect(isLonger(text, 59)).toBe(true);
    }
    expect(isLonger('', 0)).toBe(false);
  });

  test('gives way where the caret is, by whole characters, and what stands behind it stays', () => {
    expect(typedWithin(`${astronauts}𠮷`, astronauts.length + 2, 60)).toEqual({
      text: astronauts,
      caret: astronauts.length,
    });
    expect(typedWithin('ab𠮷yz', 4, 4)).toEqual({ text: 'abyz', caret: 2 });
    expect(typedWithin('ab𠮷yz', 4, 5)).toEqual({ text: 'ab𠮷yz', caret: 4 });
    expect(typedWithin('abcdef', 1, 3)).toEqual({ text: 'bcd', caret: 0 });
  });
});
