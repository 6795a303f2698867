/**
 * The control record: who may speak to the customer now (docs/rules.md C1). The only writer of `controls`.
 *
 * Each function here is one half of a larger transaction: model/control/takeover.ts and model/control/handback.ts decide, this writes
 * the record, its boundary event and the line the customer sees. `epoch` never goes down and never repeats.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { appError } from '../kit/errors';
import type { Author } from '../../shared/conversation/entries';
import type { DeskEvent } from '../../shared/tickets/events';
import { vanishedGraceMs } from '../../shared/control/vanished';
import { appendEntry } from '../conversation/entries';
import { watchHolder } from './holderWatch';

type Reader = Pick<QueryCtx, 'db'>;
type Returned = Extract<DeskEvent, { type: 'controlReturned' }>;
type Outcome = Pick<Returned, 'outcome' | 'agentShouldKnow' | 'promised'>;

export async function getControl(ctx: Reader, conversationId: Id<'conversations'>): Promise<Doc<'controls'>> {
  const control = await ctx.db
    .query('controls')
    .withIndex('by_conversationId', (q) => q.eq('conversationId', conversationId))
    .unique();
  if (control === null) throw new Error(`Conversation ${conversationId} has no control record`);
  return control;
}

/** CONTROL_HELD with the holder's name and the epoch a confirmed steal has to carry. */
export async function controlHeld(ctx: Reader, control: Doc<'controls'>) {
  const holder = control.operatorId ? await ctx.db.get(control.operatorId) : null;
  const holderName = holder?.name ?? 'The team';
  return appError('CONTROL_HELD', `${holderName} is handling this conversation.`, {
    holderName,
    epoch: control.epoch,
  });
}

/** [C4, C5] To an operator, from whoever holds now; whoever loses it this way keeps their draft and is told. */
export async function takeControl(
  ctx: MutationCtx,
  control: Doc<'controls'>,
  to: { memberId: Id<'members'> | undefined; actor: Author; ticketId?: Id<'tickets'> },
): Promise<number> {
  const now = Date.now();
  const epoch = control.epoch + 1;
  await ctx.db.patch(control._id, {
    holder: 'operator',
    operatorId: to.memberId,
    epoch,
    since: now,
    stretch: stretchWith(control, to.memberId, now),
  });
  const event = { type: 'controlTaken' as const, epoch, from: control.operatorId, to: to.memberId };
  await appendBoundary(ctx, control, to.actor, event, to.ticketId);
  await noteLoss(ctx, control, to.actor, epoch, now);
  if (to.memberId !== undefined) await clearLoss(ctx, to.memberId, control.conversationId);
  else await watchHolder(ctx, control.conversationId, now + vanishedGraceMs);
  return epoch;
}

/** [C10] Back to the agent, with the boundary that becomes part of its context. */
export async function returnControl(
  ctx: MutationCtx,
  control: Doc<'controls'>,
  to: Outcome & { actor: Author; ticketId?: Id<'tickets'> },
): Promise<number> {
  const { actor, ticketId, outcome, agentShouldKnow, promised } = to;
  const now = Date.now();
  const epoch = control.epoch + 1;
  const stretch = control.stretch ?? { startedAt: control.since, members: [] };
  await ctx.db.patch(control._id, {
    holder: 'agent',
    operatorId: undefined,
    epoch,
    since: now,
    stretch: undefined,
  });
  const event: Returned = { type: 'controlReturned', epoch, ...stretch, endedAt: now, outcome };
  if (agentShouldKnow) event.agentShouldKnow = agentShouldKnow;
  if (promised) event.promised = promised;
  await appendBoundary(ctx, control, actor, event, ticketId);
  await noteLoss(ctx, control, actor, epoch, now);
  return epoch;
}

function stretchWith(control: Doc<'controls'>, memberId: Id<'members'> | undefined, now: number) {
  const { startedAt, members } = control.stretch ?? { startedAt: now, members: [] };
  const isKnown = memberId === undefined || members.includes(memberId);
  return { startedAt, members: isKnown ? members : [...members, memberId] };
}

async function appendBoundary(
  ctx: MutationCtx,
  { conversationId, teamId }: Doc<'controls'>,
  author: Author,
  event: DeskEvent,
  ticketId: Id<'tickets'> | undefined,
): Promise<void> {
  await appendEntry(ctx, {
    conversationId,
    teamId,
    kind: 'event',
    audience: 'team',
    author,
    event,
    ticketId,
  });
}

async function noteLoss(
  ctx: MutationCtx,
  { conversationId, teamId, operatorId }: Doc<'controls'>,
  actor: Author,
  epoch: number,
  at: number,
): Promise<void> {
  if (operatorId === undefined || actor.kind !== 'operator' || actor.memberId === operatorId) return;
  await clearLoss(ctx, operatorId, conversationId);
  await ctx.db.insert('controlLosses', {
    memberId: operatorId,
    conversationId,
    teamId,
    byMemberId: actor.memberId,
    epoch,
    at,
  });
}

export async function getLoss(
  ctx: Reader,
  memberId: Id<'members'>,
  conversationId: Id<'conversations'>,
): Promise<Doc<'controlLosses'> | null> {
  return ctx.db
    .query('controlLosses')
    .withIndex('by_memberId_and_conversationId', (q) =>
      q.eq('memberId', memberId).eq('conversationId', conversationId),
    )
    .unique();
}

export async function clearLoss(
  ctx: MutationCtx,
  memberId: Id<'members'>,
  conversationId: Id<'conversations'>,
): Promise<void> {
  const loss = await getLoss(ctx, memberId, conversationId);
  if (loss !== null) await ctx.db.delete(loss._id);
}
