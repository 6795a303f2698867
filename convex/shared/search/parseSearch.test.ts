import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, wordsOf } from '../agents/language/words';
import { operatorText } from './operatorText';
import { beginOf, isEmptySearch, maxSearchUnits, operators, parseSearch, states } from './parseSearch';
import { foundWords, holdsWord, monthBefore, monthOf, plainTextToFind, textToFind } from './words';

const nothing = {
  ...{ words: [], number: null, from: null, to: null, agent: null, channel: null },
  ...{ tags: [], is: [], before: null, unclear: [], isCut: false },
};

describe('[T9] what somebody typed to find something', () => {
  it('is words, a number and operators', () => {
    const text = 'Réfund  "late parcel" from:anna is:open is:urgent tag:VIP channel:mail before:2026-11 #12';
    expect(parseSearch(text)).toEqual({
      ...nothing,
      words: ['refund', 'late', 'parcel', '12'],
      number: 12,
      from: 'anna',
      is: ['open', 'urgent'],
      tags: ['vip'],
      channel: 'email',
      before: { year: 2026, month: 11, day: 1 },
    });
    expect(parseSearch('FROM:"Anna  Berg" to:jo@shop.example agent:Robin')).toMatchObject({
      ...{ from: 'Anna  Berg', to: 'jo@shop.example', agent: 'Robin', words: [] },
    });
    expect(parseSearch('42').number).toBe(42);
    expect(parseSearch('order 42')).toMatchObject({ number: null, words: ['order', '42'] });
  });

  it('is one operator and nothing beside it, whatever somebody calls themself', () => {
    for (const name of [
      'Dwayne "The Rock" Johnson',
      'Jo" is:closed before:2001 "',
      '"',
      'tag:"vip"',
      "O'Neil",
    ]) {
      const { from, ...rest } = parseSearch(`late ${operatorText('from', name)} is:open`);
      expect({ ...rest, from: null }, name).toEqual({ ...nothing, words: ['late'], is: ['open'] });
      expect(foundWords(from ?? ''), name).toEqual(foundWords(name));
    }
  });

  it('is words where it only looks like an operator, and still being typed where there is no value', () => {
    expect(parseSearch('re:invoice https://shop.example/a').words).toEqual([
      ...['re', 'invoice', 'https', 'shop', 'example', 'a'],
    ]);
    expect(parseSearch('from: is: "')).toEqual(nothing);
    expect(isEmptySearch(parseSearch(' \n from:'))).toBe(true);
  });

  it('tells what says nothing', () => {
    expect(parseSearch('from:a to:é parcel')).toMatchObject({
      ...{ from: null, to: null, words: ['parcel'] },
      unclear: [
        { operator: 'from', value: 'a' },
        { operator: 'to', value: 'é' },
      ],
    });
    expect(parseSearch('from:王 to:me')).toMatchObject({ from: '王', to: 'me', unclear: [] });
    expect(parseSearch('is:lost channel:fax before:2026-02-30 from:!? parcel')).toEqual({
      ...nothing,
      words: ['parcel'],
      unclear: [
        { operator: 'is', value: 'lost' },
        { operator: 'channel', value: 'fax' },
        { operator: 'before', value: '2026-02-30' },
        { operator: 'from', value: '!?' },
      ],
    });
  });

  it('a day begins by the clock of whoever asks', () => {
    const day = { year: 2026, month: 3, day: 1 };
    expect(new Date(beginOf(day, -60)).toISOString()).toBe('2026-02-28T23:00:00.000Z');
    expect([monthBefore('2026-01'), monthOf(beginOf(day, -60))]).toEqual(['2025-12', '2026-02']);
  });

  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...operators).map((each) => `${each}:`),
    fc.constantFrom(...states),
    fc.constantFrom('"', ' ', '#', ':', '.*', '(a+)+$', '\\', '\u0000', '\ud800', '12', '2026-11-28'),
  );

  it('is read in bounds, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 80 }), (pieces) => {
        const text = pieces.join('');
        const read = parseSearch(text);
        expect(read.words.length).toBeLessThanOrEqual(12);
        for (const word of read.words) {
          expect(word).not.toBe('');
          expect(fold(word)).toBe(word);
          expect(Buffer.byteLength(word)).toBeLessThanOrEqual(32);
        }
        for (const list of [read.tags, read.is, read.unclear]) expect(list.length).toBeLessThanOrEqual(5);
        if (text.length > maxSearchUnits) expect(read.isCut).toBe(true);
        expect(parseSearch(text)).toEqual(read);
      }),
    );
  });

  it('each of its words is found in a text that says it, and by how it begins', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.nat(), (text, at) => {
        const words = wordsOf(text);
        const stored = textToFind(text);
        for (const word of parseSearch(words.slice(0, 12).join(' ')).words) {
          expect(holdsWord(stored, word)).toBe(true);
          const letters = [...word];
          const beginning = letters.slice(0, 1 + (at % letters.length)).join('');
          expect(holdsWord(stored, beginning)).toBe(true);
        }
      }),
    );
  });

  it('what folding would not change is made ready without it, alike', () => {
    const units = [..."aZ09 \t\n.,#@’'“”–—…-_€£→☀😀👍🏽", 'é', '退', 'İ', 'ﬁ', '\ufe0f'];
    const plain = fc.string({ unit: fc.constantFrom(...units), maxLength: 80 });
    fc.assert(
      fc.property(fc.oneof(plain, fc.string({ unit: 'grapheme', maxLength: 200 })), (text) => {
        const words = plainTextToFind(text);
        if (/[éİ退ﬁ]|\ufe0f/u.test(text)) expect(words).toBeNull();
        if (words !== null) expect(words).toBe(textToFind(text));
      }),
    );
    expect(plainTextToFind(`It’s “ORDER” 48213, don't ask… ${'x'.repeat(40)}`)).not.toBeNull();
  });

  it('does not read more of hostile text', () => {
    for (const unit of ['a', '"', 'from:', 'is:x ', '\u0301', 'é:', '👩‍👩‍👧‍👦', '退']) {
      expect(parseSearch(unit.repeat(200_000)).isCut).toBe(true);
    }
  });
});
