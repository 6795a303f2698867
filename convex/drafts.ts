/** An operator's unsent text in a conversation. */
import { v } from 'convex/values';
import { operatorMutation, operatorQuery } from './functions';
import { loadConversationFor } from './model/kit/access';
import { getDraft, saveDraft } from './model/conversation/drafts';

const vMode = v.union(v.literal('reply'), v.literal('note'));

export const get = operatorQuery('conversation.read')({
  args: { conversationId: v.id('conversations') },
  returns: v.union(v.object({ text: v.string(), mode: vMode, updatedAt: v.number() }), v.null()),
  handler: async (ctx, { conversationId }) => {
    await loadConversationFor(ctx, ctx.member, conversationId);
    const draft = await getDraft(ctx, ctx.member._id, conversationId);
    return draft && { text: draft.text, mode: draft.mode, updatedAt: draft.updatedAt };
  },
});

export const save = operatorMutation('conversation.read')({
  args: { conversationId: v.id('conversations'), text: v.string(), mode: vMode },
  returns: v.null(),
  handler: async (ctx, { conversationId, text, mode }) => {
    await loadConversationFor(ctx, ctx.member, conversationId);
    await saveDraft(ctx, ctx.member, conversationId, { text, mode });
    return null;
  },
});
