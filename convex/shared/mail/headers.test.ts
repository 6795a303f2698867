import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressesIn, cleanAddress, writtenAddress } from './addresses';
import { cleanContentId, cleanContentType, cleanFileName } from './attachments';
import { headerSafe, messageIdsIn } from './headers';

describe('message ids', () => {
  test('[M3] are read from every form they come in, in their order and each once', () => {
    for (const value of [
      '<a@x> <b@y>',
      '["<a@x>","<b@y>"]',
      '<a@x>\r\n\t<b@y>',
      '<a@x>,<b@y>,<a@x>',
      'a@x b@y',
    ])
      expect(messageIdsIn(value), value).toEqual(['<a@x>', '<b@y>']);
    expect(messageIdsIn('Your message of "Mon" from bob@x <id-1@x>')).toEqual(['<id-1@x>']);
    expect(messageIdsIn('<long.\r\n id@x> <> <\u0000> <open@x')).toEqual(['<long.id@x>']);
    expect(messageIdsIn(`<${'a'.repeat(2_000)}@x> <b@y>`)).toEqual(['<b@y>']);
    expect(messageIdsIn('["<a@x>", 7, null]')).toEqual(['<a@x>']);
    expect(messageIdsIn('[1, <a@x>')).toEqual(['<a@x>']);
    expect(messageIdsIn('')).toEqual([]);
  });

  test('[M3] property: whatever stands in the header, they can be written again as they were read', () => {
    const piece = fc.constantFrom('<', '>', '@', ' ', ',', '[', ']', '"', '\r\n ', 'a', 'ü', '<a@b>', '\0');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const ids = messageIdsIn(pieces.join(''));
        expect(messageIdsIn(ids.join(' '))).toEqual(ids);
        for (const id of ids) expect(headerSafe(id)).toBe(true);
      }),
    );
  });
});

describe('headers that we write', () => {
  test('[M3] no value begins a line of its own, ends the text or is longer than a line', () => {
    for (const value of ['a\r\nBcc: x@y', 'a\nb', 'a\rb', 'a\0b', 'a'.repeat(999), 'ü'.repeat(500), '\ud800'])
      expect(headerSafe(value), JSON.stringify(value.substring(0, 20))).toBe(false);
    for (const value of ['', 'Re: Größe', 'a'.repeat(998)]) expect(headerSafe(value)).toBe(true);
  });
});

describe('addresses', () => {
  test('[M3] odd ones never crash: what can be written back to is found, the rest is none', () => {
    const found = (value: string) => addressesIn(value).map(({ address }) => address);
    expect(addressesIn('"Ana, Team" <Ana@Shop.Example>, bob@x.example')).toEqual([
      { address: 'ana@shop.example', name: 'Ana, Team' },
      { address: 'bob@x.example', name: '' },
    ]);
    expect(addressesIn('=?utf-8?q?J=C3=B6rg?= <j@x.example>')[0]!.name).toBe('Jörg');
    expect(found('Team: a@x.example, b@x.example;')).toEqual(['a@x.example', 'b@x.example']);
    expect(found('pete(his account)@silly.test(his host)')).toEqual(['pete@silly.test']);
    for (const odd of [
      '',
      '<>',
      'nobody',
      '@',
      'a@',
      '@b',
      'undisclosed-recipients:;',
      '<a b@c.d>',
      '"',
      '(((((',
    ])
      expect(found(odd), odd).toEqual([]);
    expect(addressesIn(Array.from({ length: 500 }, (_, at) => `a${at}@x.example`).join())).toHaveLength(200);
  });

  test('[M3] property: what comes out can be written into a header, and is read back as it was', () => {
    const piece = fc.constantFrom(
      'a',
      '@',
      '.',
      '<',
      '>',
      '"',
      ',',
      ':',
      ';',
      '(',
      ')',
      '\\',
      ' ',
      '\r\n',
      '\0',
      'ü',
      '=?utf-8?q?=0Aa?=',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        for (const each of addressesIn(pieces.join(''))) {
          expect(cleanAddress(each.address)).toBe(each.address);
          expect(headerSafe(writtenAddress(each))).toBe(true);
          expect(addressesIn(writtenAddress(each))).toEqual([each]);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('[M3] an address has one spelling and the lengths of RFC 5321', () => {
    expect(cleanAddress(' <Ana@Shop.Example> ')).toBe('ana@shop.example');
    expect(cleanAddress('mailto:ana@shop.example')).toBe('ana@shop.example');
    expect(cleanAddress('jdöe@mächine.example')).toBe('jdöe@mächine.example');
    expect(cleanAddress(`${'a'.repeat(64)}@x.example`)).not.toBeNull();
    for (const bad of [
      `${'a'.repeat(65)}@x`,
      'a@b@c',
      'a@b\r\nc',
      'a@.b',
      'a@b..c',
      'a@b.',
      `a@${'b'.repeat(255)}`,
    ])
      expect(cleanAddress(bad), bad).toBeNull();
  });
});

describe('names of files', () => {
  test('[goals sec-14] are names and nothing else, and keep their ending', () => {
    const name = (given: string | null, type = 'image/png') => cleanFileName(given, type, 2);
    expect(name('../../etc/passwd')).toBe('passwd');
    expect(name('C:\\Temp\\a.txt')).toBe('a.txt');
    expect(name('photo\u202egpj.exe')).toBe('photo gpj.exe');
    expect(name('.htaccess')).toBe('htaccess');
    expect(name('a\r\nb\0.pdf')).toBe('a b.pdf');
    for (const empty of [null, '', '...', '/', ' \u200b ']) expect(name(empty)).toBe('attachment-2.png');
    expect(name(null, 'x/y')).toBe('attachment-2.bin');
    expect(name(`${'ü'.repeat(300)}.jpeg`)).toBe(`${'ü'.repeat(115)}.jpeg`);
    expect(cleanContentType(' Image/PNG ')).toBe('image/png');
    expect(cleanContentType('text/html;\r\nx: y')).toBe('application/octet-stream');
    expect(cleanContentId('<logo@shop>')).toBe('logo@shop');
    for (const none of [undefined, '<>', '<a b>']) expect(cleanContentId(none)).toBeNull();
  });
});
