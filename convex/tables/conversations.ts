/** Conversations, who holds them, and what was said. */
import { defineTable } from 'convex/server';
import { v } from 'convex/values';
import { vHeatReason } from '../shared/agents/heat';
import { vAttributes } from '../shared/agents/attributes';
import { vChannelKind } from '../shared/conversation/channels';
import { vWritingMode } from '../shared/conversation/drafts';
import { vHolder } from '../shared/control/control';
import { vMeasured } from '../shared/measures/facts';
import { vAuthor, vOutside, vSystemText } from '../shared/conversation/entries';
import { vEvent } from '../shared/tickets/events';
import { vMention } from '../shared/conversation/mentions';
import { vOutboxState } from '../shared/conversation/outbox';
import { vTargetKind } from '../shared/tickets/targets';

export const conversationTables = {
  /** The one thread with a customer. Cool: written at its start and when the subject is set. */
  conversations: defineTable({
    teamId: v.id('teams'),
    customerId: v.id('customers'),
    agentId: v.id('agents'),
    channelId: v.optional(v.id('channels')),
    /** Channel it started on. */
    channel: vChannelKind,
    subject: v.string(),
    /** The id an outside agent's platform gave it, unique per agent (P1: start or find). */
    externalId: v.optional(v.string()),
    /** P1: what its platform says of it, such as `order_value`; absent: nothing. */
    attributes: v.optional(vAttributes),
  })
    .index('by_customerId', ['customerId'])
    // Newest first, for the rehearsal of rules: the longer index would sort by the outside id.
    // oxlint-disable-next-line @convex-dev/no-duplicate-indexes
    .index('by_agentId', ['agentId'])
    .index('by_agentId_and_externalId', ['agentId', 'externalId']),

  /**
   * B5: what an agent is answering right now, hottest first: one small row a conversation, written by model/live/liveConversations.ts
   * with the agent's turn, and only where its heat has changed. Gone with the takeover, the customer's end of the chat, and ten
   * minutes after the last word.
   * `coolness`: 100 less its heat, so that the hottest stand first, and of those who came first. `restsAt`: when it is looked at.
   */
  liveConversations: defineTable({
    teamId: v.id('teams'),
    conversationId: v.id('conversations'),
    coolness: v.number(),
    since: v.number(),
    reasons: v.array(vHeatReason),
    restsAt: v.number(),
  })
    .index('by_conversationId', ['conversationId'])
    .index('by_teamId_and_coolness_and_since', ['teamId', 'coolness', 'since'])
    .index('by_teamId_and_restsAt', ['teamId', 'restsAt']),

  /** C1: one row a conversation. Changed only by model/control/control.ts, through the case. */
  controls: defineTable({
    conversationId: v.id('conversations'),
    teamId: v.id('teams'),
    holder: vHolder,
    operatorId: v.optional(v.id('members')),
    epoch: v.number(),
    since: v.number(),
    /** The running human stretch: when it began and who took part (C10). Absent while the agent holds. */
    stretch: v.optional(v.object({ startedAt: v.number(), members: v.array(v.id('members')) })),
    /** C13: the team holds because somebody wrote past Baton: on which channel, and when last by its provider's clock. */
    outside: v.optional(v.object({ channel: vChannelKind, at: v.number() })),
  })
    .index('by_conversationId', ['conversationId'])
    .index('by_holder_and_operatorId', ['holder', 'operatorId']),

  /**
   * C5: whose conversation somebody else took. One row a member and conversation, written by model/conversation/losses.ts
   * at a steal; gone when they hold again or have read it.
   */
  controlLosses: defineTable({
    memberId: v.id('members'),
    conversationId: v.id('conversations'),
    teamId: v.id('teams'),
    /** Absent: somebody who wrote past Baton (C13). */
    byMemberId: v.optional(v.id('members')),
    epoch: v.number(),
    at: v.number(),
  })
    .index('by_memberId_and_at', ['memberId', 'at'])
    .index('by_memberId_and_conversationId', ['memberId', 'conversationId']),

  /** The moving end of a thread: one row a conversation, written through the case (model/conversation/case.ts). */
  threadHeads: defineTable({
    conversationId: v.id('conversations'),
    lastSequence: v.number(),
    /** Sequence and time of the newest customer message, and of the first one nobody has answered yet. */
    lastCustomerSequence: v.optional(v.number()),
    lastCustomerAt: v.optional(v.number()),
    unansweredSince: v.optional(v.number()),
    /** Customer messages up to here need no answer any more: answered, or left by an operator (H6, C10). */
    answeredThrough: v.number(),
    /** Start and author of the last message that is not the system's: what list rows show. */
    preview: v.string(),
    previewAuthor: v.union(v.literal('customer'), v.literal('agent'), v.literal('operator')),
    /** Start of the customer's last message; absent in data of before the migration has come to it. */
    customerPreview: v.optional(v.string()),
    /** Channel of the customer's last message: "the customer's channel". */
    customerChannel: vChannelKind,
    customerChannelId: v.optional(v.id('channels')),
    lastMessageAt: v.number(),
    /** M3: the newest answer to something that was passed on, and its start. Nobody's word in the conversation, news to the team. */
    answeredOutside: v.optional(v.object({ at: v.number(), preview: v.string() })),
    /** Sequence through which the customer has seen the thread (read marks). */
    customerReadThrough: v.optional(v.number()),
    /** M8: where the customer ended the chat; what they wrote after it began it again. */
    endedSequence: v.optional(v.number()),
    /** The same of the team: a person has had it before them. */
    teamReadThrough: v.optional(v.number()),
    /** T5: the ticket the present belongs to, or null; absent in data of before, where it is looked for. */
    presentTicketId: v.optional(v.union(v.id('tickets'), v.null())),
    /** H6: by when the agent owes the earliest unanswered message its answer, and the job that waits for it. */
    answerDueAt: v.optional(v.number()),
    answerAlarmAt: v.optional(v.number()),
    /** H6: messages up to here were settled by a takeover or a handover: the agent owes them nothing. */
    owedAfter: v.optional(v.number()),
    /** B5: of an outside agent's turn: when its conversation is looked at next, or was last. */
    lookAt: v.optional(v.number()),
    /** P1: whose answer the customer waits for; absent: nobody's, or an operator's. */
    awaitedAgentId: v.optional(v.id('agents')),
    /** B2: what the next entry is measured from (model/measures/). Absent: nothing was measured yet. */
    measured: v.optional(vMeasured),
    /** B3: when it is looked at whether its outcome is final, which it is not before. */
    settlesAt: v.optional(v.number()),
  })
    .index('by_conversationId', ['conversationId'])
    .index('by_settlesAt', ['settlesAt'])
    .index('by_answerDueAt', ['answerDueAt'])
    .index('by_awaitedAgentId_and_unansweredSince', ['awaitedAgentId', 'unansweredSince']),

  /** The thread. Append-only; written only by model/conversation/entries.ts, messages only through the door (C2). */
  entries: defineTable({
    conversationId: v.id('conversations'),
    teamId: v.id('teams'),
    sequence: v.number(),
    kind: v.union(v.literal('message'), v.literal('note'), v.literal('event')),
    /** `everyone` is what the customer may see. */
    audience: v.union(v.literal('everyone'), v.literal('team')),
    author: vAuthor,
    at: v.number(),
    text: v.optional(v.string()),
    channel: v.optional(vChannelKind),
    /** Which of the team's channels: a team has several addresses. Absent on `api`, and in messages of before. */
    channelId: v.optional(v.id('channels')),
    /** M3: came by mail from somebody who takes no part, or past the customer: for the team alone, and no word of theirs. */
    isForeign: v.optional(v.literal(true)),
    /** M3: by whom, where the customer did not: somebody in copy, or who takes no part. A name that is vouched for, or an address. */
    writtenBy: v.optional(v.string()),
    /** M9: written in a browser that a mailed link had let in: the link may have been passed on. */
    isByLink: v.optional(v.literal(true)),
    /** M1: when it was said, by the provider's clock, where that is well before it came in. */
    saidAt: v.optional(v.number()),
    /** Of a messenger: what it answers, as it begins. */
    quoted: v.optional(v.object({ text: v.string(), sequence: v.optional(v.number()) })),
    /** Of a messenger: its writer has changed it since, into this. What it said first is `text`; what it said between, events. */
    edited: v.optional(v.object({ text: v.string(), at: v.number() })),
    /** Of a messenger: what came with it and is not shown here. */
    unsupported: v.optional(v.string()),
    /** M3: who reads along and got no copy of this mail. */
    withoutCopyTo: v.optional(v.array(v.string())),
    /** C13: Baton did not send it; it appeared on the channel. */
    outside: v.optional(vOutside),
    /** M7: it went out as words that WhatsApp has approved: a line before it (M8) has no room there. */
    isTemplate: v.optional(v.literal(true)),
    /** M2: it was never sent, so it was not said: cancelled at a takeover, or given up. */
    neverSent: v.optional(v.literal(true)),
    /** Client-made id: a double click is harmless (M2). */
    clientMessageId: v.optional(v.string()),
    systemText: v.optional(vSystemText),
    /** Whom such a text is about, for a page that says it in another language. */
    saidOf: v.optional(v.string()),
    event: v.optional(vEvent),
    /** Of a note: whom it names. */
    mentions: v.optional(v.array(vMention)),
    /** The ticket an event belongs to. */
    ticketId: v.optional(v.id('tickets')),
    /** C8: the last entry an agent's answer had read; customer messages after it were still owed one. */
    answersThrough: v.optional(v.number()),
    /** H6: by when the agent owed this customer message an answer. Absent: it owed none. */
    answerDueAt: v.optional(v.number()),
    /** Sources an agent's answer was drawn from. */
    articleIds: v.optional(v.array(v.id('articles'))),
    /** B3: the target that this reply, or this end of a ticket, kept. */
    kept: v.optional(vTargetKind),
    /** Files that went with it, in their order. Absent: none. */
    attachmentIds: v.optional(v.array(v.id('attachments'))),
  })
    .index('by_conversationId_and_sequence', ['conversationId', 'sequence'])
    .index('by_conversationId_and_audience_and_sequence', ['conversationId', 'audience', 'sequence'])
    .index('by_conversationId_and_clientMessageId', ['conversationId', 'clientMessageId'])
    .index('by_ticketId_and_sequence', ['ticketId', 'sequence']),

  /** C7: what the agent was about to say. Never sent, never lost. */
  suppressedDrafts: defineTable({
    conversationId: v.id('conversations'),
    teamId: v.id('teams'),
    agentId: v.id('agents'),
    /** Epoch it was written under, and the last entry it had read. */
    epoch: v.number(),
    seenThrough: v.number(),
    text: v.string(),
    clientMessageId: v.optional(v.string()),
    at: v.number(),
  })
    .index('by_conversationId_and_at', ['conversationId', 'at'])
    .index('by_conversationId_and_clientMessageId', ['conversationId', 'clientMessageId']),

  /** Unsent text: a reply and a note per operator and conversation, outliving every change (C5, lesson L23). */
  drafts: defineTable({
    memberId: v.id('members'),
    conversationId: v.id('conversations'),
    teamId: v.id('teams'),
    text: v.string(),
    mode: vWritingMode,
    updatedAt: v.number(),
  })
    .index('by_memberId_and_conversationId_and_mode', ['memberId', 'conversationId', 'mode'])
    .index('by_conversationId', ['conversationId']),

  /** The agent's turn: one row a conversation, written by model/control/agentRuns.ts through the case. */
  agentRuns: defineTable({
    conversationId: v.id('conversations'),
    teamId: v.id('teams'),
    agentId: v.id('agents'),
    /** Counts the turns. Absent in rows of before. */
    number: v.optional(v.number()),
    state: v.union(v.literal('waiting'), v.literal('running'), v.literal('stopped'), v.literal('done')),
    epoch: v.number(),
    /** C8: how often and since when this turn's answer was superseded. */
    refusals: v.number(),
    firstRefusedAt: v.optional(v.number()),
    startedAt: v.number(),
    /** How long the agent reads and types before it answers, and until when it is seen to. */
    thinkMs: v.optional(v.number()),
    typesUntil: v.optional(v.number()),
    /** Of version 5; now of the head. */
    lookAt: v.optional(v.number()),
  })
    .index('by_conversationId', ['conversationId'])
    .index('by_agentId_and_state', ['agentId', 'state']),

  /** M2: sends that a delivery worker must carry out (not `web`: there the commit is the delivery). */
  outbox: defineTable({
    conversationId: v.id('conversations'),
    teamId: v.id('teams'),
    entryId: v.id('entries'),
    sequence: v.number(),
    channel: vChannelKind,
    channelId: v.optional(v.id('channels')),
    /** Of the channel `api`: whose platform is brought it. */
    agentId: v.optional(v.id('agents')),
    author: vAuthor,
    /** Present on agent rows: checked again at each claim. */
    epoch: v.optional(v.number()),
    state: vOutboxState,
    attempts: v.number(),
    leaseUntil: v.optional(v.number()),
    nextTryAt: v.optional(v.number()),
    failure: v.optional(v.string()),
    /** By which account it was first tried: under another its key says nothing. */
    account: v.optional(v.string()),
    /** When that was: the provider knows its key since then. */
    triedAt: v.optional(v.number()),
    /** How often the provider was asked what became of it. */
    asked: v.optional(v.number()),
    /** What the message changed where it was accepted: put back when it was never sent. */
    before: v.optional(
      v.object({
        answeredThrough: v.number(),
        unansweredSince: v.optional(v.number()),
        waitingSince: v.optional(v.number()),
      }),
    ),
  })
    .index('by_conversationId_and_sequence', ['conversationId', 'sequence'])
    .index('by_conversationId_and_state_and_sequence', ['conversationId', 'state', 'sequence'])
    .index('by_conversationId_and_state_and_nextTryAt', ['conversationId', 'state', 'nextTryAt'])
    /** What waits while a provider takes nothing. */
    .index('by_channelId_and_state', ['channelId', 'state'])
    /** What waits while a platform is not called. */
    .index('by_agentId_and_state', ['agentId', 'state'])
    .index('by_entryId', ['entryId']),

  /** Typing marks: short-lived, apart from everything that lists read. */
  typing: defineTable({
    conversationId: v.id('conversations'),
    who: v.union(v.literal('customer'), v.literal('agent'), v.literal('operator')),
    memberId: v.optional(v.id('members')),
    until: v.number(),
  }).index('by_conversationId_and_who', ['conversationId', 'who']),
};
