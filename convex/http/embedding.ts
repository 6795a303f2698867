/** Where the chat may stand (docs/rules.md M9): asked by whoever serves its page and its loader. */
import { v } from 'convex/values';
import type { QueryCtx } from '../_generated/server';
import { internalQuery } from '../functions';
import { frameLook, launcherLook, type Look } from '../shared/customer/look';
import { languages } from '../shared/customer/words/catalogue';

type Reader = Pick<QueryCtx, 'db'>;

/** Closed channels are few; of more, the oldest are those nobody has on a page any more. */
const maxClosed = 500;

/** The origins that may frame the chat of a channel; null for all. All may frame one that does not exist, to read so there. */
export const origins = internalQuery({
  args: { publicId: v.string() },
  returns: v.union(v.array(v.string()), v.null()),
  handler: async (ctx, { publicId }) => {
    return (await findChannel(ctx, publicId))?.origins ?? null;
  },
});

/** How the launcher of a channel looks, and what it is called by language; null: there is no such channel. */
export const launcher = internalQuery({
  args: { publicId: v.string() },
  returns: v.union(v.object({ css: v.string(), words: v.record(v.string(), v.string()) }), v.null()),
  handler: async (ctx, { publicId }) => {
    const look = await lookOf(ctx, publicId);
    return look === null ? null : launcherLook(look);
  },
});

/** How its chat looks. */
export const frame = internalQuery({
  args: { publicId: v.string() },
  returns: v.object({
    css: v.string(),
    language: v.union(v.literal('auto'), ...languages.map((language) => v.literal(language))),
    name: v.union(v.string(), v.null()),
    greetings: v.record(v.string(), v.string()),
  }),
  handler: async (ctx, { publicId }) => frameLook((await lookOf(ctx, publicId)) ?? {}),
});

/** Null: there is no such channel. */
async function lookOf(ctx: Reader, publicId: string): Promise<Look | null> {
  const channel = await findChannel(ctx, publicId);
  return channel && (channel.look ?? {});
}

function findChannel(ctx: Reader, publicId: string) {
  return ctx.db
    .query('channels')
    .withIndex('by_publicId', (q) => q.eq('publicId', publicId))
    .unique();
}

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
