/** Carrying out what is due when a holder has vanished (docs/rules.md C12); shared/control/vanished.ts decides. */
import type { Id } from '../../_generated/dataModel';
import type { Author } from '../../shared/conversation/entries';
import { decideVanished, defaultWhenHolderVanishes, type HolderFacts } from '../../shared/control/vanished';
import { type Case, type CaseCtx, openCase, teamOf } from '../conversation/case';
import { eligibleMembers } from '../routing/routing';
import { recordOnTicket } from '../tickets/events';
import { returnControl, takeControl } from './control';
import { greetAsAgent, settleUnanswered } from './handback';
import { goneSince, memberGoneSince, watchHolder } from './holderWatch';

const system: Author = { kind: 'system' };

/** The alarm of a conversation whose holder may have vanished has rung. */
export async function lookAtHolder(ctx: CaseCtx, conversationId: Id<'conversations'>): Promise<void> {
  const conversation = await ctx.db.get(conversationId);
  if (conversation === null) return;
  const opened = await openCase(ctx, conversation);
  if (opened.control.holder === 'agent') return;
  const ticketId = opened.activeTicket?._id;
  const { act, checkAt } = decideVanished(await factsOf(ctx, opened), Date.now());
  if (act === 'route') await giveToOthers(ctx, opened);
  if (act === 'teamHolds') {
    await takeControl(ctx, opened, { memberId: undefined, actor: system, ticketId });
  }
  if (act === 'returnToAgent') await returnWithoutPerson(ctx, opened, ticketId);
  if (checkAt !== undefined) await watchHolder(ctx, conversationId, checkAt);
}

async function factsOf(ctx: CaseCtx, opened: Case): Promise<HolderFacts> {
  const { control, head, activeTicket, conversation } = opened;
  const urgent = activeTicket?.priority === 'urgent';
  const eligible = await eligibleMembers(ctx, conversation.teamId, Date.now(), { urgent });
  return {
    setting: (await teamOf(ctx, opened)).whenHolderVanishes ?? defaultWhenHolderVanishes,
    teamHolds: control.operatorId === undefined,
    vanishedAt: await goneSince(ctx, control),
    unansweredSince: head.unansweredSince,
    assignee: await assigneeOf(ctx, opened),
    somebodyEligible: eligible.length > 0,
  };
}

async function assigneeOf(ctx: CaseCtx, { control, activeTicket }: Case): Promise<HolderFacts['assignee']> {
  const assigneeId = activeTicket?.assigneeId;
  if (assigneeId === undefined) return 'nobody';
  if (assigneeId === control.operatorId) return 'holder';
  return (await memberGoneSince(ctx, assigneeId)) === undefined ? 'here' : 'gone';
}

async function giveToOthers(ctx: CaseCtx, opened: Case): Promise<void> {
  const ticket = opened.activeTicket;
  if (ticket === null) return;
  const event = { type: 'assigned' as const, from: ticket.assigneeId, how: 'automatic' as const };
  await recordOnTicket(ctx, opened, ticket, event, system);
}

/** A handback without a person always lets the agent answer what waits (C10). */
async function returnWithoutPerson(
  ctx: CaseCtx,
  opened: Case,
  ticketId: Id<'tickets'> | undefined,
): Promise<void> {
  await returnControl(ctx, opened, { actor: system, outcome: 'returned', ticketId });
  await greetAsAgent(ctx, opened);
  await settleUnanswered(ctx, opened, true);
}
