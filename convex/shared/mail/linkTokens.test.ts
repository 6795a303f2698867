/** What our links open, taken out of mails (docs/rules.md M9, R3), however a mail program wrote them anew. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closedTexts } from './closedTexts';
import { foldQuoted } from './foldQuoted';
import { withoutTokens } from './linkTokens';

const token = 'aB3_-dEfGhIjKlMnOpQrStUvWxYz0123456789_-abc';
const page = 'https://desk.example/widget.html?channel=c';
const link = `${page}#mail=${token}`;
const onceMore = encodeURIComponent;

describe('[M9] what opens a conversation is taken out', () => {
  test('of an address as we wrote it, and nothing else is', () => {
    expect(withoutTokens(`See <${link}> or ask.`)).toBe(`See <${page}> or ask.`);
    expect(withoutTokens(`<a href="${link}">here</a>`)).toBe(`<a href="${page}">here</a>`);
  });

  test('of a percent-encoded address, and of one encoded twice', () => {
    expect(withoutTokens(onceMore(link))).toBe(onceMore(page));
    expect(withoutTokens(onceMore(onceMore(link)))).toBe(onceMore(onceMore(page)));
    const escaped = onceMore(link).replaceAll('-', '%2D').replaceAll('_', '%5f').toLowerCase();
    expect(withoutTokens(escaped)).toBe(onceMore(page).toLowerCase());
  });

  test('of an address that a filter wrapped', () => {
    const safe = (url: string) =>
      `https://eur01.safelinks.protection.outlook.com/?url=${onceMore(url)}&amp;data=05%7C02%7Cjo&amp;reserved=0`;
    expect(withoutTokens(safe(link))).toBe(safe(page));
    const proofpoint = link.replaceAll('#', '-23').replaceAll('mail=', 'mail-3D');
    expect(withoutTokens(proofpoint)).toBe(page);
    expect(withoutTokens(`https://urldefense.com/v3/__${link.replace('#', '*')}__;Iw!!`)).not.toContain(
      'dEfGh',
    );
  });

  test('of HTML that writes its characters by their names', () => {
    for (const written of ['#mail&#61;', '&#35;mail&#x3D;', '&num;mail&equals;', '#mail&#061;'])
      expect(withoutTokens(`<a href="${page}${written}${token}">`)).toBe(`<a href="${page}">`);
    const named = token.replaceAll('-', '&#45;').replaceAll('_', '&lowbar;');
    expect(withoutTokens(`${page}#mail=${named}"`)).toBe(`${page}"`);
  });

  test('of an address that is broken over quoted lines', () => {
    const [first, second] = [token.slice(0, 17), token.slice(17)];
    for (const lineEnd of ['\n', '\r\n> ', '\n>> > ', '<br>\n&gt; ', '<wbr>'])
      expect(withoutTokens(`> ${page}#mail=${first}${lineEnd}${second}\n> Thanks`)).toBe(
        `> ${page}\n> Thanks`,
      );
  });

  test('and of invitations and new passwords, that the desk mails too', () => {
    expect(withoutTokens(`https://desk.example/reset#token=${token}`)).toBe('https://desk.example/reset');
    expect(withoutTokens(`https://desk.example/invite/${token}`)).toBe('https://desk.example/invite/…');
    expect(withoutTokens(onceMore(`https://desk.example/invite/${token}`))).not.toContain('dEfGh');
  });

  test('but not what only looks like it', () => {
    for (const other of ['#mail=short', `?email=${token}`, `#mail=abc\nThanks a lot`, `the token ${token}`])
      expect(withoutTokens(other)).toBe(other);
  });
});

test('[M9] text around a link is kept to the letter, whatever it is', () => {
  const around = fc.string({ unit: 'binary' }).filter((text) => !/^[\w%&-]|[\w-]$/.test(text));
  fc.assert(
    fc.property(around, around, (before, after) => {
      expect(withoutTokens(`${before} ${link} ${after}`)).toBe(`${before} ${page} ${after}`);
    }),
  );
});

test('[M9] what almost is a link takes no longer than its length', () => {
  for (const almost of [
    `#mail=${'-2d'.repeat(14)} `,
    `#mail=${'%25'.repeat(40)} `,
    `#mail=a${' '.repeat(40)}`,
  ]) {
    const many = almost.repeat(10_000);
    expect(withoutTokens(many)).toBe(many);
  }
});

describe('[M9] [M5] the texts of a mail that came in', () => {
  const answer = `Thanks!\n\nOn Mon, 4 May 2026 at 10:00, Shop <help@shop.example> wrote:\n> Hello ${link} Jo\n> Bye`;

  test('say where they are quoted in what is left of them', () => {
    const { text, spans } = closedTexts({ text: answer, textIsFromHtml: false, html: null });
    expect(text).toBe(answer.replace(`#mail=${token}`, ''));
    expect(spans).toEqual(foldQuoted(text));
    expect(spans.at(-1)).toMatchObject({ end: text.length, kind: 'quoted' });
  });

  test('hold no link in their HTML, nor in the text that is made of it', () => {
    const html = `<p>Thanks!</p><blockquote type="cite"><a href="${link}">Open</a> ${link}</blockquote>`;
    const closed = closedTexts({ text: 'Thanks!', textIsFromHtml: true, html });
    expect(JSON.stringify(closed)).not.toContain('dEfGh');
    expect(closed.html).toContain(`<a href="${page}">`);
    expect(closed.spans.map(({ kind }) => kind)).toContain('quoted');
  });

  test('hold none that only becomes one when the tags are gone', () => {
    const html = `<p>See ${page}#mail=<b>${token.slice(0, 9)}</b>${token.slice(9)} there</p>`;
    const { text, spans } = closedTexts({ text: '', textIsFromHtml: true, html });
    expect(text).not.toContain(token.slice(9));
    expect(spans.at(-1)!.end).toBe(text.length);
  });
});
