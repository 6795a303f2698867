import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { v } from 'convex/values';
import { operatorQuery } from './functions';
import { pageOf } from './model/kit/pages';

/** [R3] What was administered, newest first. */
export const list = operatorQuery('audit.read')({
  args: { paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(
    v.object({
      at: v.number(),
      actorMemberId: v.optional(v.id('members')),
      actorName: v.optional(v.string()),
      action: v.string(),
      subject: v.string(),
      detail: v.optional(v.string()),
    }),
  ),
  handler: async (ctx, { teamId, paginationOpts }) => {
    const entries = await ctx.db
      .query('auditLog')
      .withIndex('by_teamId_and_at', (q) => q.eq('teamId', teamId))
      .order('desc')
      .paginate(pageOf(paginationOpts));
    const page = await Promise.all(
      entries.page.map(async ({ at, actorMemberId, action, subject, detail }) => {
        const actor = actorMemberId && (await ctx.db.get(actorMemberId));
        return { at, actorMemberId, actorName: actor ? actor.name : undefined, action, subject, detail };
      }),
    );
    return { ...entries, page };
  },
});
