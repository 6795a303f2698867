import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';

export default defineSchema({
  /** Four indexes and the built-in one: every insert writes five entries. */
  events: defineTable({
    room: v.string(),
    rank: v.number(),
    kind: v.string(),
    author: v.string(),
    body: v.string(),
  })
    .index('by_room_and_rank', ['room', 'rank'])
    .index('by_kind', ['kind'])
    .index('by_author', ['author'])
    .index('by_rank', ['rank']),
  accounts: defineTable({ owner: v.number(), balance: v.number() }).index('by_owner', ['owner']),
});
