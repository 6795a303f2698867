/**
 * Spam (docs/rules.md M4): a sender whom a person blocks with their conversation. It ends without a word to anybody, what they
 * write later is kept there and starts nothing, and whoever lifts the block lets it live again as it was.
 */
import type { Doc, Id } from '../../../_generated/dataModel';
import type { ReceivedMail } from '../../../shared/delivery/receivedMail';
import { isActive } from '../../../shared/tickets/tickets';
import { checkAct, type Handback, type HandbackOutcome, settleUnanswered } from '../../control/handback';
import { stopAgentRuns } from '../../control/agentRuns';
import { returnControl, takeControl } from '../../control/control';
import { type Case, type CaseCtx, openCase, openCaseOf } from '../../conversation/case';
import { appendEntry, checkedPart, entriesSince } from '../../conversation/entries';
import { listIdentities } from '../../conversation/identities';
import { cancelAgentSends } from '../../conversation/outbox';
import { appError } from '../../kit/errors';
import { block, findSuppression, liftSuppression } from '../../mail/suppressions';
import { recordStatus, reopen } from '../../tickets/tickets';

interface Act {
  member: Doc<'members'>;
  handback: Handback;
}

const byMember = ({ _id: memberId }: Doc<'members'>) => ({ kind: 'operator' as const, memberId });

/** Closes the ticket and silences the agent. Throws CONTROL_HELD as closing does; held once where the thread has moved. */
export async function markAsSpam(
  ctx: CaseCtx,
  opened: Case,
  { ticket, ...act }: Act & { ticket: Doc<'tickets'> },
): Promise<HandbackOutcome> {
  const { _id: conversationId, teamId } = opened.conversation;
  const identities = await listIdentities(ctx, opened.conversation.customerId, 'email');
  if (ticket.channel !== 'email' || identities.length === 0) {
    throw appError('INVALID_INPUT', 'Only what came by mail can be marked as spam.');
  }
  const moved = await checkAct(ctx, opened, act);
  if (moved !== null) return moved;
  const author = byMember(act.member);
  const wasActive = isActive(ticket.status);
  if (ticket.status !== 'closed') await recordStatus(ctx, opened, ticket, 'closed', author);
  const epoch = await silenceAgent(ctx, opened, act.member, ticket._id);
  const { lastCustomerSequence = 0, answeredThrough, unansweredSince } = opened.head;
  const waited = lastCustomerSequence > answeredThrough ? { answeredThrough, unansweredSince } : {};
  await settleUnanswered(ctx, opened, false);
  const { waitingSince = null } = ticket;
  const event = { type: 'markedAsSpam' as const, wasActive, ...waited, waitingSince };
  const { sequence } = await appendEntry(ctx, opened, { kind: 'event', audience: 'team', author, event });
  for (const identity of identities) await block(ctx, teamId, identity, { conversationId, sequence });
  return { done: { epoch } };
}

async function addressesOf(ctx: CaseCtx, { conversation }: Case): Promise<string[]> {
  const known = await listIdentities(ctx, conversation.customerId, 'email');
  return known.map(({ value }) => value);
}

/** A takeover and a handback at once, of which the customer is not told: what the agent made of it before is stale. */
async function silenceAgent(
  ctx: CaseCtx,
  opened: Case,
  member: Doc<'members'>,
  ticketId: Id<'tickets'>,
): Promise<number> {
  const actor = byMember(member);
  if (opened.control.holder === 'agent') {
    await takeControl(ctx, opened, { memberId: member._id, actor, ticketId });
    await cancelAgentSends(ctx, opened);
  }
  await stopAgentRuns(ctx, opened);
  return returnControl(ctx, opened, { actor, ticketId, outcome: 'closed' });
}

/** Kept where it belongs, or where the sender was marked; null: that is not there any more. */
export async function keepSpam(
  ctx: CaseCtx,
  conversation: Doc<'conversations'> | null,
  { from, subject, text }: ReceivedMail,
): Promise<Doc<'entries'>['_id'] | null> {
  if (conversation === null) return null;
  const { _id } = await appendEntry(ctx, await openCase(ctx, conversation), {
    kind: 'event',
    audience: 'team',
    author: { kind: 'customer', customerId: conversation.customerId },
    text: checkedPart(text),
    channel: 'email',
    event: { type: 'spamMail', from: from?.address ?? '', subject },
  });
  return _id;
}

/** All that was blocked with it is heard again, and the conversation goes on where it stood. False: it was no spam. */
export async function liftSpam(ctx: CaseCtx, member: Doc<'members'>, address: string): Promise<boolean> {
  const { teamId } = member;
  const spam = (await findSuppression(ctx, teamId, address))?.spam;
  if (spam === undefined) return false;
  const opened = await openCaseOf(ctx, spam.conversationId);
  for (const each of new Set([address, ...(await addressesOf(ctx, opened))])) {
    const known = await findSuppression(ctx, teamId, each);
    if (known?.spam?.conversationId === spam.conversationId) await liftSuppression(ctx, teamId, each);
  }
  await revive(ctx, opened, spam.sequence, member);
  return true;
}

async function revive(ctx: CaseCtx, opened: Case, sequence: number, member: Doc<'members'>): Promise<void> {
  const author = byMember(member);
  const marked = await markedAt(ctx, opened, sequence);
  const since = await entriesSince(ctx, opened.conversation._id, sequence);
  await appendEntry(ctx, opened, { kind: 'event', audience: 'team', author, event: { type: 'notSpam' } });
  const { ticket } = opened;
  const isAnswered = since.some(({ kind, author: by }) => kind === 'message' && by.kind !== 'customer');
  if (marked?.wasActive && ticket !== null && !isActive(ticket.status)) {
    await reopen(ctx, opened, ticket, author, isAnswered ? null : marked.waitingSince);
  }
  if (marked?.answeredThrough === undefined || isAnswered) return;
  const { answeredThrough, unansweredSince } = marked;
  opened.head = { ...opened.head, answeredThrough, unansweredSince };
  if (opened.control.holder === 'agent') await settleUnanswered(ctx, opened, true);
}

async function markedAt(ctx: CaseCtx, { conversation }: Case, sequence: number) {
  const entry = await ctx.db
    .query('entries')
    .withIndex('by_conversationId_and_sequence', (q) =>
      q.eq('conversationId', conversation._id).eq('sequence', sequence),
    )
    .unique();
  return entry?.event?.type === 'markedAsSpam' ? entry.event : null;
}
