/**
 * What a customer did on WhatsApp (docs/rules.md M1, M7, M8): found again or begun, said, edited, taken back or noted. One transaction
 * with the end of its event, so it stands in the thread exactly once.
 */
import type { Doc, Id } from '../../../_generated/dataModel';
import type { Content, WhatsappMessage } from '../../../shared/whatsapp/messages';
import { storeAttachment } from '../../conversation/attachments';
import { type Case, type CaseCtx, openCase, openCaseOf } from '../../conversation/case';
import { startConversation } from '../../conversation/conversations';
import { appendEntry, checkedPart, markEdited, previewOfText } from '../../conversation/entries';
import { addReceived, findMessage } from '../chatMessages';
import { addThread, changeThread, threadOf, threadOfChat } from '../chatThreads';
import { mayNoteSign, receiveChatMessage } from '../floods';
import { ensurePerson, findPerson, moveIds } from './identity';

type Channel = Doc<'channels'>;
type State = 'done' | 'ignored';

/** What came with it: fetched, or why not, in words. */
export interface Fetched {
  files: { storageId: Id<'_storage'>; name: string; contentType: string }[];
  notFetched?: string | undefined;
}

/** Ids of messages are one of a kind, whoever they are with. */
export const wholeChannel = '';

export async function acceptMessage(
  ctx: CaseCtx,
  channel: Channel,
  message: WhatsappMessage,
  fetched: Fetched,
): Promise<State> {
  const { content, isGroup } = message;
  // Groups are stored as they came, and never answered.
  if (isGroup) return 'ignored';
  switch (content.what) {
    case 'said':
      return say(ctx, channel, { ...message, content }, fetched);
    case 'edit':
      return edit(ctx, channel, message, content);
    case 'revoke':
      return revoke(ctx, channel, message, content.of);
    case 'reaction':
      return react(ctx, channel, message, content);
    case 'newIds':
      return (await moveIds(ctx, channel, { before: message.person, now: content.person }))
        ? 'done'
        : 'ignored';
    case 'nothing':
      return 'ignored';
  }
}

type Said = Extract<Content, { what: 'said' }>;

async function say(
  ctx: CaseCtx,
  channel: Channel,
  { id, at, person, replyTo, content }: WhatsappMessage & { content: Said },
  { files, notFetched }: Fetched,
): Promise<State> {
  if ((await messageOf(ctx, channel, id)) !== null) return 'ignored';
  // Nobody could be answered.
  if (person.phone === undefined && person.userId === undefined) return 'ignored';
  const opened = await openChat(ctx, channel, person, at);
  const { _id: conversationId, customerId, teamId } = opened.conversation;
  const by = { kind: 'customer' as const, customerId };
  const attachments = [];
  for (const file of files)
    attachments.push(await storeAttachment(ctx, opened.conversation, { ...file, by }));
  const unsupported = content.unsupported ?? notFetched;
  const sender = person.phone === undefined ? (person.name ?? 'Somebody') : `+${person.phone}`;
  const { entryId } = await receiveChatMessage(ctx, opened, sender, {
    text: checkedPart(content.text) || (files.length > 0 ? '' : notShown(unsupported)),
    channel: 'whatsapp',
    channelId: channel._id,
    attachments,
    saidAt: at,
    ...(unsupported !== undefined && { unsupported }),
    ...(await quotedBy(ctx, channel, replyTo)),
  });
  const where = { teamId, conversationId, channelId: channel._id, entryId, chat: wholeChannel };
  await addReceived(ctx, where, id);
  await extendWindow(ctx, channel, customerId, at);
  return 'done';
}

const notShown = (what = 'an empty message'): string => `Sent something that is not shown here: ${what}.`;

const messageOf = (ctx: CaseCtx, { _id: channelId }: Channel, id: string) =>
  findMessage(ctx, { channelId, chat: wholeChannel }, id);

/** The conversation with this person, begun where there is none: one for good, whatever they are called (M8). */
export async function openChat(
  ctx: CaseCtx,
  channel: Channel,
  person: WhatsappMessage['person'],
  at: number,
): Promise<Case> {
  const { _id: channelId, teamId, agentId } = channel;
  const customerId = await ensurePerson(ctx, channel, person);
  const known = await threadOfPerson(ctx, channel, customerId);
  if (known !== null) return openCaseOf(ctx, known.conversationId);
  // The provider tells seconds: of two things said in one the second counts.
  const begun = { teamId, customerId, agentId, channelId, channel: 'whatsapp' as const, since: at - 1 };
  const conversation = await startConversation(ctx, begun);
  // By the customer, whatever they are called: numbers and ids come and go.
  await addThread(ctx, { teamId, conversationId: conversation._id, channelId, chat: customerId });
  return openCase(ctx, conversation);
}

/** More conversations than are looked through for one that goes on here. */
const maxConversations = 50;

async function threadOfPerson(
  ctx: CaseCtx,
  { _id: channelId }: Channel,
  customerId: Id<'customers'>,
): Promise<Doc<'chatThreads'> | null> {
  const own = await threadOfChat(ctx, channelId, customerId);
  if (own !== null) return own;
  // Of somebody who was found to be this customer.
  const conversations = await ctx.db
    .query('conversations')
    .withIndex('by_customerId', (q) => q.eq('customerId', customerId))
    .order('desc')
    .take(maxConversations);
  for (const { _id } of conversations) {
    const thread = await threadOf(ctx, _id, channelId);
    if (thread !== null) return thread;
  }
  return null;
}

/** [M7] By the provider's clock: 24 hours from then on answers are taken. */
async function extendWindow(
  ctx: CaseCtx,
  channel: Channel,
  customerId: Id<'customers'>,
  at: number,
): Promise<void> {
  const thread = await threadOfPerson(ctx, channel, customerId);
  if (thread === null) return;
  const lastReceivedAt = Math.max(thread.lastReceivedAt ?? 0, at);
  await changeThread(ctx, thread, { lastReceivedAt });
}

/** What it answers, as both have it before them. */
async function quotedBy(
  ctx: CaseCtx,
  channel: Channel,
  replyTo: string | undefined,
): Promise<{ quoted?: { text: string; sequence?: number } }> {
  const known = replyTo === undefined ? null : await messageOf(ctx, channel, replyTo);
  const entry = known && (await ctx.db.get(known.entryId));
  if (entry === null) return {};
  return { quoted: { text: previewOfText(entry.text), sequence: entry.sequence } };
}

/** What they had written is there still; the agent reads the newest, and an answer that is being written is written anew (C8). */
async function edit(
  ctx: CaseCtx,
  channel: Channel,
  { at }: WhatsappMessage,
  { of, text: given }: Extract<Content, { what: 'edit' }>,
): Promise<State> {
  const known = await messageOf(ctx, channel, of);
  const entry = known && (await ctx.db.get(known.entryId));
  if (entry === null || known?.direction !== 'in') return 'ignored';
  const text = checkedPart(given);
  const before = entry.edited ?? { text: entry.text ?? '', at: 0 };
  if (text === '' || text === before.text || at < before.at) return 'ignored';
  const opened = await openCaseOf(ctx, entry.conversationId);
  await markEdited(ctx, entry._id, { text, at });
  if (!(await mayNoteSign(ctx, opened))) return 'done';
  await appendEntry(ctx, opened, {
    ...eventBy(entry, channel),
    text,
    event: { type: 'customerEdited', sequence: entry.sequence, before: before.text },
  });
  return 'done';
}

/** What was said was read: it stays for the team, and the thread says that it was taken back. */
async function revoke(ctx: CaseCtx, channel: Channel, _message: WhatsappMessage, of: string): Promise<State> {
  const known = await messageOf(ctx, channel, of);
  const entry = known && (await ctx.db.get(known.entryId));
  if (entry === null || known?.direction !== 'in') return 'ignored';
  const opened = await openCaseOf(ctx, entry.conversationId);
  if (!(await mayNoteSign(ctx, opened))) return 'done';
  await appendEntry(ctx, opened, {
    ...eventBy(entry, channel),
    event: { type: 'customerRevoked', sequence: entry.sequence },
  });
  return 'done';
}

/** A line for the team: nobody has said anything by it. It begins the 24 hours anew all the same. */
async function react(
  ctx: CaseCtx,
  channel: Channel,
  { person, at }: WhatsappMessage,
  { to, emoji }: Extract<Content, { what: 'reaction' }>,
): Promise<State> {
  const customerId = await findPerson(ctx, channel, person);
  if (customerId !== null) await extendWindow(ctx, channel, customerId, at);
  const known = await messageOf(ctx, channel, to);
  const entry = known && (await ctx.db.get(known.entryId));
  if (entry === null) return 'ignored';
  const opened = await openCaseOf(ctx, entry.conversationId);
  if (!(await mayNoteSign(ctx, opened))) return 'done';
  const author = { kind: 'customer' as const, customerId: opened.conversation.customerId };
  await appendEntry(ctx, opened, {
    ...eventBy({ author }, channel),
    event: { type: 'customerReacted', sequence: entry.sequence, emoji: emoji === '' ? null : emoji },
  });
  return 'done';
}

const eventBy = ({ author }: Pick<Doc<'entries'>, 'author'>, { _id: channelId }: Channel) => ({
  kind: 'event' as const,
  audience: 'team' as const,
  author,
  channel: 'whatsapp' as const,
  channelId,
});
