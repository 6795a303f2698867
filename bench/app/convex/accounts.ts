import { mutationGeneric as mutation, queryGeneric as query } from 'convex/server';
import { v } from 'convex/values';

export const fill = mutation({
  args: { from: v.number(), count: v.number(), balance: v.number() },
  returns: v.null(),
  handler: async (ctx, { from, count, balance }) => {
    for (let owner = from; owner < from + count; owner++) await ctx.db.insert('accounts', { owner, balance });
    return null;
  },
});

/** Moves money, or throws; the sum of all balances never changes. */
export const transfer = mutation({
  args: { from: v.number(), to: v.number(), amount: v.number() },
  returns: v.null(),
  handler: async (ctx, { from, to, amount }) => {
    const find = (owner: number) =>
      ctx.db
        .query('accounts')
        .withIndex('by_owner', (q) => q.eq('owner', owner))
        .unique();
    const source = await find(from);
    const target = await find(to);
    if (source === null || target === null || from === to || source.balance < amount)
      throw new Error(`No transfer from ${from} to ${to}.`);
    await ctx.db.patch(source._id, { balance: source.balance - amount });
    await ctx.db.patch(target._id, { balance: target.balance + amount });
    return null;
  },
});

export const total = query({
  args: { from: v.number(), count: v.number() },
  returns: v.number(),
  handler: async (ctx, { from, count }) => {
    const accounts = await ctx.db
      .query('accounts')
      .withIndex('by_owner', (q) => q.gte('owner', from).lt('owner', from + count))
      .collect();
    return accounts.reduce((sum, { balance }) => sum + balance, 0);
  },
});
