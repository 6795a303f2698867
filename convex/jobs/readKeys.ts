/** The daily turn of read keys (docs/rules.md E5), run by crons.ts. */
import { v } from 'convex/values';
import { internal } from '../_generated/api';
import { internalMutation } from '../functions';
import { closedDesk } from '../model/kit/closed';
import { turnOldKeys } from '../model/people/readKeys';

const batch = 100;

export const turn = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    if (closedDesk() !== null) return null;
    if ((await turnOldKeys(ctx, batch)) === batch) {
      await ctx.scheduler.runAfter(0, internal.jobs.readKeys.turn, {});
    }
    return null;
  },
});
