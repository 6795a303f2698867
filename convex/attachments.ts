/** An operator's files, on their way to a message or a note. */
import { v } from 'convex/values';
import { internal } from './_generated/api';
import { operatorAction, operatorMutation } from './functions';
import { type Attached, receiveUpload, vAttached } from './http/uploads';
import { removeWaiting } from './model/conversation/attachments';
import { loadAttachmentFor, loadConversationFor } from './model/kit/access';

/** An address for one file, which is posted there as `storedType` and then added. */
export const uploadUrl = operatorMutation('conversation.reply')({
  args: { conversationId: v.id('conversations') },
  returns: v.string(),
  handler: async (ctx, { conversationId }) => {
    await loadConversationFor(ctx, ctx.member, conversationId);
    return ctx.storage.generateUploadUrl();
  },
});

/** `upload`: what the address answered as `storageId`. It waits for a message of its author in this conversation. */
export const add = operatorAction(
  'conversation.reply',
  'filesOfTeam',
)({
  args: { conversationId: v.id('conversations'), upload: v.string(), name: v.string() },
  returns: vAttached,
  handler: async (ctx, { teamId, conversationId, upload, name }): Promise<Attached> => {
    await ctx.runQuery(internal.http.uploads.requireConversation, { teamId, conversationId });
    return receiveUpload(ctx, { upload, name }, (kept) =>
      ctx.runMutation(internal.http.uploads.keepForOperator, { ...kept, teamId, conversationId }),
    );
  },
});

/** What has not been sent. */
export const remove = operatorMutation('conversation.reply')({
  args: { attachmentId: v.id('attachments') },
  returns: v.null(),
  handler: async (ctx, { attachmentId }) => {
    await removeWaiting(ctx, await loadAttachmentFor(ctx, ctx.member, attachmentId));
    return null;
  },
});
