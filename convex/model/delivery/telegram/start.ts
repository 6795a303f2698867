/**
 * The press of Start (docs/rules.md M8, M9): somebody comes by themselves, or by a link that the desk signed for one conversation,
 * which goes on here from then on. Whoever has the link was given it by that conversation: that is the proof.
 */
import type { Doc, Id } from '../../../_generated/dataModel';
import { openStart } from '../../../shared/delivery/startTokens';
import type { TelegramMessage } from '../../../shared/delivery/telegramUpdates';
import { sendToCustomer } from '../../control/door';
import { type Case, type CaseCtx, openCaseOf } from '../../conversation/case';
import { appendEntry } from '../../conversation/entries';
import { noteChatIdentity } from '../../customer/customers';
import { keyFor } from '../../kit/secrets';
import { addReceived } from '../chatMessages';
import { addThread, changeThread, threadOf, threadOfChat } from '../chatThreads';
import { mayNoteSign } from '../floods';
import { identityOf } from './identity';

type Channel = Doc<'channels'>;

export async function pressStart(
  ctx: CaseCtx,
  channel: Channel,
  message: TelegramMessage,
  openOwn: () => Promise<Case>,
): Promise<'done'> {
  const { _id: channelId, teamId } = channel;
  const { chat, messageId, start = '' } = message;
  const linked = await linkedBy(ctx, channel, start);
  const mayContinue = linked !== null && (await isFree(ctx, linked, channelId, chat));
  const opened = mayContinue ? await continueHere(ctx, channel, linked, message) : await openOwn();
  if (!(await mayNoteSign(ctx, opened))) return 'done';
  const { _id: conversationId, customerId, agentId } = opened.conversation;
  const { _id: entryId } = await appendEntry(ctx, opened, {
    kind: 'event',
    audience: 'team',
    author: { kind: 'customer', customerId },
    channel: 'telegram',
    channelId,
    event: { type: 'pressedStart', channel: 'telegram', ...(mayContinue && { isLinked: true as const }) },
  });
  await addReceived(ctx, { teamId, conversationId, channelId, entryId, chat }, messageId);
  const agent = await ctx.db.get(agentId);
  await sendToCustomer(ctx, opened, {
    author: { kind: 'system', text: mayContinue ? 'continuesHere' : 'welcome', name: agent?.name },
    channel: 'telegram',
    channelId,
  });
  return 'done';
}

async function linkedBy(ctx: CaseCtx, { teamId }: Channel, start: string) {
  if (start === '') return null;
  const id = await openStart(await keyFor('start'), start, Date.now());
  const conversationId = id && ctx.db.normalizeId('conversations', id);
  const conversation = conversationId ? await ctx.db.get(conversationId) : null;
  return conversation?.teamId === teamId ? conversation : null;
}

/** One person's: a link that somebody else has used already opens nothing any more. */
async function isFree(
  ctx: CaseCtx,
  { _id }: Doc<'conversations'>,
  channelId: Id<'channels'>,
  chat: string,
): Promise<boolean> {
  const thread = await threadOf(ctx, _id, channelId);
  return thread === null || thread.chat === chat;
}

/** What they wrote here before stays where it is; from now on both are one thread. */
async function continueHere(
  ctx: CaseCtx,
  channel: Channel,
  { _id: conversationId, customerId }: Doc<'conversations'>,
  { chat, from, topic }: TelegramMessage,
): Promise<Case> {
  const { _id: channelId, teamId } = channel;
  const opened = await openCaseOf(ctx, conversationId);
  const known = await threadOfChat(ctx, channelId, chat);
  if (known?.conversationId === conversationId) return opened;
  if (known === null) await addThread(ctx, { teamId, conversationId, channelId, chat, topic });
  else await changeThread(ctx, known, { conversationId, topic });
  await noteChatIdentity(ctx, customerId, identityOf(channel, from.id), from.name);
  return opened;
}
