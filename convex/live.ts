/**
 * Live conversations (docs/rules.md B5, E5): what agents are answering right now, hottest first, with a ticket or without. A list of
 * ids and a small row for each, as the lists of tickets are; ages tick in the browser.
 */
import { v } from 'convex/values';
import { sharedQuery } from './functions';
import { loadConversationFor } from './model/kit/access';
import { countHot, listLive } from './model/live/liveConversations';
import { getLivePage, getLiveRow, vLivePage, vLiveRow } from './model/live/liveViews';

const ofConversation = { conversationId: v.id('conversations') };

/** At most two hundred; `more`: there are others, which are no hotter. */
export const list = sharedQuery('conversation.read')({
  args: {},
  returns: v.object({ conversations: v.array(v.id('conversations')), more: v.boolean() }),
  handler: (ctx, { teamId }) => listLive(ctx, teamId),
});

/** How many have anything unusual about them; at most two hundred are counted. */
export const hot = sharedQuery('conversation.read')({
  args: {},
  returns: v.number(),
  handler: (ctx, { teamId }) => countHot(ctx, teamId),
});

export const row = sharedQuery('conversation.read')({
  args: ofConversation,
  returns: vLiveRow,
  handler: async (ctx, { teamId, conversationId }) =>
    getLiveRow(ctx, await loadConversationFor(ctx, { teamId }, conversationId)),
});

/** What is shown around a thread that may have no ticket. */
export const page = sharedQuery('conversation.read')({
  args: ofConversation,
  returns: vLivePage,
  handler: async (ctx, { teamId, conversationId }) =>
    getLivePage(ctx, await loadConversationFor(ctx, { teamId }, conversationId)),
});
