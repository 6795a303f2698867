/**
 * Removing a member (docs/rules.md R1): every right ends at once, and nothing they had is stranded.
 *
 * The gates ask for an active membership, so `removedAt` ends all that asks who asks; the team's read keys are turned, which
 * ends the rest (E5). In the same transaction the conversations they hold become team holds (the agent stays silent, anybody may take over), their tickets go to the
 * pool and are routed, and the invitations they made can no longer be used. Their drafts stay (C5).
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { releaseWork } from '../control/release';
import type { CaseCtx } from '../conversation/case';
import { forgetChoices } from '../needs/choices';
import { handleAll } from '../needs/needs';
import { dropAllOf } from '../needs/pushSubscriptions';
import { forgetLoad } from '../routing/load';
import { forgetViews } from '../tickets/savedViews';
import { requireAnotherOwner } from './people';
import { forgetPresence } from './presence';
import { turnKeys } from './readKeys';
import { writeDeclared } from './statuses';

export async function removeMember(ctx: CaseCtx, member: Doc<'members'>, by: Doc<'members'>): Promise<void> {
  if (member.role === 'owner') await requireAnotherOwner(ctx, member);
  await ctx.db.patch(member._id, { removedAt: Date.now() });
  await writeDeclared(ctx, { memberId: member._id, status: 'offline', setBy: by._id });
  await forgetPresence(ctx, member._id);
  await revokeInvitationsBy(ctx, member._id);
  await turnKeys(ctx, member.teamId);
  await forgetLoad(ctx, member._id);
  await handleAll(ctx, member._id, Infinity);
  await forgetOwn(ctx, member);
  await dropAllOf(ctx, member._id);
  await releaseWork(ctx, member._id, by._id);
  ctx.unsettled.bells.add(member.teamId);
}

/** What is kept for nobody but them. Their drafts are not: they may be all there is of an answer (C5). */
export async function forgetOwn(ctx: MutationCtx, member: Doc<'members'>): Promise<void> {
  await forgetViews(ctx, member);
  await forgetChoices(ctx, member._id);
}

/** An invitation is a way back in: none outlives the rights of who made it. */
async function revokeInvitationsBy(ctx: CaseCtx, memberId: Id<'members'>): Promise<void> {
  const now = Date.now();
  const invitations = ctx.db
    .query('invitations')
    .withIndex('by_invitedBy', (q) => q.eq('invitedBy', memberId));
  for await (const invitation of invitations) {
    if (invitation.acceptedAt !== undefined || invitation.revokedAt !== undefined) continue;
    await ctx.db.patch(invitation._id, { revokedAt: now });
  }
}
