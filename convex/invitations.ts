/** Inviting people into the team (docs/rules.md R1). */
import { v } from 'convex/values';
import {
  noLimitNeeded,
  noPermissionNeeded,
  operatorMutation,
  operatorQuery,
  publicQuery,
  signedInMutation,
} from './functions';
import { loadInvitationFor } from './model/kit/access';
import { sendDeskMail } from './model/delivery/mail/deskMails';
import { audit } from './model/kit/audit';
import { pageAddress } from './model/kit/pageAddresses';
import { invitationMail } from './shared/delivery/deskTexts';
import { normalizeEmail } from './shared/kit/emails';
import {
  createInvitation,
  invitationByToken,
  isPending,
  requireInvitation,
} from './model/people/invitations';
import { cleanName } from './model/kit/names';
import { joinTeam } from './model/people/people';
import { vRole } from './shared/people/people';

const maxListed = 200;

/** The token is returned here once and never again; they get the link by mail as well, if the team's mail leaves the desk. */
export const create = operatorMutation('invitations.manage')({
  args: { email: v.string(), role: vRole },
  returns: v.object({
    invitationId: v.id('invitations'),
    token: v.string(),
    expiresAt: v.number(),
    isMailed: v.boolean(),
  }),
  handler: async (ctx, { teamId, email, role }) => {
    const invitation = await createInvitation(ctx, { by: ctx.member, email, role });
    const subject = invitation.invitationId;
    await audit(ctx, { teamId, actor: ctx.member, action: 'invitation.created', subject, detail: role });
    const { name: teamName } = (await ctx.db.get(teamId))!;
    const link = pageAddress(`/invite/${invitation.token}`);
    const words = invitationMail({ teamName, by: ctx.member.name, link });
    const to = normalizeEmail(email);
    const { leaves } = await sendDeskMail(ctx, { teamId, kind: 'invitation', to, ...words });
    return { ...invitation, isMailed: leaves };
  },
});

/** Neither used nor withdrawn, newest first; some may have expired. */
export const list = operatorQuery('invitations.manage')({
  args: {},
  returns: v.array(
    v.object({
      invitationId: v.id('invitations'),
      email: v.string(),
      role: vRole,
      expiresAt: v.number(),
      invitedByName: v.string(),
    }),
  ),
  handler: async (ctx, { teamId }) => {
    const pending = await ctx.db
      .query('invitations')
      .withIndex('by_teamId_and_acceptedAt_and_revokedAt', (q) =>
        q.eq('teamId', teamId).eq('acceptedAt', undefined).eq('revokedAt', undefined),
      )
      .order('desc')
      .take(maxListed);
    return Promise.all(
      pending.map(async ({ _id: invitationId, email, role, expiresAt, invitedBy }) => {
        const invitedByName = (await ctx.db.get(invitedBy))?.name ?? '';
        return { invitationId, email, role, expiresAt, invitedByName };
      }),
    );
  },
});

export const revoke = operatorMutation('invitations.manage')({
  args: { invitationId: v.id('invitations') },
  returns: v.null(),
  handler: async (ctx, { teamId, invitationId }) => {
    const invitation = await loadInvitationFor(ctx, ctx.member, invitationId);
    if (!isPending(invitation)) return null;
    await ctx.db.patch(invitation._id, { revokedAt: Date.now() });
    await audit(ctx, { teamId, actor: ctx.member, action: 'invitation.revoked', subject: invitationId });
    return null;
  },
});

/** What the invited person sees before they join; null when the token opens nothing. */
export const get = publicQuery(
  noPermissionNeeded('Whoever holds the token may read the invitation it opens.'),
  noLimitNeeded('One look-up by 256 random bits: nothing can be guessed, and nothing is written.'),
)({
  args: { token: v.string() },
  returns: v.union(
    v.null(),
    v.object({ teamName: v.string(), email: v.string(), role: vRole, expiresAt: v.number() }),
  ),
  handler: async (ctx, { token }) => {
    const invitation = await invitationByToken(ctx, token);
    if (invitation === null) return null;
    const { email, role, expiresAt, teamId } = invitation;
    return { email, role, expiresAt, teamName: (await ctx.db.get(teamId))?.name ?? '' };
  },
});

/** `withThisAccount`: though the invitation is for another address than the caller's. */
export const accept = signedInMutation({
  args: { token: v.string(), name: v.string(), withThisAccount: v.optional(v.boolean()) },
  returns: v.object({ teamId: v.id('teams'), memberId: v.id('members') }),
  handler: async (ctx, { token, name, withThisAccount }) => {
    const { user } = ctx;
    const email = user.email ?? '';
    const invited = withThisAccount ? 'any' : email;
    const invitation = await requireInvitation(ctx, { token, email: invited, now: Date.now() });
    const { teamId, role } = invitation;
    const member = await joinTeam(ctx, {
      teamId,
      userId: user._id,
      role,
      name: cleanName(name, 'Your name'),
      email,
    });
    await ctx.db.patch(invitation._id, { acceptedAt: Date.now() });
    await audit(ctx, { teamId, actor: member, action: 'member.joined', subject: member._id, detail: role });
    return { teamId, memberId: member._id };
  },
});
