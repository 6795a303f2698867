/** Lists that are kept under a name: one's own, and the team's, which managers keep (docs/rules.md R1, E5). */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { maxPartLength, maxSavedViews, type SavedList } from '../../shared/tickets/savedViews';
import { appError } from '../kit/errors';
import { cleanName } from '../kit/names';

type Reader = Pick<QueryCtx, 'db'>;
type View = Doc<'savedViews'>;

/** `memberId`: whose; undefined: the team's. In the order in which they were made. */
export function listViews(
  ctx: Reader,
  teamId: Id<'teams'>,
  memberId: Id<'members'> | undefined,
): Promise<View[]> {
  return ctx.db
    .query('savedViews')
    .withIndex('by_teamId_and_memberId', (q) => q.eq('teamId', teamId).eq('memberId', memberId))
    .take(maxSavedViews);
}

interface Written {
  name: string;
  list: SavedList;
}

/** Changes `viewId` in place where it is theirs, or the team's where `memberId` is absent; else it adds one. */
export async function saveView(
  ctx: MutationCtx,
  { teamId, memberId }: { teamId: Id<'teams'>; memberId: Id<'members'> | undefined },
  viewId: Id<'savedViews'> | undefined,
  { name, list }: Written,
): Promise<Id<'savedViews'>> {
  if (Object.values(list).some((part) => part !== undefined && part.length > maxPartLength)) {
    throw appError('INVALID_INPUT', 'That is no list.');
  }
  const fields = { teamId, memberId, name: cleanName(name, 'The name of the view'), list };
  const kept = await listViews(ctx, teamId, memberId);
  if (kept.some(({ _id }) => _id === viewId)) {
    await ctx.db.patch(viewId!, fields);
    return viewId!;
  }
  if (kept.length >= maxSavedViews) {
    throw appError('INVALID_INPUT', `At most ${maxSavedViews} views are kept.`);
  }
  return ctx.db.insert('savedViews', fields);
}

/** [T7] Where they are narrowed by a tag that has another name now. */
export async function renameInViews(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  memberId: Id<'members'> | undefined,
  { from, to }: { from: string; to: string },
): Promise<void> {
  for (const { _id, list } of await listViews(ctx, teamId, memberId))
    if (list.tag === from) await ctx.db.patch(_id, { list: { ...list, tag: to } });
}

/** Whoever has left keeps none. */
export async function forgetViews(
  ctx: MutationCtx,
  { teamId, _id: memberId }: Pick<Doc<'members'>, 'teamId' | '_id'>,
): Promise<void> {
  for (const { _id } of await listViews(ctx, teamId, memberId)) await ctx.db.delete(_id);
}

/** What is not theirs, or not there any more, is left alone. */
export async function removeView(
  ctx: MutationCtx,
  { teamId, memberId }: { teamId: Id<'teams'>; memberId: Id<'members'> | undefined },
  viewId: Id<'savedViews'>,
): Promise<void> {
  const kept = await listViews(ctx, teamId, memberId);
  if (kept.some(({ _id }) => _id === viewId)) await ctx.db.delete(viewId);
}
