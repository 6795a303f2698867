/**
 * A mail as it came over the wire, read (docs/rules.md M3, M4; RFC 5322, MIME). Pure, and never refuses: a mail that cannot
 * be read comes back as its text with `isUnreadable`, and what was left out for its size is named in `cut`. Whoever
 * stores the raw mail has lost nothing in either case.
 *
 * Attached mails stay attachments: what somebody else wrote is not what the sender says.
 */
import PostalMime, { decodeWords, type Email, type Header } from 'postal-mime';
import { firstUnits, isVisible, oneLine } from '../kit/text';
import { addressesIn, type MailAddress } from './addresses';
import { cleanContentId, cleanContentType, cleanFileName } from './attachments';
import { dmarcOf, type Dmarc } from './authentication';
import { automaticOf, type Automatic, takesAnswers } from './automatic';
import { headerValues, messageIdsIn, type MailHeader } from './headers';
import { behindOwn, isOwn, withoutListMarks } from './ownLists';
import { foldQuoted, foldQuotedHtml, type FoldSpan } from './foldQuoted';
import { mostUnitsOfHtml } from './htmlToText';
import { withoutLargeFiles } from './largeMails';
import { withOurParts } from './parts';
import { bouncesOf, complaintsOf, type Bounce, type Complaint } from './reports';

type MailAttachment = {
  filename: string;
  contentType: string;
  /** `inline`, `attachment`, or what the mail says; null where it says nothing. */
  disposition: string | null;
  /** Without its brackets, as `cid:` names it. */
  contentId: string | null;
  /** Of a large mail a large one is decoded each time it is asked for. */
  readonly bytes: Uint8Array<ArrayBuffer>;
};

/** What is left out of a mail that is larger than anybody writes. */
type MailCut = 'raw' | 'headers' | 'text' | 'html' | 'attachments' | 'ids';

export type ParsedMail = {
  /** With its brackets; null where the mail has none. */
  messageId: string | null;
  inReplyTo: string[];
  /** Oldest first. */
  references: string[];
  from: MailAddress | null;
  replyTo: MailAddress[];
  /** Where answers are to go, where that is somebody else than who wrote it. Anybody may say so: it proves nothing. */
  answersTo: string | null;
  to: MailAddress[];
  cc: MailAddress[];
  subject: string;
  /** What the sender's clock said. */
  sentAt: number | null;
  /** Made from `html` where the mail has no other. Lines end in `\n`. */
  text: string;
  textIsFromHtml: boolean;
  /** What of the text is new, quoted, or the signature; in order and without gaps. */
  spans: FoldSpan[];
  html: string | null;
  attachments: MailAttachment[];
  headers: MailHeader[];
  dmarc: Dmarc;
  automatic: Automatic | null;
  /** From one of our own addresses, and by nothing else known as what no person wrote. */
  isByTeam: boolean;
  /** Of a bounce: whom it did not reach. */
  bounces: Bounce[];
  complaints: Complaint[];
  isUnreadable: boolean;
  cut: MailCut[];
};

export interface ParseOptions {
  /** The server whose Authentication-Results are believed; nobody's without it. */
  trustedHost?: string;
  /** From which size on its large files are taken out before it is read; what is as large without them is read at its beginning. */
  mostBytes?: number;
  /** Ours: what comes from one of them is a loop. */
  ownAddresses?: readonly string[];
}

export const mailLimits = {
  /** A mail of 25 MB of files has 34 MB; an action has 64 MB in all, and while it is read each byte is there three times. */
  mostBytes: 16 * 1024 * 1024,
  /** Of a mail that is larger: its headers and its text come first. */
  bytesOfBeginning: 1024 * 1024,
  /** Each takes a hundred bytes while it is read. `mostBytes` of base64 have two thirds of them. */
  lines: 300_000,
  linesOfBeginning: 100_000,
  headerBytes: 1024 * 1024,
  headers: 1_000,
  unitsOfHeader: 16 * 1024,
  unitsOfText: 1024 * 1024,
  unitsOfHtml: mostUnitsOfHtml,
  ids: 200,
  attachments: 200,
  subject: 1_000,
  nesting: 100,
} as const;

export async function parseMail(raw: Uint8Array | string, options: ParseOptions = {}): Promise<ParsedMail> {
  const cut = new Set<MailCut>();
  const all = typeof raw === 'string' ? new TextEncoder().encode(raw) : raw;
  const most = options.mostBytes ?? mailLimits.mostBytes;
  const isTooMuch = (mail: Uint8Array) =>
    mail.length > most || endOfLine(mail, mailLimits.lines) < mail.length;
  const light = isTooMuch(all) ? withoutLargeFiles(all) : null;
  const whole = light?.bytes ?? all;
  const isCut = isTooMuch(whole);
  const beginning = Math.min(mailLimits.bytesOfBeginning, endOfLine(whole, mailLimits.linesOfBeginning));
  const bytes = isCut ? whole.subarray(0, beginning) : whole;
  if (isCut) cut.add('raw');
  if (light?.isTextCut) cut.add('text');
  const { email, isUnreadable } = await readOrNot(bytes);
  const headers = headersOf(email.headers, cut);
  const attachments = attachmentsOf(isCut ? [] : email.attachments, cut, light?.fileOf);
  const { from: sender, ...envelope } = envelopeOf(headers, cut);
  const bodies = bodiesOf(email, cut);
  const own = options.ownAddresses ?? [];
  const behind = behindOwn(headers, sender, envelope.replyTo, own);
  const from = behind ?? sender;
  const address = from?.address ?? null;
  const answersTo = elsewhere(envelope.replyTo, address, own);
  const marks = behind === null ? headers : withoutListMarks(headers);
  const automatic = automaticOf(marks, address, envelope.subject, own, answersTo);
  const report = { headers, text: bodies.text, attachments };
  return {
    ...envelope,
    from,
    answersTo,
    ...bodies,
    attachments,
    headers,
    dmarc: dmarcOf(headers, address, options.trustedHost),
    automatic,
    isByTeam:
      automatic?.reason === 'ownAddress' &&
      automaticOf(marks, address, envelope.subject, [], answersTo) === null,
    bounces: automatic?.kind === 'bounce' ? bouncesOf(report) : [],
    complaints: automatic?.kind === 'feedback' ? complaintsOf(report) : [],
    isUnreadable,
    cut: [...cut],
  };
}

/** Not to ourselves: a mailing list, or an answer to us, may name one of our own addresses. */
function elsewhere(replyTo: MailAddress[], from: string | null, own: readonly string[]): string | null {
  const asked = replyTo[0]?.address;
  if (asked === undefined || asked === from || isOwn(asked, own)) return null;
  return takesAnswers(asked) ? asked : null;
}

/** The place after that many lines; the end where there are fewer. */
function endOfLine(bytes: Uint8Array, lines: number): number {
  let end = 0;
  for (let line = 0; line < lines; line++) {
    end = bytes.indexOf(10, end) + 1;
    if (end === 0) return bytes.length;
  }
  return end;
}

type Read = Pick<Email, 'headers' | 'text' | 'html' | 'attachments'>;

async function readOrNot(bytes: Uint8Array): Promise<{ email: Read; isUnreadable: boolean }> {
  try {
    const parser = withOurParts(
      new PostalMime({
        forceRfc822Attachments: true,
        maxNestingDepth: mailLimits.nesting,
        maxHeadersSize: mailLimits.headerBytes,
      }),
    );
    return { email: await parser.parse(bytes), isUnreadable: false };
  } catch {
    return { email: plainly(bytes), isUnreadable: true };
  }
}

/** Its lines: headers up to the first empty one, then text. */
function plainly(bytes: Uint8Array): Read {
  const text = new TextDecoder()
    .decode(bytes.subarray(0, mailLimits.bytesOfBeginning))
    .replaceAll('\r\n', '\n');
  const [head, ...body] = text.split('\n\n');
  const headers: Header[] = [];
  for (const line of head!.split('\n').slice(0, mailLimits.headers)) {
    const [, key, value] = /^([\w-]{1,100})[ \t]*:(.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined)
      headers.push({ key: key.toLowerCase(), originalKey: key, value: value.trim() });
    else if (/^[ \t]/.test(line) && headers.length > 0) headers.at(-1)!.value += ` ${line.trim()}`;
  }
  return { headers, text: headers.length > 0 ? body.join('\n\n') : text, attachments: [] };
}

function headersOf(headers: readonly Header[], cut: Set<MailCut>): MailHeader[] {
  const kept = headers.slice(0, mailLimits.headers).map(({ originalKey, value }) => ({
    name: firstUnits(originalKey, 200),
    value: firstUnits(value, mailLimits.unitsOfHeader).toWellFormed(),
  }));
  const isCut = kept.some(({ value }, at) => value.length < headers[at]!.value.length);
  if (isCut || kept.length < headers.length) cut.add('headers');
  return kept;
}

function envelopeOf(headers: readonly MailHeader[], cut: Set<MailCut>) {
  const first = (name: string) => headerValues(headers, name)[0] ?? '';
  const people = (name: string) => addressesIn(headerValues(headers, name).join(', '));
  const ids = (name: string) => {
    const all = messageIdsIn(headerValues(headers, name).join(' '));
    if (all.length <= mailLimits.ids) return all;
    cut.add('ids');
    return [all[0]!, ...all.slice(1 - mailLimits.ids)];
  };
  const sentAt = Date.parse(first('date'));
  return {
    messageId: messageIdsIn(first('message-id'))[0] ?? null,
    inReplyTo: ids('in-reply-to'),
    references: ids('references'),
    from: addressesIn(first('from'))[0] ?? addressesIn(first('sender'))[0] ?? null,
    replyTo: people('reply-to'),
    to: people('to'),
    cc: people('cc'),
    subject: oneLine(
      decodeWords(firstUnits(first('subject'), mailLimits.subject))
        .replace(/\p{Cc}/gu, ' ')
        .toWellFormed(),
    ),
    sentAt: Number.isNaN(sentAt) ? null : sentAt,
  };
}

function bodiesOf(email: Read, cut: Set<MailCut>) {
  const html = email.html === undefined ? null : firstUnits(email.html, mailLimits.unitsOfHtml);
  if (html !== null && html.length < email.html!.length) cut.add('html');
  const plain = email.text ?? '';
  const textIsFromHtml = html !== null && !isVisible(plain);
  const read = textIsFromHtml
    ? foldQuotedHtml(html)
    : { text: plain.replaceAll(/\r\n?/g, '\n'), spans: null };
  const text = firstUnits(read.text.toWellFormed(), mailLimits.unitsOfText);
  if (text.length < read.text.length) cut.add('text');
  const spans = (read.spans ?? foldQuoted(text)).flatMap(({ start, end, kind }) =>
    start < text.length ? [{ start, end: Math.min(end, text.length), kind }] : [],
  );
  return { text, textIsFromHtml, spans, html: html?.toWellFormed() ?? null };
}

function attachmentsOf(
  attachments: Email['attachments'],
  cut: Set<MailCut>,
  fileOf: ReturnType<typeof withoutLargeFiles>['fileOf'] = () => null,
): MailAttachment[] {
  if (attachments.length > mailLimits.attachments) cut.add('attachments');
  return attachments.slice(0, mailLimits.attachments).map((attachment, at) => {
    const contentType = cleanContentType(attachment.mimeType);
    const bytes = bytesOf(attachment.content);
    const large = fileOf(bytes);
    const shown = {
      filename: cleanFileName(attachment.filename, contentType, at + 1),
      contentType,
      disposition: attachment.disposition === null ? null : firstUnits(attachment.disposition, 100),
      contentId: cleanContentId(attachment.contentId),
    };
    if (large === null) return { ...shown, bytes };
    return {
      ...shown,
      get bytes() {
        return large();
      },
    };
  });
}

function bytesOf(content: ArrayBuffer | Uint8Array | string): Uint8Array<ArrayBuffer> {
  if (typeof content === 'string') return new TextEncoder().encode(content);
  return content instanceof Uint8Array ? new Uint8Array(content) : new Uint8Array(content);
}
