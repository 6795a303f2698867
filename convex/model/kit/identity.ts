/**
 * Who is calling, from the verified token alone (docs/rules.md M9, R2; never from an argument).
 *
 * Two issuers exist and must not be confused: operators' tokens come from Convex Auth (issuer = the site, subject
 * `userId|sessionId`), customers' from `<site>/customers` (subject = their session row). A token outlives a sign-out
 * by up to its own lifetime, so each call also needs its session row: deleting the row ends every right at once.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';

const DIVIDER = '|';

/** The address of what is served over HTTP. */
export function siteUrl(): string {
  const url = process.env.CONVEX_SITE_URL;
  if (url === undefined)
    throw new Error('CONVEX_SITE_URL is not set: no token can be matched to its issuer.');
  return url;
}

/** Where customers' tokens say they come from. */
export function customerIssuer(): string {
  return `${siteUrl()}/customers`;
}

/** The session somebody is signed in with, or null: no token, a customer's token, a session that was ended or deleted. */
export async function getSession(ctx: Pick<QueryCtx, 'auth' | 'db'>): Promise<Doc<'authSessions'> | null> {
  const identity = await ctx.auth.getUserIdentity();
  if (identity === null || identity.issuer !== siteUrl()) return null;
  const [userPart, sessionPart] = identity.subject.split(DIVIDER);
  const userId = ctx.db.normalizeId('users', userPart ?? '');
  const sessionId = ctx.db.normalizeId('authSessions', sessionPart ?? '');
  if (userId === null || sessionId === null) return null;
  const session = await ctx.db.get(sessionId);
  return session?.userId === userId ? session : null;
}

/** The signed-in user, or null. */
export async function getUser(ctx: Pick<QueryCtx, 'auth' | 'db'>): Promise<Doc<'users'> | null> {
  const session = await getSession(ctx);
  return session === null ? null : ctx.db.get(session.userId);
}

/** The active membership of a user in a team, or null. */
export async function getMember(
  ctx: Pick<QueryCtx, 'db'>,
  teamId: Id<'teams'>,
  userId: Id<'users'>,
): Promise<Doc<'members'> | null> {
  const member = await ctx.db
    .query('members')
    .withIndex('by_teamId_and_userId', (q) => q.eq('teamId', teamId).eq('userId', userId))
    .unique();
  return member !== null && member.removedAt === undefined ? member : null;
}

/** The customer's session, or null: no token, an operator's token, or a session that is gone. Expiry is the caller's. */
export async function getCustomerSession(
  ctx: Pick<QueryCtx, 'auth' | 'db'>,
): Promise<Doc<'customerSessions'> | null> {
  const identity = await ctx.auth.getUserIdentity();
  if (identity === null || identity.issuer !== customerIssuer()) return null;
  const sessionId = ctx.db.normalizeId('customerSessions', identity.subject);
  return sessionId === null ? null : await ctx.db.get(sessionId);
}
