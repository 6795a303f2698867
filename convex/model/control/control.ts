/**
 * The control record: who may speak to the customer now (docs/rules.md C1).
 *
 * Each function here is one half of a larger transaction: takeover.ts and handback.ts decide, this changes the record in
 * the case and writes its boundary event. `epoch` never goes down and never repeats.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { type Author, theTeam } from '../../shared/conversation/entries';
import type { DeskEvent } from '../../shared/tickets/events';
import type { Case, CaseCtx } from '../conversation/case';
import { appendEntry } from '../conversation/entries';
import { clearLoss, noteLoss } from '../conversation/losses';
import { appError } from '../kit/errors';
import { watchIfGone } from './holderWatch';

type Returned = Extract<DeskEvent, { type: 'controlReturned' }>;
type Outcome = Pick<Returned, 'outcome' | 'agentShouldKnow' | 'promised'>;

/** CONTROL_HELD with the holder's name and the epoch a confirmed steal has to carry. */
export async function controlHeld(ctx: Pick<QueryCtx, 'db'>, control: Doc<'controls'>) {
  const holder = control.operatorId ? await ctx.db.get(control.operatorId) : null;
  const holderName = holder?.name ?? theTeam;
  return appError('CONTROL_HELD', `${holderName} is handling this conversation.`, {
    holderName,
    epoch: control.epoch,
  });
}

/** [C4, C5] To an operator, from whoever holds now; whoever loses it this way keeps their draft and is told. */
export async function takeControl(
  ctx: CaseCtx,
  opened: Case,
  to: {
    memberId: Id<'members'> | undefined;
    actor: Author;
    ticketId: Id<'tickets'> | undefined;
    /** [C13] The message that did. */
    outside?: NonNullable<Doc<'controls'>['outside']>;
  },
): Promise<number> {
  const before = opened.control;
  const { memberId: operatorId, actor, ticketId, outside } = to;
  const now = Date.now();
  const epoch = before.epoch + 1;
  const stretch = stretchWith(before, operatorId, now);
  // Of two messages that come at once the second is no older than the claim of the first.
  const since = outside?.at ?? now;
  opened.control = { ...before, holder: 'operator', operatorId, epoch, since, stretch, outside };
  const event = {
    type: 'controlTaken' as const,
    epoch,
    from: before.operatorId,
    to: operatorId,
    ...(outside && { outside: outside.channel }),
  };
  await appendEntry(ctx, opened, { kind: 'event', audience: 'team', author: actor, event, ticketId });
  await noteLoss(ctx, before, actor, epoch, now);
  if (operatorId !== undefined) await clearLoss(ctx, operatorId, before.conversationId);
  // Also one who is gone already, and the team, are holders who may never answer.
  await watchIfGone(ctx, opened.control);
  return epoch;
}

/** [C10] Back to the agent, with the boundary that becomes part of its context. */
export async function returnControl(
  ctx: CaseCtx,
  opened: Case,
  to: Outcome & { actor: Author; ticketId: Id<'tickets'> | undefined },
): Promise<number> {
  const before = opened.control;
  const { actor, ticketId, outcome, agentShouldKnow, promised } = to;
  const now = Date.now();
  const epoch = before.epoch + 1;
  const stretch = before.stretch ?? { startedAt: before.since, members: [] };
  opened.control = {
    ...before,
    holder: 'agent',
    operatorId: undefined,
    epoch,
    since: now,
    stretch: undefined,
    outside: undefined,
  };
  const event: Returned = { type: 'controlReturned', epoch, ...stretch, endedAt: now, outcome };
  if (agentShouldKnow) event.agentShouldKnow = agentShouldKnow;
  if (promised) event.promised = promised;
  await appendEntry(ctx, opened, { kind: 'event', audience: 'team', author: actor, event, ticketId });
  await noteLoss(ctx, before, actor, epoch, now);
  return epoch;
}

function stretchWith(control: Doc<'controls'>, memberId: Id<'members'> | undefined, now: number) {
  const { startedAt, members } = control.stretch ?? { startedAt: now, members: [] };
  const isKnown = memberId === undefined || members.includes(memberId);
  return { startedAt, members: isKnown ? members : [...members, memberId] };
}
