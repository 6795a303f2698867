/** The pages of a mailbox: its mails, one of them with a reply below, and a new one. */
import { convert } from 'html-to-text';
import { readMailbox } from '../mail/addresses.ts';
import type { StoredMail } from '../mail/mailboxes.ts';
import type { ReadMail } from '../mail/read.ts';
import { html, type Markup } from './markup.ts';
import { programs, recipientsOf } from './replies.ts';

export interface Shown {
  stored: StoredMail;
  mail: ReadMail;
}

export const pathOf = (address: string, ...rest: string[]): string =>
  ['/mailbox', encodeURIComponent(address).replaceAll('%40', '@'), ...rest].join('/');

export function addressesPage(addresses: readonly string[]): string {
  return page(
    'Mailboxes',
    html`<h1>Mailboxes</h1>
      <p>Everybody who gets mail from the desk has a mailbox here. Take any address, and be the customer.</p>
      <form action="/mailbox" class="row">
        <label>Address <input name="address" type="email" required value="you@customer.example" /></label>
        <button>Open</button>
      </form>
      <ul class="mails">
        ${addresses.map((each) => html`<li><a href="${pathOf(each)}">${each}</a></li>`)}
      </ul>`,
  );
}

export function listPage(address: string, mails: readonly Shown[]): string {
  const newestFirst = mails.toReversed();
  return page(
    `Mail of ${address}`,
    html`${head(address)}
      <p><a class="button" href="${pathOf(address, 'write')}">Write</a></p>
      <ul class="mails" id="mails" aria-label="Mails, newest first">
        ${newestFirst.map((each) => row(address, each))}
      </ul>
      ${mails.length === 0 && html`<p>No mail yet. What the desk sends to this address appears here by itself.</p>`}`,
    address,
  );
}

function row(address: string, { stored, mail }: Shown): Markup {
  const isSent = stored.direction === 'sent';
  return html`<li>
    <a href="${pathOf(address, stored.id)}">
      <span class="who" dir="auto">${isSent ? `To ${readable(mail.to)}` : readable([mail.from])}</span>
      <time datetime="${new Date(stored.at).toISOString()}">${timeOf(stored.at)}</time>
      <strong dir="auto">${mail.subject || '(no subject)'}</strong>
      <span class="start" dir="auto">${textOf(mail).replace(/\s+/g, ' ').slice(0, 140)}</span>
    </a>
  </li>`;
}

export function mailPage(address: string, { stored, mail }: Shown, said: string | null = null): string {
  const path = pathOf(address, stored.id);
  return page(
    mail.subject || '(no subject)',
    html`${head(address)}
      <article>
        <h2 dir="auto">${mail.subject || '(no subject)'}</h2>
        <dl>
          ${fields(mail).map(
            ([name, value]) =>
              html`<dt>${name}</dt>
                <dd dir="auto">${value}</dd>`,
          )}
          <dt>Date</dt>
          <dd>${timeOf(stored.at)}</dd>
        </dl>
        ${body(path, mail)}
        ${
          mail.attachments.length > 0 &&
          html`<h3>Attachments</h3>
            <ul>
              ${mail.attachments.map(
                ({ filename, content }, at) =>
                  html`<li>
                    <a href="${path}/attachments/${at}" download>${filename ?? 'without a name'}</a>
                    (${Math.ceil(content.length / 1024)} kB)
                  </li>`,
              )}
            </ul>`
        }
        <p class="row"><a href="${path}/raw">Show the original</a></p>
      </article>
      ${stored.direction === 'received' && replyForm(address, path, mail, said)}`,
    address,
  );
}

function body(path: string, mail: ReadMail): Markup {
  // Text alone is quieter, and everybody has it; the HTML is what most customers would see.
  return mail.html === null
    ? html`<pre dir="auto">${mail.text ?? ''}</pre>`
    : html`<iframe
          title="The mail"
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          src="${path}/html"
          height="${heightOf(mail.html)}"
        ></iframe>
        <details>
          <summary>As plain text</summary>
          <pre dir="auto">${textOf(mail)}</pre>
        </details>`;
}

function replyForm(address: string, path: string, mail: ReadMail, said: string | null): Markup {
  const { to, others } = recipientsOf(mail, address);
  return html`<section aria-labelledby="reply">
    <h2 id="reply">Reply</h2>
    ${failure(said)}
    <form method="post" action="${path}" enctype="multipart/form-data">
      <p dir="auto">To ${readable([to])}</p>
      ${others.length > 0 && html`<label class="check"><input type="checkbox" name="all" value="yes" /> Also to ${readable(others)}</label>`}
      <label>Text <textarea name="text" rows="7" required dir="auto"></textarea></label>
      <label
        >Written with
        <select name="program">
          ${Object.entries(programs).map(([value, label]) => html`<option value="${value}">${label}</option>`)}
        </select>
      </label>
      <label>Files <input type="file" name="files" multiple /></label>
      <button>Send the reply</button>
    </form>
    <form method="post" action="${path}/spam"><button class="quiet">This is spam</button></form>
  </section>`;
}

export interface Draft {
  to: string;
  subject: string;
  text: string;
}

export function writePage(address: string, { to, subject, text }: Draft, said: string | null = null): string {
  return page(
    'Write',
    html`${head(address)}
      <h2>Write</h2>
      ${failure(said)}
      <form method="post" action="${pathOf(address, 'write')}" enctype="multipart/form-data">
        <label>To <input name="to" required value="${to}" /></label>
        <label>Cc <input name="cc" /></label>
        <label>Your name <input name="name" autocomplete="name" /></label>
        <label>Subject <input name="subject" dir="auto" value="${subject}" /></label>
        <label>Text <textarea name="text" rows="9" dir="auto">${text}</textarea></label>
        <label>Files <input type="file" name="files" multiple /></label>
        <button>Send</button>
      </form>`,
    address,
  );
}

const failure = (said: string | null): Markup | null =>
  said === null ? null : html`<p class="failure" role="alert">${said}</p>`;

const head = (address: string): Markup =>
  html`<h1><a href="${pathOf(address)}">Mail of ${address}</a></h1>
    <p id="news" role="status"></p>`;

function fields(mail: ReadMail): [string, string][] {
  const all: [string, string][] = [
    ['From', readable([mail.from])],
    ['To', readable(mail.to)],
    ['Cc', readable(mail.cc)],
    ['Reply to', readable(mail.replyTo)],
  ];
  return all.filter(([, value]) => value !== '');
}

/** Nobody may look into the frame of a mail, so it is as high as its text needs; pixels. */
function heightOf(markup: string): number {
  const lines = convert(markup)
    .split('\n')
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 70)), 0);
  return Math.min(40 + lines * 26, 4_000);
}

const textOf = (mail: ReadMail): string => mail.text ?? (mail.html === null ? '' : convert(mail.html));

/** Without the quotes that addresses need where they travel. */
const readable = (list: readonly string[]): string =>
  list
    .map((each) => {
      const mailbox = readMailbox(each);
      return mailbox?.name ? `${mailbox.name} <${mailbox.address}>` : each;
    })
    .join(', ');

const timeOf = (at: number): string =>
  new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' }).format(at);

/** `address`: whose new mail the page watches for. */
function page(title: string, content: Markup, address: string | null = null): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="stylesheet" href="/mailbox-files/mailbox.css" />
        ${address !== null && html`<script type="module" src="/mailbox-files/mailbox.js" data-state="${pathOf(address, 'state')}"></script>`}
      </head>
      <body>
        <main>${content}</main>
        <footer>
          Local mail for trying and testing: nothing here leaves this machine.
          <a href="/mailbox">Other mailboxes</a>
        </footer>
      </body>
    </html>`.text;
}
