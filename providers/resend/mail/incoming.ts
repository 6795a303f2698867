/** A mail as a customer's program writes it. */
import { newId } from '../ids.ts';
import { domainOf, readMailbox } from './addresses.ts';
import { type Attachment, writeMail } from './mime.ts';
import { mailDate } from './transport.ts';

export interface IncomingMail {
  from: string;
  to: string | string[];
  cc?: string | string[];
  /** On the envelope only. */
  bcc?: string | string[];
  subject?: string;
  text?: string;
  html?: string;
  attachments?: (Omit<Attachment, 'contentType'> & { contentType?: string })[];
  /** Besides those that every mail has; the same name replaces one of them. */
  headers?: Record<string, string>;
  messageId?: string;
  inReplyTo?: string;
  references?: string[];
}

/** The bytes and the envelope; of the recipients only those whose mail comes here. */
export function writeIncoming(
  mail: IncomingMail,
  now: number,
  isHere: (address: string) => boolean,
): { raw: Buffer; from: string; to: string[]; messageId: string } {
  const from = addressOf(mail.from);
  const lists = { to: [mail.to].flat(), cc: [mail.cc ?? []].flat(), bcc: [mail.bcc ?? []].flat() };
  const messageId = mail.messageId ?? `<${newId()}@mail.${domainOf(from)}>`;
  const headers: Record<string, string> = {
    From: mail.from,
    To: lists.to.join(', '),
    ...(lists.cc.length > 0 ? { Cc: lists.cc.join(', ') } : {}),
    Subject: mail.subject ?? '',
    Date: mailDate(now),
    'Message-ID': messageId,
    ...(mail.inReplyTo ? { 'In-Reply-To': mail.inReplyTo } : {}),
    ...(mail.references?.length ? { References: mail.references.join(' ') } : {}),
  };
  const more = Object.entries(mail.headers ?? {});
  const replaced = new Set(more.map(([name]) => name.toLowerCase()));
  const raw = writeMail({
    headers: [...Object.entries(headers).filter(([name]) => !replaced.has(name.toLowerCase())), ...more],
    text: mail.text ?? (mail.html === undefined ? '' : null),
    html: mail.html,
    attachments: mail.attachments?.map((each) => ({ contentType: 'application/octet-stream', ...each })),
  });
  return { raw, from, to: [...lists.to, ...lists.cc, ...lists.bcc].map(addressOf).filter(isHere), messageId };
}

/** Loosely: a test may write addresses that are none. */
const addressOf = (text: string): string => readMailbox(text)?.address ?? text;
