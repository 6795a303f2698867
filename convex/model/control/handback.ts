/**
 * Control returns to the agent (docs/rules.md C10): in the transaction that resolves or closes the ticket, or by "Return
 * to agent". The agent does not speak on handback; what waits unanswered it answers now, or the operator leaves it.
 *
 * `expectedEpoch` is the claim the operator was shown, `seenThrough` the thread: a customer message or a colleague's
 * word they have not seen holds the act once (THREAD_MOVED), as it holds a reply.
 */
import { internal } from '../../_generated/api';
import type { Doc } from '../../_generated/dataModel';
import { decideHandback } from '../../shared/control/control';
import type { ThreadMoved } from '../../shared/conversation/door';
import type { Author } from '../../shared/conversation/entries';
import { isActive } from '../../shared/tickets/tickets';
import { agentOf, type Case, type CaseCtx, teamOf } from '../conversation/case';
import { newsFor, showNews } from '../conversation/news';
import { appError } from '../kit/errors';
import { recordStatus } from '../tickets/tickets';
import { answerDueAt, oweAnswer } from './agentRuns';
import { controlHeld, returnControl } from './control';
import { sendToCustomer } from './door';

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
  member: Doc<'members'>;
  handback: Handback;
}

/** [T4] Resolve; the scheduled close names this resolve. */
export function resolve(
  ctx: CaseCtx,
  opened: Case,
  { ticket, ...act }: Act & { ticket: Doc<'tickets'> },
): Promise<HandbackOutcome> {
  return end(ctx, opened, ticket, 'resolved', act);
}

/** [T4] Close by hand, also what is resolved already. */
export function close(
  ctx: CaseCtx,
  opened: Case,
  { ticket, ...act }: Act & { ticket: Doc<'tickets'> },
): Promise<HandbackOutcome> {
  return end(ctx, opened, ticket, 'closed', act);
}

async function end(
  ctx: CaseCtx,
  opened: Case,
  ticket: Doc<'tickets'>,
  outcome: 'resolved' | 'closed',
  act: Act,
): Promise<HandbackOutcome> {
  const wasActive = isActive(ticket.status);
  // A ticket that has ended holds nothing: closing it is no act on the conversation as it stands now.
  const moved = wasActive ? await checkAct(ctx, opened, act) : null;
  if (moved !== null) return moved;
  const ended = await recordStatus(ctx, opened, ticket, outcome, actorOf(act));
  const { expectedEpoch } = act.handback;
  const epoch = wasActive ? await giveBack(ctx, opened, act, outcome, ticket) : expectedEpoch;
  if (outcome === 'resolved') await scheduleClose(ctx, opened, ended);
  return { done: { epoch } };
}

/** [C10] The ticket stays as it is: only the voice returns. Holding nothing already, it changes nothing. */
export async function returnToAgent(ctx: CaseCtx, opened: Case, act: Act): Promise<HandbackOutcome> {
  const moved = await checkAct(ctx, opened, act);
  if (moved !== null) return moved;
  return { done: { epoch: await giveBack(ctx, opened, act, 'returned', opened.ticket) } };
}

function actorOf({ member }: Act): Author {
  return { kind: 'operator', memberId: member._id };
}

/** [C5, C10] Throws CONTROL_HELD or CONTROL_CHANGED; returns what is new while a person holds, or null. */
export async function checkAct(
  ctx: CaseCtx,
  { conversation, control, head }: Case,
  { member, handback }: Act,
): Promise<ThreadMoved | null> {
  const { expectedEpoch, confirmSteal = false, seenThrough } = handback;
  const decision = decideHandback(control, member._id, expectedEpoch, confirmSteal);
  if (decision === 'CONTROL_HELD') throw await controlHeld(ctx, control);
  if (decision === 'CONTROL_CHANGED') {
    throw appError('CONTROL_CHANGED', 'Control of this conversation has changed since you looked.', {
      epoch: control.epoch,
    });
  }
  if (control.holder === 'agent') return null;
  const news = await newsFor(ctx, conversation._id, member._id, seenThrough);
  if (news.length === 0) return null;
  return { refused: 'THREAD_MOVED', newSince: await showNews(ctx, news), through: head.lastSequence };
}

/** While the agent holds there is nothing to hand back. */
async function giveBack(
  ctx: CaseCtx,
  opened: Case,
  act: Act,
  outcome: Outcome,
  ticket: Doc<'tickets'> | null,
): Promise<number> {
  if (opened.control.holder === 'agent') return opened.control.epoch;
  const { agentAnswersNow = true, agentShouldKnow, promised } = act.handback;
  const boundary = { actor: actorOf(act), ticketId: ticket?._id, outcome, agentShouldKnow, promised };
  const epoch = await returnControl(ctx, opened, boundary);
  await greetAsAgent(ctx, opened);
  await settleUnanswered(ctx, opened, agentAnswersNow);
  return epoch;
}

/** [M8] The customer is told that the agent is back. */
export async function greetAsAgent(ctx: CaseCtx, opened: Case): Promise<void> {
  const agent = await agentOf(ctx, opened);
  await sendToCustomer(ctx, opened, { author: { kind: 'system', text: 'agentBack', name: agent?.name } });
}

/** [C10] What the customer said last and nobody answered: the agent's turn now, or left. */
export async function settleUnanswered(ctx: CaseCtx, opened: Case, agentAnswersNow: boolean): Promise<void> {
  const { lastCustomerSequence = 0, answeredThrough } = opened.head;
  if (lastCustomerSequence <= answeredThrough) return;
  if (agentAnswersNow) return oweAnswer(ctx, opened, await answerDueAt(ctx, opened));
  opened.head = { ...opened.head, answeredThrough: lastCustomerSequence, unansweredSince: undefined };
}

async function scheduleClose(ctx: CaseCtx, opened: Case, ticket: Doc<'tickets'>): Promise<void> {
  const { closeAfterMs } = await teamOf(ctx, opened);
  await ctx.scheduler.runAfter(closeAfterMs, internal.jobs.tickets.autoClose, {
    ticketId: ticket._id,
    resolveSequence: ticket.resolveSequence!,
  });
}
