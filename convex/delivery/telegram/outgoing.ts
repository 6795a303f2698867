/** The transactions between the steps of a send to Telegram (docs/rules.md M2, C11). */
import { type Infer, v } from 'convex/values';
import { internalMutation } from '../../functions';
import { partsOf } from '../../model/delivery/chatMessages';
import { changeThread, threadOf, threadOfChat } from '../../model/delivery/chatThreads';
import { readSecret } from '../../model/delivery/channelSecrets';
import { isUnderWay } from '../../model/delivery/drain';
import { identityOf } from '../../model/delivery/telegram/identity';
import { filesOf } from '../../model/conversation/attachments';
import { findIdentity, setUnreachable } from '../../model/conversation/identities';
import { appendEntry } from '../../model/conversation/entries';
import { openCaseOf } from '../../model/conversation/case';

const vPrepared = v.union(
  v.object({
    token: v.string(),
    chat: v.string(),
    topic: v.optional(v.string()),
    text: v.string(),
    /** [M8] A fixed line of the system's: it looks like one. */
    isLine: v.boolean(),
    files: v.array(v.object({ storageId: v.id('_storage'), name: v.string(), contentType: v.string() })),
    /** Parts that have arrived. */
    arrived: v.number(),
    lastSentAt: v.optional(v.number()),
  }),
  v.object({ refused: v.string() }),
  v.object({ waitsFor: v.string() }),
  /** It is no longer this carrier's. */
  v.null(),
);
export type Prepared = Infer<typeof vPrepared>;

const ofAttempt = { outboxId: v.id('outbox'), attempt: v.number() };

export const prepare = internalMutation({
  args: ofAttempt,
  returns: vPrepared,
  handler: async (ctx, { outboxId, attempt }) => {
    const row = await ctx.db.get(outboxId);
    // Of what nobody knows it is never repeated.
    if (!isUnderWay(row, attempt) || row.state === 'unknown') return null;
    const channel = row.channelId === undefined ? null : await ctx.db.get(row.channelId);
    if (channel?.kind !== 'telegram') return { refused: 'This desk has no such channel.' };
    const thread = await threadOf(ctx, row.conversationId, channel._id);
    if (thread === null) return { refused: 'The customer has never written to this bot.' };
    const token = await readSecret(ctx, channel._id, 'botToken');
    if (token === undefined) return { waitsFor: 'No bot is connected.' };
    const parts = await partsOf(ctx, row.entryId);
    const entry = (await ctx.db.get(row.entryId))!;
    return {
      token,
      chat: thread.chat,
      topic: thread.topic,
      text: entry.text ?? '',
      isLine: row.author.kind === 'system',
      files: await filesOf(ctx, entry),
      arrived: parts.length,
      lastSentAt: thread.lastSentAt,
    };
  },
});

/** A group has become another chat: it goes on there. */
export const move = internalMutation({
  args: { outboxId: v.id('outbox'), chat: v.string() },
  returns: v.null(),
  handler: async (ctx, { outboxId, chat }) => {
    const row = await ctx.db.get(outboxId);
    if (row?.channelId === undefined) return null;
    const thread = await threadOf(ctx, row.conversationId, row.channelId);
    const taken = await threadOfChat(ctx, row.channelId, chat);
    if (thread !== null && taken === null) await changeThread(ctx, thread, { chat });
    return null;
  },
});

/** Telegram says so before, or instead of, its update. */
export const noteBlocked = internalMutation({
  args: { outboxId: v.id('outbox'), chat: v.string() },
  returns: v.null(),
  handler: async (ctx, { outboxId, chat }) => {
    const row = await ctx.db.get(outboxId);
    const channel = row?.channelId && (await ctx.db.get(row.channelId));
    if (!row || !channel || channel.telegram === undefined) return null;
    const known = await findIdentity(ctx, identityOf(channel, chat));
    if (known === null || known.unreachable !== undefined) return null;
    await setUnreachable(ctx, known.customerId, chat, 'blocked', 'telegram');
    const opened = await openCaseOf(ctx, row.conversationId);
    await appendEntry(ctx, opened, {
      kind: 'event',
      audience: 'team',
      author: { kind: 'customer', customerId: known.customerId },
      channel: 'telegram',
      channelId: channel._id,
      event: { type: 'chatBlocked', isBlocked: true },
    });
    return null;
  },
});
