/**
 * Invitations (docs/rules.md R1): the only way into an existing team. The token is shown once and kept as a hash; it
 * works once, until it expires or is withdrawn. It is for the address it was made for; whoever holds it while they are signed in
 * with another may join with that one, but has to say so.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { appError } from '../kit/errors';
import { isEmail, normalizeEmail } from '../../shared/kit/emails';
import type { Role } from '../../shared/people/people';
import { activeMembers } from './people';
import { hashToken, newToken } from '../kit/secrets';

const lifetimeMs = 7 * 86_400_000;

/** Makes an invitation; an earlier one for the same address stops working. */
export async function createInvitation(
  ctx: MutationCtx,
  args: { by: Doc<'members'>; email: string; role: Role },
): Promise<{ invitationId: Id<'invitations'>; token: string; expiresAt: number }> {
  const { teamId } = args.by;
  const email = normalizeEmail(args.email);
  if (!isEmail(email)) throw appError('INVALID_INPUT', 'This is not an e-mail address.');
  const members = await activeMembers(ctx, teamId);
  if (members.some((member) => member.email === email)) {
    throw appError('ALREADY_MEMBER', 'Somebody with this address is in the team already.');
  }
  await revokePending(ctx, teamId, email);
  const token = newToken();
  const expiresAt = Date.now() + lifetimeMs;
  const row = {
    teamId,
    email,
    role: args.role,
    tokenHash: await hashToken(token),
    invitedBy: args.by._id,
    expiresAt,
  };
  return { invitationId: await ctx.db.insert('invitations', row), token, expiresAt };
}

async function revokePending(ctx: MutationCtx, teamId: Id<'teams'>, email: string): Promise<void> {
  const earlier = ctx.db
    .query('invitations')
    .withIndex('by_teamId_and_email', (q) => q.eq('teamId', teamId).eq('email', email));
  for await (const invitation of earlier) {
    if (isPending(invitation)) await ctx.db.patch(invitation._id, { revokedAt: Date.now() });
  }
}

/** Neither used nor withdrawn; it may have expired. */
export function isPending(invitation: Doc<'invitations'>): boolean {
  return invitation.acceptedAt === undefined && invitation.revokedAt === undefined;
}

/** The pending invitation a token opens, or null. Expiry is the caller's: queries have no clock. */
export async function invitationByToken(
  ctx: Pick<QueryCtx, 'db'>,
  token: string,
): Promise<Doc<'invitations'> | null> {
  const tokenHash = await hashToken(token);
  const invitation = await ctx.db
    .query('invitations')
    .withIndex('by_tokenHash', (q) => q.eq('tokenHash', tokenHash))
    .unique();
  return invitation !== null && isPending(invitation) ? invitation : null;
}

/** The invitation a token opens now, for this address or for any, or INVITATION_INVALID. */
export async function requireInvitation(
  ctx: Pick<QueryCtx, 'db'>,
  args: { token: string; email: string | 'any'; now: number },
): Promise<Doc<'invitations'>> {
  const invitation = await invitationByToken(ctx, args.token);
  if (
    invitation === null ||
    invitation.expiresAt <= args.now ||
    (args.email !== 'any' && invitation.email !== normalizeEmail(args.email))
  ) {
    throw appError(
      'INVITATION_INVALID',
      'This invitation was used, withdrawn, has expired or is for another address.',
    );
  }
  return invitation;
}
