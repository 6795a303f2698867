/** What `POST /emails` takes, checked as the real one checks it. */
import { convert } from 'html-to-text';
import { lookup } from 'mrmime';
import { refuse } from '../refusals.ts';
import { domainOf, type Mailbox, readMailbox } from './addresses.ts';
import type { Attachment } from './mime.ts';

export interface SendBody {
  from: Mailbox;
  to: Mailbox[];
  cc: Mailbox[];
  bcc: Mailbox[];
  replyTo: Mailbox[];
  subject: string;
  html: string | null;
  text: string | null;
  headers: [string, string][];
  attachments: Attachment[];
  tags: { name: string; value: string }[];
  scheduledAt: number | null;
}

/** Recipients' domains that are refused as no domains of people. */
const blockedDomains = ['example.com', 'test.com'];
const mostRecipients = 50;
const mostMegabytes = 40;

type Json = Record<string, unknown>;

export async function readSendBody(
  given: unknown,
  { bytes, now }: { bytes: number; now: number },
): Promise<SendBody> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) refuse('notJson');
  const body = given as Json;
  for (const field of ['from', 'to', 'subject']) if (body[field] == null) refuse('missingField', { field });
  const html = readText(body, 'html');
  const text = readText(body, 'text');
  if (html === null && text === null) refuse('missingContent');
  if (bytes > mostMegabytes * 1024 * 1024) refuse('tooLarge', { most: mostMegabytes });
  const subject = readText(body, 'subject') ?? '';
  if (/[\r\n]/.test(subject)) refuse('lineBreak', { field: 'subject' });
  const to = readList(body, 'to');
  if (to.length === 0) refuse('missingField', { field: 'to' });
  return {
    from: readFrom(body.from),
    to,
    cc: readList(body, 'cc'),
    bcc: readList(body, 'bcc'),
    replyTo: readList(body, 'reply_to'),
    subject,
    html,
    // As the real one: a text is made of the HTML unless there is one, be it empty.
    text: text ?? (html === null ? null : convert(html, { wordwrap: 78 })),
    headers: readHeaders(body.headers),
    attachments: await readAttachments(body.attachments),
    tags: readTags(body.tags),
    scheduledAt: readSchedule(body.scheduled_at, now),
  };
}

function readText(body: Json, field: string): string | null {
  const value = body[field];
  if (value == null) return null;
  if (typeof value !== 'string') refuse('wrongType', { field, type: 'string' });
  return value;
}

function readFrom(given: unknown): Mailbox {
  if (typeof given !== 'string') refuse('wrongType', { field: 'from', type: 'string' });
  if (/[\r\n]/.test(given)) refuse('lineBreak', { field: 'from' });
  return readMailbox(given) ?? refuse('wrongFrom');
}

function readList(body: Json, field: string): Mailbox[] {
  const given = body[field] ?? [];
  const list: unknown[] = Array.isArray(given) ? given : [given];
  if (list.length > mostRecipients) refuse('tooManyRecipients', { field, most: mostRecipients });
  return list.map((each) => {
    if (typeof each !== 'string') refuse('wrongType', { field, type: 'string' });
    if (/[\r\n]/.test(each)) refuse('lineBreak', { field });
    const mailbox = readMailbox(each) ?? refuse('wrongAddress', { field });
    const domain = domainOf(mailbox.address);
    if (field !== 'reply_to' && blockedDomains.includes(domain)) refuse('blockedDomain', { field, domain });
    return mailbox;
  });
}

function readHeaders(given: unknown): [string, string][] {
  if (given == null) return [];
  if (typeof given !== 'object' || Array.isArray(given))
    refuse('wrongType', { field: 'headers', type: 'object' });
  return Object.entries(given).map(([name, value]) => {
    if (typeof value !== 'string') refuse('wrongType', { field: 'headers', type: 'string' });
    if (/[\r\n]/.test(value) || !/^[\x21-\x39\x3b-\x7e]+$/.test(name))
      refuse('lineBreak', { field: 'headers' });
    return [name, value];
  });
}

function readTags(given: unknown): SendBody['tags'] {
  if (given == null) return [];
  if (!Array.isArray(given)) refuse('wrongType', { field: 'tags', type: 'array' });
  return given.map(({ name, value }: { name?: unknown; value?: unknown }) => {
    if (![name, value].every((each) => typeof each === 'string' && /^[\w-]{1,256}$/.test(each)))
      refuse('wrongTag');
    return { name: name as string, value: value as string };
  });
}

function readSchedule(given: unknown, now: number): number | null {
  if (given == null) return null;
  const at = typeof given === 'string' ? Date.parse(given) : NaN;
  if (Number.isNaN(at)) refuse('wrongType', { field: 'scheduled_at', type: 'ISO 8601 date' });
  return at > now ? at : null;
}

async function readAttachments(given: unknown): Promise<Attachment[]> {
  if (given == null) return [];
  if (!Array.isArray(given)) refuse('wrongType', { field: 'attachments', type: 'array' });
  return Promise.all(given.map((each: Json) => readAttachment(each)));
}

async function readAttachment({ content, path, ...given }: Json): Promise<Attachment> {
  const filename = typeof given.filename === 'string' ? given.filename.replace(/[\r\n]/g, ' ') : 'attachment';
  const contentId = typeof given.content_id === 'string' ? given.content_id : null;
  const contentType =
    typeof given.content_type === 'string' && /^[\w.+-]+\/[\w.+-]+$/.test(given.content_type)
      ? given.content_type
      : (lookup(filename) ?? 'application/octet-stream');
  const bytes =
    typeof content === 'string'
      ? Buffer.from(content, 'base64')
      : Array.isArray((content as { data?: unknown } | null | undefined)?.data)
        ? Buffer.from((content as { data: number[] }).data)
        : typeof path === 'string'
          ? await fetchFile(path)
          : refuse('emptyAttachment');
  return { filename, contentType, contentId, content: bytes };
}

async function fetchFile(path: string): Promise<Buffer> {
  try {
    const answer = await fetch(path, { signal: AbortSignal.timeout(10_000) });
    if (answer.ok) return Buffer.from(await answer.arrayBuffer());
  } catch {
    // Said below, as for any answer that is none.
  }
  return refuse('emptyAttachment');
}
