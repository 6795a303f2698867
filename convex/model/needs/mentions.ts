/** In which tickets each person was mentioned: `mentions`, written only here, when the case of the note is settled. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';

/** Shown of one person's, newest first. */
const maxShown = 200;
const keptMs = 182 * 86_400_000;

export async function noteMention(
  ctx: MutationCtx,
  { _id: ticketId, teamId, number }: Doc<'tickets'>,
  memberId: Id<'members'>,
  at: number,
): Promise<void> {
  const row = await ctx.db
    .query('mentions')
    .withIndex('by_ticketId_and_memberId', (q) => q.eq('ticketId', ticketId).eq('memberId', memberId))
    .unique();
  if (row === null) await ctx.db.insert('mentions', { teamId, memberId, ticketId, number, at });
  else await ctx.db.patch(row._id, { at });
}

/** Numbers of tickets, the newest mention first. */
export async function mentionedIn(ctx: Pick<QueryCtx, 'db'>, memberId: Id<'members'>): Promise<number[]> {
  const rows = await ctx.db
    .query('mentions')
    .withIndex('by_memberId_and_at', (q) => q.eq('memberId', memberId))
    .order('desc')
    .take(maxShown);
  return rows.map(({ number }) => number);
}

export async function sweepMentions(ctx: MutationCtx, count: number): Promise<number> {
  const old = await ctx.db
    .query('mentions')
    .withIndex('by_at', (q) => q.lt('at', Date.now() - keptMs))
    .take(count);
  for (const { _id } of old) await ctx.db.delete(_id);
  return old.length;
}
