/** Figures over time: what happened, and how often on which day. */
import { defineTable } from 'convex/server';
import { v } from 'convex/values';
import { vBy, vSpan } from '../shared/measures/counters';
import { vFact } from '../shared/measures/facts';

export const measureTables = {
  /**
   * B2: one row for whatever is counted, written by model/measures/ in the transaction in which it happened, so nothing is shared
   * that two of them could want at once. `isNew` until a job has added it to the counters. It stays, for a number opens what it
   * counts, and goes after 400 days. Messages have rows of their own; data of before has some here.
   */
  measureFacts: defineTable({
    teamId: v.id('teams'),
    conversationId: v.id('conversations'),
    agentId: v.id('agents'),
    isNew: v.boolean(),
    /** Of its conversation then: counters of a later one hold it already. */
    generation: v.number(),
    ...vFact.fields,
  })
    .index('by_teamId_and_isNew_and_kind_and_at', ['teamId', 'isNew', 'kind', 'at'])
    .index('by_teamId_and_isNew_and_at', ['teamId', 'isNew', 'at'])
    .index('by_conversationId_and_sequence', ['conversationId', 'sequence'])
    .index('by_at', ['at']),

  /**
   * B2: what was said and no counter has yet: a row a message, and one where it is taken back. Nothing opens them, so they have the
   * one index that counting needs. Written as `measureFacts` are; gone when they are counted.
   */
  measureMessages: defineTable({
    teamId: v.id('teams'),
    agentId: v.id('agents'),
    generation: v.number(),
    ...vFact.fields,
  }).index('by_teamId', ['teamId']),

  /**
   * B2: sums of facts, a row for each of `by` and span of time in which something happened. Written by
   * model/measures/counterRows.ts alone, read by reports and boards. Minutes go after two days, hours after 35, days stay.
   */
  measureCounters: defineTable({
    teamId: v.id('teams'),
    generation: v.number(),
    span: vSpan,
    by: vBy,
    at: v.number(),
    of: v.string(),
    counts: v.record(v.string(), v.number()),
    times: v.record(v.string(), v.record(v.string(), v.number())),
  })
    .index('by_teamId_and_generation_and_span_and_by_and_at_and_of', [
      'teamId',
      'generation',
      'span',
      'by',
      'at',
      'of',
    ])
    .index('by_span_and_at', ['span', 'at']),

  /**
   * H5: how long customers usually wait for a person, as the chat says it, and until when that is fresh. One row a team, written by
   * model/measures/usualWaits.ts; none: too little is known.
   */
  usualWaits: defineTable({ teamId: v.id('teams'), minutes: v.number(), until: v.number() }).index(
    'by_teamId',
    ['teamId'],
  ),

  /** One row a team: which of its counters count, by which zone's days, and the jobs that are on their way. */
  measureTeams: defineTable({
    teamId: v.id('teams'),
    generation: v.number(),
    timeZone: v.string(),
    /** When the job that counts new facts comes; absent: none was asked for. */
    foldAt: v.optional(v.number()),
    /** Everything is counted anew, for the next generation. */
    recount: v.optional(v.object({ generation: v.number(), timeZone: v.string() })),
  }).index('by_teamId', ['teamId']),
};
