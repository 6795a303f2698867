/** Files that go with messages and notes. */
import { defineTable } from 'convex/server';
import { v } from 'convex/values';
import { vAuthor } from '../shared/conversation/entries';

export const attachmentTables = {
  /**
   * One row a file, written by model/conversation/attachments.ts. `waiting` until its message is sent; what waits for a day
   * goes with its file (jobs/sweeps.ts). Read by entries, whose `attachmentIds` are the order.
   */
  attachments: defineTable({
    teamId: v.id('teams'),
    conversationId: v.id('conversations'),
    /** The entry it went with. */
    entryId: v.optional(v.id('entries')),
    storageId: v.id('_storage'),
    name: v.string(),
    /** By its first bytes. */
    contentType: v.string(),
    size: v.number(),
    by: vAuthor,
    state: v.union(v.literal('waiting'), v.literal('sent')),
    createdAt: v.number(),
    /** What a mail's own text calls a picture that stands in it. */
    contentId: v.optional(v.string()),
    /** 256 random bits: whoever has them may read the file (http/files.ts). */
    key: v.string(),
  })
    .index('by_key', ['key'])
    .index('by_storageId', ['storageId'])
    .index('by_state_and_createdAt', ['state', 'createdAt']),
};
