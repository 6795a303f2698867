import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isEmail, normalizeEmail } from './emails';
import { hidesCharacters, mixesScripts } from './lookalikes';
import { isVisible } from './text';

const anyText = fc
  .array(
    fc.integer({ min: 0, max: 0x10_ffff }).filter((point) => point < 0xd800 || point > 0xdfff),
    { maxLength: 8 },
  )
  .map((points) => String.fromCodePoint(...points));
const isAddress = (text: string) => isEmail(normalizeEmail(text));

test('[E6] an address that passes for another one is none', () => {
  for (const address of [
    'x\u202emoc.knab@eciffo.ku',
    'lena\u200b@example.com',
    'le\u200dna@example.com',
    'lena@exam\u00adple.com',
    'lena\ufeff@example.com',
    'lena@example\u2060.com',
    'lena\u0000@example.com',
    'ｌｅｎａ@example.com',
    'lena@ｂank.com',
    'suppоrt@bank.com', // a Cyrillic о
    'support@bаnk.com', // a Cyrillic а
    'support@bank.соm',
    'ѕuррort@bank.com',
    'αlpha@bank.com',
    'ﬁn@bank.com',
    'le\ud83dna@bank.com',
  ])
    expect(isAddress(address), JSON.stringify(address)).toBe(false);
  for (const address of [
    'lena@example.com',
    ' Lena.Ö@Müller.example ',
    'o’brien+shop@example.co.uk',
    'иван@почта.рф',
    '田中tanaka@例え.jp',
    'jose\u0301@example.com',
  ])
    expect(isAddress(address), JSON.stringify(address)).toBe(true);
});

test('[E6] a name has nothing hidden in it and no word of two scripts', () => {
  const isGood = (name: string) => !hidesCharacters(name) && !mixesScripts(name);
  for (const name of [
    'Anna\u202egnp.exe',
    'An\u200bna',
    'Raypal\u0000',
    'Аnna', // a Cyrillic А
    'РayPal', // a Cyrillic Р
    'Ροbert',
    'Bob\u2066',
    'A\u00addmin',
    'Anna\u3164',
  ])
    expect(isGood(name), JSON.stringify(name)).toBe(false);
  for (const name of [
    'Anna',
    'José Ñandú',
    'Jean-Luc O’Neill',
    'Мария',
    'Anna Мария',
    'محمد علی',
    'می\u200cخواهم',
    'क्\u200dषि',
    '田中 太郎',
    'JIMMY陳',
    'Lena 😀',
    '👨‍👩‍👧‍👦 family',
    '❤️',
    '🏴󠁧󠁢󠁳󠁣󠁴󠁿',
    'ßtraße 3µ',
    'Ελένη',
    '김민수',
  ])
    expect(isGood(name), JSON.stringify(name)).toBe(true);
});

test('[E6] text that nobody can see is no text', () => {
  for (const text of [
    '',
    ' \n\t',
    '\u200b\u200c\u200d',
    '\u2060\ufeff',
    '\u00ad',
    '\u3164',
    '\u115f\u1160\uffa0',
    '\u2800',
    '\u202e\u202c',
    '\u{e0041}\u{e007f}',
    '\ufe0f',
    '\u034f',
    '\u180e',
    '\0\u0007\u001b',
    '\u2028\u3000',
    '\ud83d',
    '\ufff9\ufffa\ufffb',
  ])
    expect(isVisible(text), JSON.stringify(text)).toBe(false);
  for (const text of ['a', '.', '\u200bא', '😀', '👨‍👩‍👧', '退', '?', '\u0301a', '…', '１', '\u{1fae8}'])
    expect(isVisible(text), JSON.stringify(text)).toBe(true);
  fc.assert(
    fc.property(anyText, fc.constantFrom('\u200b', ' ', '\u202e', '\0'), (text, nothing) => {
      expect(isVisible(nothing + text + nothing)).toBe(isVisible(text));
    }),
  );
});
