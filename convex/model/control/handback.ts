/**
 * Control returns to the agent (docs/rules.md C10): in the transaction that resolves or closes the ticket, or by "Return
 * to agent". The agent does not speak on handback; what waits unanswered it answers now, or the operator leaves it.
 *
 * `expectedEpoch` is the claim the operator was shown, `seenThrough` the thread: a customer message or a colleague's
 * word they have not seen holds the act once (THREAD_MOVED), as it holds a reply.
 */
import { internal } from '../../_generated/api';
import type { Doc } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { appError } from '../kit/errors';
import { decideHandback } from '../../shared/control/control';
import type { ThreadMoved } from '../../shared/conversation/door';
import type { Author } from '../../shared/conversation/entries';
import { isActive } from '../../shared/tickets/tickets';
import { oweAnswer } from './agentRuns';
import { controlHeld, getControl, returnControl } from './control';
import { sendToCustomer } from './door';
import { getHead } from '../conversation/entries';
import { newsFor, showNews } from '../conversation/news';
import { requestRouting } from '../routing/routing';
import { refreshRow, refreshRows } from '../tickets/ticketRows';
import { recordStatus } from '../tickets/tickets';

/** What an operator says when they end their part. */
export interface Handback {
  expectedEpoch: number;
  seenThrough: number;
  /** Default: true. False leaves a customer message that waits as it is. */
  agentAnswersNow?: boolean;
  agentShouldKnow?: string;
  promised?: string;
  /** [C5] Confirmed over another operator who holds. */
  confirmSteal?: boolean;
}

export type HandbackOutcome = { done: { epoch: number } } | ThreadMoved;
type Outcome = 'resolved' | 'closed' | 'returned';

interface Act {
  conversation: Doc<'conversations'>;
  control: Doc<'controls'>;
  member: Doc<'members'>;
  handback: Handback;
}

/** [T4] Resolve; the scheduled close names this resolve. */
export async function resolve(
  ctx: MutationCtx,
  { ticket, member, handback }: { ticket: Doc<'tickets'>; member: Doc<'members'>; handback: Handback },
): Promise<HandbackOutcome> {
  return end(ctx, ticket, 'resolved', member, handback);
}

/** [T4] Close by hand, also what is resolved already. */
export async function close(
  ctx: MutationCtx,
  { ticket, member, handback }: { ticket: Doc<'tickets'>; member: Doc<'members'>; handback: Handback },
): Promise<HandbackOutcome> {
  return end(ctx, ticket, 'closed', member, handback);
}

async function end(
  ctx: MutationCtx,
  ticket: Doc<'tickets'>,
  outcome: 'resolved' | 'closed',
  member: Doc<'members'>,
  handback: Handback,
): Promise<HandbackOutcome> {
  const actor: Author = { kind: 'operator', memberId: member._id };
  const wasActive = isActive(ticket.status);
  // A ticket that has ended holds nothing: closing it is no act on the conversation as it stands now.
  const act = wasActive ? await checkAct(ctx, ticket, member, handback) : null;
  if (act !== null && 'refused' in act) return act;
  const ended = await recordStatus(ctx, ticket, outcome, actor);
  const epoch = act === null ? handback.expectedEpoch : await giveBack(ctx, act, outcome, ticket);
  if (outcome === 'resolved') await scheduleClose(ctx, ended);
  if (wasActive) await requestRouting(ctx, ticket.teamId);
  await refreshRow(ctx, ended);
  await refreshRows(ctx, ticket.conversationId);
  return { done: { epoch } };
}

/** [C10] The ticket stays as it is: only the voice returns. Holding nothing already, it changes nothing. */
export async function returnToAgent(
  ctx: MutationCtx,
  args: {
    conversation: Doc<'conversations'>;
    ticket: Doc<'tickets'> | null;
    member: Doc<'members'>;
    handback: Handback;
  },
): Promise<HandbackOutcome> {
  const { conversation, ticket, member, handback } = args;
  const act = await checkAct(ctx, { conversationId: conversation._id }, member, handback);
  if ('refused' in act) return act;
  const epoch = await giveBack(ctx, act, 'returned', ticket);
  await requestRouting(ctx, conversation.teamId);
  await refreshRows(ctx, conversation._id);
  return { done: { epoch } };
}

/** [C5, C10] Throws CONTROL_HELD or CONTROL_CHANGED; returns what is new while a person holds. */
async function checkAct(
  ctx: MutationCtx,
  { conversationId }: Pick<Doc<'tickets'>, 'conversationId'>,
  member: Doc<'members'>,
  handback: Handback,
): Promise<Act | ThreadMoved> {
  const control = await getControl(ctx, conversationId);
  const { expectedEpoch, confirmSteal = false, seenThrough } = handback;
  const decision = decideHandback(control, member._id, expectedEpoch, confirmSteal);
  if (decision === 'CONTROL_HELD') throw await controlHeld(ctx, control);
  if (decision === 'CONTROL_CHANGED') {
    throw appError('CONTROL_CHANGED', 'Control of this conversation has changed since you looked.', {
      epoch: control.epoch,
    });
  }
  if (control.holder === 'operator') {
    const news = await newsFor(ctx, conversationId, member._id, seenThrough);
    if (news.length > 0) {
      const { lastSequence: through } = await getHead(ctx, conversationId);
      return { refused: 'THREAD_MOVED', newSince: await showNews(ctx, news), through };
    }
  }
  const conversation = (await ctx.db.get(conversationId))!;
  return { conversation, control, member, handback };
}

/** While the agent holds there is nothing to hand back. */
async function giveBack(
  ctx: MutationCtx,
  { conversation, control, member, handback }: Act,
  outcome: Outcome,
  ticket: Doc<'tickets'> | null,
): Promise<number> {
  if (control.holder === 'agent') return control.epoch;
  const { agentAnswersNow = true, agentShouldKnow, promised } = handback;
  const actor: Author = { kind: 'operator', memberId: member._id };
  const epoch = await returnControl(ctx, control, {
    actor,
    ticketId: ticket?._id,
    outcome,
    agentShouldKnow,
    promised,
  });
  const agent = await ctx.db.get(conversation.agentId);
  await sendToCustomer(ctx, {
    conversation,
    author: { kind: 'system', text: 'agentBack', name: agent?.name },
  });
  await settleUnanswered(ctx, conversation, agentAnswersNow);
  return epoch;
}

/** [C10] What the customer said last and nobody answered: the agent's turn now, or left. */
export async function settleUnanswered(
  ctx: MutationCtx,
  conversation: Doc<'conversations'>,
  agentAnswersNow: boolean,
): Promise<void> {
  const head = await getHead(ctx, conversation._id);
  const { lastCustomerSequence = 0, answeredThrough } = head;
  if (lastCustomerSequence <= answeredThrough) return;
  if (agentAnswersNow) await oweAnswer(ctx, conversation, lastCustomerSequence);
  else await ctx.db.patch(head._id, { answeredThrough: lastCustomerSequence, unansweredSince: undefined });
}

async function scheduleClose(ctx: MutationCtx, ticket: Doc<'tickets'>): Promise<void> {
  const team = (await ctx.db.get(ticket.teamId))!;
  await ctx.scheduler.runAfter(team.closeAfterMs, internal.jobs.tickets.autoClose, {
    ticketId: ticket._id,
    resolveSequence: ticket.resolveSequence!,
  });
}
