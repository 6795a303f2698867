/** What mail servers on the way write into a mail: SES when it sends, the recipient's server when it takes one in. */
import { randomBytes } from 'node:crypto';
import { newMessageId } from '../ids.ts';
import { domainOf } from './addresses.ts';
import { writeMail } from './mime.ts';
import type { SendBody } from './sendBody.ts';

/** Not taken over from the headers that were asked for: SES sets its own, and the rest comes from the fields. */
const replaced = new Set([
  'message-id',
  'date',
  'from',
  'to',
  'cc',
  'bcc',
  'subject',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'return-path',
]);

/** The mail as SES sends it: its own Message-ID in the place of any, In-Reply-To and References untouched. */
export function writeOutgoing(
  body: SendBody,
  { region, now }: { region: string; now: number },
): { messageId: string; raw: Buffer } {
  const messageId = newMessageId(region, now);
  const lists: [string, { text: string }[]][] = [
    ['To', body.to],
    ['Cc', body.cc],
    ['Reply-To', body.replyTo],
  ];
  const raw = writeMail({
    headers: [
      ['From', body.from.text],
      ...lists
        .filter(([, list]) => list.length > 0)
        .map(([name, list]): [string, string] => [name, list.map(({ text }) => text).join(', ')]),
      ['Subject', body.subject],
      ['Message-ID', messageId],
      ['Date', mailDate(now)],
      ...body.headers.filter(
        ([name]) =>
          !replaced.has(name.toLowerCase()) &&
          !(name.toLowerCase() === 'reply-to' && body.replyTo.length > 0),
      ),
      ['Feedback-ID', `::1.${region}.local:AmazonSES`],
      ['X-SES-Outgoing', `${new Date(now).toISOString().replace(/T.*/, '').replaceAll('-', '.')}-192.0.2.25`],
    ],
    text: body.text,
    html: body.html,
    attachments: body.attachments,
  });
  return { messageId, raw };
}

/** In front of everything, as a server that takes a mail in writes them (RFC 5321 4.4, RFC 8601). */
export function stamped(
  raw: Uint8Array,
  {
    server,
    from,
    to,
    now,
  }: {
    server: string;
    /** The envelope's sender; empty for a bounce. */
    from: string;
    to: string;
    now: number;
  },
): Buffer {
  const domain = domainOf(from) || 'unknown.example';
  const lines = [
    `Return-Path: <${from}>`,
    `Received: from mail.${domain} (mail.${domain} [192.0.2.10])`,
    ` by ${server} with SMTP id ${randomBytes(16).toString('hex')}`,
    ` for ${to};`,
    ` ${mailDate(now)}`,
    'X-SES-Spam-Verdict: PASS',
    'X-SES-Virus-Verdict: PASS',
    `Received-SPF: pass (spfCheck: domain of ${domain}) client-ip=192.0.2.10; envelope-from=${from}; helo=mail.${domain};`,
    'Authentication-Results: amazonses.com;',
    ` spf=pass (spfCheck: domain of ${domain}) client-ip=192.0.2.10; envelope-from=${from}; helo=mail.${domain};`,
    ` dkim=pass header.i=@${domain};`,
    ` dmarc=pass header.from=${domain};`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1'), raw]);
}

/** `Thu, 01 Oct 2026 09:14:05 +0000` */
export const mailDate = (at: number): string => new Date(at).toUTCString().replace('GMT', '+0000');
