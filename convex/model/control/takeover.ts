/**
 * A person takes the conversation, or is given its ticket (docs/rules.md C4, C5). Each is one transaction: holder and
 * epoch, ticket, the agent's unclaimed sends and its runs change together or not at all. Of two at once, the one that
 * commits second reads the first one's control record and is refused with the winner's name.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import { decideReassign, decideTakeOver } from '../../shared/control/control';
import type { Author } from '../../shared/conversation/entries';
import { isActive } from '../../shared/tickets/tickets';
import type { Case, CaseCtx } from '../conversation/case';
import { cancelAgentSends, onTheirWay } from '../conversation/outbox';
import { firstName } from '../kit/names';
import { recordOnTicket } from '../tickets/events';
import { noteCome } from '../tickets/helpFlags';
import { ensureActiveTicket, illegal, openIfNew } from '../tickets/tickets';
import { stopAgentRuns } from './agentRuns';
import { controlHeld, takeControl } from './control';
import { sendToCustomer } from './door';

export interface TakenOver {
  epoch: number;
  ticketId: Id<'tickets'>;
  number: number;
  /** [C11] Agent messages that a delivery worker had claimed already. */
  onTheirWay: number;
  /** False when they held it before: nothing changed. */
  changed: boolean;
}

/** [C4, C5] `steal` is the confirmation, with the epoch that was shown. Throws CONTROL_HELD. */
export async function takeOver(
  ctx: CaseCtx,
  opened: Case,
  { member, steal }: { member: Doc<'members'>; steal?: { expectedEpoch: number } | undefined },
): Promise<TakenOver> {
  const { control, conversation } = opened;
  const decision = decideTakeOver(control, member._id, steal);
  if (decision === 'CONTROL_HELD') throw await controlHeld(ctx, control);
  const actor: Author = { kind: 'operator', memberId: member._id };
  const ticket = await ensureActiveTicket(ctx, opened, actor);
  if (decision === 'alreadyHeld') {
    const { epoch } = control;
    return { epoch, ...idOf(ticket), onTheirWay: await onTheirWay(ctx, conversation._id), changed: false };
  }
  const passed = await passControl(ctx, opened, member, actor, ticket);
  const open = await openIfNew(ctx, opened, ticket, actor);
  if (open.assigneeId === member._id) await noteCome(ctx, opened, { ticket: open, member });
  else await recordAssignee(ctx, opened, open, member._id, 'takeover', actor);
  return { ...passed, ...idOf(ticket), changed: true };
}

function idOf({ _id: ticketId, number }: Doc<'tickets'>) {
  return { ticketId, number };
}

/** Control to `to` (nobody: the team holds), the agent silenced, the customer told who joined (M8). */
async function passControl(
  ctx: CaseCtx,
  opened: Case,
  to: Doc<'members'> | undefined,
  actor: Author,
  { _id: ticketId }: Doc<'tickets'>,
  outside?: NonNullable<Doc<'controls'>['outside']>,
): Promise<{ epoch: number; onTheirWay: number }> {
  const by = { memberId: to?._id, actor, ticketId, ...(outside && { outside }) };
  const epoch = await takeControl(ctx, opened, by);
  const claimed = await cancelAgentSends(ctx, opened);
  await stopAgentRuns(ctx, opened);
  if (to !== undefined) {
    const author = { kind: 'system' as const, text: 'personJoined' as const, name: firstName(to.name) };
    await sendToCustomer(ctx, opened, { author });
  }
  return { epoch, onTheirWay: claimed };
}

/**
 * [C13] Somebody of the team has written past Baton: the team holds, whoever did before. The ticket, new or reopened where none is
 * active, stays whose it is.
 */
export async function takeForTeam(
  ctx: CaseCtx,
  opened: Case,
  outside: NonNullable<Doc<'controls'>['outside']>,
): Promise<Doc<'tickets'>> {
  const actor: Author = { kind: 'operator' };
  const ticket = await ensureActiveTicket(ctx, opened, actor);
  await passControl(ctx, opened, undefined, actor, ticket, outside);
  return openIfNew(ctx, opened, ticket, actor);
}

async function recordAssignee(
  ctx: CaseCtx,
  opened: Case,
  ticket: Doc<'tickets'>,
  to: Id<'members'> | undefined,
  how: 'person' | 'takeover',
  actor: Author,
): Promise<void> {
  if (ticket.assigneeId === to) return;
  const event = { type: 'assigned' as const, from: ticket.assigneeId, to, how };
  await recordOnTicket(ctx, opened, ticket, event, actor);
}

/**
 * [C5, T2] By a person: to a colleague, to themself (which opens it) or to nobody. A held ticket passes control along:
 * to the assignee, or to the team.
 */
export async function assign(
  ctx: CaseCtx,
  opened: Case,
  args: {
    ticket: Doc<'tickets'>;
    member: Doc<'members'>;
    to: Doc<'members'> | null;
    confirmSteal?: { expectedEpoch: number } | undefined;
  },
): Promise<void> {
  const { ticket, member, to, confirmSteal } = args;
  const { control } = opened;
  if (!isActive(ticket.status)) throw illegal(ticket, `is ${ticket.status}: reopen it first`);
  if (ticket.assigneeId === to?._id) return;
  if (decideReassign(control, member._id, confirmSteal) === 'CONTROL_HELD') {
    throw await controlHeld(ctx, control);
  }
  const actor: Author = { kind: 'operator', memberId: member._id };
  if (control.holder === 'operator' && control.operatorId !== to?._id) {
    await passControl(ctx, opened, to ?? undefined, actor, ticket);
  }
  const mine = to?._id === member._id ? await openIfNew(ctx, opened, ticket, actor) : ticket;
  await recordAssignee(ctx, opened, mine, to?._id, 'person', actor);
}
