/** Ways in, and the customers who use them. */
import { defineTable } from 'convex/server';
import { v } from 'convex/values';
import { vChannelKind, vProviderKind } from '../shared/conversation/channels';
import { vFieldKind, vFieldValue } from '../shared/customer/fields';
import { vAttribute } from '../shared/customer/persons';
import { vLook } from '../shared/customer/look';
import { vIdentityKind, vIdentityProof } from '../shared/customer/identities';
import { vAutomaticMail } from '../shared/delivery/mails';
import { vTelegramSettings, vWhatsAppSettings } from '../shared/delivery/chatSettings';
import { vMailSettings } from '../shared/delivery/mailSettings';
import { formerCustomerFields } from './former';

export const channelTables = {
  channels: defineTable({
    teamId: v.id('teams'),
    kind: vChannelKind,
    name: v.string(),
    agentId: v.id('agents'),
    /** Unguessable; what the widget snippet names. */
    publicId: v.string(),
    active: v.boolean(),
    /** Of a web chat: customers who have agreed to it are shown with the page they write from (M9). */
    showsPage: v.optional(v.boolean()),
    /** Who may frame the chat (shared/setup/origins.ts); absent: every page. */
    origins: v.optional(v.array(v.string())),
    /** Of a chat: how it looks and speaks; absent: as ours do. */
    look: v.optional(vLook),
    /** Of an `email` channel. */
    mail: v.optional(vMailSettings),
    /** Of a `telegram` channel. */
    telegram: v.optional(vTelegramSettings),
    /** Of a `whatsapp` channel. */
    whatsapp: v.optional(vWhatsAppSettings),
    /** Its provider has closed it: why, and since when. */
    trouble: v.optional(v.object({ said: v.string(), at: v.number() })),
    /** Whose limits its sends share (`providerAccounts`): a hash of the provider's key; absent: nothing leaves the desk. */
    account: v.optional(v.string()),
  })
    .index('by_teamId', ['teamId'])
    .index('by_publicId', ['publicId'])
    .index('by_active', ['active'])
    .index('by_account', ['account']),

  /**
   * What opens the provider's side of a channel, sealed (model/kit/secrets.ts), apart from what screens read. Written by
   * model/delivery/channelSecrets.ts; gone with the connection.
   */
  channelSecrets: defineTable({
    channelId: v.id('channels'),
    name: v.union(
      /** Of mail: Resend's key. */
      v.literal('apiKey'),
      /** What a provider signs its events by, or sends along with them. */
      v.literal('webhookSecret'),
      v.literal('formerWebhookSecret'),
      /** Of Telegram: it stands in every address that is called, so it is taken out of whatever is kept or shown. */
      v.literal('botToken'),
      /** Of WhatsApp: what calls carry, and what its webhook is claimed with. */
      v.literal('accessToken'),
      v.literal('verifyToken'),
    ),
    sealed: v.string(),
    /** Of a former one: until when what it signs is taken; swept then. */
    expiresAt: v.optional(v.number()),
  })
    .index('by_channelId_and_name', ['channelId', 'name'])
    .index('by_expiresAt', ['expiresAt']),

  /**
   * M9: what a site signs the identities of a web chat's customers with, sealed. Two at most are active, so that one takes the
   * other's place without a gap. Written by model/customer/identitySecrets.ts; gone when withdrawn.
   */
  identitySecrets: defineTable({
    teamId: v.id('teams'),
    channelId: v.id('channels'),
    sealed: v.string(),
    /** Its last characters, to tell it from the other. */
    ending: v.string(),
    /** When a token signed by it was last taken, to the hour. */
    usedAt: v.optional(v.number()),
  }).index('by_channelId', ['channelId']),

  /** When a channel last did something: hot, apart. One row a channel, written by model/delivery/health.ts. */
  channelHealth: defineTable({
    channelId: v.id('channels'),
    lastReceivedAt: v.optional(v.number()),
    lastSentAt: v.optional(v.number()),
    /** The last event nobody could make sense of. */
    lastFailure: v.optional(v.string()),
    lastFailureAt: v.optional(v.number()),
    /** The last test mail: by its subject it is known again when it comes in. */
    test: v.optional(
      v.object({ subject: v.string(), sentAt: v.number(), receivedAt: v.optional(v.number()) }),
    ),
  }).index('by_channelId', ['channelId']),

  /**
   * A provider's account: how fast it takes sends, and since when it takes none (M2, M7). One row an account, however many
   * channels share it; written by model/delivery/account.ts.
   */
  providerAccounts: defineTable({
    account: v.string(),
    /** As its answers say. */
    perSecond: v.number(),
    /** When the next send may start, and until when the provider has asked for patience. */
    nextSlotAt: v.number(),
    notBefore: v.optional(v.number()),
    /** Troubles of the provider itself in a row; the circuit is open while `retryAt` is set. */
    failures: v.number(),
    failingSince: v.optional(v.number()),
    retryAt: v.optional(v.number()),
    failure: v.optional(v.string()),
  }).index('by_account', ['account']),

  /**
   * M1: what a provider told, once, as it came. Stored in the transaction that verified it; a job does the rest. Written by
   * model/delivery/inboundEvents.ts; rows that are done go after 30 days, with their files.
   */
  inboundEvents: defineTable({
    teamId: v.id('teams'),
    channelId: v.id('channels'),
    /** Absent: mail. */
    kind: v.optional(vProviderKind),
    /** The provider's own name for it, the same however often it comes. */
    key: v.string(),
    type: v.string(),
    /** The body as it came, up to 64 kB; larger ones are files. */
    payload: v.optional(v.string()),
    payloadFileId: v.optional(v.id('_storage')),
    /** The mail itself, as it came, where it became no message. */
    rawFileId: v.optional(v.id('_storage')),
    state: v.union(
      v.literal('waiting'),
      v.literal('done'),
      v.literal('ignored'),
      /** A mail no person wrote, which belongs to no conversation. */
      v.literal('automatic'),
      v.literal('failed'),
    ),
    /** Of such a mail. */
    automatic: v.optional(vAutomaticMail),
    attempts: v.number(),
    /** When the last try failed. */
    triedAt: v.optional(v.number()),
    failure: v.optional(v.string()),
    receivedAt: v.number(),
    /** While it waits: by when its job has come to something, or has died. Absent in events of before. */
    dueAt: v.optional(v.number()),
  })
    .index('by_channelId_and_key', ['channelId', 'key'])
    .index('by_channelId_and_state_and_receivedAt', ['channelId', 'state', 'receivedAt'])
    .index('by_state_and_receivedAt', ['state', 'receivedAt'])
    .index('by_state_and_dueAt', ['state', 'dueAt'])
    .index('by_rawFileId', ['rawFileId'])
    .index('by_payloadFileId', ['payloadFileId']),

  customers: defineTable({
    teamId: v.id('teams'),
    /** As they say, or a token or platform of theirs. */
    name: v.optional(v.string()),
    /** As the team calls them, which the team alone sees: it goes before what they say. */
    teamName: v.optional(v.string()),
    /** As their browser says, such as "Europe/Berlin": what they read of times is by their clock (H5). */
    timeZone: v.optional(v.string()),
    /** M9: a signed token said the name: what a page claims does not change it any more. */
    isNameProven: v.optional(v.literal(true)),
    /** What their site says of them, such as a plan or the value of an order. */
    attributes: v.optional(v.array(vAttribute)),
    /** M9: whom the team sees them as, who said so and when; `hasParts`: others point here (model/conversation/persons.ts). */
    mergedInto: v.optional(v.id('customers')),
    mergedBy: v.optional(v.id('members')),
    mergedAt: v.optional(v.number()),
    hasParts: v.optional(v.literal(true)),
    ...formerCustomerFields,
  })
    .index('by_mergedInto', ['mergedInto'])
    .index('by_teamId', ['teamId'])
    .index('by_agentId_and_externalId', ['agentId', 'externalId']),

  /** What a team keeps of its customers, at most 20, by `position`. Written by model/customer/fields.ts. */
  customerFields: defineTable({
    teamId: v.id('teams'),
    name: v.string(),
    kind: vFieldKind,
    /** Of a choice. */
    choices: v.optional(v.array(v.string())),
    position: v.number(),
  }).index('by_teamId_and_position', ['teamId', 'position']),

  /**
   * What stands in such a field of a customer, who put it there and when; one row each, written by model/customer/fields.ts and
   * gone with the field.
   */
  customerFieldValues: defineTable({
    teamId: v.id('teams'),
    customerId: v.id('customers'),
    fieldId: v.id('customerFields'),
    /** Null: it was emptied, by whom and when. */
    value: v.union(vFieldValue, v.null()),
    /** Emptied while nothing else stood there of the same person (M9): what others turn out to have is seen. */
    hidesNothing: v.optional(v.literal(true)),
    by: v.union(
      v.object({ kind: v.literal('operator'), memberId: v.id('members') }),
      v.object({ kind: v.literal('agent'), agentId: v.id('agents') }),
    ),
    at: v.number(),
  })
    .index('by_customerId_and_fieldId', ['customerId', 'fieldId'])
    .index('by_fieldId', ['fieldId']),

  /**
   * M9: by what a customer is known and reached. Written by model/conversation/identities.ts.
   * `scope`: within what the value is one person's: an agent's id for its platform's ids; a bot's id for those of Telegram; a
   * business's for those of WhatsApp; '' for an address that was proven; the customer's own id for one that was only claimed,
   * which many may claim; a channel's id for one of its site's users, and there several customers may have the same: talks begun
   * before they were known are theirs by proof.
   */
  customerIdentities: defineTable({
    teamId: v.id('teams'),
    customerId: v.id('customers'),
    kind: vIdentityKind,
    scope: v.string(),
    value: v.string(),
    proof: vIdentityProof,
    /** Set when what was sent there came back for good (M4). */
    unreachable: v.optional(v.string()),
  })
    .index('by_customerId_and_kind', ['customerId', 'kind'])
    .index('by_teamId_and_kind_and_scope_and_value', ['teamId', 'kind', 'scope', 'value']),

  /** M9: 256 random bits held by the customer's browser, stored hashed; sliding expiry. */
  customerSessions: defineTable({
    teamId: v.id('teams'),
    channelId: v.id('channels'),
    customerId: v.id('customers'),
    conversationId: v.optional(v.id('conversations')),
    tokenHash: v.string(),
    expiresAt: v.number(),
    /** The address this browser has proven, by a link that was mailed to it: what went to it by mail is shown here. */
    provenEmail: v.optional(v.string()),
  })
    .index('by_tokenHash', ['tokenHash'])
    .index('by_expiresAt', ['expiresAt']),

  /**
   * M9: the page a customer writes from and the one they came from, without what would let anybody in. One row a conversation,
   * written by model/customer/visits.ts where the customer has agreed; gone when they take it back, and swept after 30 days.
   */
  visits: defineTable({
    teamId: v.id('teams'),
    conversationId: v.id('conversations'),
    page: v.string(),
    referrer: v.optional(v.string()),
    at: v.number(),
  })
    .index('by_conversationId', ['conversationId'])
    .index('by_at', ['at']),

  /** How much was asked for under a key in its running window; written by model/kit/requestWindows.ts, swept when over. */
  requestWindows: defineTable({
    key: v.string(),
    count: v.number(),
    expiresAt: v.number(),
  })
    .index('by_key', ['key'])
    .index('by_expiresAt', ['expiresAt']),
};
