/** One thread by mail: what was received and sent, as mail. Entries hold what was said (docs/rules.md M3, M4, M5). */
import { defineTable } from 'convex/server';
import { v } from 'convex/values';
import { mailFields, vDeskMailKind, vPerson } from '../shared/delivery/mails';
import { vOutboxState } from '../shared/conversation/outbox';

export const mailTables = {
  /**
   * How a conversation goes on by mail: one row a conversation and channel, written by model/mail/threads.ts.
   * What stands in its reply address is signed (shared/mail/threading.ts), and kept nowhere.
   */
  mailThreads: defineTable({
    teamId: v.id('teams'),
    conversationId: v.id('conversations'),
    channelId: v.id('channels'),
    /** As the customer wrote it. */
    subject: v.string(),
    /** The customer's address, and who else reads along. */
    to: v.string(),
    cc: v.array(v.string()),
    /** Message-IDs from the first mail on: the first and the last twenty. */
    references: v.array(v.string()),
    /** Of the customer's last mail. */
    lastMessageId: v.optional(v.string()),
    /** M4: answers of the agent in a row to an address that answers at once; the breaker looks at it. */
    quickAnswers: v.number(),
    lastAnswerAt: v.optional(v.number()),
  }).index('by_conversationId_and_channelId', ['conversationId', 'channelId']),

  /** A mail, in or out, beside its entry. Written by model/mail/mails.ts; kept as long as the thread. */
  mails: defineTable({
    teamId: v.id('teams'),
    conversationId: v.id('conversations'),
    entryId: v.id('entries'),
    channelId: v.id('channels'),
    direction: v.union(v.literal('in'), v.literal('out')),
    from: vPerson,
    ...mailFields,
    /** In brackets. Of a sent one: the provider's, once it has told it. */
    messageId: v.optional(v.string()),
    /** The provider's id of it. */
    providerId: v.optional(v.string()),
    /** Since this mail answers go there, as it asked: somebody else than its sender, and nobody has checked. */
    answersTo: v.optional(v.string()),
    /** How far the sender is known: proven by the domain, claimed, or not the one this thread is with. */
    sender: v.optional(v.union(v.literal('proven'), v.literal('claimed'), v.literal('foreign'))),
    /** Who has it may download the mail as it came: of one that the thread does not have all of (http/files.ts). */
    rawKey: v.optional(v.string()),
    /** The request as it is sent, the same bytes at every try; rendered once, and kept sealed. */
    request: v.optional(v.string()),
  })
    .index('by_entryId', ['entryId'])
    .index('by_conversationId', ['conversationId'])
    .index('by_teamId_and_direction', ['teamId', 'direction'])
    .index('by_teamId_and_messageId', ['teamId', 'messageId'])
    .index('by_providerId', ['providerId'])
    .index('by_rawKey', ['rawKey'])
    .index('by_rawFileId', ['rawFileId'])
    .index('by_htmlFileId', ['htmlFileId'])
    .index('by_wholeFileId', ['wholeFileId']),

  /** M4: what the provider will not deliver to any more, and why. Written by model/mail/suppressions.ts. */
  mailSuppressions: defineTable({
    teamId: v.id('teams'),
    address: v.string(),
    reason: v.union(v.literal('bounced'), v.literal('complained'), v.literal('blocked')),
    detail: v.optional(v.string()),
    since: v.number(),
    /** Blocked while nobody had checked whose it is: what its domain vouches for is its owner's, and heard. */
    isClaimed: v.optional(v.literal(true)),
    /** Blocked as spam: the thread that keeps what they write, and the entry that says so. */
    spam: v.optional(v.object({ conversationId: v.id('conversations'), sequence: v.number() })),
  }).index('by_teamId_and_address', ['teamId', 'address']),

  /** A link in a mail that proves its address on a web page (M9). Written by model/mail/links.ts; swept when over. */
  mailLinks: defineTable({
    tokenHash: v.string(),
    conversationId: v.id('conversations'),
    address: v.string(),
    /** The mail it stands in: until a provider took that, the link opens the conversation and proves nothing. */
    mailId: v.optional(v.id('mails')),
    expiresAt: v.number(),
  })
    .index('by_tokenHash', ['tokenHash'])
    .index('by_expiresAt', ['expiresAt']),

  /**
   * Mail of the desk itself: invitations, links to a new password, what needs somebody who is away. Written by model/delivery/mail/deskMails.ts; goes
   * by the team's address where it has one, and can be read in the local outbox where it has none. Swept after 30 days.
   */
  deskMails: defineTable({
    teamId: v.id('teams'),
    /** Absent: nothing leaves the desk, it is read in the local outbox. */
    channelId: v.optional(v.id('channels')),
    kind: vDeskMailKind,
    to: v.string(),
    subject: v.string(),
    text: v.string(),
    html: v.string(),
    state: vOutboxState,
    attempts: v.number(),
    failure: v.optional(v.string()),
    /** Who it is from, as it was last claimed: whoever asks what became of it sends the same bytes. */
    from: v.optional(v.string()),
    /** By which account it was first tried, and when. */
    account: v.optional(v.string()),
    triedAt: v.optional(v.number()),
    /** How often the provider was asked what became of it. */
    asked: v.optional(v.number()),
    providerId: v.optional(v.string()),
    at: v.number(),
    /** Of what is passed on: where, the entry that says so, the files that go along, and the id it is known by outside. */
    conversationId: v.optional(v.id('conversations')),
    entryId: v.optional(v.id('entries')),
    files: v.optional(
      v.array(v.object({ storageId: v.id('_storage'), name: v.string(), contentType: v.string() })),
    ),
    messageId: v.optional(v.string()),
    /** What it tells of: once all of it is handled it does not leave. */
    needIds: v.optional(v.array(v.id('needs'))),
  })
    .index('by_entryId', ['entryId'])
    .index('by_teamId_and_messageId', ['teamId', 'messageId'])
    .index('by_teamId_and_at', ['teamId', 'at'])
    .index('by_channelId_and_state', ['channelId', 'state'])
    .index('by_providerId', ['providerId'])
    .index('by_at', ['at']),
};
