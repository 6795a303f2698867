/**
 * One-time links to a new password (docs/rules.md R1), for whoever forgot theirs: made by an owner of their team, or by the
 * command on the server. The token is shown once and kept as a hash; a new link replaces the one before.
 *
 * Whoever makes a link for somebody can become them, so an owner may only for people all of whose teams are their own; that is
 * asked again when the link is used, for both may have changed.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { appError } from '../kit/errors';
import { hashToken, newToken } from '../kit/secrets';
import { membershipsOf } from './accounts';

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
  if (link.madeBy !== undefined) {
    const maker = await ctx.db.get(link.madeBy);
    if (maker === null || maker.removedAt !== undefined || !(await mayReset(ctx, maker, link.userId)))
      throw invalid();
  }
  return link;
}

/** After a new password none of them may set another. */
export async function revokeLinks(ctx: MutationCtx, userId: Id<'users'>): Promise<void> {
  const links = ctx.db.query('resetLinks').withIndex('by_userId', (q) => q.eq('userId', userId));
  for await (const link of links) await ctx.db.delete(link._id);
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

function invalid() {
  return appError('LINK_INVALID', 'This link was used, replaced or has expired.');
}
