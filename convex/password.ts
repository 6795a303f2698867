/** Passwords: one's own is changed with the old one; whoever forgot theirs gets a link (docs/rules.md R1). */
import { v } from 'convex/values';
import { newSecretHash } from './accounts/hashing';
import { provePassword } from './accounts/proof';
import { internal } from './_generated/api';
import {
  noLimitNeeded,
  noPermissionNeeded,
  operatorMutation,
  publicQuery,
  signedInAction,
} from './functions';
import { loadMemberFor } from './model/kit/access';
import { auditAccount } from './model/people/accounts';
import { createResetLink, resetLinkOf } from './model/people/resetLinks';

/** Ends the caller's other sessions. */
export const change = signedInAction({
  args: { current: v.string(), next: v.string() },
  returns: v.null(),
  handler: async (ctx, { current, next }): Promise<null> => {
    const { own, ...proof } = await provePassword(ctx, current);
    const secret = await newSecretHash(ctx, { password: next, own, isKnown: true });
    return ctx.runMutation(internal.accounts.settings.changePassword, { ...proof, secret });
  },
});

/** The token is returned here once and never again. */
export const makeLink = operatorMutation('members.manage')({
  args: { memberId: v.id('members'), clearsSecondFactor: v.boolean() },
  returns: v.object({ token: v.string(), expiresAt: v.number() }),
  handler: async (ctx, { memberId, clearsSecondFactor }) => {
    const { userId } = await loadMemberFor(ctx, ctx.member, memberId);
    const link = await createResetLink(ctx, { userId, by: ctx.member, clearsSecondFactor });
    const detail = clearsSecondFactor ? 'and an end of the second factor' : undefined;
    await auditAccount(ctx, {
      userId,
      action: 'password.linkMade',
      by: ctx.member,
      ...(detail && { detail }),
    });
    return link;
  },
});

/** Whose password a link sets; null when it opens nothing. */
export const link = publicQuery(
  noPermissionNeeded('Whoever holds the token may see what it opens.'),
  noLimitNeeded('One look-up by 256 random bits: nothing can be guessed, and nothing is written.'),
)({
  args: { token: v.string() },
  returns: v.union(v.null(), v.object({ name: v.string(), email: v.string(), expiresAt: v.number() })),
  handler: async (ctx, { token }) => {
    const opened = await resetLinkOf(ctx, token);
    const user = opened && (await ctx.db.get(opened.userId));
    if (!opened || !user) return null;
    return { name: user.name ?? '', email: user.email ?? '', expiresAt: opened.expiresAt };
  },
});
