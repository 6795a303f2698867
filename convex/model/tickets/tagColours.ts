/** Colours of tags (docs/rules.md T7). The only writer of `tagColours`. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { maxColoured, type TagColour } from '../../shared/tickets/tags';
import { appError } from '../kit/errors';

type Reader = Pick<QueryCtx, 'db'>;

/** By name. */
export function listColours(ctx: Reader, teamId: Id<'teams'>): Promise<Doc<'tagColours'>[]> {
  return ctx.db
    .query('tagColours')
    .withIndex('by_teamId_and_tag', (q) => q.eq('teamId', teamId))
    .take(maxColoured);
}

export function colourOf(ctx: Reader, teamId: Id<'teams'>, tag: string): Promise<Doc<'tagColours'> | null> {
  return ctx.db
    .query('tagColours')
    .withIndex('by_teamId_and_tag', (q) => q.eq('teamId', teamId).eq('tag', tag))
    .unique();
}

export async function setColour(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  tag: string,
  colour: TagColour,
): Promise<void> {
  const kept = await colourOf(ctx, teamId, tag);
  if (kept !== null) return ctx.db.patch(kept._id, { colour });
  if ((await listColours(ctx, teamId)).length >= maxColoured) {
    throw appError('INVALID_INPUT', `At most ${maxColoured} tags have a colour.`);
  }
  await ctx.db.insert('tagColours', { teamId, tag, colour });
}

export async function forgetColour(ctx: MutationCtx, teamId: Id<'teams'>, tag: string): Promise<void> {
  const kept = await colourOf(ctx, teamId, tag);
  if (kept !== null) await ctx.db.delete(kept._id);
}

/** Where `to` has one of its own, that one stays. */
export async function moveColour(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  from: string,
  to: string,
): Promise<void> {
  const kept = await colourOf(ctx, teamId, from);
  if (kept === null) return;
  if ((await colourOf(ctx, teamId, to)) === null) await ctx.db.patch(kept._id, { tag: to });
  else await ctx.db.delete(kept._id);
}
