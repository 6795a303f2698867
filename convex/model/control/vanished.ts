/** Carrying out what is due when a holder has vanished (docs/rules.md C12); shared/control/vanished.ts decides. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import type { Author } from '../../shared/conversation/entries';
import { decideVanished, defaultWhenHolderVanishes, type HolderFacts } from '../../shared/control/vanished';
import { getControl, returnControl, takeControl } from './control';
import { sendToCustomer } from './door';
import { getHead } from '../conversation/entries';
import { recordOnTicket } from '../tickets/events';
import { settleUnanswered } from './handback';
import { goneSince, memberGoneSince, pendingWatch, watchHolder } from './holderWatch';
import { activeTicket } from '../conversation/presentTicket';
import { eligibleMembers, requestRouting } from '../routing/routing';
import { refreshRows } from '../tickets/ticketRows';

const system: Author = { kind: 'system' };

/** A scheduled look: superseded ones do nothing. */
export async function lookAtHolder(
  ctx: MutationCtx,
  conversationId: Id<'conversations'>,
  dueAt: number,
): Promise<void> {
  const pending = await pendingWatch(ctx, conversationId);
  if (pending === null || pending.dueAt !== dueAt) return;
  await ctx.db.delete(pending._id);

  const control = await getControl(ctx, conversationId);
  if (control.holder === 'agent') return;
  const ticket = await activeTicket(ctx, conversationId);
  const { act, checkAt } = decideVanished(await factsOf(ctx, control, ticket), Date.now());
  if (act === 'route' && ticket !== null) await giveToOthers(ctx, ticket);
  if (act === 'teamHolds')
    await takeControl(ctx, control, { memberId: undefined, actor: system, ...named(ticket) });
  if (act === 'returnToAgent') await returnWithoutPerson(ctx, control, ticket);
  if (checkAt !== undefined) await watchHolder(ctx, conversationId, checkAt);
  if (act === 'none') return;
  await requestRouting(ctx, control.teamId);
  await refreshRows(ctx, conversationId);
}

async function factsOf(
  ctx: MutationCtx,
  control: Doc<'controls'>,
  ticket: Doc<'tickets'> | null,
): Promise<HolderFacts> {
  const { unansweredSince } = await getHead(ctx, control.conversationId);
  const urgent = ticket?.priority === 'urgent';
  const eligible = await eligibleMembers(ctx, control.teamId, Date.now(), { urgent });
  return {
    setting: (await ctx.db.get(control.teamId))?.whenHolderVanishes ?? defaultWhenHolderVanishes,
    teamHolds: control.operatorId === undefined,
    vanishedAt: await goneSince(ctx, control),
    unansweredSince,
    assignee: await assigneeOf(ctx, control, ticket),
    somebodyEligible: eligible.length > 0,
  };
}

async function assigneeOf(
  ctx: MutationCtx,
  control: Doc<'controls'>,
  ticket: Doc<'tickets'> | null,
): Promise<HolderFacts['assignee']> {
  if (ticket?.assigneeId === undefined) return 'nobody';
  if (ticket.assigneeId === control.operatorId) return 'holder';
  return (await memberGoneSince(ctx, ticket.assigneeId)) === undefined ? 'here' : 'gone';
}

async function giveToOthers(ctx: MutationCtx, ticket: Doc<'tickets'>): Promise<void> {
  const event = { type: 'assigned' as const, from: ticket.assigneeId, how: 'automatic' as const };
  await recordOnTicket(ctx, ticket, event, system);
}

/** A handback without a person always lets the agent answer what waits (C10). */
async function returnWithoutPerson(
  ctx: MutationCtx,
  control: Doc<'controls'>,
  ticket: Doc<'tickets'> | null,
): Promise<void> {
  const conversation = (await ctx.db.get(control.conversationId))!;
  await returnControl(ctx, control, { actor: system, outcome: 'returned', ...named(ticket) });
  const agent = await ctx.db.get(conversation.agentId);
  const author = { kind: 'system' as const, text: 'agentBack' as const, name: agent?.name };
  await sendToCustomer(ctx, { conversation, author });
  await settleUnanswered(ctx, conversation, true);
}

function named(ticket: Doc<'tickets'> | null): { ticketId?: Id<'tickets'> } {
  return ticket === null ? {} : { ticketId: ticket._id };
}
