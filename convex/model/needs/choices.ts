/** How each person wants to be told: `noticeChoices`, written only here. Apart from `members`, which the whole team reads. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { mailRangeMin, type Notice } from '../../shared/needs/choices';
import type { NeedKind } from '../../shared/needs/needs';
import { appError } from '../kit/errors';

type Choices = Doc<'noticeChoices'>['choices'];
type Member = Pick<Doc<'members'>, '_id' | 'teamId'>;

function rowOf(ctx: Pick<QueryCtx, 'db'>, memberId: Id<'members'>): Promise<Doc<'noticeChoices'> | null> {
  return ctx.db
    .query('noticeChoices')
    .withIndex('by_memberId', (q) => q.eq('memberId', memberId))
    .unique();
}

/** Only what they have chosen themselves. */
export async function choicesOf(ctx: Pick<QueryCtx, 'db'>, memberId: Id<'members'>): Promise<Choices> {
  return (await rowOf(ctx, memberId))?.choices ?? [];
}

export async function choose(
  ctx: MutationCtx,
  { _id: memberId, teamId }: Member,
  kind: NeedKind,
  notice: Notice,
): Promise<void> {
  const { mailAfterMin } = notice;
  const [least, most] = mailRangeMin;
  if (
    mailAfterMin !== null &&
    !(Number.isInteger(mailAfterMin) && mailAfterMin >= least && mailAfterMin <= most)
  ) {
    throw appError('INVALID_INPUT', `A mail goes out after ${least} to ${most} minutes, in whole ones.`);
  }
  const row = await rowOf(ctx, memberId);
  const others = row?.choices.filter((each) => each.kind !== kind) ?? [];
  const choices = [...others, { kind, notice }];
  if (row === null) await ctx.db.insert('noticeChoices', { teamId, memberId, choices });
  else await ctx.db.patch(row._id, { choices });
}

/** Whoever has left is told of nothing. */
export async function forgetChoices(ctx: MutationCtx, memberId: Id<'members'>): Promise<void> {
  const row = await rowOf(ctx, memberId);
  if (row !== null) await ctx.db.delete(row._id);
}
