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
  const start = { status: 'new' as const, after: undefined };
  if (walk === null) await ctx.db.insert('clockWalks', { teamId, ...start });
  else await ctx.db.patch(walk._id, start);
  await setAlarm(ctx, 'clocks', teamId, Date.now());
}

/** The alarm: the next few. */
export async function walkClocks(ctx: CaseCtx, teamId: Id<'teams'>): Promise<void> {
  const walk = await walkOf(ctx, teamId);
  if (walk === null) return;
  const next = await nextTickets(ctx, walk);
  for (const each of next) {
    const { opened, ticket } = await openCaseWith(ctx, each);
    await moveClocks(ctx, opened, ticket, ticket);
  }
  const last = next.length < ticketsAtOnce ? undefined : next.at(-1)!;
  if (last === undefined && walk.status === 'open') return ctx.db.delete(walk._id);
  const after = last && { openedAt: last.openedAt, madeAt: last._creationTime };
  await ctx.db.patch(walk._id, { after, ...(last === undefined && { status: 'open' as const }) });
  await setAlarm(ctx, 'clocks', teamId, Date.now());
}

/** Those that were opened in one instant with the last one first, then the later ones. */
async function nextTickets(ctx: MutationCtx, { teamId, status, after }: Walk): Promise<Doc<'tickets'>[]> {
  const tickets = () => ctx.db.query('tickets');
  const index = 'by_teamId_and_status_and_openedAt';
  if (after === undefined) {
    return tickets()
      .withIndex(index, (q) => q.eq('teamId', teamId).eq('status', status))
      .take(ticketsAtOnce);
  }
  const { openedAt, madeAt } = after;
  const alike = await tickets()
    .withIndex(index, (q) =>
      q.eq('teamId', teamId).eq('status', status).eq('openedAt', openedAt).gt('_creationTime', madeAt),
    )
    .take(ticketsAtOnce);
  if (alike.length === ticketsAtOnce) return alike;
  const later = await tickets()
    .withIndex(index, (q) => q.eq('teamId', teamId).eq('status', status).gt('openedAt', openedAt))
    .take(ticketsAtOnce - alike.length);
  return [...alike, ...later];
}
