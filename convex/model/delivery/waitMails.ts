/**
 * "A customer waits", by mail (docs/rules.md T7): to whose ticket it is, while they are away or offline and nobody has answered for
 * ten minutes. Never more than one for a ticket until they have opened it. The only writer of `waitMails`.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { customerWaitsMail } from '../../shared/delivery/deskTexts';
import { getHead } from '../conversation/case';
import { isAbsent, unansweredMs } from '../control/waits';
import { setAlarm } from '../kit/alarms';
import { pageAddress } from '../kit/pageAddresses';
import { sendDeskMail } from './deskMails';

export async function mailIfWaiting(ctx: MutationCtx, ticketId: Id<'tickets'>): Promise<void> {
  const ticket = await ctx.db.get(ticketId);
  if (ticket === null || (ticket.status !== 'new' && ticket.status !== 'open')) return;
  const member = ticket.assigneeId === undefined ? null : await ctx.db.get(ticket.assigneeId);
  const { unansweredSince } = await getHead(ctx, ticket.conversationId);
  if (member === null || unansweredSince === undefined) return;
  const dueAt = unansweredSince + unansweredMs;
  if (dueAt > Date.now()) return setAlarm(ctx, 'wait', ticketId, dueAt);
  if (!(await isToBeTold(ctx, member))) return;
  if (!(await noteMailed(ctx, ticket, member))) return;
  const { number: ticketNumber } = ticket;
  const words = customerWaitsMail({ ticketNumber, link: pageAddress(`/inbox/mine/${ticketNumber}`) });
  const { teamId } = ticket;
  await sendDeskMail(ctx, { teamId, kind: 'customerWaits', to: member.email, ...words });
}

async function isToBeTold(ctx: MutationCtx, member: Doc<'members'>): Promise<boolean> {
  return member.removedAt === undefined && member.noWaitMails !== true && (await isAbsent(ctx, member._id));
}

function mailedFor(ctx: Pick<QueryCtx, 'db'>, ticketId: Id<'tickets'>): Promise<Doc<'waitMails'> | null> {
  return ctx.db
    .query('waitMails')
    .withIndex('by_ticketId', (q) => q.eq('ticketId', ticketId))
    .unique();
}

/** False where this person was told already. */
async function noteMailed(
  ctx: MutationCtx,
  { _id: ticketId, teamId }: Doc<'tickets'>,
  { _id: memberId }: Doc<'members'>,
): Promise<boolean> {
  const known = await mailedFor(ctx, ticketId);
  if (known?.memberId === memberId) return false;
  if (known === null) await ctx.db.insert('waitMails', { teamId, ticketId, memberId });
  else await ctx.db.patch(known._id, { memberId });
  return true;
}

/** They have it before them: of what comes later they may be told again. */
export async function noteOpened(
  ctx: MutationCtx,
  ticketId: Id<'tickets'>,
  memberId: Id<'members'>,
): Promise<void> {
  const known = await mailedFor(ctx, ticketId);
  if (known?.memberId === memberId) await ctx.db.delete(known._id);
}
