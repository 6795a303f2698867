import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldQuoted, foldQuotedHtml, newTextOf, replyDelimiter } from './foldQuoted';
import { renderReply, type Reply } from './renderReply';

const reply: Reply = {
  text: 'It ships today.\n  See https://shop.example/?a=1&b=2.\n\n<b>Ana</b>',
  subject: 'Re: Order 7',
  systemLines: ['Robin is back', ' '],
  signature: 'Ana\nShop',
  link: { label: 'See the conversation', url: 'https://d.example/c/x' },
  quotedBefore: { attribution: 'On 6 May 2024, Bob <bob@x.example> wrote:', text: 'When?\n> Hi' },
};

/** What a reader of the HTML sees, without marks of its structure. */
const words = (text: string) =>
  text
    .replaceAll(/[>[\]\s]+/g, ' ')
    .replaceAll(/<\S*|-- /g, '')
    .trim();

describe('a reply by mail', () => {
  test('[M3] [M8] has the system lines, the text, the signature, the way back and what it answers, in this order', () => {
    expect(renderReply(reply).subject).toBe('Re: Order 7');
    expect(renderReply(reply).text).toBe(
      [
        replyDelimiter,
        '[Robin is back]',
        '',
        'It ships today.',
        '  See https://shop.example/?a=1&b=2.',
        '',
        '<b>Ana</b>',
        '',
        '-- ',
        'Ana',
        'Shop',
        '',
        'See the conversation: https://d.example/c/x',
        '',
        'On 6 May 2024, Bob <bob@x.example> wrote:',
        '> When?',
        '>> Hi',
        '',
      ].join('\n'),
    );
    expect(renderReply({ text: 'Hi', subject: '', systemLines: [] }).text).toBe(`${replyDelimiter}\n\nHi\n`);
  });

  test('[M3] says the same as HTML: nothing of it is markup, addresses of pages are links, and nothing loads', () => {
    const { html } = renderReply(reply);
    expect(html).toContain('&lt;b&gt;Ana&lt;/b&gt;');
    expect(html).toContain(
      '<a href="https://shop.example/?a=1&amp;b=2">https://shop.example/?a=1&amp;b=2</a>.',
    );
    expect(html).toContain('<a href="https://d.example/c/x">See the conversation</a>');
    expect(html).toContain('<br>\n&nbsp; See ');
    expect(html).toContain('<blockquote type="cite"');
    expect(html).toContain('<p dir="auto">When?<br>\n&gt; Hi</p>');
    expect(html).not.toMatch(/<(?:img|script|link|iframe|form)|url\(|src=/);
    const bad = renderReply({ ...reply, link: { label: 'x', url: 'javascript:alert(1)' } }).html;
    expect(bad).not.toContain('href="javascript');
  });

  const anyText = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '<',
          '>',
          '"',
          "'",
          '&',
          '\n',
          '\r\n',
          ' ',
          '  ',
          'https://x.example/',
          '\0',
          '</p>',
          '&lt;',
          '\ud800',
        ),
        fc.string({ unit: 'binary', maxLength: 5 }),
      ),
      { maxLength: 20 },
    )
    .map((pieces) => pieces.join(''));

  test('[M2] property: the same input makes the same bytes, and they are text', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.array(anyText, { maxLength: 2 }), (text, subject, systemLines) => {
        const one = {
          text,
          subject,
          systemLines,
          signature: text,
          quotedBefore: { attribution: subject, text },
        };
        const rendered = renderReply(one);
        expect(renderReply(structuredClone(one))).toEqual(rendered);
        for (const part of Object.values(rendered) as string[]) {
          expect(part.isWellFormed()).toBe(true);
          expect(part).not.toMatch(/[\r\0]/);
        }
        expect(rendered.subject).not.toContain('\n');
        // All tags are ours.
        const tags = Array.from(rendered.html.matchAll(/<([^\s>]*)/g), ([, name]) => name!.replace('/', ''));
        const ours = ['!doctype', 'html', 'head', 'meta', 'title', 'body', 'p', 'br', 'a', 'blockquote'];
        expect(tags.filter((name) => !ours.includes(name))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('[M3] property: text and HTML have the same words', () => {
    const written = fc.stringMatching(/^[a-z0-9 \n.,]{0,60}$/);
    fc.assert(
      fc.property(written, written, (text, signature) => {
        const rendered = renderReply({ text, subject: 'x', systemLines: ['Robin is back'], signature });
        expect(words(foldQuotedHtml(rendered.html).text)).toBe(words(rendered.text));
      }),
    );
  });

  test('[M5] property: answered by any program, it is folded whole, and only the answer is new', () => {
    const answers: ((answer: string, sent: { text: string; html: string }) => string)[] = [
      (answer, { text }) =>
        `${answer}\n\nOn 6 May 2024, at 14:05, Ana <ana@d.example> wrote:\n\n${text.replaceAll(/^/gm, '> ')}`,
      (answer, { text }) =>
        `${answer}\n\nVon: Ana <ana@d.example>\nGesendet: Montag\nAn: Bob\nBetreff: x\n\n${text}`,
      (answer, { text }) => `${answer}\n\n-----Original Message-----\n${text}`,
      (answer, { text }) => `${answer}\n\n${text}`,
    ];
    const answer = fc.stringMatching(/^[A-Za-z]{1,10}( [a-z0-9]{1,8}){0,6}[.?!]$/);
    fc.assert(
      fc.property(answer, fc.constantFrom(...answers), (own, form) => {
        const mail = form(own, renderReply(reply));
        expect(newTextOf(mail, foldQuoted(mail))).toBe(own);
      }),
    );
    const html = `<div>Thanks</div><div class="gmail_quote"><div class="gmail_attr">Xxx:</div><blockquote>${renderReply(reply).html}</blockquote></div>`;
    const { text, spans } = foldQuotedHtml(html);
    expect(newTextOf(text, spans)).toBe('Thanks');
  });
});
