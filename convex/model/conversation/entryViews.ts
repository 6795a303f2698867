/** The thread as operators read it: entries with their authors' names and, where there is one, the delivery state. */
import type { PaginationOptions, PaginationResult } from 'convex/server';
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { vOutboxState } from '../../shared/conversation/outbox';
import { conversationTables } from '../../tables/conversations';
import { authorNames } from './news';
import { deliveryOf } from './outbox';
import { pageOf } from '../kit/pages';

type Reader = Pick<QueryCtx, 'db'>;

export const vEntryView = v.object({
  ...conversationTables.entries.validator.fields,
  _id: v.id('entries'),
  _creationTime: v.number(),
  authorName: v.string(),
  /** Null where the commit was the delivery. */
  delivery: v.union(v.object({ state: vOutboxState, failure: v.union(v.string(), v.null()) }), v.null()),
});

/** Newest first. */
export async function listEntries(
  ctx: Reader,
  conversationId: Id<'conversations'>,
  paginationOpts: PaginationOptions,
): Promise<PaginationResult<Infer<typeof vEntryView>>> {
  const result = await ctx.db
    .query('entries')
    .withIndex('by_conversationId_and_sequence', (q) => q.eq('conversationId', conversationId))
    .order('desc')
    .paginate(pageOf(paginationOpts));
  const nameOf = authorNames(ctx);
  const page = await Promise.all(
    result.page.map(async (entry) => ({
      ...entry,
      authorName: await nameOf(entry.author),
      delivery: await deliveryView(ctx, entry),
    })),
  );
  return { ...result, page };
}

async function deliveryView(ctx: Reader, { _id, kind, author, channel }: Doc<'entries'>) {
  if (kind !== 'message' || author.kind === 'customer' || channel === 'web') return null;
  const row = await deliveryOf(ctx, _id);
  return row && { state: row.state, failure: row.failure ?? null };
}
