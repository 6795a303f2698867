/** The thread of a conversation, for operators. */
import { v } from 'convex/values';
import { operatorMutation, operatorQuery, sharedQuery } from './functions';
import { loadConversationFor, loadEntryFor } from './model/kit/access';
import { getControl, getHead } from './model/conversation/case';
import { markReadThrough } from './model/conversation/conversations';
import { clearLoss } from './model/conversation/losses';
import { findPresentTicket } from './model/conversation/presentTicket';
import { readPage, showEntry } from './model/conversation/entryViews';
import { authorNames } from './model/conversation/news';
import { vThreadEntry, withMail } from './model/mail/mailViews';
import { readReplyWays, vReplyWays } from './model/mail/replyWays';
import { readHead, vHead } from './model/tickets/ticketViews';
import { appError } from './model/kit/errors';
import { listTyping, vTypingMark } from './model/conversation/typing';

const ofConversation = { conversationId: v.id('conversations') };

/** What moves with every message. */
export const head = sharedQuery('conversation.read')({
  args: ofConversation,
  returns: vHead,
  handler: async (ctx, { teamId, conversationId }) => {
    await loadConversationFor(ctx, { teamId }, conversationId);
    return readHead(ctx, conversationId);
  },
});

/** Entries after 10 × `page`, up to ten; long texts are cut. */
export const page = sharedQuery('conversation.read')({
  args: { ...ofConversation, page: v.number() },
  returns: v.array(vThreadEntry),
  handler: async (ctx, { teamId, conversationId, page: number }) => {
    if (!Number.isInteger(number) || number < 0) {
      throw appError('INVALID_INPUT', 'Pages are counted 0, 1, 2…');
    }
    await loadConversationFor(ctx, { teamId }, conversationId);
    const entries = await readPage(ctx, conversationId, number);
    return Promise.all(entries.map((each) => withMail(ctx, each)));
  },
});

/** One entry whole, for a text that its page shows cut. */
export const entry = sharedQuery('conversation.read')({
  args: { entryId: v.id('entries') },
  returns: vThreadEntry,
  handler: async (ctx, { teamId, entryId }) =>
    withMail(ctx, await showEntry(ctx, await loadEntryFor(ctx, { teamId }, entryId))),
});

/** [M6] Where a reply can go by mail, by which of the team's addresses, and what is known of the address. */
export const replyWays = sharedQuery('conversation.read')({
  args: ofConversation,
  returns: vReplyWays,
  handler: async (ctx, { teamId, conversationId }) =>
    readReplyWays(ctx, await loadConversationFor(ctx, { teamId }, conversationId)),
});

/** A person has had the thread before them through here: the customer is told that somebody has seen what they wrote. */
export const markSeen = operatorMutation('conversation.reply')({
  args: { ...ofConversation, through: v.number() },
  returns: v.null(),
  handler: async (ctx, { conversationId, through }) => {
    await loadConversationFor(ctx, ctx.member, conversationId);
    await markReadThrough(ctx, conversationId, 'team', through);
    return null;
  },
});

/** [C7] What the agent was about to say, newest first. */
export const suppressedDrafts = sharedQuery('conversation.read')({
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
  handler: async (ctx, { teamId, conversationId }) => {
    await loadConversationFor(ctx, { teamId }, conversationId);
    const drafts = await ctx.db
      .query('suppressedDrafts')
      .withIndex('by_conversationId_and_at', (q) => q.eq('conversationId', conversationId))
      .order('desc')
      .take(20);
    return drafts.map(({ _id, text, epoch, seenThrough, at }) => ({ _id, text, epoch, seenThrough, at }));
  },
});

/** Marks with their end; the client drops what has passed. */
export const typing = sharedQuery('conversation.read')({
  args: ofConversation,
  returns: v.array(vTypingMark),
  handler: async (ctx, { teamId, conversationId }) => {
    await loadConversationFor(ctx, { teamId }, conversationId);
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
      /** Of its present ticket. */
      number: v.number(),
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
        number: (await findPresentTicket(ctx, conversationId))!.number,
        byName: await nameOf({
          author: { kind: 'operator', ...(byMemberId && { memberId: byMemberId }) },
        }),
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
