import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Id } from '../../_generated/dataModel';
import { failureOf, pairWaitMs, readRefusal } from './errors';
import { costWords } from './costs';
import { asWhatsapp, markedPieces, maxText, partsOf } from './markup';
import { mediaOf } from './media';
import { bodyOf, readAnswer, sendsOf } from './sends';
import { isFurther, type Status } from './statuses';
import { readTemplates } from './templateList';
import { blanksOf, missingIn, previewOf, templateBody } from './templates';
import { isWindowOpen, windowMs } from './window';

const megabyte = 1024 * 1024;
const file = (contentType: string, size = 1_000) => ({
  storageId: 'file' as Id<'_storage'>,
  name: 'a.bin',
  contentType,
  size,
});
const to = { phone: '4915112345', userId: 'DE.1' };

describe('a message leaves as few sends as there are', () => {
  test('[M8] words are one send, with the line before them; a picture takes them along', () => {
    const lines = ['Ana joined the conversation.'];
    expect(sendsOf({ text: 'Hello', lines, files: [] })).toEqual([
      { what: 'text', text: '_Ana joined the conversation._\n\nHello' },
    ]);
    const [only, ...none] = sendsOf({ text: 'Hello', lines, files: [file('image/png')] });
    expect(only).toMatchObject({
      what: 'media',
      kind: 'image',
      caption: '_Ana joined the conversation._\n\nHello',
    });
    expect(none).toEqual([]);
  });

  test('a voice message takes no words, a long text no picture: the words go first', () => {
    expect(sendsOf({ text: 'Hi', lines: [], files: [file('audio/ogg')] }).map(({ what }) => what)).toEqual([
      'text',
      'media',
    ]);
    const long = sendsOf({ text: 'x'.repeat(1_025), lines: [], files: [file('image/png')] });
    expect(long.map(({ what }) => what)).toEqual(['text', 'media']);
  });

  test('what a file is, what it is called and how large it is says what it goes as', () => {
    const kindOf = (contentType: string, size = 1_000, name = 'a.bin') =>
      mediaOf({ name, contentType, size });
    expect(kindOf('image/jpeg', 5 * megabyte)).toEqual({ kind: 'image', type: 'image/jpeg' });
    expect(kindOf('image/jpeg', 5 * megabyte + 1)).toBeNull();
    expect(kindOf('image/gif')).toBeNull();
    expect(kindOf('video/mp4', 16 * megabyte)).toEqual({ kind: 'video', type: 'video/mp4' });
    expect(kindOf('application/pdf')?.kind).toBe('document');
    expect(kindOf('application/zip', 1_000, 'Bill.DOCX')?.type).toContain('wordprocessingml');
    expect(kindOf('application/zip', 1_000, 'bill.zip')).toBeNull();
    expect(kindOf('application/octet-stream', 1_000, 'notes.txt')?.type).toBe('text/plain');
    expect(kindOf('application/octet-stream', 1_000, 'a.exe')).toBeNull();
  });

  test('[E6] a long text is cut between words, within the limit, and nothing of it is lost', () => {
    const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { maxLength: 60 }), (lines) => {
        const text = lines.join('\n');
        const parts = partsOf(text, 50);
        expect(parts.every((part) => part.length <= 50 && part.isWellFormed())).toBe(true);
        expect(words(parts.join(' ')).join('')).toBe(words(text).join(''));
      }),
    );
    const parts = partsOf(`${'a'.repeat(3_000)}\n\n${'b'.repeat(3_000)}`);
    expect(parts.map((part) => part.length)).toEqual([3_000, 3_000]);
    expect(partsOf('x'.repeat(maxText))).toHaveLength(1);
  });

  test('Markdown becomes WhatsApp’s own markup, and what is that already stays', () => {
    expect(asWhatsapp('**Bold** and ~~gone~~ and *this*')).toBe('*Bold* and ~gone~ and *this*');
    expect(asWhatsapp('# Steps\n1. See [the page](https://a.example/b)')).toBe(
      '*Steps*\n1. See the page: https://a.example/b',
    );
    expect(asWhatsapp('2 ** 3 and 4 ** 5')).toBe('2 ** 3 and 4 ** 5');
    expect(asWhatsapp('[https://a.example](https://a.example)')).toBe('https://a.example');
  });

  test.each([
    [
      '*Order 42* is _late_',
      [{ text: 'Order 42', mark: '*' }, { text: ' is ' }, { text: 'late', mark: '_' }],
    ],
    ['(~gone~)', [{ text: '(' }, { text: 'gone', mark: '~' }, { text: ')' }]],
    ['_very *bold*_', [{ text: 'very *bold*', mark: '_' }]],
    ['2 * 3 * 4, a_b_c, *open', [{ text: '2 * 3 * 4, a_b_c, *open' }]],
    ['https://a.example/_b_/*c*', [{ text: 'https://a.example/_b_/*c*' }]],
    ['*two\nlines*', [{ text: '*two\nlines*' }]],
    ['', []],
  ])('[M7] %j is shown as WhatsApp shows it', (text, pieces) => {
    expect(markedPieces(text)).toEqual(pieces);
  });

  test('[M2] it carries by what a status names it; a number wins over a user id, which alone is enough', () => {
    const [part] = sendsOf({ text: 'See https://a.example', lines: [], files: [] });
    expect(bodyOf(part!, { to, callback: 'k1' })).toEqual({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '4915112345',
      type: 'text',
      text: { body: 'See https://a.example', preview_url: true },
      biz_opaque_callback_data: 'k1',
    });
    const alone = bodyOf(part!, { to: { userId: 'DE.1' }, callback: 'k1' });
    expect(alone).toHaveProperty('recipient', 'DE.1');
    expect(alone).not.toHaveProperty('to');
    expect(readAnswer({ contacts: [{ input: '1', wa_id: '2' }], messages: [{ id: 'wamid.1' }] })).toEqual({
      id: 'wamid.1',
      phone: '2',
    });
    expect(readAnswer({})).toBeNull();
  });
});

describe('refusals', () => {
  const answer = (status: number, error: object) => readRefusal(status, JSON.stringify({ error }), null);

  test('[M7] each class of the provider’s codes is known, with a sentence that has a way on', () => {
    expect(answer(400, { code: 131047 })).toMatchObject({
      kind: 'permanent',
      said: expect.stringContaining('template'),
    });
    expect(answer(401, { code: 190 })).toMatchObject({
      kind: 'auth',
      said: expect.stringContaining('Settings'),
    });
    expect(answer(400, { code: 131026 })).toMatchObject({
      kind: 'permanent',
      said: expect.stringContaining('another way'),
    });
    expect(answer(400, { code: 131056 })).toMatchObject({ kind: 'retry', retryAfterMs: 6_000 });
    expect(answer(403, { code: 200 })).toMatchObject({ kind: 'auth' });
    expect(answer(400, { code: 131042 })).toMatchObject({ kind: 'account' });
    expect(
      answer(400, { code: 100, message: 'Bad', error_data: { details: 'Parameter to is wrong' } }),
    ).toEqual({
      kind: 'permanent',
      code: 100,
      said: 'WhatsApp says: Parameter to is wrong',
    });
    expect(answer(500, { code: 131000 })).toMatchObject({ kind: 'retry' });
    expect(failureOf({ code: 999_999, title: 'New' })).toMatchObject({
      kind: 'permanent',
      said: 'WhatsApp says: New',
    });
  });

  test('[M2] a gateway that breaks off leaves it unknown; patience is asked for in its own words', () => {
    expect(readRefusal(502, '<html>', null)).toMatchObject({ kind: 'unknown' });
    expect(readRefusal(429, '', '30')).toMatchObject({ kind: 'retry', retryAfterMs: 30_000 });
    expect(readRefusal(401, '', null)).toMatchObject({ kind: 'auth' });
    expect([1, 2, 3, 20].map(pairWaitMs)).toEqual([4_000, 16_000, 64_000, 3_600_000]);
  });
});

describe('statuses', () => {
  test('[M2] told in any order, the furthest stands', () => {
    const whats: Status['what'][] = ['sent', 'failed', 'delivered', 'read'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...whats), { minLength: 1, maxLength: 12 }), (told) => {
        let known: Status['what'] | undefined;
        for (const each of told) if (isFurther(each, known)) known = each;
        expect(known).toBe(whats.findLast((what) => told.includes(what)));
      }),
    );
  });
});

describe('the window', () => {
  test('[M7] is open for 24 hours after the customer wrote, to the millisecond, and never before they have', () => {
    expect(isWindowOpen(1_000, 1_000 + windowMs - 1)).toBe(true);
    expect(isWindowOpen(1_000, 1_000 + windowMs)).toBe(false);
    expect(isWindowOpen(undefined, 1_000)).toBe(false);
  });
});

test('[M7] what WhatsApp bills is said in words that need no price list', () => {
  const cost = (category: string, count: number, isBillable = true) => ({ category, count, isBillable });
  expect(costWords([cost('service', 1)])).toBe('1 reply');
  expect(costWords([cost('service', 3), cost('utility', 1), cost('authentication_international', 2)])).toBe(
    '3 replies, 1 utility template, 2 authentication international templates',
  );
  expect(costWords([cost('service', 3, false)])).toBeNull();
});

describe('templates', () => {
  const given = {
    name: 'order_update',
    language: 'en_US',
    status: 'APPROVED',
    category: 'UTILITY',
    components: [
      { type: 'HEADER', format: 'TEXT', text: 'Order {{1}}' },
      { type: 'BODY', text: 'Hello {{1}}, it arrives {{2}}.' },
      { type: 'FOOTER', text: 'Acme' },
      { type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Track', url: 'https://a.example/{{1}}' }] },
    ],
  };
  const [template] = readTemplates({ data: [given, 7] })!.templates;
  const filled = { 'header 1': '42', 'body 1': 'Jo', 'body 2': 'on  \n Monday', 'button 0 1': 'abc' };

  test('[M7] its blanks are named, filled in, shown as the customer sees them and sent in their places', () => {
    expect(blanksOf(template!).map(({ key }) => key)).toEqual(Object.keys(filled));
    expect(previewOf(template!, filled)).toBe(
      '*Order 42*\n\nHello Jo, it arrives on  \n Monday.\n\n_Acme_\n\n[Track]',
    );
    expect(templateBody(template!, filled)).toEqual({
      name: 'order_update',
      language: { code: 'en_US' },
      components: [
        { type: 'header', parameters: [{ type: 'text', text: '42' }] },
        {
          type: 'body',
          parameters: [
            { type: 'text', text: 'Jo' },
            { type: 'text', text: 'on Monday' },
          ],
        },
        { type: 'button', sub_type: 'url', index: '0', parameters: [{ type: 'text', text: 'abc' }] },
      ],
    });
  });

  test('[M7] nothing leaves half filled in, not approved, or with a file that cannot be given', () => {
    expect(missingIn(template!, filled)).toBeNull();
    expect(missingIn(template!, { ...filled, 'body 2': ' ' })).toBe('Fill in 2.');
    expect(missingIn({ ...template!, status: 'PAUSED' }, filled)).toContain('not approved');
    const pictured = {
      ...given,
      components: [
        { type: 'HEADER', format: 'IMAGE' },
        { type: 'BODY', text: 'Hi' },
      ],
    };
    const [withPicture] = readTemplates({ data: [pictured] })!.templates;
    expect(missingIn(withPicture!, {})).toContain('begins with a file');
  });

  test('names of blanks are told where a template has names; pages go on while there is a next one', () => {
    const named = {
      name: 'n',
      language: 'de',
      status: 'APPROVED',
      parameter_format: 'NAMED',
      components: [{ type: 'BODY', text: 'Hi {{first_name}}' }],
    };
    const { templates, after } = readTemplates({
      data: [named],
      paging: { cursors: { after: 'c2' }, next: 'https://x' },
    })!;
    expect(after).toBe('c2');
    expect(templateBody(templates[0]!, { 'body first_name': 'Jo' })).toHaveProperty(
      ['components', 0, 'parameters', 0],
      { type: 'text', parameter_name: 'first_name', text: 'Jo' },
    );
    expect(readTemplates({ error: {} })).toBeNull();
  });
});
