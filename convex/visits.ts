/** Where customers write from, as far as they have agreed to show it (docs/rules.md M9). */
import { v } from 'convex/values';
import { sharedQuery } from './functions';
import { getVisit, vVisit } from './model/customer/visits';
import { loadConversationFor } from './model/kit/access';

/** Null: they have not, or the team does not want it. */
export const get = sharedQuery('ticket.read')({
  args: { conversationId: v.id('conversations') },
  returns: v.union(vVisit, v.null()),
  handler: async (ctx, { teamId, conversationId }) =>
    getVisit(ctx, await loadConversationFor(ctx, { teamId }, conversationId)),
});
