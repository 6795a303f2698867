/**
 * Tickets: opening, reopening and everything that changes one without touching control (docs/rules.md T1–T5, T7). Taking
 * over and assigning stand in model/control/takeover.ts, resolving and closing in model/control/handback.ts, priority, tags
 * and overlays in overlays.ts.
 *
 *   new ──▶ open ──▶ resolved ──▶ closed        nothing returns to new; at most one of a conversation is active
 *    │       ▲  ╲______│__________▲ ▲
 *    │       │_________│__________│ │
 *    └──────────────────────────────┘
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import type { Author } from '../../shared/conversation/entries';
import type { DeskEvent } from '../../shared/tickets/events';
import type { Brief, HandoverReason } from '../../shared/tickets/reasons';
import {
  isActive,
  priorities,
  type Priority,
  reopenGraceMs,
  ticketTransitions,
  type TicketStatus,
} from '../../shared/tickets/tickets';
import { applyFact } from '../../shared/tickets/ticketState';
import type { Case, CaseCtx } from '../conversation/case';
import { ensureSubject } from '../conversation/conversations';
import { appendEntry } from '../conversation/entries';
import { appError } from '../kit/errors';
import { withTags } from '../../shared/tickets/tags';
import { recordOnTicket } from './events';

type Opened = Extract<DeskEvent, { type: 'ticketOpened' }>;

export interface Reason {
  reason: HandoverReason;
  rule?: { _id: Id<'handoverRules'>; name: string };
  brief?: Brief;
  priority?: Priority;
  tags?: string[];
}

/** How a handover met the conversation's tickets (T5). */
export interface OpenedOrAdded {
  ticket: Doc<'tickets'>;
  how: 'opened' | 'reopened' | 'added';
}

/**
 * [T5] The ticket half of a handover: opens one, reopens the resolved one, or adds the reason to the active one.
 * Control stays where it is (C3).
 */
export async function openOrAddReason(
  ctx: CaseCtx,
  opened: Case,
  why: Reason & { actor: Author },
): Promise<OpenedOrAdded> {
  const present = opened.ticket;
  if (present === null || present.status === 'closed') {
    return { ticket: await openTicket(ctx, opened, why), how: 'opened' };
  }
  const { actor, priority, tags = [] } = why;
  const how = isActive(present.status) ? 'added' : 'reopened';
  if (how === 'added' && (await saysNothingNew(ctx, present, why))) return { ticket: present, how };
  let ticket = how === 'added' ? present : await recordReopen(ctx, opened, present, actor);
  ticket = await recordReason(ctx, opened, ticket, why, actor);
  ticket = await raisePriority(ctx, opened, ticket, priority, actor);
  const allTags = withTags(ticket.tags, tags);
  if (allTags.length > ticket.tags.length) ticket = await recordTags(ctx, opened, ticket, allTags, actor);
  return { ticket, how };
}

/** How far back a wish is looked for that a customer says again. */
const maxLooked = 100;

/** [E4] A customer who has asked and waits stays in line, however often they ask. */
async function saysNothingNew(
  ctx: CaseCtx,
  ticket: Doc<'tickets'>,
  { actor, reason, brief }: Reason & { actor: Author },
): Promise<boolean> {
  if (actor.kind !== 'customer' || brief !== undefined || ticket.waitingSince === undefined) return false;
  if (ticket.reason === reason) return true;
  const events = await ctx.db
    .query('entries')
    .withIndex('by_ticketId_and_sequence', (q) => q.eq('ticketId', ticket._id))
    .order('desc')
    .take(maxLooked);
  return events.some(({ event }) => event?.type === 'reasonAdded' && event.reason === reason);
}

/** [T1, T5] A new ticket with the team's next number; it is linked to the one before it. */
async function openTicket(
  ctx: CaseCtx,
  opened: Case,
  { actor, ...why }: Reason & { actor: Author },
): Promise<Doc<'tickets'>> {
  const { _id: conversationId, teamId, agentId, customerId } = opened.conversation;
  const { customerChannel: channel, lastSequence, customerPreview = '' } = opened.head;
  ensureSubject(opened, why.brief?.asked ?? customerPreview);
  const tags = withTags([], why.tags ?? []);
  const event: Opened = {
    type: 'ticketOpened',
    number: await nextNumber(ctx, teamId),
    priority: why.priority ?? 'normal',
    ...(tags.length > 0 ? { tags } : {}),
    reason: why.reason,
    rule: why.rule?.name,
    ruleId: why.rule?._id,
    brief: why.brief,
    briefThrough: why.brief && lastSequence,
    previousTicketId: opened.ticket?._id,
  };
  const at = Date.now();
  const state = applyFact(null, { at, sequence: lastSequence + 1, event })!;
  const fields = { ...state, teamId, conversationId, agentId, customerId, channel };
  const ticketId = await ctx.db.insert('tickets', fields);
  const ticket = { ...fields, _id: ticketId, _creationTime: at };
  opened.addTicket(ticket);
  await appendEntry(ctx, opened, { author: actor, event, ticketId, at, kind: 'event', audience: 'team' });
  return ticket;
}

/** [T1] 1, 2, 3… per team: the counter moves in the transaction that creates the ticket, and only there. */
async function nextNumber(ctx: CaseCtx, teamId: Id<'teams'>): Promise<number> {
  const counter = await ctx.db
    .query('ticketCounters')
    .withIndex('by_teamId', (q) => q.eq('teamId', teamId))
    .unique();
  const number = (counter?.lastNumber ?? 0) + 1;
  if (counter === null) await ctx.db.insert('ticketCounters', { teamId, lastNumber: number });
  else await ctx.db.patch(counter._id, { lastNumber: number });
  return number;
}

function recordReason(ctx: CaseCtx, opened: Case, ticket: Doc<'tickets'>, why: Reason, actor: Author) {
  const { lastSequence } = opened.head;
  const event: DeskEvent = {
    type: 'reasonAdded',
    reason: why.reason,
    rule: why.rule?.name,
    brief: why.brief,
    briefThrough: why.brief && lastSequence,
  };
  return recordOnTicket(ctx, opened, ticket, event, actor);
}

/** A further reason can only make a ticket more pressing; a person may lower it. */
async function raisePriority(
  ctx: CaseCtx,
  opened: Case,
  ticket: Doc<'tickets'>,
  priority: Priority | undefined,
  actor: Author,
): Promise<Doc<'tickets'>> {
  if (priority === undefined || priorities.indexOf(priority) <= priorities.indexOf(ticket.priority))
    return ticket;
  return recordOnTicket(
    ctx,
    opened,
    ticket,
    { type: 'priorityChanged', from: ticket.priority, to: priority },
    actor,
  );
}

/** [T2] The one gate of every status change; the table is total. */
export async function recordStatus(
  ctx: CaseCtx,
  opened: Case,
  ticket: Doc<'tickets'>,
  to: TicketStatus,
  actor: Author,
  waited?: number | null,
): Promise<Doc<'tickets'>> {
  if (!ticketTransitions[ticket.status][to]) {
    throw appError(
      'ILLEGAL_TRANSITION',
      `Ticket #${ticket.number} is ${ticket.status} and cannot become ${to}.`,
      {
        from: ticket.status,
        to,
      },
    );
  }
  const event = {
    type: 'statusChanged' as const,
    from: ticket.status,
    to,
    ...(waited !== undefined && { waited }),
  };
  return recordOnTicket(ctx, opened, ticket, event, actor);
}

/** [T2] What a person's first act does to a ticket that is still new. */
export async function openIfNew(
  ctx: CaseCtx,
  opened: Case,
  ticket: Doc<'tickets'>,
  actor: Author,
): Promise<Doc<'tickets'>> {
  return ticket.status === 'new' ? recordStatus(ctx, opened, ticket, 'open', actor) : ticket;
}

/**
 * [T2, T4] Reopening by hand: control stays where it is, the assignee too where still available. It waits from now on, unless it goes
 * on as it `waited`.
 */
export async function reopen(
  ctx: CaseCtx,
  opened: Case,
  ticket: Doc<'tickets'>,
  actor: Author,
  waited?: number | null,
): Promise<void> {
  if (isActive(ticket.status)) throw illegal(ticket, `is ${ticket.status} already`);
  const active = opened.activeTicket;
  if (active !== null) {
    throw appError('ACTIVE_TICKET_EXISTS', `Ticket #${active.number} of this conversation is active.`, {
      number: active.number,
    });
  }
  await recordReopen(ctx, opened, ticket, actor, waited);
}

async function recordReopen(
  ctx: CaseCtx,
  opened: Case,
  ticket: Doc<'tickets'>,
  actor: Author,
  waited?: number | null,
): Promise<Doc<'tickets'>> {
  const reopened = await recordStatus(ctx, opened, ticket, 'open', actor, waited);
  if (reopened.assigneeId === undefined) return reopened;
  const availability = await availabilityOf(ctx, reopened.assigneeId);
  if (availability === 'gone') return recordUnassigned(ctx, opened, reopened, actor);
  if (availability === 'away') {
    await ctx.scheduler.runAfter(reopenGraceMs, internal.jobs.tickets.releaseReopened, {
      ticketId: ticket._id,
      since: opened.head.lastSequence,
    });
  }
  return reopened;
}

function recordUnassigned(
  ctx: CaseCtx,
  opened: Case,
  ticket: Doc<'tickets'>,
  actor: Author,
): Promise<Doc<'tickets'>> {
  const event = { type: 'assigned' as const, from: ticket.assigneeId, how: 'reopen' as const };
  return recordOnTicket(ctx, opened, ticket, event, actor);
}

/** [A2] Online and busy people get their own reopens back, the away ones after a grace, the offline ones never. */
async function availabilityOf(
  ctx: Pick<QueryCtx, 'db'>,
  memberId: Id<'members'>,
): Promise<'here' | 'away' | 'gone'> {
  const member = await ctx.db.get(memberId);
  if (member === null || member.removedAt !== undefined) return 'gone';
  const status = await ctx.db
    .query('memberStatuses')
    .withIndex('by_memberId', (q) => q.eq('memberId', memberId))
    .unique();
  if (status === null || status.effective === 'offline') return 'gone';
  return status.effective === 'away' ? 'away' : 'here';
}

/** Entries of a ticket looked at in one transaction. */
const lookedThrough = 100;
/** Events by which somebody has dealt with a ticket. */
const dealing: ReadonlySet<string> = new Set(['assigned', 'statusChanged', 'controlTaken']);

/** [A2] The grace has passed: to the pool, unless they came back or somebody has dealt with the ticket since. */
export async function releaseReopened(
  ctx: CaseCtx,
  opened: Case,
  ticket: Doc<'tickets'>,
  since: number,
): Promise<void> {
  if (ticket.assigneeId === undefined || !isActive(ticket.status)) return;
  if ((await availabilityOf(ctx, ticket.assigneeId)) === 'here') return;
  const later = await ctx.db
    .query('entries')
    .withIndex('by_ticketId_and_sequence', (q) => q.eq('ticketId', ticket._id).gt('sequence', since))
    .take(lookedThrough);
  if (later.some(({ event }) => event !== undefined && dealing.has(event.type))) return;
  if (later.length < lookedThrough) {
    await recordUnassigned(ctx, opened, ticket, { kind: 'system' });
    return;
  }
  const rest = { ticketId: ticket._id, since: later.at(-1)!.sequence };
  await ctx.scheduler.runAfter(0, internal.jobs.tickets.releaseReopened, rest);
}

/** [T4] The scheduled close: it names the resolve it belongs to and does nothing after a reopen. */
export async function autoClose(
  ctx: CaseCtx,
  opened: Case,
  ticket: Doc<'tickets'>,
  resolveSequence: number,
): Promise<void> {
  if (ticket.status !== 'resolved' || ticket.resolveSequence !== resolveSequence) return;
  await recordStatus(ctx, opened, ticket, 'closed', { kind: 'system' });
}

export function recordTags(
  ctx: CaseCtx,
  opened: Case,
  ticket: Doc<'tickets'>,
  to: string[],
  actor: Author,
): Promise<Doc<'tickets'>> {
  return recordOnTicket(ctx, opened, ticket, { type: 'tagsChanged', from: ticket.tags, to }, actor);
}

/** [T5] A takeover's ticket: the active one, the resolved one reopened, or a new one. Its assignee is set right after. */
export async function ensureActiveTicket(ctx: CaseCtx, opened: Case, actor: Author): Promise<Doc<'tickets'>> {
  const present = opened.ticket;
  if (present === null || present.status === 'closed') {
    return openTicket(ctx, opened, { actor, reason: 'takenOver' });
  }
  if (isActive(present.status)) return present;
  const reopened = await recordStatus(ctx, opened, present, 'open', actor);
  return recordReason(ctx, opened, reopened, { reason: 'takenOver' }, actor);
}

export function illegal(ticket: Doc<'tickets'>, why: string) {
  return appError('ILLEGAL_TRANSITION', `Ticket #${ticket.number} ${why}.`, { from: ticket.status });
}
