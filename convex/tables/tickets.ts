/** Units of human work. */
import { defineTable, type TableDefinition } from 'convex/server';
import { v } from 'convex/values';
import { vChannelKind } from '../shared/conversation/channels';
import { vHolder } from '../shared/control/control';
import { vBrief, vHandoverReason } from '../shared/tickets/reasons';
import { formerRowFields } from './former';
import { vClocks } from '../shared/tickets/clocks';
import { vHelp } from '../shared/tickets/help';
import { listIndexes, vLane } from '../shared/tickets/lists';
import { vBucket } from '../shared/tickets/places';
import { vSavedList } from '../shared/tickets/savedViews';
import { vTagColour } from '../shared/tickets/tags';
import { vTargetKind } from '../shared/tickets/targets';
import { vPriority, vTicketStatus, vWaitingOn } from '../shared/tickets/tickets';

/** What is also asked for by its name: who waits before somebody, what is due, and what has a tag. */
const inLine = 'by_teamId_and_lane_and_sortAt_and_number';
const byDeadline = 'by_teamId_and_lane_and_dueAt_and_number';
const ofTag = 'by_teamId_and_tag_and_lane_and_sortAt_and_number';
const byName: readonly string[] = [inLine, byDeadline, ofTag];

/** The indexes of lists follow from their orders (shared/tickets/lists.ts). */
function withLists<Table extends TableDefinition>(name: 'ticketPlaces' | 'tagPlaces', table: Table): Table {
  let indexed: TableDefinition = table;
  for (const [index, fields] of listIndexes(name)) {
    if (!byName.includes(index)) indexed = indexed.index(index, fields as ['teamId']);
  }
  return indexed as Table;
}

export const ticketTables = {
  /** T1: one row a team. Only model/tickets/tickets.ts writes it, in the transaction that creates the ticket. */
  ticketCounters: defineTable({
    teamId: v.id('teams'),
    lastNumber: v.number(),
  }).index('by_teamId', ['teamId']),

  /** T7. Made by model/tickets/tickets.ts and changed through the case, each change with its event (T8). */
  tickets: defineTable({
    teamId: v.id('teams'),
    conversationId: v.id('conversations'),
    number: v.number(),
    status: vTicketStatus,
    priority: vPriority,
    tags: v.array(v.string()),
    agentId: v.id('agents'),
    customerId: v.id('customers'),
    channel: vChannelKind,
    reason: vHandoverReason,
    ruleId: v.optional(v.id('handoverRules')),
    /** The rule's name as it was when it matched. */
    ruleName: v.optional(v.string()),
    brief: v.optional(vBrief),
    /** H2: last entry the brief knew; the customer writing past it makes it stale. */
    briefThrough: v.optional(v.number()),
    assigneeId: v.optional(v.id('members')),
    /** How the present assignee came to it (A5, A7). */
    assignedBy: v.optional(v.union(v.literal('automatic'), v.literal('person'))),
    decisionId: v.optional(v.id('assignmentDecisions')),
    /** A9: who let it go by, once each, and until when others come first. */
    passedOver: v.optional(v.array(v.object({ memberId: v.id('members'), until: v.number() }))),
    waitingSince: v.optional(v.number()),
    waitingOn: v.optional(vWaitingOn),
    snoozedUntil: v.optional(v.number()),
    openedAt: v.number(),
    firstReplyAt: v.optional(v.number()),
    resolvedAt: v.optional(v.number()),
    /** The entry that resolved it: a scheduled close names it (T4). */
    resolveSequence: v.optional(v.number()),
    /** The last resolve that the customer has rated. */
    ratedSequence: v.optional(v.number()),
    closedAt: v.optional(v.number()),
    previousTicketId: v.optional(v.id('tickets')),
    /** T7: what its clocks have used, and when they are due; absent where the team has no targets. */
    clocks: v.optional(vClocks),
    /** T7: the nearest of what is due, missed or not. `nearAt`: from when on it is near. */
    deadline: v.optional(v.object({ target: vTargetKind, dueAt: v.number(), nearAt: v.number() })),
    /** B6: somebody is asked into it. */
    help: v.optional(vHelp),
  })
    .index('by_teamId_and_number', ['teamId', 'number'])
    .index('by_agentId_and_number', ['agentId', 'number'])
    .index('by_conversationId_and_openedAt', ['conversationId', 'openedAt'])
    .index('by_conversationId_and_status_and_openedAt', ['conversationId', 'status', 'openedAt'])
    .index('by_teamId_and_status_and_openedAt', ['teamId', 'status', 'openedAt'])
    .index('by_assigneeId_and_status', ['assigneeId', 'status']),

  /**
   * What a list shows of a ticket, one small row each, derived in the same mutation by model/tickets/ticketRows.ts and skipped
   * when unchanged, so that a row is run again only when what it shows has changed.
   */
  ticketRows: defineTable({
    ticketId: v.id('tickets'),
    teamId: v.id('teams'),
    number: v.number(),
    status: vTicketStatus,
    priority: vPriority,
    channel: vChannelKind,
    customerName: v.string(),
    /** M9: nobody merely claims the name: a signed token says it, or it is the team's own. */
    isCustomerProven: v.optional(v.literal(true)),
    subject: v.string(),
    /** The customer's last words while they wait for a person, whatever the agent says meanwhile; then the last ones. */
    preview: v.string(),
    previewAuthor: v.union(
      v.literal('customer'),
      v.literal('agent'),
      v.literal('operator'),
      v.literal('system'),
    ),
    holder: vHolder,
    /** Who holds control, if a person does. */
    operatorName: v.optional(v.string()),
    /** Whose question it was, and whose work it is; names are looked up where they are shown. */
    agentId: v.optional(v.id('agents')),
    assigneeId: v.optional(v.id('members')),
    /** A customer waits for a person. */
    waits: v.optional(v.boolean()),
    /** When the customer wrote last. */
    customerAt: v.optional(v.number()),
    /** When somebody outside last answered what was passed on to them. */
    outsideAt: v.optional(v.number()),
    /** It waits on a third party. */
    waitsOutside: v.optional(v.boolean()),
    /** As of its place. */
    sortAt: v.number(),
    snoozedUntil: v.optional(v.number()),
    /** As of its deadline. */
    dueAt: v.optional(v.number()),
    dueNearAt: v.optional(v.number()),
    dueTarget: v.optional(vTargetKind),
    /** B6: why somebody is asked into it, by whom and since when. */
    helpWhy: v.optional(v.string()),
    helpBy: v.optional(v.id('members')),
    helpAt: v.optional(v.number()),
    ...formerRowFields,
  }).index('by_teamId_and_number', ['teamId', 'number']),

  /**
   * In which lists a ticket stands and where, derived in the same mutation by model/tickets/ticketPlaces.ts: written only when
   * order or membership changes, so that a list is run again only then (E5). Read by lists and by routing passes.
   * `assignee`: a member's id, or "none". `sortAt`: since when it stands there (shared/tickets/places.ts). Lane, agent and
   * channel are absent only in data of before.
   */
  ticketPlaces: withLists(
    'ticketPlaces',
    defineTable({
      ticketId: v.id('tickets'),
      teamId: v.id('teams'),
      number: v.number(),
      bucket: vBucket,
      lane: v.optional(vLane),
      assignee: v.string(),
      agentId: v.optional(v.id('agents')),
      /** The customer's, as the row shows it. */
      channel: v.optional(vChannelKind),
      sortAt: v.number(),
      snoozedUntil: v.optional(v.number()),
      priority: vPriority,
      /** Its customer waits for a person. */
      waits: v.optional(v.boolean()),
      /** T7: its deadline; `noDeadline` where it has none, so that it comes last. Absent in data of before. */
      dueAt: v.optional(v.number()),
    }),
  )
    .index('by_ticketId', ['ticketId'])
    .index(inLine, ['teamId', 'lane', 'sortAt', 'number'])
    .index(byDeadline, ['teamId', 'lane', 'dueAt', 'number'])
    /** The plain lists, which most look at: one range each. */
    .index('by_teamId_and_bucket_and_sortAt_and_number', ['teamId', 'bucket', 'sortAt', 'number'])
    .index('by_teamId_and_bucket_and_assignee_and_sortAt_and_number', [
      'teamId',
      'bucket',
      'assignee',
      'sortAt',
      'number',
    ])
    /** What a routing pass walks: unassigned, by priority, nearest deadline, age (A6). */
    .index('by_teamId_and_bucket_and_assignee_and_priority_and_dueAt', [
      'teamId',
      'bucket',
      'assignee',
      'priority',
      'dueAt',
    ]),

  /**
   * T7: how far the clocks of a team's active tickets have been counted again, once its targets or hours have changed. Written by
   * model/tickets/clockWalks.ts; gone at the end.
   */
  clockWalks: defineTable({
    teamId: v.id('teams'),
    status: v.union(v.literal('new'), v.literal('open')),
    /** The last one, by when it was opened and made: a place that means the same wherever the data is moved to. */
    after: v.optional(v.object({ openedAt: v.number(), madeAt: v.number() })),
  }).index('by_teamId', ['teamId']),

  /**
   * Lists kept under a name; `memberId` absent: the team's. Written by model/tickets/savedViews.ts, at most 50 of each; who keeps
   * one deletes it.
   */
  savedViews: defineTable({
    teamId: v.id('teams'),
    memberId: v.optional(v.id('members')),
    name: v.string(),
    list: vSavedList,
  }).index('by_teamId_and_memberId', ['teamId', 'memberId']),

  /** Colours of tags, at most 1,000 a team. Written by model/tickets/tagColours.ts; gone with the tag. */
  tagColours: defineTable({
    teamId: v.id('teams'),
    tag: v.string(),
    colour: vTagColour,
  }).index('by_teamId_and_tag', ['teamId', 'tag']),

  /**
   * Tags that took another name, or without `to` none, and how far that has been carried out: in rules of agents, in saved
   * views, on tickets. Written by model/tickets/tagChanges.ts; the last 100 that are done are kept, for addresses of before.
   */
  tagChanges: defineTable({
    teamId: v.id('teams'),
    from: v.string(),
    to: v.optional(v.string()),
    by: v.id('members'),
    step: v.union(v.literal('rules'), v.literal('views'), v.literal('tickets')),
    /** The last agent, by when it was made, or the last member, by their user, that was looked at. */
    after: v.optional(v.union(v.number(), v.id('users'))),
    /** Absent while it goes on. */
    doneAt: v.optional(v.number()),
  }).index('by_teamId_and_doneAt', ['teamId', 'doneAt']),

  /** The same of each tag of a ticket, for lists of one tag; written with it and when its tags change. At most 30 a ticket. */
  tagPlaces: withLists(
    'tagPlaces',
    defineTable({
      ticketId: v.id('tickets'),
      teamId: v.id('teams'),
      tag: v.string(),
      number: v.number(),
      lane: vLane,
      assignee: v.string(),
      agentId: v.id('agents'),
      channel: vChannelKind,
      sortAt: v.number(),
      priority: vPriority,
      dueAt: v.number(),
    }),
  )
    .index('by_ticketId', ['ticketId'])
    .index(ofTag, ['teamId', 'tag', 'lane', 'sortAt', 'number']),

  /**
   * How many places each list holds, and how many of them wait: kept with ticketPlaces, never counted by reading (E3).
   * `bucket`: one of a place, with a member's id or "none"; `ofAgent` with an agent's id, of its active and awake tickets;
   * `tagged` with a tag, of all tickets that have it; `held` with a member's id or "team", of live takeovers. Of the active ones
   * also how many there are of each priority.
   */
  ticketCounts: defineTable({
    teamId: v.id('teams'),
    bucket: v.string(),
    assignee: v.string(),
    count: v.number(),
    waiting: v.optional(v.number()),
    low: v.optional(v.number()),
    normal: v.optional(v.number()),
    high: v.optional(v.number()),
    urgent: v.optional(v.number()),
  }).index('by_teamId_and_bucket_and_assignee', ['teamId', 'bucket', 'assignee']),

  /**
   * B6: active tickets into which somebody is asked, one row each, written by model/tickets/helpFlags.ts with the ticket; gone when
   * help has come or is not needed.
   */
  helpFlags: defineTable({
    teamId: v.id('teams'),
    ticketId: v.id('tickets'),
    number: v.number(),
    at: v.number(),
  })
    .index('by_ticketId', ['ticketId'])
    .index('by_teamId_and_at', ['teamId', 'at']),

  /**
   * B1: active tickets whose conversation a person holds, one row each, written by model/tickets/liveTakeovers.ts with the control
   * record; gone with the handback. `holder`: a member's id, or "team". `since`: when they took it.
   */
  liveTakeovers: defineTable({
    teamId: v.id('teams'),
    ticketId: v.id('tickets'),
    number: v.number(),
    holder: v.string(),
    since: v.number(),
  })
    .index('by_ticketId', ['ticketId'])
    .index('by_teamId_and_since_and_number', ['teamId', 'since', 'number'])
    .index('by_teamId_and_holder_and_since_and_number', ['teamId', 'holder', 'since', 'number']),
};
