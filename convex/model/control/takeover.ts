/**
 * A person takes the conversation, or is given its ticket (docs/rules.md C4, C5). Each is one transaction: holder and
 * epoch, ticket, the agent's unclaimed sends and its runs change together or not at all. Of two at once, the one that
 * commits second reads the first one's control record and is refused with the winner's name.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { decideReassign, decideTakeOver } from '../../shared/control/control';
import type { Author } from '../../shared/conversation/entries';
import { isActive } from '../../shared/tickets/tickets';
import { stopAgentRuns } from './agentRuns';
import { controlHeld, getControl, takeControl } from './control';
import { sendToCustomer } from './door';
import { recordOnTicket } from '../tickets/events';
import { firstName } from '../kit/names';
import { cancelAgentSends, onTheirWay } from '../conversation/outbox';
import { requestRouting } from '../routing/routing';
import { refreshRows } from '../tickets/ticketRows';
import { ensureActiveTicket, illegal, openIfNew } from '../tickets/tickets';

export interface TakenOver {
  epoch: number;
  ticketId: Id<'tickets'>;
  number: number;
  /** [C11] Agent messages that a delivery worker had claimed already. */
  onTheirWay: number;
  /** False when they held it before: nothing changed. */
  changed: boolean;
}

interface Operator {
  member: Doc<'members'>;
}

/** [C4, C5] `steal` is the confirmation, with the epoch that was shown. Throws CONTROL_HELD. */
export async function takeOver(
  ctx: MutationCtx,
  {
    conversation,
    member,
    steal,
  }: Operator & { conversation: Doc<'conversations'>; steal?: { expectedEpoch: number } },
): Promise<TakenOver> {
  const control = await getControl(ctx, conversation._id);
  const decision = decideTakeOver(control, member._id, steal);
  if (decision === 'CONTROL_HELD') throw await controlHeld(ctx, control);
  const actor: Author = { kind: 'operator', memberId: member._id };
  const ticket = await ensureActiveTicket(ctx, conversation, actor);
  if (decision === 'alreadyHeld') {
    const { epoch } = control;
    return { epoch, ...idOf(ticket), onTheirWay: await onTheirWay(ctx, conversation._id), changed: false };
  }
  const passed = await passControl(ctx, conversation, control, member, actor, ticket);
  await recordAssignee(ctx, await openIfNew(ctx, ticket, actor), member._id, 'takeover', actor);
  await requestRouting(ctx, conversation.teamId);
  await refreshRows(ctx, conversation._id);
  return { ...passed, ...idOf(ticket), changed: true };
}

function idOf({ _id: ticketId, number }: Doc<'tickets'>) {
  return { ticketId, number };
}

/** Control to `to` (nobody: the team holds), the agent silenced, the customer told who joined (M8). */
async function passControl(
  ctx: MutationCtx,
  conversation: Doc<'conversations'>,
  control: Doc<'controls'>,
  to: Doc<'members'> | undefined,
  actor: Author,
  { _id: ticketId }: Doc<'tickets'>,
): Promise<{ epoch: number; onTheirWay: number }> {
  const epoch = await takeControl(ctx, control, { memberId: to?._id, actor, ticketId });
  const claimed = await cancelAgentSends(ctx, conversation._id);
  await stopAgentRuns(ctx, conversation._id);
  if (to !== undefined) {
    await sendToCustomer(ctx, {
      conversation,
      author: { kind: 'system', text: 'personJoined', name: firstName(to.name) },
    });
  }
  return { epoch, onTheirWay: claimed };
}

async function recordAssignee(
  ctx: MutationCtx,
  ticket: Doc<'tickets'>,
  to: Id<'members'> | undefined,
  how: 'person' | 'takeover',
  actor: Author,
): Promise<Doc<'tickets'>> {
  if (ticket.assigneeId === to) return ticket;
  return recordOnTicket(ctx, ticket, { type: 'assigned', from: ticket.assigneeId, to, how }, actor);
}

/**
 * [C5, T2] By a person: to a colleague, to themself (which opens it) or to nobody. A held ticket passes control along:
 * to the assignee, or to the team.
 */
export async function assign(
  ctx: MutationCtx,
  args: Operator & {
    ticket: Doc<'tickets'>;
    to: Doc<'members'> | null;
    confirmSteal?: { expectedEpoch: number };
  },
): Promise<void> {
  const { ticket, member, to, confirmSteal } = args;
  if (!isActive(ticket.status)) throw illegal(ticket, `is ${ticket.status}: reopen it first`);
  if (ticket.assigneeId === to?._id) return;
  const control = await getControl(ctx, ticket.conversationId);
  if (decideReassign(control, member._id, confirmSteal) === 'CONTROL_HELD')
    throw await controlHeld(ctx, control);
  const actor: Author = { kind: 'operator', memberId: member._id };
  if (control.holder === 'operator' && control.operatorId !== to?._id) {
    const conversation = (await ctx.db.get(ticket.conversationId))!;
    await passControl(ctx, conversation, control, to ?? undefined, actor, ticket);
  }
  const mine = to?._id === member._id ? await openIfNew(ctx, ticket, actor) : ticket;
  await recordAssignee(ctx, mine, to?._id, 'person', actor);
  await requestRouting(ctx, ticket.teamId);
  await refreshRows(ctx, ticket.conversationId);
}
