/**
 * Entries: everything that stands in a conversation's one thread, in commit order (docs/rules.md M1, T8).
 * A message goes to or comes from the customer; a note is internal; an event is a recorded change.
 */
import { type Infer, v } from 'convex/values';
import { vBrief, vHandoverReason } from './handover';
import { vPriority, vTicketStatus, vWaitingOn } from './tickets';

export const vAuthor = v.union(
  v.object({ kind: v.literal('customer'), customerId: v.id('customers') }),
  v.object({ kind: v.literal('agent'), agentId: v.id('agents') }),
  v.object({ kind: v.literal('operator'), memberId: v.id('members') }),
  v.object({ kind: v.literal('system') }),
);
export type Author = Infer<typeof vAuthor>;

/** [C2] The only texts the system may send; the words stand in shared/systemTexts.ts. */
export const vSystemText = v.union(
  v.literal('personJoined'),
  v.literal('agentBack'),
  v.literal('waiting'),
  v.literal('handedOver'),
  v.literal('nobodyHere'),
);
export type SystemText = Infer<typeof vSystemText>;

/** [T8] One typed event per change; a ticket's state is the replay of those that name it. */
export const vEvent = v.union(
  v.object({
    type: v.literal('ticketOpened'),
    number: v.number(),
    priority: vPriority,
    reason: vHandoverReason,
    rule: v.optional(v.string()),
    ruleId: v.optional(v.id('handoverRules')),
    brief: v.optional(vBrief),
    briefThrough: v.optional(v.number()),
    previousTicketId: v.optional(v.id('tickets')),
  }),
  v.object({
    type: v.literal('reasonAdded'),
    reason: vHandoverReason,
    rule: v.optional(v.string()),
    brief: v.optional(vBrief),
    briefThrough: v.optional(v.number()),
  }),
  v.object({ type: v.literal('statusChanged'), from: vTicketStatus, to: vTicketStatus }),
  v.object({ type: v.literal('priorityChanged'), from: vPriority, to: vPriority }),
  v.object({
    type: v.literal('assigned'),
    from: v.optional(v.id('members')),
    to: v.optional(v.id('members')),
    how: v.union(v.literal('automatic'), v.literal('person'), v.literal('takeover'), v.literal('reopen')),
    decisionId: v.optional(v.id('assignmentDecisions')),
  }),
  v.object({
    type: v.literal('waitingChanged'),
    from: v.optional(vWaitingOn),
    to: v.optional(vWaitingOn),
  }),
  v.object({ type: v.literal('snoozed'), from: v.optional(v.number()), to: v.optional(v.number()) }),
  v.object({ type: v.literal('tagsChanged'), from: v.array(v.string()), to: v.array(v.string()) }),
  /** Boundary events (C10): part of the agent's context. */
  v.object({
    type: v.literal('controlTaken'),
    epoch: v.number(),
    from: v.optional(v.id('members')),
    to: v.optional(v.id('members')),
  }),
  v.object({
    type: v.literal('controlReturned'),
    epoch: v.number(),
    startedAt: v.number(),
    endedAt: v.number(),
    members: v.array(v.id('members')),
    outcome: v.union(v.literal('resolved'), v.literal('closed'), v.literal('returned')),
    agentShouldKnow: v.optional(v.string()),
    promised: v.optional(v.string()),
  }),
);
export type DeskEvent = Infer<typeof vEvent>;

/** Who caused an event. */
export const vActor = vAuthor;
