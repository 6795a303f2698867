/**
 * The clocks of a team's active tickets, counted again once its targets or hours have changed (docs/rules.md T7).
 *
 * A few tickets a transaction, from where the last one left off; an edit meanwhile begins anew. What changes by itself meanwhile
 * is counted with the settings of now anyhow, so it matters to nobody when its turn comes. The only writer of `clockWalks`.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { type CaseCtx, openCaseWith } from '../conversation/case';
import { setAlarm } from '../kit/alarms';
import { moveClocks } from './clocks';

/** Each with its case, its place and its row. */
const ticketsAtOnce = 25;

type Walk = Doc<'clockWalks'>;

function walkOf(ctx: MutationCtx, teamId: Id<'teams'>): Promise<Walk | null> {
  return ctx.db
    .query('clockWalks')
    .withIndex('by_teamId', (q) => q.eq('teamId', teamId))
    .unique();
}

export async function beginWalk(ctx: MutationCtx, teamId: Id<'teams'>): Promise<void> {
  const walk = await walkOf(ctx, teamId);
  const start = { status: 'new' as const, cursor: null };
  if (walk === null) await ctx.db.insert('clockWalks', { teamId, ...start });
  else await ctx.db.patch(walk._id, start);
  await setAlarm(ctx, 'clocks', teamId, Date.now());
}

/** The alarm: the next few. */
export async function walkClocks(ctx: CaseCtx, teamId: Id<'teams'>): Promise<void> {
  const walk = await walkOf(ctx, teamId);
  if (walk === null) return;
  const { page, isDone, continueCursor } = await ctx.db
    .query('tickets')
    .withIndex('by_teamId_and_status_and_openedAt', (q) => q.eq('teamId', teamId).eq('status', walk.status))
    .paginate({ cursor: walk.cursor, numItems: ticketsAtOnce });
  for (const each of page) {
    const { opened, ticket } = await openCaseWith(ctx, each);
    await moveClocks(ctx, opened, ticket, ticket);
  }
  if (isDone && walk.status === 'open') return ctx.db.delete(walk._id);
  await ctx.db.patch(walk._id, isDone ? { status: 'open', cursor: null } : { cursor: continueCursor });
  await setAlarm(ctx, 'clocks', teamId, Date.now());
}
