/** What can be found: the words of threads and of people, folded (shared/search/words.ts). Read by model/search alone. */
import { defineTable } from 'convex/server';
import { v } from 'convex/values';
import { vChannelKind } from '../shared/conversation/channels';

export const searchTables = {
  /**
   * One row a message, a note or another entry with a text, and one a subject; written by model/search/searchRows.ts when the
   * case that said it is settled, and never changed but for its words being folded: what changes often (status, tags, whose it is) is asked of the ticket.
   * As many as entries; goes with its conversation.
   */
  searchRows: defineTable({
    teamId: v.id('teams'),
    conversationId: v.id('conversations'),
    /** Absent: the subject. */
    entryId: v.optional(v.id('entries')),
    kind: v.union(v.literal('message'), v.literal('note'), v.literal('subject')),
    customerId: v.id('customers'),
    agentId: v.id('agents'),
    /** Who wrote it: a customer's, an agent's or a member's id. */
    authorId: v.optional(v.string()),
    channel: vChannelKind,
    at: v.number(),
    /** Of `at`, by UTC: `2026-11`. */
    month: v.string(),
    words: v.string(),
    /** Its words are folded by a job that is on its way (jobs/search.ts); nothing finds it before. */
    isUnfolded: v.optional(v.literal(true)),
  })
    .index('by_isUnfolded', ['isUnfolded'])
    .index('by_conversationId_and_entryId', ['conversationId', 'entryId'])
    .searchIndex('search_words', {
      searchField: 'words',
      filterFields: ['teamId', 'month', 'agentId', 'channel', 'customerId', 'authorId'],
    }),

  /**
   * By what a customer is found: name, addresses, what a platform knows them by, or the two words the team calls them. One row a
   * customer who has written; written by model/search/searchPeople.ts when it changes.
   */
  searchPeople: defineTable({
    teamId: v.id('teams'),
    customerId: v.id('customers'),
    words: v.string(),
  })
    .index('by_customerId', ['customerId'])
    .searchIndex('search_words', { searchField: 'words', filterFields: ['teamId'] }),
};
