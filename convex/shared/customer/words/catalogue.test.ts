import { expect, test } from 'vitest';
import { catalogues as typed } from './all';
import { counted, directionOf, filled, firstSpoken, type Forms, languages, localeOf } from './catalogue';
import { de, systemLines } from './de';
import { transcriptWords } from './mails';
import { en } from './en';

const catalogues = typed as Record<(typeof languages)[number], Record<string, string | Forms>>;

const textsOf = (text: string | Forms) => (typeof text === 'string' ? [text] : Object.values(text));
const placesOf = (text: string | Forms) =>
  [...new Set(textsOf(text).flatMap((each) => each.match(/\{\w+\}/g) ?? []))].toSorted();

test.each(languages)(
  '[ux W1] in %s no text of the chat is missing, and each has the places of the others',
  (language) => {
    const catalogue = catalogues[language];
    expect(Object.keys(catalogue).toSorted()).toEqual(Object.keys(en).toSorted());
    for (const [key, text] of Object.entries(catalogue)) {
      for (const each of textsOf(text)) expect(each.trim(), key).not.toBe('');
      expect(typeof text, key).toBe(typeof catalogues.en[key]);
      expect(placesOf(text), key).toEqual(placesOf(catalogues.en[key]!));
    }
  },
);

test.each(languages)('in %s what is counted has every form that its numbers ask for', (language) => {
  const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
  for (const [key, text] of Object.entries(catalogues[language])) {
    if (typeof text === 'string') continue;
    expect(Object.keys(text).toSorted(), key).toEqual(pluralCategories.toSorted());
  }
});

test('numbers are written as the language does', () => {
  expect(counted(en.unread, 'en', 1)).toBe('1 unread message');
  expect(counted(de.unread, 'de', 1_200)).toBe('1.200 ungelesene Nachrichten');
  expect(filled('{a} and {b}', { a: '{b}', b: 'x' })).toBe('{b} and x');
});

test('a language is taken from a tag, with the region of the browser for its dates', () => {
  expect(firstSpoken([undefined, 'fr-CA', 'DE-at', 'en'])).toBe('de');
  expect(firstSpoken(['fr', ''])).toBe(null);
  expect(localeOf('en', ['de', 'en-GB', 'en-US'])).toBe('en-GB');
  expect(localeOf('de', ['en-GB'])).toBe('de');
  expect(localeOf('en', ['en-US@posix', 'en-GB'])).toBe('en-GB');
  expect(localeOf('en', ['en-US@posix'])).toBe('en');
});

test('a language says from which side it is written', () => {
  for (const tag of ['ar', 'he-IL', 'FA', 'az-Arab', 'ur']) expect(directionOf(tag)).toBe('rtl');
  for (const tag of ['en', 'de-AT', '', 'ks-Latn', 'x']) expect(directionOf(tag)).toBe('ltr');
});

test('mails have the same texts in every language, and a chat in German has every line of the desk', () => {
  for (const [key, text] of Object.entries(transcriptWords.de)) {
    expect(text.trim(), key).not.toBe('');
    expect(placesOf(text), key).toEqual(placesOf(transcriptWords.en[key as keyof typeof transcriptWords.en]));
  }
  for (const line of Object.values(systemLines)) expect(line.trim()).not.toBe('');
  expect(placesOf(systemLines.personJoined)).toEqual(['{name}']);
});
