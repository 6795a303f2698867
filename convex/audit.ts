import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { v } from 'convex/values';
import type { Id } from './_generated/dataModel';
import { operatorQuery, type QueryCtx } from './functions';
import { type AuditAction, auditActions } from './shared/kit/auditActions';
import { getHead } from './model/conversation/case';
import { presentTicketOf } from './model/conversation/presentTicket';
import { pageOf } from './model/kit/pages';

/** [R3] What was administered, newest first. */
export const list = operatorQuery('audit.read')({
  args: { paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(
    v.object({
      at: v.number(),
      actorMemberId: v.optional(v.id('members')),
      actorName: v.optional(v.string()),
      action: v.union(...auditActions.map((action) => v.literal(action))),
      subject: v.string(),
      /** Of what was acted on, where it is still there. */
      subjectName: v.optional(v.string()),
      detail: v.optional(v.string()),
      /** Of a customer it was about, as long as they are known. */
      address: v.optional(v.string()),
    }),
  ),
  handler: async (ctx, { teamId, paginationOpts }) => {
    const entries = await ctx.db
      .query('auditLog')
      .withIndex('by_teamId_and_at', (q) => q.eq('teamId', teamId))
      .order('desc')
      .paginate(pageOf(paginationOpts));
    const page = await Promise.all(
      entries.page.map(async ({ at, actorMemberId, action, subject, detail, identityId }) => {
        const actor = actorMemberId && (await ctx.db.get(actorMemberId));
        const subjectName = await nameOf(ctx, subject);
        return {
          at,
          actorMemberId,
          actorName: actor ? actor.name : undefined,
          action: action as AuditAction,
          subject,
          subjectName,
          detail,
          address: (identityId && (await ctx.db.get(identityId)))?.value,
        };
      }),
    );
    return { ...entries, page };
  },
});

const named = ['members', 'agents', 'agentKeys', 'handoverRules', 'channels'] as const;

async function nameOf(ctx: QueryCtx, subject: string): Promise<string | undefined> {
  for (const table of named) {
    const id = ctx.db.normalizeId(table, subject);
    if (id !== null) return (await ctx.db.get(id))?.name;
  }
  const conversationId = ctx.db.normalizeId('conversations', subject);
  if (conversationId !== null) return ticketOf(ctx, conversationId);
  const articleId = ctx.db.normalizeId('articles', subject);
  return articleId === null ? undefined : (await ctx.db.get(articleId))?.title;
}

async function ticketOf(ctx: QueryCtx, id: Id<'conversations'>): Promise<string | undefined> {
  if ((await ctx.db.get(id)) === null) return undefined;
  const ticket = await presentTicketOf(ctx, await getHead(ctx, id));
  return ticket === null ? undefined : `#${ticket.number}`;
}
