/** Rules M5, M9: what is kept of a mail that quotes ours. */
import { beforeEach, expect, test, vi } from 'vitest';
import { makeSealingKey } from '../../scripts/authKeys';
import type { ActionCtx } from '../functions';
import { between } from '../shared/kit/text';
import { fetchMail } from './fetchMail';

beforeEach(() => {
  vi.stubEnv('SEALING_KEY', makeSealingKey());
  return () => {
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
  };
});

const token = 'aB3_-dEfGhIjKlMnOpQrStUvWxYz0123456789_-abc';
const page = 'https://desk.example/widget.html?channel=c';
const link = `${page}#mail=${token}`;

async function fetched(raw: string) {
  const files: string[] = [];
  const store = async (blob: Blob) => files.push(await blob.text());
  vi.stubGlobal('fetch', async (url: string) =>
    url.startsWith('https://raw.example')
      ? new Response(raw)
      : Response.json({ id: 'r', raw: { download_url: 'https://raw.example/mail' } }),
  );
  const replyAddress = 'help@in.shop.example';
  const channel = { apiKey: 're_key', replyAddress, ours: ['help@shop.example', replyAddress] };
  const mail = await fetchMail({ storage: { store } } as unknown as ActionCtx, channel, {
    providerId: 'r',
    receivedFor: [],
  });
  if ('failure' in mail) throw new Error(mail.failure);
  return { mail, files };
}

const head = 'From: Jo <jo@customer.test>\r\nTo: help@in.shop.example\r\nSubject: Re: Order\r\n';

test('[M9] [M5] an answer that quotes our mail is kept without what our link opens; its raw mail is as it came', async () => {
  const text = `Thanks!\r\n\r\nOn Mon, 4 May 2026 at 10:00, Shop <help@shop.example> wrote:\r\n> Open: ${link}\r\n> Bye`;
  const html = `<p>Thanks!</p><blockquote type="cite"><a href="${link}">Open</a></blockquote>`;
  const part = (type: string, body: string) => `--b\r\nContent-Type: text/${type}\r\n\r\n${body}\r\n`;
  const raw = `${head}Content-Type: multipart/alternative; boundary=b\r\n\r\n${part('plain', text)}${part('html', html)}--b--\r\n`;
  const { mail, files } = await fetched(raw);
  expect(mail.text).toBe('Thanks!');
  expect(mail.whole).toContain(`Open: ${page}\n`);
  const quoted = mail.quotedAt!.map(({ start, end }) => between(mail.whole!, start, end)).join('');
  expect(quoted.trimEnd()).toMatch(/^On Mon[^]*> Bye$/);
  expect(JSON.stringify(mail)).not.toContain(token);
  expect(files.filter((file) => file.includes(token))).toEqual([raw]);
  expect(files.some((file) => file.includes(`<a href="${page}">`))).toBe(true);
});

test('[M9] so is one whose quote nothing marks: it is text like any other', async () => {
  const { mail } = await fetched(`${head}\r\nThanks! I opened ${link} before.`);
  expect(mail.text).toBe(`Thanks! I opened ${page} before.`);
});
