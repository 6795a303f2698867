/**
 * How long customers of a team usually wait for a person (docs/rules.md H5): told in the chat. Worked out after a first reply was
 * counted, and written only when what is said of it changes, for every open chat of the team reads it. The only writer of `usualWaits`.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { openTimesOf } from '../../shared/kit/calendar';
import { mostReplies, usualMinutes, usualWithinMs } from '../../shared/measures/usualWait';
import { getCalendar } from '../kit/calendars';

type Reader = Pick<QueryCtx, 'db'>;
const dayMs = 86_400_000;

export function usualWaitOf(ctx: Reader, teamId: Id<'teams'>): Promise<Doc<'usualWaits'> | null> {
  return ctx.db
    .query('usualWaits')
    .withIndex('by_teamId', (q) => q.eq('teamId', teamId))
    .unique();
}

export async function refreshUsualWait(ctx: MutationCtx, teamId: Id<'teams'>): Promise<void> {
  const replies = await ctx.db
    .query('measureFacts')
    .withIndex('by_teamId_and_isNew_and_kind_and_at', (q) =>
      q
        .eq('teamId', teamId)
        .eq('isNew', false)
        .eq('kind', 'firstReply')
        .gte('at', Date.now() - usualWithinMs),
    )
    .order('desc')
    .take(mostReplies);
  const calendar = await getCalendar(ctx, teamId);
  const minutes = usualMinutes(
    replies.map(({ at, ms = 0 }) => ({ at, ms })),
    calendar && openTimesOf(calendar),
  );
  const row = await usualWaitOf(ctx, teamId);
  // A day more or less of that week makes no difference.
  const until = Math.ceil((Date.now() + usualWithinMs) / dayMs) * dayMs;
  if (minutes === null) return row === null ? undefined : ctx.db.delete(row._id);
  if (row === null) await ctx.db.insert('usualWaits', { teamId, minutes, until });
  else if (row.minutes !== minutes || row.until !== until) await ctx.db.patch(row._id, { minutes, until });
}
