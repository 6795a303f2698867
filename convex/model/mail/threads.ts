/** How a conversation goes on by mail (docs/rules.md M3, M6). The only writer of `mailThreads`. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { referencesFor } from '../../shared/mail/threading';
import { type Case, type CaseCtx, teamOf } from '../conversation/case';
import { emailOf, listEmails } from '../conversation/identities';
import { listChannels } from '../kit/channels';
import { appError } from '../kit/errors';
import { normalizeEmail } from '../../shared/kit/emails';

type Reader = Pick<QueryCtx, 'db'>;

export function findThread(
  ctx: Reader,
  conversationId: Id<'conversations'>,
  channelId: Id<'channels'>,
): Promise<Doc<'mailThreads'> | null> {
  return ctx.db
    .query('mailThreads')
    .withIndex('by_conversationId_and_channelId', (q) =>
      q.eq('conversationId', conversationId).eq('channelId', channelId),
    )
    .unique();
}

/** Every address of the team by which this conversation has gone on; a handful at most. */
export function listThreads(ctx: Reader, conversationId: Id<'conversations'>): Promise<Doc<'mailThreads'>[]> {
  return ctx.db
    .query('mailThreads')
    .withIndex('by_conversationId_and_channelId', (q) => q.eq('conversationId', conversationId))
    .take(20);
}

/** The customer by one of their addresses, or somebody their mails were copied to. */
export async function takesPart(
  ctx: Reader,
  { _id, customerId }: Doc<'conversations'>,
  address: string | undefined,
): Promise<boolean> {
  if (address === undefined) return false;
  const threads = await listThreads(ctx, _id);
  if (threads.some(({ to, cc }) => to === address || cc.includes(address))) return true;
  return (await listEmails(ctx, customerId)).includes(address);
}

export const recipientsOf = ({ to, cc }: Pick<Doc<'mails'>, 'to' | 'cc'>): string[] =>
  [...to, ...cc].map(({ address }) => address);

/** One of these is the customer. */
export async function includesCustomer(
  ctx: Reader,
  { _id, customerId }: Doc<'conversations'>,
  addresses: (string | undefined)[],
): Promise<boolean> {
  const threads = await listThreads(ctx, _id);
  const theirs = [...threads.map(({ to }) => to), ...(await listEmails(ctx, customerId))];
  return theirs.some((address) => addresses.includes(address));
}

export type MailChannel = Doc<'channels'> & { mail: NonNullable<Doc<'channels'>['mail']> };

/** The team's addresses that are open: the one that was used last comes first, and an answer goes by it. */
export async function listMailChannels(
  ctx: Reader,
  teamId: Id<'teams'>,
  used: Pick<Doc<'mailThreads'>, 'channelId'>[],
): Promise<MailChannel[]> {
  const channels = await allMailChannels(ctx, teamId);
  const isUsed = ({ _id }: Doc<'channels'>) => used.some(({ channelId }) => channelId === _id);
  return channels.filter(({ active }) => active).toSorted((a, b) => Number(isUsed(b)) - Number(isUsed(a)));
}

/** What is sent by these waits until they are open again. */
export async function listPausedMailChannels(ctx: Reader, teamId: Id<'teams'>): Promise<MailChannel[]> {
  return (await allMailChannels(ctx, teamId)).filter(({ active }) => !active);
}

async function allMailChannels(ctx: Reader, teamId: Id<'teams'>): Promise<MailChannel[]> {
  const channels = await listChannels(ctx, teamId);
  return channels.filter((channel): channel is MailChannel => isMailChannel(channel));
}

/** Mail to it comes back to the team, whatever it is tagged with. */
export async function isOwnAddress(ctx: Reader, teamId: Id<'teams'>, address: string): Promise<boolean> {
  const own = (await allMailChannels(ctx, teamId)).flatMap(({ mail }) => [mail.address, mail.replyAddress]);
  return own.some((each) => withoutTag(normalizeEmail(each)) === withoutTag(address));
}

const withoutTag = (address: string) => address.replace(/\+[^@]*@/, '@');

const isMailChannel = ({ kind, mail }: Doc<'channels'>): boolean => kind === 'email' && mail !== undefined;

async function mailChannelFor(
  ctx: Reader,
  { _id, teamId }: Doc<'conversations'>,
): Promise<Doc<'channels'> | null> {
  return (await listMailChannels(ctx, teamId, await listThreads(ctx, _id)))[0] ?? null;
}

/** [M6] Where a reply by mail goes: the channel it leaves by, with a thread. Throws where it would reach nobody. */
export async function openMailRoute(
  ctx: CaseCtx,
  opened: Case,
  channelId?: Id<'channels'>,
): Promise<Id<'channels'>> {
  const { conversation } = opened;
  const channel =
    channelId === undefined ? await mailChannelFor(ctx, conversation) : await ctx.db.get(channelId);
  const isUsable =
    channel?.teamId === conversation.teamId && channel.kind === 'email' && channel.active && channel.mail;
  if (!isUsable) throw appError('NO_MAIL_CHANNEL', 'The team has no address that mail could leave by.');
  const thread = await findThread(ctx, conversation._id, channel._id);
  const email = await emailOf(ctx, (await ctx.db.get(conversation.customerId))!);
  // Until somebody has written from there, an address that they corrected since is the right one.
  const isUsed = thread?.lastMessageId !== undefined;
  const to = isUsed ? thread.to : (email?.address ?? thread?.to);
  if (to === undefined) throw appError('NO_EMAIL_ADDRESS', 'There is no email address of this customer.');
  if (thread === null) await addThread(ctx, opened, { channelId: channel._id, to, cc: [], subject: '' });
  else if (thread.to !== to) await changeThread(ctx, thread, { to });
  return channel._id;
}

interface NewThread {
  channelId: Id<'channels'>;
  to: string;
  cc: string[];
  subject: string;
}

async function addThread(
  ctx: CaseCtx,
  opened: Case,
  { subject, ...thread }: NewThread,
): Promise<Id<'mailThreads'>> {
  const { _id: conversationId, teamId, subject: talkedAbout } = opened.conversation;
  const { name } = await teamOf(ctx, opened);
  return ctx.db.insert('mailThreads', {
    ...thread,
    teamId,
    conversationId,
    subject: subject || talkedAbout || `Your conversation with ${name}`,
    references: [],
    quickAnswers: 0,
  });
}

interface ReceivedMail {
  messageId: string | null;
  inReplyTo: string[];
  references: string[];
  subject: string;
}

interface Received {
  channelId: Id<'channels'>;
  from: string;
  /** Who else is on it. */
  others: string[];
  /** Its domain vouches for it: only then whoever it names reads along from now on. */
  isProven: boolean;
  /** Where answers go since then; undefined: where they went. */
  to: string | undefined;
  mail: ReceivedMail;
}

/** [M3] What came in, from who takes part, is what the next answer answers, and goes to: whom it leaves out is left out. */
export async function noteReceivedMail(
  ctx: CaseCtx,
  opened: Case,
  { channelId, from, others, isProven, to, mail }: Received,
): Promise<void> {
  const known = await findThread(ctx, opened.conversation._id, channelId);
  const answered = to ?? known?.to ?? from;
  const isCopied = (address: string) => known?.cc.includes(address) === true;
  const cc = [...new Set([...others.filter((each) => isProven || isCopied(each)), from])]
    .filter((each) => each !== answered && (each !== from || isCopied(from)))
    .slice(0, maxCopies);
  const begins = { channelId, to: answered, cc, subject: mail.subject };
  const id = known?._id ?? (await addThread(ctx, opened, begins));
  const before = known?.references ?? [];
  const references = referencesFor({
    messageId: mail.messageId,
    inReplyTo: mail.inReplyTo,
    references: [...mail.references, ...before.filter((each) => !mail.references.includes(each))],
  });
  await ctx.db.patch(id, {
    references,
    to: answered,
    cc,
    ...(mail.messageId === null ? {} : { lastMessageId: mail.messageId }),
  });
}

/** Who else reads along in one thread. */
const maxCopies = 20;

/** Whoever is written to gets no copy besides: rows of before may name them. */
export const copiesIn = ({ to, cc }: Pick<Doc<'mailThreads'>, 'to' | 'cc'>): string[] =>
  cc.filter((each) => each !== to);

/** Those of these addresses that read along in the conversation. */
export async function copiesAmong(
  ctx: Reader,
  conversationId: Id<'conversations'>,
  addresses: readonly string[],
): Promise<string[]> {
  if (addresses.length === 0) return [];
  const asked = new Set(addresses.slice(0, maxCopies).map(normalizeEmail));
  const copies = (await listThreads(ctx, conversationId)).flatMap(({ cc }) => cc);
  return [...new Set(copies)].filter((address) => asked.has(address));
}

/** Who reads along now and was not on that mail. */
export async function copiesSince(ctx: Reader, { conversationId, cc }: Doc<'mails'>): Promise<string[]> {
  const before = cc.map(({ address }) => address);
  const copies = (await listThreads(ctx, conversationId)).flatMap((thread) => thread.cc);
  return [...new Set(copies)].filter((address) => !before.includes(address));
}

/** The provider has told the id by which our mail is known outside. */
export async function noteSentMail(
  ctx: MutationCtx,
  { conversationId, channelId }: Pick<Doc<'mails'>, 'conversationId' | 'channelId'>,
  messageId: string,
): Promise<void> {
  const thread = await findThread(ctx, conversationId, channelId);
  if (thread === null || thread.references.includes(messageId)) return;
  const references = referencesFor({ messageId, inReplyTo: [], references: thread.references });
  await ctx.db.patch(thread._id, { references });
}

export async function changeThread(
  ctx: MutationCtx,
  thread: Doc<'mailThreads'>,
  change: Partial<Pick<Doc<'mailThreads'>, 'quickAnswers' | 'lastAnswerAt' | 'cc' | 'to'>>,
): Promise<void> {
  await ctx.db.patch(thread._id, change);
}
