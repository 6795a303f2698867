/** From version 3, which had no search: what can be found of what was said, and of those who said it (model/search/). */
import { getHead } from '../../model/conversation/case';
import { refreshPerson } from '../../model/search/searchPeople';
import { ensureRow, rowOfEntry, rowOfSubject } from '../../model/search/searchRows';
import { migrations } from '../migrations';

/** An entry is at most 20,000 characters, and costs five calls. */
const entriesAtOnce = 200;

/** [T9] */
export const entries = migrations.define({
  table: 'entries',
  batchSize: entriesAtOnce,
  migrateOne: async (ctx, entry) => {
    if (!entry.text) return;
    const conversation = await ctx.db.get(entry.conversationId);
    if (conversation === null) return;
    const head = await getHead(ctx, conversation._id);
    await ensureRow(ctx, rowOfEntry({ conversation, head }, entry));
  },
});

/** [T9] */
export const conversations = migrations.define({
  table: 'conversations',
  batchSize: entriesAtOnce,
  migrateOne: async (ctx, conversation) => {
    const head = await getHead(ctx, conversation._id);
    // As where it is made by the settling: with the first that was said.
    if (head.lastSequence === 0) return;
    await ensureRow(ctx, rowOfSubject({ conversation, head }, conversation._creationTime));
    await refreshPerson(ctx, conversation.customerId);
  },
});
