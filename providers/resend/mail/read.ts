/** What is read out of a raw mail: for the API of received mails and for the mailbox page. */
import PostalMime, { type Address } from 'postal-mime';
import { idOfPart } from '../ids.ts';

export interface ReadAttachment {
  id: string;
  filename: string | null;
  contentType: string;
  disposition: string | null;
  contentId: string | null;
  content: Buffer;
}

export interface ReadMail {
  from: string;
  to: string[];
  cc: string[];
  bcc: string[];
  replyTo: string[];
  subject: string;
  messageId: string;
  date: string | null;
  html: string | null;
  text: string | null;
  /** In their order, names in lower case. */
  headers: { name: string; value: string }[];
  attachments: ReadAttachment[];
}

/** `owner`: what its attachments' ids are made of; the same mail has the same ones. */
export async function readMail(raw: Uint8Array, owner: string): Promise<ReadMail> {
  const mail = await PostalMime.parse(raw, { attachmentEncoding: 'arraybuffer' });
  return {
    from: mail.from ? (written(mail.from)[0] ?? '') : '',
    to: (mail.to ?? []).flatMap(written),
    cc: (mail.cc ?? []).flatMap(written),
    bcc: (mail.bcc ?? []).flatMap(written),
    replyTo: (mail.replyTo ?? []).flatMap(written),
    subject: mail.subject ?? '',
    messageId: mail.messageId ?? '',
    date: mail.date ?? null,
    html: mail.html ?? null,
    text: mail.text ?? null,
    headers: mail.headers.map(({ key, value }) => ({ name: key, value })),
    attachments: mail.attachments.map(({ filename, mimeType, disposition, contentId, content }, at) => ({
      id: idOfPart(owner, at),
      filename: filename ?? null,
      contentType: mimeType,
      disposition: disposition ?? null,
      contentId: contentId?.replace(/^<|>$/g, '') ?? null,
      content: Buffer.from(content as ArrayBuffer),
    })),
  };
}

function written(address: Address): string[] {
  if (address.group) return address.group.flatMap(written);
  const name = address.name.trim();
  if (!name || name === address.address) return [address.address ?? ''];
  const quoted = /^[^",:;<>()@[\]\\]*$/.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`;
  return [`${quoted} <${address.address}>`];
}

/** The HTML with its inline images in it, as `data:`. */
export function withImages({ html, attachments }: ReadMail): string | null {
  return (
    html?.replace(/\bcid:([^"'\s>]+)/g, (reference, id: string) => {
      const image = attachments.find(({ contentId }) => contentId === id);
      return image ? `data:${image.contentType};base64,${image.content.toString('base64')}` : reference;
    }) ?? null
  );
}
