/**
 * Where somebody is signed in (docs/rules.md R1): Convex Auth's sessions, with the browser each was begun in. Whoever calls
 * needs their session's row (kit/identity.ts), so ending one ends every right of its browser at once, its live screens too.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { browserWords } from '../../shared/people/browsers';
import { getSession } from '../kit/identity';

/** As long as Convex Auth's own. */
const sessionLifetimeMs = 30 * 86_400_000;
/** One more ends the oldest. */
const maxSessions = 50;

/** Begins a session; the one that called, if any, is ended with it. */
export async function beginSession(
  ctx: MutationCtx,
  { userId, userAgent }: { userId: Id<'users'>; userAgent: string | null },
): Promise<Id<'authSessions'>> {
  const present = await getSession(ctx);
  if (present !== null) await endSession(ctx, present);
  const others = await sessionsOf(ctx, userId);
  if (others.length >= maxSessions) await endSession(ctx, others[0]!);
  const expirationTime = Date.now() + sessionLifetimeMs;
  return ctx.db.insert('authSessions', { userId, expirationTime, browser: browserWords(userAgent) });
}

/** The oldest first. */
export function sessionsOf(ctx: Pick<QueryCtx, 'db'>, userId: Id<'users'>): Promise<Doc<'authSessions'>[]> {
  return ctx.db
    .query('authSessions')
    .withIndex('userId', (q) => q.eq('userId', userId))
    .take(maxSessions);
}

/** A page renews its token when it is opened and every hour: the newest says when it was last there. */
export async function lastUsedAt(ctx: Pick<QueryCtx, 'db'>, session: Doc<'authSessions'>): Promise<number> {
  const newest = await ctx.db
    .query('authRefreshTokens')
    .withIndex('sessionId', (q) => q.eq('sessionId', session._id))
    .order('desc')
    .first();
  return newest?._creationTime ?? session._creationTime;
}

export async function endSession(ctx: MutationCtx, session: Doc<'authSessions'>): Promise<void> {
  const tokens = ctx.db
    .query('authRefreshTokens')
    .withIndex('sessionId', (q) => q.eq('sessionId', session._id));
  for await (const token of tokens) await ctx.db.delete(token._id);
  await ctx.db.delete(session._id);
}

/** Ends all but `kept`; returns how many. */
export async function endSessionsOf(
  ctx: MutationCtx,
  userId: Id<'users'>,
  kept?: Id<'authSessions'>,
): Promise<number> {
  let ended = 0;
  const sessions = ctx.db.query('authSessions').withIndex('userId', (q) => q.eq('userId', userId));
  for await (const session of sessions) {
    if (session._id === kept) continue;
    await endSession(ctx, session);
    ended++;
  }
  return ended;
}

/** They all last equally long, so the oldest end first. Returns how many ended. */
export async function sweepSessions(ctx: MutationCtx, batch: number): Promise<number> {
  const now = Date.now();
  const old = await ctx.db
    .query('authSessions')
    .withIndex('by_creation_time', (q) => q.lt('_creationTime', now - sessionLifetimeMs))
    .take(batch);
  const ended = old.filter((session) => session.expirationTime < now);
  for (const session of ended) await endSession(ctx, session);
  return ended.length;
}
