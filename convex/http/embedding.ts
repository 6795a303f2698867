/** Where the chat may stand (docs/rules.md M9): asked by whoever serves its page and its loader. */
import { v } from 'convex/values';
import { internalQuery } from '../functions';

/** Closed channels are few; of more, the oldest are those nobody has on a page any more. */
const maxClosed = 500;

/** The origins that may frame the chat of a channel; null for all. All may frame one that does not exist, to read so there. */
export const origins = internalQuery({
  args: { publicId: v.string() },
  returns: v.union(v.array(v.string()), v.null()),
  handler: async (ctx, { publicId }) => {
    const channel = await ctx.db
      .query('channels')
      .withIndex('by_publicId', (q) => q.eq('publicId', publicId))
      .unique();
    return channel?.origins ?? null;
  },
});

/** Public ids of the channels that let nobody in. */
export const closed = internalQuery({
  args: {},
  returns: v.array(v.string()),
  handler: async (ctx) => {
    const channels = await ctx.db
      .query('channels')
      .withIndex('by_active', (q) => q.eq('active', false))
      .order('desc')
      .take(maxClosed);
    return channels.map(({ publicId }) => publicId);
  },
});
