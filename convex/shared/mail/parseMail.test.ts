import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unflowed } from './flowed';
import { fixtureMails, noFixtures, noteOnFixtures } from './fixtures.setup';
import { mailLimits, parseMail } from './parseMail';

const mail = (headers: string, body: string) => `${headers}\r\n\r\n${body.replaceAll('\n', '\r\n')}`;
const plain = 'From: Ana <ana@x.example>\r\nTo: s@d.example\r\nSubject: Hi\r\nContent-Type: text/plain';

describe('a mail is read', () => {
  test('[M3] with its people, its place in the thread and its files', async () => {
    const raw = mail(
      [
        'Message-ID: <1@x.example>',
        'In-Reply-To: <0@d.example>',
        'References: <a@d.example>\r\n <0@d.example>',
        'From: =?utf-8?q?J=C3=B6rg?= <J@X.example>',
        'Reply-To: desk@x.example',
        'To: "S, Team" <s@d.example>, b@d.example',
        'Cc: c@d.example',
        'Subject: =?utf-8?b?R3LDvMOfZQ==?=',
        'Date: Mon, 2 Nov 2026 10:00:00 +0100',
        'Received: one',
        'Received: two',
        'Content-Type: multipart/mixed; boundary=b',
      ].join('\r\n'),
      '--b\nContent-Type: text/plain\n\nHello\n--b\nContent-Type: image/PNG; name="../a.png"\nContent-Disposition: inline\nContent-ID: <a@b>\nContent-Transfer-Encoding: base64\n\nAAEC\n--b--',
    );
    const { headers, ...read } = await parseMail(raw);
    expect(read).toEqual({
      messageId: '<1@x.example>',
      inReplyTo: ['<0@d.example>'],
      references: ['<a@d.example>', '<0@d.example>'],
      from: { address: 'j@x.example', name: 'Jörg' },
      replyTo: [{ address: 'desk@x.example', name: '' }],
      answersTo: 'desk@x.example',
      to: [
        { address: 's@d.example', name: 'S, Team' },
        { address: 'b@d.example', name: '' },
      ],
      cc: [{ address: 'c@d.example', name: '' }],
      subject: 'Grüße',
      sentAt: Date.UTC(2026, 10, 2, 9),
      text: 'Hello\n',
      textIsFromHtml: false,
      spans: [{ start: 0, end: 6, kind: 'new' }],
      html: null,
      attachments: [
        {
          filename: 'a.png',
          contentType: 'image/png',
          disposition: 'inline',
          contentId: 'a@b',
          bytes: new Uint8Array([0, 1, 2]),
        },
      ],
      dmarc: 'none',
      automatic: null,
      isByTeam: false,
      bounces: [],
      complaints: [],
      isUnreadable: false,
      cut: [],
    });
    expect(headers.filter(({ name }) => name === 'Received').map(({ value }) => value)).toEqual([
      'one',
      'two',
    ]);
    expect(await parseMail(new TextEncoder().encode(raw))).toEqual({ headers, ...read });
  });

  test('[M5] what has only HTML has its text made of it', async () => {
    const read = await parseMail(
      mail('From: a@x.example\r\nContent-Type: text/html', '<p>One</p><p>Two &amp; <b>three</b></p>'),
    );
    expect(read).toMatchObject({
      text: 'One\n\nTwo & three',
      textIsFromHtml: true,
      html: expect.stringContaining('<p>'),
    });
  });

  test('[M5] an attached mail is a file, and none of its words are the sender’s', async () => {
    const read = await parseMail(
      mail(
        'From: a@x.example\r\nContent-Type: multipart/mixed; boundary=b',
        '--b\n\nMine\n--b\nContent-Type: message/rfc822\n\nFrom: c@y.example\n\nTheirs\n--b--',
      ),
    );
    expect(read.text).not.toContain('Theirs');
    expect(read.attachments).toMatchObject([{ filename: 'attachment-1.eml', contentType: 'message/rfc822' }]);
    expect(new TextDecoder().decode(read.attachments[0]!.bytes)).toContain('Theirs');
  });
});

describe('flowed text', () => {
  test('[M5] an answer below a flowed quote stays an answer, in a mail of one part or of several', async () => {
    const body = '> Hi \n> there\nHello \nagain\n-- \nAna';
    const whole = '> Hi there\nHello again\n-- \nAna';
    const one = await parseMail(mail(`${plain}; format=flowed`, body));
    expect(one.text.trimEnd()).toBe(whole);
    const parts = `--b\nContent-Type: text/plain; format="Flowed"; charset=utf-8\n\n${body}\n--b\nContent-Type: text/html\n\n<p>x</p>\n--b--`;
    const several = await parseMail(
      mail('From: a@x.example\r\nContent-Type: multipart/alternative; boundary=b', parts),
    );
    expect(several.text.trimEnd()).toBe(whole);
    expect((await parseMail(mail(plain, body))).text.trimEnd()).toBe(body);
  });

  test('[M5] lines go on as RFC 3676 says: stuffing, DelSp, signatures, and quotes by their depth', () => {
    expect(unflowed('a \nb', false)).toBe('a b');
    expect(unflowed('a \nb', true)).toBe('ab');
    expect(unflowed(' >a\n  b', false)).toBe('>a\n b');
    expect(unflowed('> a \n>> b \n> c', false)).toBe('> a \n>> b \n> c');
    expect(unflowed('>>a \n>> b', false)).toBe('>> a b');
    expect(unflowed('a \n-- \nb', false)).toBe('a \n-- \nb');
    expect(unflowed('', false)).toBe('');
  });

  test('[M5] property: no word is lost, moved or given to another depth', () => {
    const line = fc.tuple(
      fc.constantFrom('', '>', '>>'),
      fc.stringMatching(/^[a-c]{1,3}$/),
      fc.constantFrom('', ' '),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const read = unflowed(
          lines.map(([marks, word, space]) => `${marks} ${word}${space}`).join('\n'),
          false,
        );
        const words = read.split('\n').flatMap((row) => {
          const depth = /^>*/.exec(row)![0].length;
          return row
            .replace(/^>+/, '')
            .split(' ')
            .filter(Boolean)
            .map((word) => [depth, word]);
        });
        expect(words).toEqual(lines.map(([marks, word]) => [marks.length, word]));
      }),
    );
  });
});

describe('whose word counts for a sender', () => {
  const results = (value: string, from = 'ana@x.example') =>
    `Authentication-Results: ${value}\r\nFrom: ${from}`;
  const verdict = async (headers: string, trustedHost?: string) =>
    (await parseMail(mail(headers, 'x'), { trustedHost: trustedHost! })).dmarc;
  const ours = 'mx.desk.example';

  test('[goals sec-28] the topmost result under the trusted name, about the domain of From, and no other', async () => {
    const cases: [string, string][] = [
      [results(`${ours}; spf=pass; dmarc=pass (p=NONE) header.from=x.example`), 'pass'],
      [results(`MX.Desk.Example 1; dmarc=pass`), 'pass'],
      [results(`${ours}; dkim=pass; dmarc=fail header.from=x.example`), 'fail'],
      [results(`${ours}; dmarc=temperror`), 'none'],
      [results(`${ours}; dmarc=passing`), 'none'],
      [results(`${ours}; dmarc=pass; dmarc=fail`), 'fail'],
      [results(`${ours}; dmarc=pass header.from=y.example`), 'none'],
      [results(`mx.evil.example; dmarc=pass header.from=x.example`), 'none'],
      [results(`${ours}.evil.example; dmarc=pass`), 'none'],
      [results(`mx.evil.example (${ours}; dmarc=pass)`), 'none'],
      [results(`${ours}; reason="; dmarc=pass"`), 'none'],
      [results(`${ours} (a (nested; dmarc=fail) comment); dmarc=pass`), 'pass'],
      [`Authentication-Results: mx.evil.example; dmarc=fail\r\n${results(`${ours}; dmarc=pass`)}`, 'none'],
      [`Authentication-Results: ${ours}; dmarc=fail\r\n${results(`${ours}; dmarc=pass`)}`, 'fail'],
      [`${results(`${ours}; dmarc=pass`)}\r\nFrom: boss@y.example`, 'none'],
      [results(`${ours}; dmarc=pass header.from=x.example`, 'ana@x.example, eve@x.example'), 'none'],
      [results(`${ours}; dmarc=pass`, 'Team: ana@x.example, eve@y.example;'), 'none'],
      [results(`${ours}; dmarc=pass`, '"ana@x.example, eve@y.example" <ana@x.example>'), 'pass'],
      [`${results(`${ours}; dmarc=pass`, 'nobody')}\r\nSender: ana@x.example`, 'none'],
      ['From: ana@x.example', 'none'],
      [results(''), 'none'],
    ];
    for (const [headers, expected] of cases) expect(await verdict(headers, ours), headers).toBe(expected);
    expect(await verdict(results(`${ours}; dmarc=pass`)), 'nobody is trusted').toBe('none');
  });
});

describe('mail that is larger, or worse, than anybody writes', () => {
  test('[M3] is cut where it is said, and never refused', async () => {
    const large = await parseMail(mail(plain, 'x'.repeat(3_000)), { mostBytes: 2_000 });
    expect(large).toMatchObject({ cut: ['raw'], from: { address: 'ana@x.example' }, attachments: [] });
    const lines = await parseMail(`${plain}\r\n\r\n${'\n'.repeat(mailLimits.lines)}`);
    expect(lines).toMatchObject({ cut: ['raw'], text: '\n'.repeat(mailLimits.linesOfBeginning - 5) });
    const long = await parseMail(mail(plain, `${'é '.repeat(mailLimits.unitsOfText / 2)}end`));
    expect(long.cut).toEqual(['text']);
    expect(long.text.length).toBe(mailLimits.unitsOfText);
    const ids = Array.from({ length: 900 }, (_, at) => `<${at}@x>`);
    const deep = await parseMail(mail(`${plain}\r\nReferences: ${ids.join('\r\n ')}`, ''));
    expect(deep.cut).toEqual(['ids']);
    expect(deep.references).toEqual([ids[0], ...ids.slice(-199)]);
    const header = await parseMail(mail(`${plain}\r\nX-Long: ${'a '.repeat(20_000)}`, ''));
    expect(header.cut).toEqual(['headers']);
  });

  test('[M3] of very many lines is put together at once, not as a Blob of a piece for each line', async () => {
    const raws = [
      mail(plain, 'a\n\nb='),
      mail(`${plain}\r\nContent-Transfer-Encoding: base64`, 'YQ==\nYg=='),
    ];
    const { Blob } = globalThis;
    globalThis.Blob = class {
      constructor() {
        throw new Error('a Blob was made');
      }
    } as unknown as typeof Blob;
    try {
      const [text, base64] = await Promise.all(raws.map((raw) => parseMail(raw)));
      expect(text).toMatchObject({ text: 'a\n\nb=\n', isUnreadable: false });
      expect(base64).toMatchObject({ text: 'ab', isUnreadable: false });
    } finally {
      globalThis.Blob = Blob;
    }
  });

  test('[M3] that cannot be read comes back as its text, marked', async () => {
    const headers = `${plain}\r\n${'X: y\r\n '.repeat(3)}${'z'.repeat(mailLimits.headerBytes)}`;
    const read = await parseMail(mail(headers, 'Hello\n\nthere'));
    expect(read).toMatchObject({ isUnreadable: true, from: { address: 'ana@x.example' }, subject: 'Hi' });
    let nested = '';
    for (let at = 0; at < 150; at++) nested += `Content-Type: multipart/mixed; boundary=b${at}\n\n--b${at}\n`;
    const deep = await parseMail(`From: a@x.example\n${nested}\n\nHello`);
    expect(deep).toMatchObject({ isUnreadable: true, text: expect.stringContaining('Hello') });
    expect((await parseMail('')).text).toBe('');
    expect((await parseMail('no headers at all')).isUnreadable).toBe(false);
  });

  test('[M3] property: whatever arrives is read, and the reading can be stored', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'From: ',
        'Subject: ',
        'References: ',
        'Content-Type: multipart/mixed; boundary=b',
        '--b',
        '--b--',
        '\r\n',
        '\r\n\r\n',
        ' ',
        '<',
        '>',
        '@x',
        '=?utf-8?b?////?=',
        'Content-Type: text/html; charset=utf-7',
        'Content-Transfer-Encoding: base64',
        'Content-Type: text/plain; format=flowed; charset=none',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
        const { attachments, ...read } = await parseMail(pieces.join(''));
        expect(JSON.stringify(read).isWellFormed()).toBe(true);
        expect(JSON.stringify(read)).not.toMatch(/\\ud[89a-f]/);
        expect(read.text).not.toContain('\r');
        for (const { filename, contentType } of attachments) {
          expect(filename).not.toMatch(/[/\\\p{Cc}]/u);
          expect(contentType).toMatch(/^[\w.+-]+\/[\w.+-]+$/);
        }
      }),
      { numRuns: 80 },
    );
  });
});

describe.skipIf(noFixtures)(`mails from the wild${noteOnFixtures}`, () => {
  test('[M3] all are read, none is lost: each has a text, html or a file, and almost all their sender', async () => {
    const without: string[] = [];
    const senderless: string[] = [];
    const mails = fixtureMails('*');
    for (const { name, raw } of mails) {
      const read = await parseMail(raw);
      expect(read.isUnreadable, name).toBe(false);
      expect(read.cut, name).toEqual([]);
      if (read.text.trim() === '' && read.html === null && read.attachments.length === 0) without.push(name);
      if (read.from === null) senderless.push(name);
    }
    expect(mails.length).toBeGreaterThanOrEqual(80);
    // Their bodies are empty there, too.
    expect(without).toEqual([
      'mail-gem-bad_date_header2',
      'mail-gem-empty_in_reply_to',
      'mail-gem-must_supply_encoding',
    ]);
    expect(senderless).toEqual(['postalmime-mixed']);
  });

  test('[M3] in the scripts of the world, whatever they are encoded in', async () => {
    const read = new Map<string, string>();
    for (const { name, raw } of fixtureMails('mime')) {
      const { text, subject, attachments } = await parseMail(raw);
      read.set(name, [subject, text.trim(), ...attachments.map(({ filename }) => filename)].join('|'));
    }
    expect(read.get('mail-gem-japanese_iso_2022')).toBe('まみむめも|すみません。');
    expect(read.get('mail-gem-japanese_shift_jis')).toContain('このメールはテスト用のメールです。');
    expect(read.get('mail-gem-ks_c_5601-1987')).toBe('test|스티해');
    expect(read.get('mail-gem-japanese_attachment')).toContain('てすと.txt');
    expect(read.get('mail-gem-utf8_headers')).toBe('Säying Hello|body');
  });
});
