/**
 * One-time links to a new password (docs/rules.md R1), for whoever forgot theirs: made by an owner of their team, by the command
 * on the server, or asked for on the page of the sign-in and mailed. The token is shown once and kept as a hash; a new link
 * replaces the one before, but one that was asked for, as anybody may, replaces only its like.
 *
 * Whoever makes a link for somebody can become them, so an owner may only for people all of whose teams are their own; that is
 * asked again when the link is used, for both may have changed. Whoever carries a mail could read it, so it goes by no team
 * whose owners may not make such a link themselves.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { appError } from '../kit/errors';
import { hashToken, newToken } from '../kit/secrets';
import { membershipsOf } from './accounts';
import { activeMembers } from './people';

type Reader = Pick<QueryCtx, 'db'>;

const lifetimeMs = 86_400_000;

export interface NewLink {
  token: string;
  expiresAt: number;
}

export async function createResetLink(
  ctx: MutationCtx,
  args: { userId: Id<'users'>; by: Doc<'members'> | null; clearsSecondFactor: boolean },
): Promise<NewLink> {
  const { userId, by, clearsSecondFactor } = args;
  if (by !== null) await requireMayReset(ctx, by, userId);
  await revokeLinks(ctx, userId);
  const token = newToken();
  const expiresAt = Date.now() + lifetimeMs;
  const tokenHash = await hashToken(token);
  await ctx.db.insert('resetLinks', { userId, tokenHash, clearsSecondFactor, expiresAt, madeBy: by?._id });
  return { token, expiresAt };
}

/** What a token opens, or null. Expiry is the caller's: queries have no clock. */
export async function resetLinkOf(ctx: Reader, token: string): Promise<Doc<'resetLinks'> | null> {
  const tokenHash = await hashToken(token);
  return ctx.db
    .query('resetLinks')
    .withIndex('by_tokenHash', (q) => q.eq('tokenHash', tokenHash))
    .unique();
}

/** The link a token opens now, or LINK_INVALID. */
export async function requireResetLink(ctx: Reader, token: string, now: number): Promise<Doc<'resetLinks'>> {
  const link = await resetLinkOf(ctx, token);
  if (link === null || link.expiresAt <= now) throw invalid();
  if (link.mailedBy !== undefined && !(await mayCarry(ctx, link.mailedBy, link.userId))) throw invalid();
  if (link.madeBy !== undefined) {
    const maker = await ctx.db.get(link.madeBy);
    if (maker === null || maker.removedAt !== undefined || !(await mayReset(ctx, maker, link.userId)))
      throw invalid();
  }
  return link;
}

/** After a new password none of them may set another. */
export async function revokeLinks(ctx: MutationCtx, userId: Id<'users'>): Promise<void> {
  for (const link of await linksOf(ctx, userId)) await ctx.db.delete(link._id);
}

/** One that was made and one that was asked for, at most. */
function linksOf(ctx: Reader, userId: Id<'users'>): Promise<Doc<'resetLinks'>[]> {
  return ctx.db
    .query('resetLinks')
    .withIndex('by_userId', (q) => q.eq('userId', userId))
    .take(100);
}

/** Returns how many it deleted. */
export async function sweepLinks(ctx: MutationCtx, batch: number): Promise<number> {
  const over = await ctx.db
    .query('resetLinks')
    .withIndex('by_expiresAt', (q) => q.lt('expiresAt', Date.now()))
    .take(batch);
  for (const link of over) await ctx.db.delete(link._id);
  return over.length;
}

/** For whoever asks on the page of the sign-in; null: there is no team whose mail may carry it. */
export async function createMailedLink(
  ctx: MutationCtx,
  userId: Id<'users'>,
): Promise<(NewLink & { teamId: Id<'teams'> }) | null> {
  const [first] = await membershipsOf(ctx, userId);
  if (first === undefined || !(await mayCarry(ctx, first.teamId, userId))) return null;
  const { teamId } = first;
  for (const link of await linksOf(ctx, userId)) {
    if (link.mailedBy !== undefined) await ctx.db.delete(link._id);
  }
  const token = newToken();
  const expiresAt = Date.now() + lifetimeMs;
  const tokenHash = await hashToken(token);
  const link = { userId, tokenHash, clearsSecondFactor: false, expiresAt, mailedBy: teamId };
  await ctx.db.insert('resetLinks', link);
  return { token, expiresAt, teamId };
}

async function requireMayReset(ctx: Reader, by: Doc<'members'>, userId: Id<'users'>): Promise<void> {
  if (by.userId === userId) throw appError('INVALID_INPUT', 'Change your own password in your settings.');
  if (await mayReset(ctx, by, userId)) return;
  throw appError('INVALID_INPUT', 'They are in another team too, which you do not own.');
}

async function mayReset(ctx: Reader, by: Doc<'members'>, userId: Id<'users'>): Promise<boolean> {
  const owned = (await membershipsOf(ctx, by.userId)).filter(({ role }) => role === 'owner');
  const theirs = await membershipsOf(ctx, userId);
  return theirs.length > 0 && theirs.every(({ teamId }) => owned.some((mine) => mine.teamId === teamId));
}

/** Every owner of the team may make this user a link. */
async function mayCarry(ctx: Reader, teamId: Id<'teams'>, userId: Id<'users'>): Promise<boolean> {
  const theirs = await membershipsOf(ctx, userId);
  if (theirs.every((each) => each.teamId === teamId)) return theirs.length > 0;
  const owners = (await activeMembers(ctx, teamId)).filter(({ role }) => role === 'owner');
  for (const owner of owners) if (!(await mayReset(ctx, owner, userId))) return false;
  return theirs.some((each) => each.teamId === teamId);
}

function invalid() {
  return appError('LINK_INVALID', 'This link was used, replaced or has expired.');
}
