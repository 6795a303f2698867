/**
 * A ticket's state is the replay of what happened to it (docs/rules.md T8): `applyFact` is the one place where an event
 * or a message changes a ticket. model/tickets/tickets.ts writes through it and a test replays the thread through it.
 *
 * What follows from a fact without an event of its own: ending (resolved, closed) clears both overlays and the
 * waiting clock; opening and reopening start the clock (T7: "the handover"); a customer's message starts it when it
 * stands still; a person's reply stops it. An agent's answer does nothing here.
 */
import type { GenericId } from 'convex/values';
import type { Outside } from '../conversation/entries';
import type { DeskEvent } from './events';
import type { Help } from './help';
import { addedBrief, type Brief, type HandoverReason } from './reasons';
import { isActive, type Priority, type TicketStatus, type WaitingOn } from './tickets';

export interface TicketState {
  number: number;
  status: TicketStatus;
  priority: Priority;
  tags: string[];
  reason: HandoverReason;
  ruleId?: GenericId<'handoverRules'>;
  ruleName?: string;
  brief?: Brief;
  briefThrough?: number;
  previousTicketId?: GenericId<'tickets'>;
  assigneeId?: GenericId<'members'>;
  assignedBy?: 'automatic' | 'person';
  decisionId?: GenericId<'assignmentDecisions'>;
  /** [A9] Who let it go by, once each. */
  passedOver?: { memberId: GenericId<'members'>; until: number }[];
  waitingSince?: number;
  waitingOn?: WaitingOn;
  snoozedUntil?: number;
  openedAt: number;
  firstReplyAt?: number;
  resolvedAt?: number;
  /** The entry that resolved it: a scheduled close names it and does nothing after a reopen (T4). */
  resolveSequence?: number;
  /** The last resolve that the customer has rated. */
  ratedSequence?: number;
  closedAt?: number;
  /** [B6] Somebody is asked into it. */
  help?: Help;
}

export type TicketFact =
  | { at: number; sequence: number; event: DeskEvent; by?: GenericId<'members'> | undefined }
  | {
      at: number;
      sequence: number;
      message: 'customer' | 'operator';
      /** [C13] Since when the customer waits all the same. */
      waitsSince?: number | undefined;
    };

/** Null before the ticket was opened. */
export function applyFact(state: TicketState | null, fact: TicketFact): TicketState | null {
  if ('message' in fact) return state && applyMessage(state, fact);
  if (fact.event.type === 'ticketOpened') return opened(fact.event, fact.at);
  return state && applyEvent(state, fact.event, fact);
}

type Opened = Extract<DeskEvent, { type: 'ticketOpened' }>;

function opened(event: Opened, at: number): TicketState {
  return {
    number: event.number,
    status: 'new',
    priority: event.priority,
    tags: event.tags ?? [],
    reason: event.reason,
    ruleId: event.ruleId,
    ruleName: event.rule,
    brief: event.brief,
    briefThrough: event.briefThrough,
    previousTicketId: event.previousTicketId,
    openedAt: at,
    waitingSince: at,
  };
}

type Message = Extract<TicketFact, { message: unknown }>;

function applyMessage(state: TicketState, { message, at, waitsSince }: Message): TicketState {
  if (!isActive(state.status)) return state;
  if (message === 'customer') return { ...state, waitingSince: state.waitingSince ?? at };
  return { ...state, waitingSince: waitsSince, firstReplyAt: state.firstReplyAt ?? at };
}

function applyEvent(
  state: TicketState,
  event: DeskEvent,
  { at, sequence, by }: Extract<TicketFact, { event: DeskEvent }>,
): TicketState {
  switch (event.type) {
    case 'statusChanged':
      return withStatus(state, event, at, sequence);
    case 'sendGaveUp':
      return isActive(state.status) ? { ...state, waitingSince: event.waitingSince } : state;
    case 'priorityChanged':
      return { ...state, priority: event.to };
    case 'tagsChanged':
      return { ...state, tags: event.to };
    case 'waitingChanged':
      return { ...state, waitingOn: event.to };
    case 'snoozed':
      return { ...state, snoozedUntil: event.to };
    case 'assigned':
      return withAssignee(state, event);
    case 'reasonAdded':
      return withReason(state, event, at);
    case 'briefed':
      return { ...state, brief: event.brief, briefThrough: event.briefThrough };
    case 'helpAsked':
      return by === undefined ? state : { ...state, help: { by, to: event.to, why: event.why, at } };
    case 'helpEnded':
      return { ...state, help: undefined };
    case 'rated':
      return { ...state, ratedSequence: state.resolveSequence };
    case 'ticketOpened':
    case 'targetMissed':
    case 'automaticMail':
    case 'mailCameBack':
    case 'loopBroken':
    case 'forwarded':
    case 'forwardLost':
    case 'forwardAnswered':
    case 'markedAsSpam':
    case 'notSpam':
    case 'spamMail':
    case 'customerEdited':
    case 'customerReacted':
    case 'customerRevoked':
    case 'chatBlocked':
    case 'pressedStart':
    case 'chatEnded':
    case 'customersMerged':
    case 'controlTaken':
    case 'controlReturned':
      return state;
  }
}

/** [T7] Whoever was answered and is handed over again waits from then on. */
function withReason(
  state: TicketState,
  { brief, briefThrough, reason }: Extract<DeskEvent, { type: 'reasonAdded' }>,
  at: number,
): TicketState {
  const waits = isActive(state.status) && reason !== 'takenOver';
  return {
    ...state,
    ...(waits && { waitingSince: state.waitingSince ?? at }),
    ...(brief !== undefined && { brief: addedBrief(state.brief, brief), briefThrough }),
  };
}

function withAssignee(state: TicketState, event: Extract<DeskEvent, { type: 'assigned' }>): TicketState {
  const { from, to, how, decisionId, othersUntil } = event;
  // [B6] Whoever has it now and is not who asked has come.
  const hasCome = to !== undefined && to !== state.help?.by && how !== 'automatic';
  const help = hasCome ? undefined : state.help;
  const assigned = { ...state, assigneeId: to, assignedBy: assignedBy(event), decisionId, help };
  if (how !== 'notPickedUp' || from === undefined || othersUntil === undefined) return assigned;
  return { ...assigned, passedOver: [...(state.passedOver ?? []), { memberId: from, until: othersUntil }] };
}

function assignedBy(event: Extract<DeskEvent, { type: 'assigned' }>): TicketState['assignedBy'] {
  if (event.to === undefined) return undefined;
  return event.how === 'automatic' ? 'automatic' : 'person';
}

function withStatus(
  state: TicketState,
  { to, waited }: Extract<DeskEvent, { type: 'statusChanged' }>,
  at: number,
  sequence: number,
): TicketState {
  const wasActive = isActive(state.status);
  if (to === 'resolved' || to === 'closed') {
    const ended = {
      ...state,
      status: to,
      waitingSince: undefined,
      waitingOn: undefined,
      snoozedUntil: undefined,
      help: undefined,
    };
    return to === 'resolved'
      ? { ...ended, resolvedAt: at, resolveSequence: sequence }
      : { ...ended, closedAt: at };
  }
  if (wasActive) return { ...state, status: to };
  return {
    ...state,
    status: to,
    resolvedAt: undefined,
    resolveSequence: undefined,
    closedAt: undefined,
    waitingSince: waited === undefined ? at : (waited ?? undefined),
  };
}

interface EntryFacts {
  at: number;
  sequence: number;
  kind: 'message' | 'note' | 'event';
  author: { kind: string; memberId?: GenericId<'members'> };
  outside?: Outside;
  event?: DeskEvent;
  ticketId?: string;
}

/** What an entry means for a ticket, or null. */
function factOf(entry: EntryFacts, ticketId: string): TicketFact | null {
  const { at, sequence, kind, author, event, outside } = entry;
  if (event !== undefined)
    return entry.ticketId === ticketId ? { at, sequence, event, by: author.memberId } : null;
  if (kind !== 'message' || outside?.isLate) return null;
  if (author.kind !== 'customer' && author.kind !== 'operator') return null;
  return { at, sequence, message: author.kind, waitsSince: outside?.waitsSince };
}

/** The whole thread in order gives the ticket as it stands (T8). */
export function replayTicket(entries: readonly EntryFacts[], ticketId: string): TicketState | null {
  let state: TicketState | null = null;
  for (const entry of entries) {
    const fact = factOf(entry, ticketId);
    if (fact !== null) state = applyFact(state, fact);
  }
  return state;
}
