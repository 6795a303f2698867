/**
 * Replies as mail programs write them, each with its own way of quoting, of marking the quote in HTML, and of naming its
 * parents: Gmail and Outlook keep the whole References, Mail on iOS keeps In-Reply-To alone. Pure.
 */
import { convert } from 'html-to-text';
import { readMailbox } from '../mail/addresses.ts';
import type { IncomingMail } from '../mail/incoming.ts';
import type { ReadMail } from '../mail/read.ts';
import { escaped } from './markup.ts';

export const programs = {
  gmail: 'Gmail',
  outlook: 'Outlook',
  ios: 'Mail on iOS',
  none: 'Without a quote',
} as const;
export type Program = keyof typeof programs;

export const isProgram = (text: string): text is Program => Object.hasOwn(programs, text);

type Written = Pick<IncomingMail, 'subject' | 'text' | 'html' | 'headers' | 'inReplyTo' | 'references'>;

interface Quoted {
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  at: Date;
  /** The clock of the one who writes. */
  zone: string;
}

export function writeReply(text: string, original: ReadMail, program: Program, zone: string): Written {
  const quoted = quotedOf(original, zone);
  const { body, headers } = writers[program](text, quoted);
  const parents = parentsOf(original);
  return {
    subject: answered(original.subject, program === 'outlook' ? 'RE: ' : 'Re: '),
    ...body,
    headers,
    inReplyTo: original.messageId,
    references: program === 'ios' ? [] : parents,
  };
}

/** To whom a reply goes, and besides to all: everybody but oneself and whom it goes to. */
export function recipientsOf(original: ReadMail, own: string): { to: string; others: string[] } {
  const to = original.replyTo[0] ?? original.from;
  const left = new Set([own.toLowerCase(), addressOf(to)]);
  const others = [original.from, ...original.to, ...original.cc].filter((each) => {
    const address = addressOf(each);
    // A reply address stands for the one who wrote.
    if (each === original.from || left.has(address)) return false;
    left.add(address);
    return true;
  });
  return { to, others };
}

/** RFC 5322 3.6.4: the parent's References, or its single In-Reply-To, and the parent. */
function parentsOf({ headers, messageId }: ReadMail): string[] {
  const of = (name: string) => headers.find((each) => each.name === name)?.value.match(/<[^<>\s]+>/g) ?? [];
  const references = of('references');
  const parent = of('in-reply-to');
  return [...(references.length > 0 ? references : parent.length === 1 ? parent : []), messageId].filter(
    Boolean,
  );
}

const answered = (subject: string, prefix: string): string =>
  `${prefix}${subject.replace(/^(re:\s*)+/i, '')}`;

function quotedOf(original: ReadMail, zone: string): Quoted {
  const text = (original.text ?? (original.html === null ? '' : convert(original.html))).trimEnd();
  return {
    from: original.from,
    to: original.to.join('; '),
    subject: original.subject,
    text,
    html: original.html === null ? asHtml(text) : bodyOf(original.html),
    at: new Date(original.date ?? Date.now()),
    zone,
  };
}

interface Body {
  body: { text: string; html: string };
  headers: Record<string, string>;
}

const writers: Record<Program, (text: string, quoted: Quoted) => Body> = {
  gmail: (text, quoted) => {
    const intro = `On ${day(quoted, 'short')} at ${clock(quoted)} ${quoted.from} wrote:`;
    return {
      body: {
        text: `${text}\n\n${intro}\n\n${quoteLines(quoted.text)}\n`,
        html:
          `<div dir="ltr">${asHtml(text)}</div><br><div class="gmail_quote gmail_quote_container">` +
          `<div dir="ltr" class="gmail_attr">${escaped(intro)}<br></div>` +
          '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">' +
          `${quoted.html}</blockquote></div>`,
      },
      headers: {},
    };
  },
  outlook: (text, quoted) => {
    const block = [
      ['From', quoted.from],
      ['Sent', `${day(quoted, 'long')} ${clock(quoted)}`],
      ['To', quoted.to],
      ['Subject', quoted.subject],
    ];
    return {
      body: {
        text: `${text}\n\n${block.map(([name, value]) => `${name}: ${value}`).join('\n')}\n\n${quoted.text}\n`,
        html:
          `<div class="WordSection1"><p class="MsoNormal">${asHtml(text)}</p><p class="MsoNormal">&nbsp;</p>` +
          '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal">' +
          `${block.map(([name, value]) => `<b>${name}:</b> ${escaped(value ?? '')}`).join('<br>')}</p></div>` +
          `<p class="MsoNormal">&nbsp;</p>${quoted.html}</div>`,
      },
      headers: { 'Thread-Topic': quoted.subject.replace(/^(re:\s*)+/i, ''), 'X-MS-Has-Attach': '' },
    };
  },
  ios: (text, quoted) => {
    const intro = `On ${day(quoted, 'iOS')}, at ${clock(quoted)}, ${quoted.from} wrote:`;
    return {
      body: {
        text: `${text}\n\nSent from my iPhone\n\n${quoteLines(`${intro}\n\n\ufeff${quoted.text}`)}\n`,
        html:
          `<div dir="ltr">${asHtml(text)}<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Sent from my iPhone</div></div>` +
          `<div dir="ltr"><br><blockquote type="cite">${escaped(intro)}<br><br></blockquote></div>` +
          `<blockquote type="cite"><div dir="ltr">\ufeff${quoted.html}</div></blockquote>`,
      },
      headers: { 'X-Mailer': 'iPhone Mail (23A341)' },
    };
  },
  none: (text) => ({ body: { text: `${text}\n`, html: asHtml(text) }, headers: {} }),
};

const quoteLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' || line.startsWith('>') ? `>${line}` : `> ${line}`))
    .join('\n');

const asHtml = (text: string): string => escaped(text).replace(/\r?\n/g, '<br>');

/** What stands in the body: a page inside of a page is none. */
const bodyOf = (page: string): string => /<body[^>]*>([\s\S]*?)<\/body>/i.exec(page)?.[1] ?? page;

const addressOf = (text: string): string => readMailbox(text)?.address ?? text.toLowerCase();

const dayForms: Record<'short' | 'long' | 'iOS', Intl.DateTimeFormatOptions> = {
  short: { weekday: 'short', month: 'short', day: 'numeric', year: 'numeric' },
  long: { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' },
  iOS: { month: 'short', day: 'numeric', year: 'numeric' },
};

const day = ({ at, zone }: Quoted, form: keyof typeof dayForms): string =>
  new Intl.DateTimeFormat('en-US', { ...dayForms[form], timeZone: zone }).format(at);

/** With the narrow space that both Gmail and iOS put before AM and PM. */
const clock = ({ at, zone }: Quoted): string =>
  new Intl.DateTimeFormat('en-US', { hour: 'numeric', minute: '2-digit', timeZone: zone })
    .format(at)
    .replace(/\s(?=[AP]M)/, '\u202f');
