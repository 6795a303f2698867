/** Where one is signed in, and ending it (docs/rules.md R1). */
import { v } from 'convex/values';
import { signedInMutation, signedInQuery } from './functions';
import { getSession } from './model/kit/identity';
import { auditAccount, endElsewhere, endOtherSessions } from './model/people/accounts';
import { browserTokenOf } from './model/people/knownBrowsers';
import { endSession, lastUsedAt, sessionsOf } from './model/people/sessions';

/** The newest first; `browser` is null in sessions of before that was kept. */
export const list = signedInQuery({
  args: {},
  returns: v.array(
    v.object({
      sessionId: v.id('authSessions'),
      browser: v.union(v.string(), v.null()),
      signedInAt: v.number(),
      lastUsedAt: v.number(),
      isThis: v.boolean(),
    }),
  ),
  handler: async (ctx) => {
    const present = await getSession(ctx);
    const sessions = (await sessionsOf(ctx, ctx.user._id)).toReversed();
    return Promise.all(
      sessions.map(async (session) => ({
        sessionId: session._id,
        browser: session.browser ?? null,
        signedInAt: session._creationTime,
        lastUsedAt: await lastUsedAt(ctx, session),
        isThis: session._id === present?._id,
      })),
    );
  },
});

/** One's own; one that is over, or another's, is not there to be ended. */
export const end = signedInMutation({
  args: { sessionId: v.id('authSessions') },
  returns: v.null(),
  handler: async (ctx, { sessionId }) => {
    const session = await ctx.db.get(sessionId);
    const userId = ctx.user._id;
    if (session === null || session.userId !== userId) return null;
    if (sessionId === (await getSession(ctx))?._id) await endSession(ctx, session);
    else await endElsewhere(ctx, session);
    await auditAccount(ctx, { userId, action: 'session.ended', by: 'owner' });
    return null;
  },
});

/** Signs the caller out everywhere but here. Returns how many sessions that ended. */
export const endOthers = signedInMutation({
  args: {},
  returns: v.number(),
  handler: async (ctx) => {
    const userId = ctx.user._id;
    const ended = await endOtherSessions(ctx, userId, (await getSession(ctx))?._id);
    await auditAccount(ctx, { userId, action: 'session.othersEnded', detail: String(ended), by: 'owner' });
    return ended;
  },
});

/** By which this browser is known when somebody signs in with it again; null once the session is over. */
export const browserToken = signedInQuery({
  args: {},
  returns: v.union(v.string(), v.null()),
  handler: async (ctx) => {
    const session = await getSession(ctx);
    return session === null ? null : browserTokenOf(session);
  },
});
