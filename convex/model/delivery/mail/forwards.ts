/**
 * Something of a conversation is passed on to somebody outside (docs/rules.md M2, M3): gathered here, rendered by an action, and
 * recorded with its mails in one transaction. No reply and no voice: it goes to nobody who takes part, and what is answered to it
 * comes back as the team's to read (accept.ts). One mail for each address, which leaves as the desk's own do (deskMails.ts).
 */
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../../_generated/dataModel';
import type { QueryCtx } from '../../../_generated/server';
import { maxTextLength } from '../../../shared/kit/limits';
import { mostBytesOn } from '../../../shared/conversation/attachments';
import { isEmail, normalizeEmail } from '../../../shared/kit/emails';
import { firstUnits, isVisible } from '../../../shared/kit/text';
import { writtenAddress } from '../../../shared/mail/addresses';
import { maxForwardAddresses } from '../../../shared/mail/forwards';
import { sentWith } from '../../conversation/attachments';
import { type CaseCtx, openCaseOf } from '../../conversation/case';
import { appendEntry, findByClientMessageId } from '../../conversation/entries';
import { authorNames } from '../../conversation/news';
import { loadConversationFor, loadEntryFor } from '../../kit/access';
import { appError } from '../../kit/errors';
import { firstName } from '../../kit/names';
import { mailOfEntry } from '../../mail/mails';
import { isOwnAddress, listMailChannels, listThreads, takesPart } from '../../mail/threads';
import { sendDeskMail } from './deskMails';

type Reader = Pick<QueryCtx, 'db'>;

/** Messages of a conversation that go along, the newest, and characters of each. */
const mostParts = 20;
const mostUnits = 40_000;
/** Together: a row holds them twice, as text and as HTML. */
const mostUnitsInAll = 60_000;

export const vForwardAsked = v.object({
  conversationId: v.id('conversations'),
  /** One message; absent: the conversation. */
  entryId: v.optional(v.id('entries')),
  to: v.array(v.string()),
  note: v.string(),
  clientMessageId: v.string(),
});
export type ForwardAsked = Infer<typeof vForwardAsked>;

/** What the mails are rendered from. */
export const vForwardFacts = v.object({
  subject: v.string(),
  signature: v.string(),
  parts: v.array(
    v.object({
      headers: v.array(v.object({ name: v.string(), value: v.string() })),
      text: v.string(),
    }),
  ),
  leftOut: v.array(v.string()),
});

/** Throws where it may not be passed on, or reaches nobody. */
export async function gatherForward(
  ctx: Reader,
  member: Doc<'members'>,
  asked: ForwardAsked,
): Promise<Infer<typeof vForwardFacts>> {
  const { conversation, channel, entries } = await check(ctx, member, asked);
  const nameOf = authorNames(ctx);
  const team = channel.mail.senderName || (await ctx.db.get(member.teamId))!.name;
  let left = mostUnitsInAll;
  const parts = [];
  for (const entry of entries.toReversed()) {
    const isOnly = entries.length === 1;
    const part = await partOf(ctx, entry, { nameOf, own: channel.mail.address, team, isOnly });
    const text = firstUnits(part.text, Math.min(mostUnits, left));
    left -= text.length;
    parts.push({ ...part, text: text === part.text ? text : `${text}…` });
  }
  const only = entries.length === 1 ? await mailOfEntry(ctx, entries[0]!._id) : null;
  return {
    subject: only?.subject || conversation.subject,
    signature: member.signature ?? `${firstName(member.name)}, ${team}`,
    parts: parts.toReversed(),
    leftOut: (await filesOf(ctx, entries)).leftOut,
  };
}

/** The entry that says so, with a mail for each address; the same again changes nothing. */
export async function recordForward(
  ctx: CaseCtx,
  member: Doc<'members'>,
  { rendered, ...asked }: ForwardAsked & { rendered: { subject: string; text: string; html: string } },
): Promise<void> {
  const author = { kind: 'operator' as const, memberId: member._id };
  const { conversationId, clientMessageId, note } = asked;
  const known = await findByClientMessageId(ctx, conversationId, clientMessageId, author);
  if (known !== null) return;
  const { channel, to, entries } = await check(ctx, member, asked);
  const opened = await openCaseOf(ctx, conversationId);
  const only = asked.entryId === undefined ? {} : { sequence: entries[0]!.sequence };
  const entry = await appendEntry(ctx, opened, {
    kind: 'note',
    audience: 'team',
    author,
    clientMessageId,
    ...(isVisible(note) && { text: note.trim() }),
    event: { type: 'forwarded', to, ...only },
  });
  const { files } = await filesOf(ctx, entries);
  const { teamId } = member;
  const what = { teamId, kind: 'forward' as const, ...rendered, conversationId, entryId: entry._id, files };
  for (const address of to) await sendDeskMail(ctx, { ...what, to: address }, channel);
}

async function check(
  ctx: Reader,
  member: Doc<'members'>,
  { conversationId, entryId, to, note }: ForwardAsked,
) {
  const conversation = await loadConversationFor(ctx, member, conversationId);
  const entries = await entriesFor(ctx, member, conversationId, entryId);
  if (note.length > maxTextLength) {
    throw appError('INVALID_INPUT', `A note has at most ${maxTextLength} characters.`);
  }
  const [channel] = await listMailChannels(ctx, member.teamId, await listThreads(ctx, conversationId));
  if (channel === undefined) {
    throw appError('NO_MAIL_CHANNEL', 'The team has no address that mail could leave by.');
  }
  const addresses = await checkAddresses(ctx, conversation, to);
  if (entries.length === 0) throw appError('INVALID_INPUT', 'There is nothing that could be passed on.');
  return { conversation, channel, to: addresses, entries };
}

async function checkAddresses(
  ctx: Reader,
  conversation: Doc<'conversations'>,
  to: string[],
): Promise<string[]> {
  const addresses = [...new Set(to.slice(0, maxForwardAddresses + 1).map(normalizeEmail))];
  if (addresses.length === 0 || addresses.length > maxForwardAddresses) {
    throw appError('INVALID_INPUT', `It can be passed on to 1 to ${maxForwardAddresses} addresses.`);
  }
  for (const address of addresses) {
    if (!isEmail(address)) throw appError('INVALID_INPUT', `This is no email address: ${address}`);
    // [C2] Past the one door nobody speaks to the customer.
    if (await takesPart(ctx, conversation, address)) {
      throw appError('INVALID_INPUT', `${address} takes part in the conversation: write a reply.`);
    }
    if (await isOwnAddress(ctx, conversation.teamId, address)) {
      throw appError('INVALID_INPUT', `${address} is an address of this team: it would come back.`);
    }
  }
  return addresses;
}

/** One that is named, whoever wrote it; else what the customer could see, oldest first. */
async function entriesFor(
  ctx: Reader,
  member: Doc<'members'>,
  conversationId: Id<'conversations'>,
  entryId: Id<'entries'> | undefined,
): Promise<Doc<'entries'>[]> {
  const isSaid = ({ kind, author, neverSent }: Doc<'entries'>) =>
    kind === 'message' && author.kind !== 'system' && !neverSent;
  if (entryId !== undefined) {
    const entry = await loadEntryFor(ctx, member, entryId);
    return entry.conversationId === conversationId && isSaid(entry) ? [entry] : [];
  }
  const newest = await ctx.db
    .query('entries')
    .withIndex('by_conversationId_and_audience_and_sequence', (q) =>
      q.eq('conversationId', conversationId).eq('audience', 'everyone'),
    )
    .order('desc')
    .take(2 * mostParts);
  return newest
    .filter((entry) => isSaid(entry) && !entry.isForeign)
    .slice(0, mostParts)
    .toReversed();
}

interface From {
  nameOf: ReturnType<typeof authorNames>;
  /** The address it leaves by, and the name beside it. */
  own: string;
  team: string;
  /** Alone it goes whole, with what it quotes. */
  isOnly: boolean;
}

async function partOf(ctx: Reader, entry: Doc<'entries'>, { nameOf, own, team, isOnly }: From) {
  const { author, at, channel = 'web', text = '' } = entry;
  const mail = await mailOfEntry(ctx, entry._id);
  const name = await nameOf(entry);
  const isOurs = author.kind !== 'customer';
  const by = isOurs
    ? { address: own, name: `${firstName(name)}, ${team}` }
    : { address: '', name: name || 'Customer' };
  const from = isOurs ? by : (mail?.from ?? by);
  const header = (title: string, value: string) => (value === '' ? [] : [{ name: title, value }]);
  const to = (mail?.to ?? []).map(({ address }) => address).join(', ');
  return {
    headers: [
      ...header('From', from.address === '' ? from.name : writtenAddress(from)),
      ...header('Date', new Date(mail?.date ?? at).toUTCString().replace(/:\d\d GMT$/, ' UTC')),
      ...header('Subject', mail?.subject ?? ''),
      ...header('To', to),
      ...header('By', mail === null ? channel : ''),
    ],
    text: (isOnly ? mail?.whole : undefined) ?? text,
  };
}

/** Within what one mail may carry, in their order; the others are named in it. */
async function filesOf(ctx: Reader, entries: Doc<'entries'>[]) {
  let bytes = 0;
  const files = [];
  const leftOut = [];
  for (const entry of entries) {
    for (const { storageId, name, contentType, size } of await sentWith(ctx, entry)) {
      if (bytes + size > mostBytesOn('email') || files.length === mostFiles) leftOut.push(name);
      else {
        bytes += size;
        files.push({ storageId, name, contentType });
      }
    }
  }
  return { files, leftOut };
}

const mostFiles = 50;
