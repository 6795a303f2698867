/**
 * The way of an upload (docs/rules.md E2, E4): its bytes go straight to storage, under an address that was handed out for it;
 * then whoever sent them says so, and only then is it looked at and kept for a message.
 *
 *   address ──▶ bytes to storage ──▶ look: size, type ──▶ sniff, in the action ──▶ keep: it waits for its message
 *                     └── never spoken of again: gone after a day
 */
import { v } from 'convex/values';
import { internal } from '../_generated/api';
import type { Doc, Id } from '../_generated/dataModel';
import { type ActionCtx, internalMutation, internalQuery, requireMember } from '../functions';
import { lookAtUpload, showFile, storeAttachment } from '../model/conversation/attachments';
import { ensureConversation, findLiveSession } from '../model/customer/customerSessions';
import { loadConversationFor } from '../model/kit/access';
import { requireOpen } from '../model/kit/closed';
import { appError } from '../model/kit/errors';
import { type Asked, take, tooMany } from '../model/kit/requestWindows';
import { sniff, sniffedBytes, type ShownFile, vShownFile } from '../shared/conversation/attachments';

export const vAttached = v.object({ attachmentId: v.id('attachments'), file: vShownFile });
export interface Attached {
  attachmentId: Id<'attachments'>;
  file: ShownFile;
}

const attached = (attachment: Doc<'attachments'>): Attached => ({
  attachmentId: attachment._id,
  file: showFile(attachment),
});

/** What `keep` of the two mutations below takes. */
const vUpload = { storageId: v.id('_storage'), name: v.string(), contentType: v.string() };
interface Upload {
  storageId: Id<'_storage'>;
  name: string;
  contentType: string;
}

/** Looks at an upload by its first bytes and has it kept. Refuses with INVALID_INPUT; what is refused is removed. */
export async function receiveUpload(
  ctx: ActionCtx,
  { upload, name }: { upload: string; name: string },
  keep: (upload: Upload) => Promise<Attached>,
): Promise<Attached> {
  const found = await ctx.runMutation(internal.http.uploads.look, { upload });
  if ('fault' in found) throw appError('INVALID_INPUT', found.fault);
  const file = await ctx.storage.get(found.storageId);
  if (file === null) throw appError('INVALID_INPUT', 'There is no such upload.');
  const beginning = new Uint8Array(await file.slice(0, sniffedBytes).arrayBuffer());
  return keep({ storageId: found.storageId, name, contentType: sniff(beginning) });
}

export const look = internalMutation({
  args: { upload: v.string() },
  returns: v.union(v.object({ storageId: v.id('_storage') }), v.object({ fault: v.string() })),
  handler: (ctx, { upload }) => lookAtUpload(ctx, upload),
});

export const requireConversation = internalQuery({
  args: { teamId: v.id('teams'), conversationId: v.id('conversations') },
  returns: v.null(),
  handler: async (ctx, { teamId, conversationId }) => {
    await loadConversationFor(ctx, { teamId }, conversationId);
    return null;
  },
});

/** Asks for the permission once more: it may be gone since the gate. */
export const keepForOperator = internalMutation({
  args: { ...vUpload, teamId: v.id('teams'), conversationId: v.id('conversations') },
  returns: vAttached,
  handler: async (ctx, { teamId, conversationId, ...upload }) => {
    const member = await requireMember(ctx, teamId, 'conversation.reply');
    const conversation = await loadConversationFor(ctx, member, conversationId);
    const by = { kind: 'operator' as const, memberId: member._id };
    return attached(await storeAttachment(ctx, conversation, { ...upload, by }));
  },
});

/** [E4] An address to upload to; null: the session has ended. */
export const addressForCustomer = internalMutation({
  args: { tokenHash: v.string(), source: v.union(v.string(), v.null()) },
  returns: v.union(v.string(), v.null()),
  handler: async (ctx, { tokenHash, source }) => {
    requireOpen();
    const session = await findLiveSession(ctx, tokenHash);
    if (session === null) return null;
    const { _id, channelId } = session;
    const asked: Asked[] = [
      ['uploadsOfSession', _id],
      ...(source === null ? [] : [['uploadsOfAddress', `${channelId}:${source}`] as const]),
      ['uploadsOnChannel', channelId],
    ];
    const waitMs = await take(ctx, asked);
    if (waitMs > 0) throw tooMany(waitMs);
    return ctx.storage.generateUploadUrl();
  },
});

/** [E4] What may be looked at is counted before it is; false: the session has ended. */
export const admitCustomer = internalMutation({
  args: { tokenHash: v.string() },
  returns: v.boolean(),
  handler: async (ctx, { tokenHash }) => {
    requireOpen();
    const session = await findLiveSession(ctx, tokenHash);
    if (session === null) return false;
    const waitMs = await take(ctx, [['filesOfSession', session._id]]);
    if (waitMs > 0) throw tooMany(waitMs);
    return true;
  },
});

/** For the session's one conversation, which begins here if it has not yet. */
export const keepForCustomer = internalMutation({
  args: { ...vUpload, tokenHash: v.string() },
  returns: v.union(vAttached, v.null()),
  handler: async (ctx, { tokenHash, ...upload }) => {
    requireOpen();
    const session = await findLiveSession(ctx, tokenHash);
    if (session === null) return null;
    const conversation = await ensureConversation(ctx, session);
    const by = { kind: 'customer' as const, customerId: session.customerId };
    return attached(await storeAttachment(ctx, conversation, { ...upload, by }));
  },
});
