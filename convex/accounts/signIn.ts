/** The database half of signing in and up: what auth.ts's provider asks from its action, each in one transaction. */
import { v } from 'convex/values';
import { type CaseCtx, internalMutation, internalQuery } from '../functions';
import type { Id } from '../_generated/dataModel';
import { hashToken } from '../model/kit/secrets';
import {
  accountAt,
  accountOf,
  auditAccount,
  ownWordsOf,
  renewHash,
  setPassword,
} from '../model/people/accounts';
import { knownBrowserOf } from '../model/people/knownBrowsers';
import { requireResetLink, revokeLinks } from '../model/people/resetLinks';
import { factorOf, turnOffFactor, spendCode } from '../model/people/secondFactors';
import { beginSession } from '../model/people/sessions';
import { giveTryBack, takeTry, type TryKey } from '../model/people/tries';
import { requireSignUpAllowed } from '../model/setup/installation';

const vUserAgent = v.union(v.string(), v.null());
/** A refusal that must leave a trace is a value (docs/rules.md E1). */
const vRefused = v.object({
  refused: v.union(
    v.literal('INVALID_CREDENTIALS'),
    v.literal('SECOND_FACTOR_NEEDED'),
    v.literal('SECOND_FACTOR_WRONG'),
  ),
});
const vEntered = v.union(v.object({ userId: v.id('users'), sessionId: v.id('authSessions') }), vRefused);

/** Takes a try before the password is looked at. `hash` is absent where there is no account; nobody learns that. */
export const begin = internalMutation({
  args: { email: v.string(), source: v.string(), browsers: v.array(v.string()) },
  returns: v.union(
    v.object({ waitMs: v.number() }),
    v.object({
      keys: v.array(v.string()),
      isKnown: v.boolean(),
      userId: v.optional(v.id('users')),
      hash: v.optional(v.string()),
    }),
  ),
  handler: async (ctx, { email, source, browsers }) => {
    const account = await accountAt(ctx, email);
    const browser = account === null ? null : await knownBrowserOf(account.userId, browsers);
    const keys: TryKey[] =
      browser === null
        ? [`account:${await hashToken(email)}`, `source:${await hashToken(source)}`]
        : [`browser:${browser}`];
    const waitMs = await takeTry(ctx, keys);
    if (waitMs > 0) return { waitMs };
    return { keys, isKnown: browser !== null, userId: account?.userId, hash: account?.secret };
  },
});

export const giveBack = internalMutation({
  args: { keys: v.array(v.string()) },
  returns: v.null(),
  handler: async (ctx, { keys }) => {
    await giveTryBack(ctx, keys);
    return null;
  },
});

/** [R3] Scheduled for every wrong password, so that an unknown address costs what a known one does. */
export const noteFailure = internalMutation({
  args: { userId: v.optional(v.id('users')), isKnown: v.boolean() },
  returns: v.null(),
  handler: async (ctx, { userId, isKnown }) => {
    if (userId === undefined) return null;
    const detail = `wrong password, ${isKnown ? 'a known' : 'an unknown'} browser`;
    await auditAccount(ctx, { userId, action: 'signIn.failed', detail, by: 'stranger' });
    return null;
  },
});

/** The password was right. `hash`: what it was checked against, which must still be the account's. */
export const enter = internalMutation({
  args: {
    userId: v.id('users'),
    hash: v.string(),
    rehashed: v.optional(v.string()),
    keys: v.array(v.string()),
    code: v.optional(v.string()),
    userAgent: vUserAgent,
  },
  returns: vEntered,
  handler: async (ctx, { userId, hash, rehashed, keys, code, userAgent }) => {
    const account = await accountOf(ctx, userId);
    if (account === null || account.secret !== hash) return { refused: 'INVALID_CREDENTIALS' as const };
    const refused = await checkFactor(ctx, { userId, code });
    if (refused !== 'SECOND_FACTOR_WRONG') await giveTryBack(ctx, keys);
    if (refused !== null) return { refused };
    if (rehashed !== undefined) await renewHash(ctx, account, rehashed);
    return { userId, sessionId: await beginNoted(ctx, userId, userAgent) };
  },
});

export const checkSignUp = internalQuery({
  args: {
    email: v.string(),
    invitationToken: v.optional(v.string()),
    setupToken: v.optional(v.string()),
    now: v.number(),
  },
  returns: v.object({ teamName: v.string(), isTaken: v.boolean() }),
  handler: async (ctx, args) => {
    const teamName = await requireSignUpAllowed(ctx, args);
    return { teamName, isTaken: (await accountAt(ctx, args.email)) !== null };
  },
});

/** For the user whom Convex Auth has just made. */
export const enterFirst = internalMutation({
  args: { userId: v.id('users'), userAgent: vUserAgent },
  returns: v.id('authSessions'),
  handler: (ctx, args) => beginSession(ctx, args),
});

/** Whose password a link sets, and what that may not be made of. */
export const openLink = internalQuery({
  args: { token: v.string(), now: v.number() },
  returns: v.object({ own: v.array(v.string()) }),
  handler: async (ctx, { token, now }) => {
    const { userId } = await requireResetLink(ctx, token, now);
    return { own: await ownWordsOf(ctx, userId) };
  },
});

/** Sets the new password, ends what the old one opened, and signs in; the second factor is asked for unless the link clears it. */
export const enterByLink = internalMutation({
  args: { token: v.string(), secret: v.string(), code: v.optional(v.string()), userAgent: vUserAgent },
  returns: v.union(vEntered, v.object({ waitMs: v.number() })),
  handler: async (ctx, { token, secret, code, userAgent }) => {
    const { _id, userId, clearsSecondFactor } = await requireResetLink(ctx, token, Date.now());
    if (!clearsSecondFactor) {
      const keys: TryKey[] = code === undefined ? [] : [`link:${_id}`];
      const waitMs = await takeTry(ctx, keys);
      if (waitMs > 0) return { waitMs };
      const refused = await checkFactor(ctx, { userId, code });
      if (refused !== null) return { refused };
    }
    const account = await accountOf(ctx, userId);
    if (account === null) return { refused: 'INVALID_CREDENTIALS' as const };
    await setPassword(ctx, account, { secret, kept: undefined });
    await revokeLinks(ctx, userId);
    if (clearsSecondFactor) await turnOffFactor(ctx, userId);
    await auditAccount(ctx, { userId, action: 'password.reset', by: 'owner' });
    return { userId, sessionId: await beginNoted(ctx, userId, userAgent) };
  },
});

/** Null when there is no second factor, or this code is right, which uses it up. */
async function checkFactor(
  ctx: CaseCtx,
  { userId, code }: { userId: Id<'users'>; code: string | undefined },
): Promise<'SECOND_FACTOR_NEEDED' | 'SECOND_FACTOR_WRONG' | null> {
  const factor = await factorOf(ctx, userId);
  if (factor === null) return null;
  if (code === undefined) return 'SECOND_FACTOR_NEEDED';
  const kind = await spendCode(ctx, factor, code);
  if (kind !== null) return null;
  await auditAccount(ctx, { userId, action: 'signIn.failed', detail: 'wrong code', by: 'stranger' });
  return 'SECOND_FACTOR_WRONG';
}

async function beginNoted(
  ctx: CaseCtx,
  userId: Id<'users'>,
  userAgent: string | null,
): Promise<Id<'authSessions'>> {
  const sessionId = await beginSession(ctx, { userId, userAgent });
  const detail = (await ctx.db.get(sessionId))?.browser;
  await auditAccount(ctx, { userId, action: 'signIn.succeeded', by: 'owner', ...(detail && { detail }) });
  return sessionId;
}
