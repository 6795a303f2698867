/** An operator's unsent texts in a conversation: a reply and a note. */
import { v } from 'convex/values';
import { operatorMutation, operatorQuery } from './functions';
import { loadConversationFor } from './model/kit/access';
import { readDrafts, saveDraft } from './model/conversation/drafts';
import { vWritingMode } from './shared/conversation/drafts';

/** Both texts, empty where there is none, and which was written last. */
export const get = operatorQuery('conversation.read')({
  args: { conversationId: v.id('conversations') },
  returns: v.object({ reply: v.string(), note: v.string(), mode: vWritingMode }),
  handler: async (ctx, { conversationId }) => {
    await loadConversationFor(ctx, ctx.member, conversationId);
    return readDrafts(ctx, ctx.member._id, conversationId);
  },
});

/** An empty text removes the draft. */
export const save = operatorMutation('conversation.read')({
  args: { conversationId: v.id('conversations'), text: v.string(), mode: vWritingMode },
  returns: v.null(),
  handler: async (ctx, { conversationId, text, mode }) => {
    await loadConversationFor(ctx, ctx.member, conversationId);
    await saveDraft(ctx, ctx.member, conversationId, { text, mode });
    return null;
  },
});
