/**
 * Removing a member (docs/rules.md R1): every right ends at once, and nothing they had is stranded.
 *
 * The gates ask for an active membership, so `removedAt` alone ends reading and writing. In the same transaction the
 * conversations they hold become team holds (the agent stays silent, anybody may take over), their tickets go to the
 * pool and are routed, and the invitations they made can no longer be used. Their drafts stay (C5).
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import { type CaseCtx, openCaseOf, openCaseWith } from '../conversation/case';
import type { Author } from '../../shared/conversation/entries';
import { takeControl } from '../control/control';
import { recordOnTicket } from '../tickets/events';
import { requireAnotherOwner } from './people';
import { forgetPresence } from './presence';
import { writeDeclared } from './statuses';

/** Conversations or tickets released in one transaction; the rest follows in the next. */
const releaseBatch = 50;

export async function removeMember(ctx: CaseCtx, member: Doc<'members'>, by: Doc<'members'>): Promise<void> {
  if (member.role === 'owner') await requireAnotherOwner(ctx, member);
  await ctx.db.patch(member._id, { removedAt: Date.now() });
  await writeDeclared(ctx, { memberId: member._id, status: 'offline', setBy: by._id });
  await forgetPresence(ctx, member._id);
  await revokeInvitationsBy(ctx, member._id);
  await releaseWork(ctx, member._id, by._id);
  ctx.unsettled.bells.add(member.teamId);
}

/** One batch of what the removed member held or was assigned; schedules the next while there is more. */
export async function releaseWork(
  ctx: CaseCtx,
  memberId: Id<'members'>,
  actorId: Id<'members'>,
): Promise<void> {
  const member = await ctx.db.get(memberId);
  if (member === null || member.removedAt === undefined) return;
  const actor: Author = { kind: 'operator', memberId: actorId };

  const held = await ctx.db
    .query('controls')
    .withIndex('by_operatorId', (q) => q.eq('operatorId', memberId))
    .take(releaseBatch);
  for (const { conversationId } of held) {
    const opened = await openCaseOf(ctx, conversationId);
    await takeControl(ctx, opened, { memberId: undefined, actor, ticketId: opened.activeTicket?._id });
  }

  const tickets = await activeTicketsOf(ctx, memberId, releaseBatch);
  for (const ticket of tickets) {
    const { opened } = await openCaseWith(ctx, ticket);
    const event = { type: 'assigned' as const, from: memberId, how: 'person' as const };
    await recordOnTicket(ctx, opened, ticket, event, actor);
  }

  if (held.length === releaseBatch || tickets.length === releaseBatch) {
    await ctx.scheduler.runAfter(0, internal.jobs.members.release, { memberId, actorId });
  }
}

async function activeTicketsOf(
  ctx: CaseCtx,
  memberId: Id<'members'>,
  count: number,
): Promise<Doc<'tickets'>[]> {
  const tickets: Doc<'tickets'>[] = [];
  for (const status of ['open', 'new'] as const) {
    const found = await ctx.db
      .query('tickets')
      .withIndex('by_assigneeId_and_status', (q) => q.eq('assigneeId', memberId).eq('status', status))
      .take(count - tickets.length);
    tickets.push(...found);
  }
  return tickets;
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
