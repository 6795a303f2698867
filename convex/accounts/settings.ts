/** The database half of what somebody changes about their own account: after their password was found right. */
import { v } from 'convex/values';
import type { Doc } from '../_generated/dataModel';
import { type CaseCtx, internalMutation } from '../functions';
import { appError } from '../model/kit/errors';
import { getSession } from '../model/kit/identity';
import { accountOf, auditAccount, ownWordsOf, setPassword } from '../model/people/accounts';
import { revokeLinks } from '../model/people/resetLinks';
import { factorOf, renewCodes, turnOffFactor, turnOnFactor } from '../model/people/secondFactors';
import { giveTryBack, takeTry, type TryKey } from '../model/people/tries';

/** Takes a try at the caller's own password; the session counts, for whoever sits before it may not be its owner. */
export const begin = internalMutation({
  args: {},
  returns: v.union(
    v.object({ waitMs: v.number() }),
    v.object({ keys: v.array(v.string()), hash: v.optional(v.string()), own: v.array(v.string()) }),
  ),
  handler: async (ctx) => {
    const { _id, userId } = await requireSession(ctx);
    const keys: TryKey[] = [`session:${_id}`];
    const waitMs = await takeTry(ctx, keys);
    if (waitMs > 0) return { waitMs };
    const account = await accountOf(ctx, userId);
    return { keys, hash: account?.secret, own: await ownWordsOf(ctx, userId) };
  },
});

/** `hash`: what the old password was checked against, which must still be the account's. */
const proof = { hash: v.string(), keys: v.array(v.string()) };

export const changePassword = internalMutation({
  args: { ...proof, secret: v.string() },
  returns: v.null(),
  handler: async (ctx, { secret, ...given }) => {
    const { session, account } = await proven(ctx, given);
    const { userId } = session;
    await setPassword(ctx, account, { secret, kept: session._id });
    await revokeLinks(ctx, userId);
    await auditAccount(ctx, { userId, action: 'password.changed', by: 'owner' });
    return null;
  },
});

/** The app has shown the code of this secret at `step`. */
export const turnOn = internalMutation({
  args: { ...proof, factor: v.object({ secret: v.string(), step: v.number() }) },
  returns: v.array(v.string()),
  handler: async (ctx, { factor, ...given }) => {
    const { userId } = (await proven(ctx, given)).session;
    const codes = await turnOnFactor(ctx, { userId, ...factor });
    await auditAccount(ctx, { userId, action: 'secondFactor.turnedOn', by: 'owner' });
    return codes;
  },
});

export const turnOff = internalMutation({
  args: proof,
  returns: v.null(),
  handler: async (ctx, given) => {
    const { userId } = (await proven(ctx, given)).session;
    await turnOffFactor(ctx, userId);
    await auditAccount(ctx, { userId, action: 'secondFactor.turnedOff', by: 'owner' });
    return null;
  },
});

export const renew = internalMutation({
  args: proof,
  returns: v.array(v.string()),
  handler: async (ctx, given) => {
    const { userId } = (await proven(ctx, given)).session;
    const factor = await factorOf(ctx, userId);
    if (factor === null) throw appError('INVALID_INPUT', 'There is no second factor to make codes for.');
    const codes = await renewCodes(ctx, factor);
    await auditAccount(ctx, { userId, action: 'secondFactor.codesRenewed', by: 'owner' });
    return codes;
  },
});

async function proven(
  ctx: CaseCtx,
  { hash, keys }: { hash: string; keys: string[] },
): Promise<{ session: Doc<'authSessions'>; account: Doc<'authAccounts'> }> {
  const session = await requireSession(ctx);
  const account = await accountOf(ctx, session.userId);
  if (account === null || account.secret !== hash)
    throw appError('INVALID_CREDENTIALS', 'The password was changed meanwhile.');
  await giveTryBack(ctx, keys);
  return { session, account };
}

async function requireSession(ctx: CaseCtx): Promise<Doc<'authSessions'>> {
  const session = await getSession(ctx);
  if (session === null) throw appError('NOT_SIGNED_IN', 'Sign in first.');
  return session;
}
