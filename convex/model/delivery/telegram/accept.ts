/**
 * What a customer did on Telegram (docs/rules.md M1, M8): found again or begun, said, edited, or noted. One transaction with the
 * end of its event, so it stands in the thread exactly once.
 */
import type { Doc, Id } from '../../../_generated/dataModel';
import type { TelegramMessage, TelegramUpdate } from '../../../shared/delivery/telegramUpdates';
import { storeAttachment } from '../../conversation/attachments';
import { type Case, type CaseCtx, openCase, openCaseOf } from '../../conversation/case';
import { startConversation } from '../../conversation/conversations';
import { appendEntry, checkedPart, markEdited, previewOfText } from '../../conversation/entries';
import { findIdentity, setUnreachable } from '../../conversation/identities';
import { ensureChatCustomer } from '../../customer/customers';
import { addReceived, findMessage } from '../chatMessages';
import { addThread, changeThread, threadOfChat } from '../chatThreads';
import { mayNoteSign, receiveChatMessage } from '../floods';
import { identityOf } from './identity';
import { pressStart } from './start';

type Channel = Doc<'channels'>;

interface ReceivedFile {
  storageId: Id<'_storage'>;
  name: string;
  contentType: string;
}

/** What came with it: fetched, or why not, in words. */
export interface Fetched {
  files: ReceivedFile[];
  notFetched?: string | undefined;
}

type State = 'done' | 'ignored';

export async function acceptUpdate(
  ctx: CaseCtx,
  channel: Channel,
  update: TelegramUpdate,
  fetched: Fetched = { files: [] },
): Promise<State> {
  switch (update.kind) {
    case 'message':
      return acceptMessage(ctx, channel, update.message, fetched);
    case 'edited':
      return acceptEdit(ctx, channel, update.message);
    case 'blocked':
      return noteBlocked(ctx, channel, update.chat, update.isBlocked);
    case 'reacted':
      return noteReaction(ctx, channel, update);
  }
}

async function acceptMessage(
  ctx: CaseCtx,
  channel: Channel,
  message: TelegramMessage,
  { files, notFetched }: Fetched,
): Promise<State> {
  const { chat, messageId, topic } = message;
  const at = { channelId: channel._id, chat };
  if ((await findMessage(ctx, at, messageId)) !== null) return 'ignored';
  if (message.start !== undefined)
    return pressStart(ctx, channel, message, () => openChat(ctx, channel, message));
  const opened = await openChat(ctx, channel, message);
  const { _id: conversationId, customerId, teamId } = opened.conversation;
  const by = { kind: 'customer' as const, customerId };
  const attachments = [];
  for (const file of files)
    attachments.push(await storeAttachment(ctx, opened.conversation, { ...file, by }));
  const unsupported = message.unsupported ?? notFetched;
  const { entryId } = await receiveChatMessage(ctx, opened, message.from.name || 'Somebody', {
    text: checkedPart(message.text) || (files.length > 0 ? '' : textOf(unsupported)),
    channel: 'telegram',
    channelId: channel._id,
    attachments,
    saidAt: message.at,
    ...(unsupported === undefined ? {} : { unsupported }),
    ...(await quotedBy(ctx, channel, message)),
  });
  await addReceived(ctx, { teamId, conversationId, entryId, ...at }, messageId);
  const thread = (await threadOfChat(ctx, channel._id, chat))!;
  await changeThread(ctx, thread, { topic, lastReceivedAt: message.at });
  return 'done';
}

const textOf = (unsupported = 'an empty message'): string =>
  `Sent something that is not shown here: ${unsupported}.`;

/** The conversation that this chat is with, begun where there is none: one for good (M8). */
async function openChat(ctx: CaseCtx, channel: Channel, message: TelegramMessage): Promise<Case> {
  const { _id: channelId, teamId, agentId } = channel;
  const { chat, from } = message;
  const customerId = await ensureChatCustomer(ctx, identityOf(channel, from.id), from.name);
  const known = await threadOfChat(ctx, channelId, chat);
  if (known !== null) return openCaseOf(ctx, known.conversationId);
  const begun = { teamId, customerId, agentId, channelId, channel: 'telegram' as const };
  const conversation = await startConversation(ctx, begun);
  await addThread(ctx, { teamId, conversationId: conversation._id, channelId, chat });
  return openCase(ctx, conversation);
}

/** What it answers, as both have it before them. */
async function quotedBy(
  ctx: CaseCtx,
  { _id: channelId }: Channel,
  { chat, quoted }: TelegramMessage,
): Promise<{ quoted?: { text: string; sequence?: number } }> {
  if (quoted === undefined) return {};
  const known = await findMessage(ctx, { channelId, chat }, quoted.messageId);
  const entry = known && (await ctx.db.get(known.entryId));
  const text = previewOfText(quoted.text || entry?.text);
  return { quoted: { text, ...(entry === null ? {} : { sequence: entry.sequence }) } };
}

/** Both versions stay; the agent reads the newest, and an answer that is being written is written anew (C8). */
async function acceptEdit(ctx: CaseCtx, channel: Channel, message: TelegramMessage): Promise<State> {
  const { chat, messageId, at } = message;
  const known = await findMessage(ctx, { channelId: channel._id, chat }, messageId);
  const entry = known && (await ctx.db.get(known.entryId));
  // Of what the desk has never seen; or of a part that it does not show.
  if (entry === null || known?.direction !== 'in') return 'ignored';
  const text = checkedPart(message.text);
  const before = entry.edited ?? { text: entry.text ?? '', at: 0 };
  // Repeated, or overtaken by a later one.
  if (text === before.text || at < before.at) return 'ignored';
  const opened = await openCaseOf(ctx, entry.conversationId);
  await markEdited(ctx, entry._id, { text, at });
  if (!(await mayNoteSign(ctx, opened))) return 'done';
  await appendEntry(ctx, opened, {
    kind: 'event',
    audience: 'team',
    author: entry.author,
    text,
    channel: 'telegram',
    channelId: channel._id,
    event: { type: 'customerEdited', sequence: entry.sequence, before: before.text },
  });
  return 'done';
}

async function noteBlocked(ctx: CaseCtx, channel: Channel, chat: string, isBlocked: boolean): Promise<State> {
  const thread = await threadOfChat(ctx, channel._id, chat);
  if (thread === null) return 'ignored';
  const opened = await openCaseOf(ctx, thread.conversationId);
  const { customerId } = opened.conversation;
  // In a private chat both have one id.
  const known = await findIdentity(ctx, identityOf(channel, chat));
  if (known === null || (known.unreachable !== undefined) === isBlocked) return 'ignored';
  await setUnreachable(ctx, known.customerId, chat, isBlocked ? 'blocked' : undefined, 'telegram');
  if (!(await mayNoteSign(ctx, opened))) return 'done';
  await appendEntry(ctx, opened, {
    kind: 'event',
    audience: 'team',
    author: { kind: 'customer', customerId },
    channel: 'telegram',
    channelId: channel._id,
    event: { type: 'chatBlocked', isBlocked },
  });
  return 'done';
}

/** A line for the team: nobody has said anything by it. */
async function noteReaction(
  ctx: CaseCtx,
  channel: Channel,
  { chat, messageId, emoji }: Extract<TelegramUpdate, { kind: 'reacted' }>,
): Promise<State> {
  const known = await findMessage(ctx, { channelId: channel._id, chat }, messageId);
  const entry = known && (await ctx.db.get(known.entryId));
  if (entry === null) return 'ignored';
  const opened = await openCaseOf(ctx, entry.conversationId);
  if (!(await mayNoteSign(ctx, opened))) return 'done';
  await appendEntry(ctx, opened, {
    kind: 'event',
    audience: 'team',
    author: { kind: 'customer', customerId: opened.conversation.customerId },
    channel: 'telegram',
    channelId: channel._id,
    event: { type: 'customerReacted', sequence: entry.sequence, emoji },
  });
  return 'done';
}
