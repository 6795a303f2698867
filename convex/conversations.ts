/** The thread of a conversation, for operators. */
import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { v } from 'convex/values';
import { operatorMutation, operatorQuery } from './functions';
import { loadConversationFor } from './model/kit/access';
import { getControl, getHead } from './model/conversation/case';
import { clearLoss } from './model/conversation/losses';
import { listEntries, vEntryView } from './model/conversation/entryViews';
import { authorNames } from './model/conversation/news';
import { listTyping, vTypingMark } from './model/conversation/typing';

const ofConversation = { conversationId: v.id('conversations') };

export const entries = operatorQuery('conversation.read')({
  args: { ...ofConversation, paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(vEntryView),
  handler: async (ctx, { conversationId, paginationOpts }) => {
    await loadConversationFor(ctx, ctx.member, conversationId);
    return listEntries(ctx, conversationId, paginationOpts);
  },
});

/** [C7] What the agent was about to say, newest first. */
export const suppressedDrafts = operatorQuery('conversation.read')({
  args: ofConversation,
  returns: v.array(
    v.object({
      _id: v.id('suppressedDrafts'),
      text: v.string(),
      epoch: v.number(),
      seenThrough: v.number(),
      at: v.number(),
    }),
  ),
  handler: async (ctx, { conversationId }) => {
    await loadConversationFor(ctx, ctx.member, conversationId);
    const drafts = await ctx.db
      .query('suppressedDrafts')
      .withIndex('by_conversationId_and_at', (q) => q.eq('conversationId', conversationId))
      .order('desc')
      .take(20);
    return drafts.map(({ _id, text, epoch, seenThrough, at }) => ({ _id, text, epoch, seenThrough, at }));
  },
});

/** Marks with their end; the client drops what has passed. */
export const typing = operatorQuery('conversation.read')({
  args: ofConversation,
  returns: v.array(vTypingMark),
  handler: async (ctx, { conversationId }) => {
    await loadConversationFor(ctx, ctx.member, conversationId);
    const head = await getHead(ctx, conversationId);
    return listTyping(ctx, { head, control: await getControl(ctx, conversationId) });
  },
});

/** [C5] Conversations that somebody took from the caller and that they have not acknowledged. */
export const takenFromMe = operatorQuery('conversation.read')({
  args: {},
  returns: v.array(
    v.object({
      conversationId: v.id('conversations'),
      byName: v.string(),
      epoch: v.number(),
      at: v.number(),
    }),
  ),
  handler: async (ctx) => {
    const losses = await ctx.db
      .query('controlLosses')
      .withIndex('by_memberId_and_at', (q) => q.eq('memberId', ctx.member._id))
      .order('desc')
      .take(20);
    const nameOf = authorNames(ctx);
    return Promise.all(
      losses.map(async ({ conversationId, byMemberId, epoch, at }) => ({
        conversationId,
        byName: await nameOf({ kind: 'operator', memberId: byMemberId }),
        epoch,
        at,
      })),
    );
  },
});

export const acknowledgeTaken = operatorMutation('conversation.read')({
  args: ofConversation,
  returns: v.null(),
  handler: async (ctx, { conversationId }) => {
    await loadConversationFor(ctx, ctx.member, conversationId);
    await clearLoss(ctx, ctx.member._id, conversationId);
    return null;
  },
});
