/**
 * A mail that came in is fetched from the provider and read (docs/rules.md M3, M4, M5; Resend's receiving API). What is long
 * becomes a file; what the transaction takes is small.
 */
import type { Id } from '../../_generated/dataModel';
import type { ActionCtx } from '../../functions';
import { keyFor } from '../../model/kit/secrets';
import { isForAnother } from '../../shared/delivery/addressed';
import type { MailTold } from '../../shared/delivery/mailEvents';
import type { ReceivedMail } from '../../shared/delivery/receivedMail';
import { sniff } from '../../shared/conversation/attachments';
import { maxFileBytes, maxTextLength, rawMailType, storedType } from '../../shared/kit/limits';
import { cleanAddress } from '../../shared/mail/addresses';
import { closedTexts } from '../../shared/mail/closedTexts';
import { newTextOf } from '../../shared/mail/foldQuoted';
import { isOwn } from '../../shared/mail/ownLists';
import { matchOrder } from '../../shared/mail/matchOrder';
import { type MailKey, openMessageId } from '../../shared/mail/threading';
import { type ParsedMail, parseMail } from '../../shared/mail/parseMail';
import { firstCharacters, firstUnits } from '../../shared/kit/text';
import { inTime } from '../provider';
import { clientFor } from './resend';

/** The server whose word about a sender counts: where Resend takes mail in (its raw mails say so). */
const trustedHost = 'amazonses.com';
/** Texts up to this stand in the row; longer ones are files. */
const maxWhole = 100_000;
const maxRecipients = 50;
/** For a mail of the largest size there is, over a slow line. */
const downloadMs = 120_000;
/** Quotes in one mail, beyond which it is shown as it is. */
const maxParts = 200;

interface Channel {
  apiKey: string | null;
  address: string;
  replyAddress: string;
  /** Every address of the team. */
  ours: string[];
  /** The addresses of the account's other channels. */
  others: string[];
}

/** Null: it is for another channel of the account. */
export async function fetchMail(
  ctx: ActionCtx,
  { apiKey, address, replyAddress, ours, others }: Channel,
  mail: MailTold,
): Promise<ReceivedMail | { failure: string } | null> {
  const { providerId, receivedFor } = mail;
  const isElsewhere = (addressed: string[]) =>
    isForAnother(addressed, { own: [address, replyAddress], others });
  if (isElsewhere(receivedFor)) return null;
  if (apiKey === null) return { failure: 'The channel has no key: the mail cannot be fetched.' };
  const [key, fetched] = await Promise.all([
    keyFor('mail'),
    fetchRaw(apiKey, providerId, (told) => isElsewhere([...receivedFor, ...told])).catch(
      ({ message }: Error) => ({ failure: message }),
    ),
  ]);
  if (fetched === null) return null;
  if ('failure' in fetched) return { failure: `The mail could not be fetched: ${fetched.failure}` };
  const { raw, told } = fetched;
  // While the disk takes it, it is read.
  const kept = ctx.storage.store(new Blob([raw], { type: rawMailType }));
  const known = { ...mail, receivedFor: [...receivedFor, ...told] };
  const reading = readMail(ctx, raw, known, { key, replyAddress, ours });
  try {
    const [rawFileId, read] = await Promise.all([kept, reading]);
    return { ...read, rawFileId };
  } catch (thrown) {
    await kept.then(
      (file) => ctx.storage.delete(file),
      () => {},
    );
    throw thrown;
  }
}

async function readMail(
  ctx: ActionCtx,
  raw: Uint8Array<ArrayBuffer>,
  { providerId, receivedFor, receivedAt }: MailTold,
  { key, replyAddress, ours }: Pick<Channel, 'replyAddress' | 'ours'> & { key: MailKey },
): Promise<Omit<ReceivedMail, 'rawFileId'>> {
  const ownAddresses = ours.map((own) => cleanAddress(own) ?? own);
  const parsed = await parseMail(raw, { trustedHost, ownAddresses });
  const candidates = await matchOrder(parsed, { key, receivedFor });
  const isOurDomain = (address: string) => address.split('@')[1] === replyAddress.split('@')[1];
  const recipients = [...parsed.to, ...parsed.cc].map((each) => each.address);
  const texts = closedTexts(parsed);
  // [C13] The last id that a mail of ours refers to is its own (shared/mail/threading.ts): it would be a copy of that.
  const byTeam =
    parsed.isByTeam && (await openMessageId(key, parsed.references.at(-1) ?? '')) === null
      ? { byTeam: true as const }
      : {};
  // Each file is a commit of its own: side by side they share one.
  const [shown, bodies, files] = await Promise.all([
    textsOf(ctx, texts),
    htmlOf(ctx, texts),
    // Of what no person wrote only the text is kept; the raw mail has the rest.
    parsed.automatic === null || byTeam.byTeam ? filesOf(ctx, parsed) : { files: [] },
  ]);
  return {
    providerId,
    messageId: parsed.messageId,
    inReplyTo: parsed.inReplyTo.slice(0, 20),
    references: firstAndLast(parsed.references),
    from: parsed.from ?? parsed.replyTo[0] ?? null,
    ...(parsed.answersTo === null || isOurDomain(parsed.answersTo) ? {} : { answersTo: parsed.answersTo }),
    to: parsed.to.slice(0, maxRecipients),
    cc: parsed.cc.slice(0, maxRecipients),
    subject: firstCharacters(parsed.subject, 300),
    // A tag that is hung on one leads here, too.
    ownAddresses: recipients.filter((each) => isOwn(each, ownAddresses) || isOurDomain(each)),
    ...(parsed.sentAt === null ? {} : { date: parsed.sentAt }),
    ...shown,
    ...bodies,
    ...files,
    ...byTeam,
    ...(receivedAt === undefined ? {} : { receivedAt }),
    ...(isCutShort(parsed) ? { isCut: true } : {}),
    dmarc: parsed.dmarc,
    automatic: parsed.automatic,
    cameBack: reportsOf(parsed),
    candidates: candidates.slice(0, 60),
  };
}

/** The mail as it came, and for whom the provider says that it did; null: for somebody else. Throws where it does not give it. */
async function fetchRaw(
  apiKey: string,
  providerId: string,
  isElsewhere: (told: string[]) => boolean,
): Promise<{ raw: Uint8Array<ArrayBuffer>; told: string[] } | null> {
  const { receiving } = clientFor(apiKey).emails;
  const asked = { html_format: 'cid' } as never;
  const { data, error } = await inTime((signal) => receiving.get(providerId, asked, { signal }));
  if (error !== null) throw new Error(error.message);
  // Of a mail that nobody told of, the provider says only now for whom it came.
  const { received_for: told = [] } = data as { received_for?: string[] };
  if (isElsewhere(told)) return null;
  const url = data.raw?.download_url;
  const raw = url === undefined ? null : await inTime((signal) => download(url, signal), downloadMs);
  if (raw === null) throw new Error('its raw form is not there.');
  return { raw, told };
}

async function download(url: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer> | null> {
  const response = await fetch(url, { signal });
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
}

/** [M5] [M9] The entry shows what is new, without what our own links open; where that is not the whole, the whole is kept beside it. */
async function textsOf(
  ctx: ActionCtx,
  { text, spans }: ReturnType<typeof closedTexts>,
): Promise<Pick<ReceivedMail, 'text' | 'whole' | 'wholeFileId' | 'quotedAt'>> {
  const shown = firstUnits(newTextOf(text, spans), maxTextLength);
  if (shown === text.trim()) return { text: shown };
  const isLong = text.length > maxWhole;
  const file = isLong ? { wholeFileId: await storeText(ctx, text, 'text/plain') } : { whole: text };
  const quotedAt = spans.filter(({ kind }) => kind !== 'new').map(({ start, end }) => ({ start, end }));
  return { text: shown, ...file, ...(quotedAt.length <= maxParts ? { quotedAt } : {}) };
}

/** The thread's first id, by which it is known, and the newest. */
const firstAndLast = (ids: string[]) => (ids.length > 21 ? [ids[0]!, ...ids.slice(-20)] : ids);

/** Beyond this the raw mail has them. */
const maxFiles = 50;

/** One after the other: of a large mail each is decoded only then. */
async function filesOf(
  ctx: ActionCtx,
  { attachments }: ParsedMail,
): Promise<Pick<ReceivedMail, 'files' | 'filesLeftOut'>> {
  const files: ReceivedMail['files'] = [];
  let filesLeftOut = 0;
  for (const attachment of attachments) {
    const { filename, contentId } = attachment;
    const bytes = files.length < maxFiles ? attachment.bytes : null;
    if (bytes === null || bytes.length > maxFileBytes) filesLeftOut++;
    else if (bytes.length > 0)
      files.push({
        storageId: await ctx.storage.store(new Blob([bytes], { type: storedType })),
        name: filename,
        contentType: sniff(bytes),
        ...(contentId === null ? {} : { contentId }),
      });
  }
  return filesLeftOut === 0 ? { files } : { files, filesLeftOut };
}

/** Of what the thread shows something is missing, and only the raw mail has it. */
const isCutShort = ({ cut, isUnreadable }: ParsedMail): boolean =>
  isUnreadable || cut.some((what) => what !== 'headers' && what !== 'ids');

async function htmlOf(ctx: ActionCtx, { html }: Pick<ParsedMail, 'html'>) {
  return html === null ? {} : { htmlFileId: await storeText(ctx, html, 'text/plain') };
}

function storeText(ctx: ActionCtx, text: string, type: string): Promise<Id<'_storage'>> {
  return ctx.storage.store(new Blob([text], { type }));
}

function reportsOf({ bounces, complaints }: ParsedMail): ReceivedMail['cameBack'] {
  return [
    ...bounces.map(({ recipient, permanent, originalMessageIds }) => ({
      recipient,
      how: permanent ? ('bounced' as const) : ('delayed' as const),
      originalMessageIds,
    })),
    ...complaints.map(({ recipient, originalMessageIds }) => ({
      recipient,
      how: 'complained' as const,
      originalMessageIds,
    })),
  ];
}
