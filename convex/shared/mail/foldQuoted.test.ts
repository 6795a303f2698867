import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { authorLines } from './authorLines.setup';
import { fixtureMails, fixtureTexts, noFixtures, noteOnFixtures } from './fixtures.setup';
import { growth, muchGrowth } from './growth.setup';
import { foldQuoted, foldQuotedHtml, newTextOf, replyDelimiter, type FoldSpan } from './foldQuoted';
import { parseMail } from './parseMail';

const newOf = (text: string) => newTextOf(text, foldQuoted(text));
const linesOf = (text: string) => text.split('\n').filter((line) => line.trim() !== '').length;
const joined = (text: string, spans: readonly FoldSpan[]) =>
  spans.map(({ start, end }) => text.substring(start, end)).join('');

/** As programs write it, in each of the languages that customers write. */
const attributions: Record<string, string[]> = {
  English: [
    'On Mon, May 6, 2024 at 2:05 PM Ana <ana@shop.example> wrote:',
    'On 6 May 2024, at 14:05, Ana <ana@shop.example> wrote:',
    'On Mon, May 6, 2024 at 2:05 PM Ana Very Long Name of a Shop\n<ana@shop.example> wrote:',
  ],
  German: [
    'Am Mo., 6. Mai 2024 um 14:05 Uhr schrieb Ana <ana@shop.example>:',
    'Am 06.05.2024 um 14:05 schrieb Ana <ana@shop.example>:',
  ],
  French: ['Le lun. 6 mai 2024 à 14:05, Ana <ana@shop.example> a écrit :'],
  Spanish: ['El lun, 6 may 2024 a las 14:05, Ana (<ana@shop.example>) escribió:'],
  Italian: ['Il giorno lun 6 mag 2024 alle ore 14:05 Ana <ana@shop.example> ha scritto:'],
  Dutch: ['Op ma 6 mei 2024 om 14:05 schreef Ana <ana@shop.example>:'],
  Portuguese: ['Em seg., 6 de mai. de 2024 às 14:05, Ana <ana@shop.example> escreveu:'],
  Polish: [
    'pon., 6 maj 2024 o 14:05 Ana <ana@shop.example> napisał(a):',
    'W dniu 06.05.2024 o 14:05, Ana <ana@shop.example> pisze:',
  ],
  Russian: [
    'пн, 6 мая 2024 г. в 14:05, Ana <ana@shop.example>:',
    '06.05.2024 14:05, Ana <ana@shop.example> пишет:',
  ],
  Japanese: [
    '2024年5月6日(月) 14:05 Ana <ana@shop.example>:',
    '2024/05/06 14:05、Ana <ana@shop.example>のメール:',
  ],
  Chinese: [
    'Ana <ana@shop.example> 于2024年5月6日周一 14:05写道：',
    '在 2024年5月6日，14:05，Ana <ana@shop.example> 写道：',
  ],
  Korean: ['2024년 5월 6일 (월) 오후 2:05, Ana <ana@shop.example>님이 작성:'],
  Swedish: ['Den mån 6 maj 2024 kl 14:05 skrev Ana <ana@shop.example>:'],
  Danish: ['Den man. 6. maj 2024 kl. 14.05 skrev Ana <ana@shop.example>:'],
};
const blocks: Record<string, string> = {
  English: 'From: Ana <ana@shop.example>\nSent: Monday, May 6, 2024 2:05 PM\nTo: Bob\nSubject: Order',
  German: 'Von: Ana <ana@shop.example>\nGesendet: Montag, 6. Mai 2024 14:05\nAn: Bob\nBetreff: Order',
  French: 'De : Ana <ana@shop.example>\nEnvoyé : lundi 6 mai 2024 14:05\nÀ : Bob\nObjet : Order',
  Spanish: '*De:* Ana <ana@shop.example>\n*Enviado el:* lunes, 6 de mayo\n*Para:* Bob\n*Asunto:* Order',
  Italian: 'Da: Ana <ana@shop.example>\nInviato: lunedì 6 maggio\nA: Bob\nOggetto: Order',
  Dutch: 'Van: Ana <ana@shop.example>\nVerzonden: maandag 6 mei\nAan: Bob\nOnderwerp: Order',
  Portuguese: 'De: Ana <ana@shop.example>\nEnviado: segunda-feira\nPara: Bob\nAssunto: Order',
  Polish: 'Od: Ana <ana@shop.example>\nWysłano: poniedziałek\nDo: Bob\nTemat: Order',
  Russian: 'От: Ana <ana@shop.example>\nОтправлено: понедельник\nКому: Bob\nТема: Order',
  Japanese: '差出人: Ana <ana@shop.example>\n送信日時: 2024年5月6日\n宛先: Bob\n件名: Order',
  Chinese: '发件人: Ana <ana@shop.example>\n发送时间: 2024年5月6日\n收件人: Bob\n主题: Order',
  Korean: '보낸 사람: Ana <ana@shop.example>\n보낸 날짜: 2024년 5월 6일\n받는 사람: Bob\n제목: Order',
  Swedish: 'Från: Ana <ana@shop.example>\nSkickat: den 6 maj\nTill: Bob\nÄmne: Order',
  Danish: 'Fra: Ana <ana@shop.example>\nSendt: 6. maj\nTil: Bob\nEmne: Order',
};

describe('what is new in a mail', () => {
  test('[M5] stands above the quote, in fourteen languages, marked or not', () => {
    expect(Object.keys(attributions)).toHaveLength(14);
    for (const line of Object.values(attributions).flat())
      for (const quote of ['> We ship today.\n> Ana', '\n>We ship today.', 'We ship today.\n\nAna'])
        expect(newOf(`Thank you!\n\n${line}\n${quote}\n`), line).toBe('Thank you!');
  });

  test('[M5] stands above a block of headers, in fourteen languages, with a rule above it or without', () => {
    expect(Object.keys(blocks)).toEqual(Object.keys(attributions));
    for (const block of Object.values(blocks))
      for (const above of ['', '________________________________\n', '-----Original Message-----\n'])
        expect(newOf(`Thank you!\n\n${above}${block}\n\nWe ship today.\n`), block).toBe('Thank you!');
  });

  test('[M5] stands between the lines, below them, or at both ends of them', () => {
    const on = attributions.English![0]!;
    expect(newOf(`${on}\n> Which size?\n\nLarge.\n\n> Which colour?\nBlue.\n`)).toBe('Large.\n\nBlue.');
    expect(newOf(`${on}\n> Which size?\n\nLarge.\n\nBob`)).toBe('Large.\n\nBob');
    expect(newOf(`Hi Ana\n\n${on}\n> Which size?\n> > Hi\n\nLarge.`)).toBe('Hi Ana\n\nLarge.');
  });

  test('[M5] is all of it where nothing would be left, or where the answers stand in the midst of the quote', () => {
    const on = attributions.English![0]!;
    for (const text of [
      `${on}\n> We ship today.`,
      blocks.English!,
      '> a',
      '-- \nBob',
      '',
      ' \n\n',
      replyDelimiter,
    ])
      expect(newOf(text), text).toBe(text.trim());
    const block = `${blocks.German}\n\nWelche Größe?\nGroß.`;
    expect(newOf(`Meine Antworten in Rot:\n\n${block}`)).toContain('Groß.');
    expect(newOf(`Please see my comments below.\n\n${on}\n\nWhich size?\nLarge.`)).toContain('Large.');
    expect(newOf(`Danke.\n\n${block}`)).toBe('Danke.');
  });

  test('[M5] [lesson L34] is what people write about dates, colons and tables, and what only looks like a quote', () => {
    for (const text of [
      'On Monday you wrote: it ships today.\nIt did not.',
      'On Nov 26, 2024 you wrote:\n\nWe ship today.\n\nYou did not.',
      'Am 12.05.2024 schrieben Sie:\nDas Gerät ist heil.\nIst es nicht.',
      'From: Berlin\nTo: Munich\nDate: 5 May\n\nPlease change it to 6 May.',
      'Von: Berlin\nAn: Rom\nDatum: 5.5.\nBitte ändern.',
      'At 14:05 I mailed bob@shop.example:\nmy order is broken.',
      'Today at 14:05:\n\nno answer',
      'My points:\n--\nThe parcel was opened on the way.\nThe box is empty.',
      'See this:\n\n----\n\nThe end.',
      'Subject: refund\n\nI want it.',
      '-----\nOriginal message of the machine: E42\n',
    ])
      expect(newOf(text), text).toBe(text.trim());
  });

  test('[M5] comes without the signature, which is folded on its own and ends where the quote begins', () => {
    const text = `Thanks.\n-- \nBob\nShop\n\n${attributions.English![0]}\n> Hi\n`;
    expect(foldQuoted(text).map(({ kind }) => kind)).toEqual(['new', 'signature', 'quoted']);
    expect(newOf('Thanks.\n--\nBob, Shop')).toBe('Thanks.');
    expect(newOf(`Thanks.\n-- \n${'line\n'.repeat(40)}`)).toContain('line');
  });

  test('[M5] ends at our own delimiter, wherever it was left', () => {
    expect(newOf(`Thank you!\n\nxx yy zz\n${replyDelimiter}\n\nWe ship today.`)).toBe(
      'Thank you!\n\nxx yy zz',
    );
    expect(newOf(`Thank you!\n\n${attributions.German![0]}\n> ${replyDelimiter}\n> We ship.\n\nBob`)).toBe(
      'Thank you!\n\nBob',
    );
  });
});

describe('nothing is lost', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '> ',
      '>',
      '>> ',
      '\n',
      '\n\n',
      '\r\n',
      '-- \n',
      '--\n',
      '____________\n',
      replyDelimiter,
      '\u2028',
      ' ',
    ),
    fc
      .constantFrom(...Object.values(attributions).flat(), ...Object.values(blocks))
      .map((text) => `${text}\n`),
    fc.constantFrom('---- Original Message ----\n', 'wrote:', 'Thank you.\n', 'inline\n', 'a: b\n'),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );
  const anyText = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));

  test('[M5] property: visible and folded text joined are the mail, and something of it can be seen', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const spans = foldQuoted(text);
        expect(joined(text, spans)).toBe(text);
        for (const [at, span] of spans.entries()) expect(span.start).toBe(spans[at - 1]?.end ?? 0);
        if (/[a-z]/.test(text)) expect(newOf(text)).not.toBe('');
      }),
      { numRuns: 500 },
    );
  });

  test('[M5] property: of a reply in any of the usual forms, every sentence of its author stays visible', () => {
    const word = fc.constantFrom(
      'order',
      'Tuesday',
      '14:05',
      'Größe',
      'wrote',
      'ana@shop.example',
      'on',
      '3',
      'from',
      'Sie',
      'ответ',
    );
    const sentence = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => `${words.join(' ')}.`);
    const written = fc.array(sentence, { minLength: 1, maxLength: 4 });
    const on = fc.constantFrom(...Object.values(attributions).flat());
    const marked = fc
      .array(sentence, { minLength: 1, maxLength: 3 })
      .map((lines) => lines.map((line) => `> ${line}`));
    fc.assert(
      fc.property(
        written,
        on,
        fc.array(fc.tuple(marked, written), { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        (top, line, rounds, isSpaced) => {
          const gap = isSpaced ? [''] : [];
          const rows = [
            ...top,
            '',
            line,
            ...rounds.flatMap(([quote, answer]) => [...quote, ...gap, ...answer, ...gap]),
          ];
          const own = [...top, ...rounds.flatMap(([, answer]) => answer)];
          expect(newOf(rows.join('\n')).split('\n').filter(Boolean)).toEqual(own);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('[M5] property: of HTML, too, visible and folded text joined are its text', () => {
    const tag = fc.constantFrom(
      '<div>',
      '</div>',
      '<p>',
      '<br>',
      '<blockquote>',
      '</blockquote>',
      '<div class="gmail_attr">',
      '<div name="quote">',
      '<div id="divRplyFwdMsg">',
      '<hr>',
      '&#xE000;',
      '&#xE001;',
      '\ue002',
      '<table><tr><td>',
      'a b',
      '<!--',
      '<style>',
      '</',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(tag, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 30 }),
        (pieces) => {
          const { text, spans } = foldQuotedHtml(pieces.join(''));
          expect(joined(text, spans)).toBe(text);
          expect(text).not.toMatch(/[\ue000-\ue002]/);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('[M5] hostile texts take time by their length, not by its square', async () => {
    const hostile: ((length: number) => string)[] = [
      (length) => '>'.repeat(length),
      (length) => '\n'.repeat(length),
      (length) => 'On 3:\n'.repeat(length / 6),
      (length) => 'From: a@b\n'.repeat(length / 10),
      (length) => `${'On '.repeat(length / 3)}:`,
      (length) => '--\n'.repeat(length / 3),
      (length) => `On 2024 14:05 <${'a'.repeat(100)}\n`.repeat(length / 116),
      (length) => `${' '.repeat(100)}:\n`.repeat(length / 102),
      (length) => ' '.repeat(length),
      (length) => '_'.repeat(length),
    ];
    for (const make of hostile)
      expect(await growth((length) => foldQuoted(make(length)), 4_000), String(make)).toBeLessThan(
        muchGrowth,
      );
  });
});

describe('what programs name as quoted in HTML', () => {
  const newIn = (html: string) => {
    const { text, spans } = foldQuotedHtml(html);
    return newTextOf(text, spans);
  };

  test('[M5] is folded, whoever wrote the mail; answers in between are not', () => {
    const gmail = (inner: string) =>
      `<div>Hi</div><div class="gmail_quote gmail_quote_container">${inner}</div>`;
    const attr = '<div dir="ltr" class="gmail_attr">Zzz 12.3. Ana blorg<br></div>';
    const quote = '<blockquote class="gmail_quote" style="margin:0">We ship.</blockquote>';
    expect(newIn(gmail(attr + quote))).toBe('Hi');
    expect(newIn(gmail(`${attr}${quote}<div>Yes</div>${quote}<div>No</div>`))).toBe('Hi\n\nYes\n\nNo');
    for (const html of [
      '<div>Hi</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>Xxx:</b> Ana<br><b>Yyy:</b> b</div><div>We ship.</div>',
      '<p class=MsoNormal>Hi</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class=MsoNormal><b>From:</b> Ana &lt;ana@shop.example&gt;<br><b>Sent:</b> Monday<br><b>To:</b> me<br><b>Subject:</b> x</p></div></div><p>We ship.</p>',
      '<div>Hi</div><div class="yahoo_quoted"><div>Xxx</div><div>We ship.</div></div>',
      '<div>Hi</div><div name="quote"><div>Xxx</div><div>We ship.</div></div>',
      '<div>Hi</div><div class="zmail_extra">Xxx<p>We ship.</p></div>',
      '<div>Hi</div><div id="mail-editor-reference-message-container"><p>Xxx</p>We ship.</div>',
      '<body>Hi<div><br><blockquote type="cite"><div>Xxx</div><div>We ship.</div></blockquote></div></body>',
      'Hi<div class="protonmail_quote">On Monday, May 6th, 2024 at 2:05 PM, Ana &lt;ana@shop.example&gt; wrote:<br><blockquote class="protonmail_quote" type="cite">We ship.</blockquote></div>',
      '<div class="moz-cite-prefix">Xxx:<br></div><blockquote type="cite"><p>We ship.</p></blockquote><p>Hi</p>',
    ])
      expect(newIn(html), html).toBe('Hi');
    expect(newIn('Hi<body>there</body>you')).toBe('Hithereyou');
    expect(newIn('<div name="quote"><p>We ship.</p></div>')).toBe('We ship.');
    expect(
      newIn('<p>My answers in red</p><div class="yahoo_quoted">We ship. <font color=red>When?</font></div>'),
    ).toContain('When?');
  });

  test('[M5] the text of HTML keeps its lines, lists and links, and never its scripts', () => {
    const { text } = foldQuotedHtml(
      '<title>t</title><style>p{}</style><h1>Order</h1><p>One<br>two</p><ul><li>a</li><li>b</li></ul><a href="https://x.example">here</a><a href="#x">top</a><script>alert(1)</script><img src="x" alt="y"><table><tr><td>c</td></tr></table>',
    );
    expect(text.split(/\n+/).map((line) => line.trim())).toEqual([
      'Order',
      'One',
      'two',
      '* a',
      '* b',
      'here <https://x.example>top',
      'c',
    ]);
  });

  test('[M5] quotes in quotes are marked line by line, without the empty lines at their edges', () => {
    const { text } = foldQuotedHtml(
      '<p>Mine</p><blockquote> <p>One<br>two</p><blockquote><div>Deep</div></blockquote><p>Back</p></blockquote>After',
    );
    expect(text).toBe('Mine\n\n> One\n> two\n> \n> > Deep\n> \n> Back\n\nAfter');
  });

  test('[M5] [E4] what a quote or list costs and writes does not grow with how deep it stands', () => {
    const lines = '<p>x</p>'.repeat(3_000);
    const deep = foldQuotedHtml(`${'<blockquote>x'.repeat(900)}${lines}`).text;
    expect(deep).toMatch(/^> x\n/);
    expect(deep.length).toBeLessThan((2 * 3_000 + 2 * 900) * 65);
    expect(foldQuotedHtml(`${'<ul><li>x'.repeat(450)}${lines}`).text.length).toBeLessThan(3_000 * 2 * 65);
    const long = foldQuotedHtml(`${'<blockquote>x'.repeat(100)}${'<p>x</p>'.repeat(100_000)}`).text;
    expect(long.length).toBeLessThan(5_000_000);
    expect(long.endsWith('…')).toBe(true);
  });

  test('[M5] however deep or broken, HTML is read, in time by its length', async () => {
    expect(foldQuotedHtml(`${'<div>'.repeat(2_000)}Hello`).text.trim()).toBe('Hello');
    expect(foldQuotedHtml(`${'<div><br>Hello</div>'.repeat(2_000)}`).text).toMatch(/^\nHello\n\nHello/);
    const hostile = [
      (length: number) => '<div>'.repeat(length / 5),
      (length: number) => '<blockquote>'.repeat(length / 12),
      (length: number) => '<'.repeat(length),
      (length: number) => '<a href="'.repeat(length / 9),
      (length: number) => '<table><tr><td>'.repeat(length / 15),
      (length: number) => `<p ${'a='.repeat(length / 2)}`,
      (length: number) => '&#60;'.repeat(length / 5),
    ];
    for (const make of hostile)
      expect(await growth((length) => foldQuotedHtml(make(length)), 4_000), String(make)).toBeLessThan(
        muchGrowth,
      );
  });
});

describe.skipIf(noFixtures)(`texts and mails from the wild${noteOnFixtures}`, () => {
  test('[M5] 119 of 125 show what their author wrote and no more; none hides a line of it', async () => {
    const mails = fixtureMails('replies').map(async ({ name, raw }) => ({
      name,
      read: await parseMail(raw),
    }));
    const read = [
      ...fixtureTexts().map(({ name, text }) => ({ name, text, spans: foldQuoted(text) })),
      ...(await Promise.all(mails)).map(({ name, read: { text, spans } }) => ({ name, text, spans })),
    ];
    const showsMore: string[] = [];
    for (const { name, text, spans } of read) {
      const shown = linesOf(newTextOf(text, spans));
      expect(joined(text, spans), name).toBe(text);
      expect(shown, name).toBeGreaterThanOrEqual(authorLines[name]!);
      if (shown > authorLines[name]!) showsMore.push(name);
    }
    expect(read).toHaveLength(125);
    // Quotes that nothing tells from what people write, and two whose marks a program broke off.
    expect(showsMore.toSorted()).toEqual([
      'email_15',
      'email_7',
      'email_8',
      'email_german_3',
      'email_unquoted_reply',
      'email_with_date_headers',
    ]);
  });
});
