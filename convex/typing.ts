/** An operator's typing mark. */
import { v } from 'convex/values';
import { operatorMutation } from './functions';
import { loadConversationFor } from './model/kit/access';
import { setTyping } from './model/conversation/typing';

export const set = operatorMutation('conversation.read')({
  args: { conversationId: v.id('conversations'), isTyping: v.boolean() },
  returns: v.null(),
  handler: async (ctx, { conversationId, isTyping }) => {
    await loadConversationFor(ctx, ctx.member, conversationId);
    await setTyping(ctx, conversationId, { who: 'operator', memberId: ctx.member._id }, isTyping);
    return null;
  },
});
