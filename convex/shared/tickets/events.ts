/** Events: every recorded change of a ticket or of who holds its conversation (docs/rules.md T8, C10). */
import { type Infer, v } from 'convex/values';
import { vChannelKind } from '../conversation/channels';
import { vBrief, vHandoverReason } from './reasons';
import { vTargetKind } from './targets';
import { vPriority, vTicketStatus, vWaitingOn } from './tickets';

/** [T8] One typed event per change; a ticket's state is the replay of those that name it. */
export const vEvent = v.union(
  v.object({
    type: v.literal('ticketOpened'),
    number: v.number(),
    priority: vPriority,
    /** Absent: none. */
    tags: v.optional(v.array(v.string())),
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
  v.object({
    type: v.literal('statusChanged'),
    from: vTicketStatus,
    to: vTicketStatus,
    /** Of a reopening that takes an ending back: since when it had waited; null: it had not. Absent: it waits from now on. */
    waited: v.optional(v.union(v.number(), v.null())),
  }),
  v.object({ type: v.literal('priorityChanged'), from: vPriority, to: vPriority }),
  v.object({
    type: v.literal('assigned'),
    from: v.optional(v.id('members')),
    to: v.optional(v.id('members')),
    how: v.union(
      v.literal('automatic'),
      v.literal('person'),
      v.literal('takeover'),
      v.literal('reopen'),
      /** [A9] Neither opened nor answered in time. */
      v.literal('notPickedUp'),
    ),
    /** [A1] By which mode a pass gave it; absent in events of before. */
    mode: v.optional(v.union(v.literal('balanced'), v.literal('roundRobin'))),
    /** [A9] Until when others come first. */
    othersUntil: v.optional(v.number()),
    decisionId: v.optional(v.id('assignmentDecisions')),
  }),
  v.object({
    type: v.literal('waitingChanged'),
    from: v.optional(vWaitingOn),
    to: v.optional(vWaitingOn),
  }),
  v.object({ type: v.literal('snoozed'), from: v.optional(v.number()), to: v.optional(v.number()) }),
  /** [H2] Written from the conversation: whoever asked for a person brought none. */
  v.object({ type: v.literal('briefed'), brief: vBrief, briefThrough: v.number() }),
  v.object({
    type: v.literal('tagsChanged'),
    from: v.array(v.string()),
    to: v.array(v.string()),
    /** The tag itself took another name in the whole team, or, without `to`, was deleted: by whom. */
    renamed: v.optional(v.object({ from: v.string(), to: v.optional(v.string()), by: v.id('members') })),
  }),
  /** [B6] Its author asks them into the ticket. */
  v.object({ type: v.literal('helpAsked'), to: v.array(v.id('members')), why: v.string() }),
  /** [B6] It is not needed any more, or here. */
  v.object({ type: v.literal('helpEnded') }),
  /** [T7] What the team wants to keep was not kept. */
  v.object({
    type: v.literal('targetMissed'),
    target: vTargetKind,
    dueAt: v.number(),
    /** [B3] Whose it was; null: nobody's. Absent in data of before what was kept was counted, too. */
    assigneeId: v.optional(v.union(v.id('members'), v.null())),
  }),
  /** [M2] A person's message was accepted and never sent: the customer waits again, since when they did before it. */
  v.object({ type: v.literal('sendGaveUp'), sequence: v.number(), waitingSince: v.optional(v.number()) }),
  /** [M4] Mail that no person wrote: stored, and nothing follows from it. */
  v.object({
    type: v.literal('automaticMail'),
    from: v.string(),
    subject: v.string(),
    /** Why it counts as automatic (shared/mail/automatic.ts). */
    why: v.string(),
    /** [M1] By which the same by another of the team's addresses is known. */
    messageId: v.optional(v.string()),
  }),
  /** [M4] A mail of ours came back, or was complained about; `sequence`: that message. Without `to`: by one of several. */
  v.object({
    type: v.literal('mailCameBack'),
    to: v.optional(v.string()),
    how: v.union(v.literal('bounced'), v.literal('delayed'), v.literal('complained')),
    sequence: v.optional(v.number()),
    detail: v.optional(v.string()),
  }),
  /** [M4] A person says that its sender sends spam. Where a message waited for its answer: up to where all was answered, and since when. */
  v.object({
    type: v.literal('markedAsSpam'),
    wasActive: v.boolean(),
    answeredThrough: v.optional(v.number()),
    unansweredSince: v.optional(v.number()),
    /** Since when the ticket waited; null: it did not. Absent in what was marked before this was kept. */
    waitingSince: v.optional(v.union(v.number(), v.null())),
  }),
  v.object({ type: v.literal('notSpam') }),
  /** [M4] A later mail of theirs: stored, and nothing follows from it. */
  v.object({ type: v.literal('spamMail'), from: v.string(), subject: v.string() }),
  /** [M3] Passed on to somebody outside, with the note that is its text. `sequence`: one mail; absent: the conversation. */
  v.object({ type: v.literal('forwarded'), to: v.array(v.string()), sequence: v.optional(v.number()) }),
  /** [M3] [M4] What was passed on did not arrive there, or came back; `by`: who had passed it on, where they are still a member. */
  v.object({
    type: v.literal('forwardLost'),
    to: v.string(),
    by: v.optional(v.id('members')),
    sequence: v.number(),
    detail: v.optional(v.string()),
  }),
  /** [M3] What somebody answered to something passed on. */
  v.object({ type: v.literal('forwardAnswered'), from: v.object({ address: v.string(), name: v.string() }) }),
  /** Of a messenger: what they did there and said nothing by. `before`: what an edited message said until then. */
  v.object({ type: v.literal('customerEdited'), sequence: v.number(), before: v.string() }),
  v.object({
    type: v.literal('customerReacted'),
    sequence: v.number(),
    /** Null: it was taken back. */
    emoji: v.union(v.string(), v.null()),
  }),
  v.object({ type: v.literal('customerRevoked'), sequence: v.number() }),
  v.object({ type: v.literal('chatBlocked'), isBlocked: v.boolean() }),
  /** `isLinked`: by a link that carries this conversation, which goes on there from then on. */
  v.object({
    type: v.literal('pressedStart'),
    channel: v.literal('telegram'),
    isLinked: v.optional(v.literal(true)),
  }),
  /** [M4] The agent is kept from answering an address that answers at once, again and again; `isFlood`: or writes too often. */
  v.object({ type: v.literal('loopBroken'), address: v.string(), isFlood: v.optional(v.literal(true)) }),
  /** [M8] The customer has ended the chat. What they write later goes on in the same thread. */
  v.object({ type: v.literal('chatEnded') }),
  /** [M9] Its customer and another one are one person for the team, or are not any more; `with`: as the other was called then. */
  v.object({
    type: v.literal('customersMerged'),
    with: v.string(),
    isUndone: v.optional(v.literal(true)),
  }),
  /** The customer says how a person helped them: 1 to 5. `memberId`: who resolved the ticket. */
  v.object({
    type: v.literal('rated'),
    score: v.number(),
    memberId: v.id('members'),
    comment: v.optional(v.string()),
  }),
  /** Boundary events (C10): part of the agent's context. */
  v.object({
    type: v.literal('controlTaken'),
    epoch: v.number(),
    from: v.optional(v.id('members')),
    to: v.optional(v.id('members')),
    /** [C13] By a message that Baton did not send: on which channel. */
    outside: v.optional(vChannelKind),
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
