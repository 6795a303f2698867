/** Passwords: one's own is changed with the old one; whoever forgot theirs gets a link (docs/rules.md R1). */
import { v } from 'convex/values';
import { newSecretHash, tooMany } from './accounts/hashing';
import { provePassword } from './accounts/proof';
import { internal } from './_generated/api';
import {
  noLimitNeeded,
  noPermissionNeeded,
  operatorMutation,
  publicAction,
  publicQuery,
  signedInAction,
} from './functions';
import { loadMemberFor } from './model/kit/access';
import { passwordMail } from './shared/delivery/deskTexts';
import { isEmail, normalizeEmail } from './shared/kit/emails';
import { sourceOf } from './shared/kit/sources';
import { auditAccount } from './model/people/accounts';
import { sendDeskMail } from './model/delivery/mail/deskMails';
import { appError } from './model/kit/errors';
import { pageAddress } from './model/kit/pageAddresses';
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

/** The token is returned here once and never again; they get the link by mail as well, if the team's mail leaves the desk. */
export const makeLink = operatorMutation('members.manage')({
  args: { memberId: v.id('members'), clearsSecondFactor: v.boolean() },
  returns: v.object({ token: v.string(), expiresAt: v.number(), isMailed: v.boolean() }),
  handler: async (ctx, { teamId, memberId, clearsSecondFactor }) => {
    const { userId, name, email } = await loadMemberFor(ctx, ctx.member, memberId);
    const link = await createResetLink(ctx, { userId, by: ctx.member, clearsSecondFactor });
    const detail = clearsSecondFactor ? 'and an end of the second factor' : undefined;
    await auditAccount(ctx, {
      userId,
      action: 'password.linkMade',
      by: ctx.member,
      ...(detail && { detail }),
    });
    const words = passwordMail({
      name,
      by: ctx.member.name,
      link: pageAddress(`/reset#token=${link.token}`),
    });
    const { leaves } = await sendDeskMail(ctx, { teamId, kind: 'passwordLink', to: email, ...words });
    return { ...link, isMailed: leaves };
  },
});

/** Whoever forgot theirs asks for a link by mail. Nobody learns whether there is such an account. */
export const forgot = publicAction(
  noPermissionNeeded('Whoever forgot their password cannot sign in.'),
  noLimitNeeded('Counted by model/people: wishes per account and per source.'),
)({
  args: { email: v.string() },
  returns: v.null(),
  handler: async (ctx, { email: typed }): Promise<null> => {
    const email = normalizeEmail(typed);
    if (!isEmail(email)) throw appError('INVALID_INPUT', 'This is not an e-mail address.');
    const { ip } = await ctx.meta.getRequestMetadata();
    const asked = { email, source: sourceOf(ip) };
    const { waitMs } = await ctx.runMutation(internal.accounts.forgotten.begin, asked);
    if (waitMs > 0) throw tooMany(waitMs);
    return null;
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
