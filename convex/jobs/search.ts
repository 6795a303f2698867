/** Words of what was written, folded where they hold up nobody (docs/rules.md E4, T9). */
import { v } from 'convex/values';
import { internal } from '../_generated/api';
import { internalAction, internalMutation, internalQuery } from '../functions';
import { keepFolded, unfoldedText } from '../model/search/searchRows';
import { textToFind } from '../shared/search/words';

const ofRow = { rowId: v.id('searchRows') };

export const fold = internalAction({
  args: ofRow,
  returns: v.null(),
  handler: async (ctx, { rowId }) => {
    const text = await ctx.runQuery(internal.jobs.search.read, { rowId });
    if (text !== null) await ctx.runMutation(internal.jobs.search.keep, { rowId, words: textToFind(text) });
    return null;
  },
});

export const read = internalQuery({
  args: ofRow,
  returns: v.union(v.string(), v.null()),
  handler: (ctx, { rowId }) => unfoldedText(ctx, rowId),
});

export const keep = internalMutation({
  args: { ...ofRow, words: v.string() },
  returns: v.null(),
  handler: async (ctx, { rowId, words }) => {
    await keepFolded(ctx, rowId, words);
    return null;
  },
});
