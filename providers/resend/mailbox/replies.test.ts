/** Replies as mail programs write them. */
import { describe, expect, it } from 'vitest';
import { writeIncoming } from '../mail/incoming.ts';
import { type ReadMail, readMail } from '../mail/read.ts';
import { type Program, programs, recipientsOf, writeReply } from './replies.ts';

const at = Date.UTC(2026, 9, 1, 9, 14);

async function original(more: object = {}): Promise<ReadMail> {
  const { raw } = writeIncoming(
    {
      from: 'Ana (Acme) <support@acme.example>',
      to: 'Jo <jo@customer.example>',
      subject: 'Re: Where is my order?',
      text: 'It left today.\n\n> Where is it?',
      messageId: '<0100-a@email.amazonses.com>',
      references: ['<q@mail.customer.example>', '<m_1.c_1@acme.example>'],
      headers: { 'Reply-To': 'support+c-1@in.acme.example' },
      ...more,
    },
    at,
    () => true,
  );
  return readMail(raw, 'm');
}

const reply = async (program: Program) => writeReply('Thank you!', await original(), program, 'UTC');

describe('a reply', () => {
  it('written with Gmail quotes below one line and names all its parents', async () => {
    const { text, html, subject, references, inReplyTo } = await reply('gmail');
    expect(subject).toBe('Re: Where is my order?');
    expect(text).toBe(
      'Thank you!\n\nOn Thu, Oct 1, 2026 at 9:14\u202fAM "Ana (Acme)" <support@acme.example> wrote:\n\n> It left today.\n>\n>> Where is it?\n',
    );
    expect(html).toContain('<div class="gmail_quote gmail_quote_container">');
    expect(inReplyTo).toBe('<0100-a@email.amazonses.com>');
    expect(references).toEqual([
      '<q@mail.customer.example>',
      '<m_1.c_1@acme.example>',
      '<0100-a@email.amazonses.com>',
    ]);
  });

  it('written with Outlook has a block of headers and no quoting marks', async () => {
    const { text, html, subject, headers } = await reply('outlook');
    expect(subject).toBe('RE: Where is my order?');
    expect(text).toContain(
      'From: "Ana (Acme)" <support@acme.example>\nSent: Thursday, October 1, 2026 9:14\u202fAM\nTo: Jo <jo@customer.example>\nSubject: Re: Where is my order?\n\nIt left today.',
    );
    expect(html).toContain('border-top:solid #E1E1E1 1.0pt');
    expect(headers).toMatchObject({ 'Thread-Topic': 'Where is my order?' });
  });

  it('written on iOS names its parent alone, and signs before the quote', async () => {
    const { text, references, inReplyTo, headers } = await reply('ios');
    expect(text).toMatch(/^Thank you!\n\nSent from my iPhone\n\n> On Oct 1, 2026, at 9:14\u202fAM, /);
    expect([references, inReplyTo]).toEqual([[], '<0100-a@email.amazonses.com>']);
    expect(headers?.['X-Mailer']).toMatch(/^iPhone Mail/);
  });

  it('without a quote says only what was written', async () => {
    expect((await reply('none')).text).toBe('Thank you!\n');
  });

  it.each(Object.keys(programs) as Program[])('shows what strangers wrote as text: %s', async (program) => {
    const { html } = writeReply('<b>&', await original({ text: '<script>x</script>' }), program, 'UTC');
    expect(html).toContain('&lt;b&gt;&amp;');
    expect(html).not.toContain('<script>');
  });

  it('goes to the reply address, and to all means everybody else once', async () => {
    const mail = await original({
      to: ['jo@customer.example', 'Max <max@customer.example>'],
      cc: 'MAX@customer.example',
    });
    expect(recipientsOf(mail, 'Jo@customer.example')).toEqual({
      to: 'support+c-1@in.acme.example',
      others: ['Max <max@customer.example>'],
    });
  });
});
