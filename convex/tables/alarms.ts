/** Instants at which something is looked at again. */
import { defineTable } from 'convex/server';
import { v } from 'convex/values';

/**
 * presence: a member's (A2) · holder: of a conversation (C12) · ramp: a team's (A8) · needs, push: a member's, by mail and by push ·
 * target, near: of a ticket (T7) · clocks: of a team's tickets, counted again (T7) · pickUp: of a ticket (A9) · live: a team's
 * conversations that have come to rest (B5) · tag: a change of one · wait: of version 3
 */
export const vAlarmKind = v.union(
  v.literal('presence'),
  v.literal('holder'),
  v.literal('ramp'),
  v.literal('needs'),
  v.literal('wait'),
  v.literal('target'),
  v.literal('clocks'),
  v.literal('pickUp'),
  v.literal('tag'),
  v.literal('live'),
  v.literal('near'),
  v.literal('push'),
);

export const alarmTables = {
  /** The one pending job about a subject. Written by model/kit/alarms.ts; a row goes when its job runs. */
  alarms: defineTable({
    kind: vAlarmKind,
    /** Id of the member, conversation, team or ticket. */
    subject: v.string(),
    dueAt: v.number(),
  })
    .index('by_kind_and_subject', ['kind', 'subject'])
    .index('by_dueAt', ['dueAt']),
};
