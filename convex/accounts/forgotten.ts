/** The database half of "Forgot your password?" (docs/rules.md R1, E4). */
import { v } from 'convex/values';
import { internal } from '../_generated/api';
import { internalMutation } from '../functions';
import { sendDeskMail } from '../model/delivery/mail/deskMails';
import { pageAddress } from '../model/kit/pageAddresses';
import { hashToken } from '../model/kit/secrets';
import { accountAt, auditAccount } from '../model/people/accounts';
import { createMailedLink } from '../model/people/resetLinks';
import { takeTry, type TryKey } from '../model/people/tries';
import { passwordMail } from '../shared/delivery/deskTexts';

/** Counts alike, costs alike and answers alike, whether or not there is an account: what follows is another transaction's. */
export const begin = internalMutation({
  args: { email: v.string(), source: v.string() },
  returns: v.object({ waitMs: v.number() }),
  handler: async (ctx, { email, source }) => {
    const keys: TryKey[] = [`forgotten:${await hashToken(email)}`, `forgetful:${await hashToken(source)}`];
    const waitMs = await takeTry(ctx, keys);
    if (waitMs === 0) await ctx.scheduler.runAfter(0, internal.accounts.forgotten.mailLink, { email });
    return { waitMs };
  },
});

export const mailLink = internalMutation({
  args: { email: v.string() },
  returns: v.null(),
  handler: async (ctx, { email }) => {
    const userId = (await accountAt(ctx, email))?.userId;
    const link = userId === undefined ? null : await createMailedLink(ctx, userId);
    if (userId === undefined || link === null) return null;
    const name = (await ctx.db.get(userId))?.name ?? '';
    const words = passwordMail({ name, link: pageAddress(`/reset#token=${link.token}`) });
    await sendDeskMail(ctx, { teamId: link.teamId, kind: 'passwordLink', to: email, ...words });
    const detail = 'asked for at the sign-in';
    await auditAccount(ctx, { userId, action: 'password.linkMade', detail, by: 'stranger' });
    return null;
  },
});
