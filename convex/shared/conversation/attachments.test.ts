import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanFileName, contentDisposition, encodedName, isImage, sizeWords, sniff } from './attachments';

const bytesOf = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

describe('[E2] what a file is goes by its first bytes', () => {
  it.each([
    ['\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'image/png', true],
    ['\xff\xd8\xff\xe0\0\x10JFIF', 'image/jpeg', true],
    ['GIF89a\x01\0\x01\0', 'image/gif', true],
    ['GIF87a\x01\0\x01\0', 'image/gif', true],
    ['RIFF\x24\0\0\0WEBPVP8 ', 'image/webp', true],
    ['%PDF-1.7\n', 'application/pdf', false],
    ['PK\x03\x04\x14\0', 'application/zip', false],
    // What is written in a language that a browser runs is never told from any other file.
    ['<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">', 'application/octet-stream', false],
    ['<?xml version="1.0"?><svg/>', 'application/octet-stream', false],
    ['<!doctype html><script>alert(1)</script>', 'application/octet-stream', false],
    ['  \n<html>', 'application/octet-stream', false],
    ['BM\x3a\0\0\0', 'application/octet-stream', false],
    ['\0\0\x01\0\x01\0', 'application/octet-stream', false],
    ['RIFF\x24\0\0\0AVI LIST', 'application/octet-stream', false],
    ['GIF89', 'application/octet-stream', false],
    ['', 'application/octet-stream', false],
  ])('%j is %s', (beginning, type, isShown) => {
    expect(sniff(bytesOf(beginning))).toBe(type);
    expect(isImage(sniff(bytesOf(beginning)))).toBe(isShown);
  });

  it('no bytes make a type outside the list', () => {
    const known = /^(?:image\/(?:png|jpeg|gif|webp)|application\/(?:pdf|zip|octet-stream))$/;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 32 }), (bytes) => {
        expect(sniff(bytes)).toMatch(known);
      }),
    );
  });
});

const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** What a name must be, whatever it was made of. */
function expectClean(name: string): void {
  expect(name).not.toBe('');
  expect(name.length).toBeLessThanOrEqual(121);
  expect(name.isWellFormed()).toBe(true);
  expect(name).not.toMatch(/[/\\<>:"|?*]/);
  expect(name).not.toMatch(unseen);
  expect(name).not.toMatch(/^[\s.]|[\s.]$/u);
  expect(name).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i);
  const header = contentDisposition('attachment', name);
  expect(header).toMatch(
    /^attachment; filename="[\x20-\x21\x23-\x5b\x5d-\x7e]*"; filename\*=UTF-8''[\w!#$&+.^`|~%-]+$/,
  );
  expect(decodeURIComponent(encodedName(name))).toBe(name);
}

/** Any code unit, half surrogate pairs included. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 })
    .map((units) => String.fromCharCode(...units)),
);

describe('[E2] [E6] the name of a file', () => {
  it('every character of Unicode, alone and inside a name, leaves a clean name', () => {
    // Beyond the planes that have characters, one in a while.
    for (let code = 0; code <= 0x10ffff; code += code < 0x40000 || code >> 16 === 0xe ? 1 : 97) {
      const char = String.fromCodePoint(code);
      for (const name of [cleanFileName(char), cleanFileName(`a${char}b.png`)]) {
        // `expect` a million times over would take a minute.
        if (unseen.test(name) || /[/\\<>:"|?*]/.test(name) || name === '') expectClean(name);
      }
    }
  });

  it('any text leaves a clean name, and a clean name stays as it is', () => {
    fc.assert(
      fc.property(anyText, (given) => {
        const name = cleanFileName(given);
        expectClean(name);
        expect(cleanFileName(name)).toBe(name);
      }),
      { numRuns: 3_000, examples: [['\u1ab0\u0000\u20d2']] },
    );
  });

  it('no way out of a folder is left of a path, however it is written', () => {
    const steps = [
      '..',
      '.',
      '...',
      '....',
      '%2e%2e',
      '..;',
      '..%00',
      '\u202e..',
      '.\u200b.',
      '．．',
      '~',
      'C:',
    ];
    const dividers = [
      '/',
      '\\',
      '//',
      '\\\\',
      '%2f',
      '%5c',
      '%c0%af',
      '\u2215',
      '\u2044',
      '／',
      '＼',
      '/\u0000',
      '/./',
    ];
    const targets = [
      'etc/passwd',
      'windows\\win.ini',
      'boot.ini',
      '.htaccess',
      '',
      'con',
      'NUL.txt',
      'a.png',
    ];
    for (const step of steps) {
      for (const divider of dividers) {
        for (const times of [1, 3, 12]) {
          for (const target of targets) {
            const name = cleanFileName(`${`${step}${divider}`.repeat(times)}${target}`);
            expectClean(name);
            expect(name.normalize('NFKC')).not.toMatch(/[/\\]/);
          }
        }
      }
    }
  });

  it.each([
    ['photo.png', 'photo.png'],
    ['Rechnung März 2026.pdf', 'Rechnung März 2026.pdf'],
    ['写真 １.jpeg', '写真 １.jpeg'],
    ['/tmp/../etc/passwd', 'passwd'],
    ['C:\\Users\\Ann\\scan.pdf', 'scan.pdf'],
    ['.htaccess', 'htaccess'],
    ['..', 'file'],
    ['', 'file'],
    ['\u200b\u2060', 'file'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['a\r\nSet-Cookie: x.txt', 'aSet-Cookie_ x.txt'],
    ['con', '_con'],
    ['LPT1.txt', '_LPT1.txt'],
    ['a".html', 'a_.html'],
    ['folder/', 'folder'],
  ])('%j becomes %j', (given, name) => expect(cleanFileName(given)).toBe(name));

  it('a long name keeps its ending', () => {
    const name = cleanFileName(`${'ä'.repeat(500)}.pdf`);
    expect(name).toMatch(/^ä+\.pdf$/);
    expect(name).toHaveLength(120);
  });

  it('stands in the header twice, once in ASCII', () => {
    expect(contentDisposition('attachment', 'Größe 100% (2).pdf')).toBe(
      `attachment; filename="Gr__e 100_ (2).pdf"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20100%25%20%282%29.pdf`,
    );
  });
});

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1 kB'],
  [999_400, '999 kB'],
  [999_600, '1.0 MB'],
  [26_214_400, '26.2 MB'],
])('%d bytes are said to be %s', (bytes, words) => expect(sizeWords(bytes)).toBe(words));
