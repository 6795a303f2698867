/**
 * The thread as the team reads it: entries with their authors' names and, where there is one, the delivery state; ten to a
 * page, counted from the first, so that a page that is full never changes again but in what became of its sends (E5).
 */
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { vShownFile } from '../../shared/conversation/attachments';
import { firstCharacters } from '../../shared/kit/text';
import { vOutboxState } from '../../shared/conversation/outbox';
import { conversationTables } from '../../tables/conversations';
import { attachmentsOf } from './attachments';
import { namesForTeam } from './news';
import { deliveryOf } from './outbox';

type Reader = Pick<QueryCtx, 'db'>;
const { fields } = conversationTables.entries.validator;
const pageSize = 10;
/** Characters of a text that a page shows. */
const shownLength = 2_000;

const vDelivery = v.object({
  state: vOutboxState,
  failure: v.union(v.string(), v.null()),
  /** It failed, or nothing leaves by its address, and it is tried again then. */
  nextTryAt: v.union(v.number(), v.null()),
  /** [P3] Nobody brings it: the agent's platform fetches it. */
  isFetched: v.boolean(),
  /** Its channel is paused: it waits until it is open again. */
  isPaused: v.optional(v.boolean()),
  /** How often the provider was asked what became of it. */
  asked: v.optional(v.number()),
});

export const vShownEntry = v.object({
  _id: v.id('entries'),
  sequence: v.number(),
  kind: fields.kind,
  author: fields.author,
  authorName: v.string(),
  at: v.number(),
  text: v.optional(v.string()),
  /** The text is longer: `conversations.entry` has it whole. */
  isCut: v.optional(v.literal(true)),
  channel: fields.channel,
  clientMessageId: fields.clientMessageId,
  event: fields.event,
  ticketId: fields.ticketId,
  /** Of a note: whom it names. */
  mentions: fields.mentions,
  /** Absent where there are none. */
  attachments: v.optional(v.array(vShownFile)),
  /** [M1] Well before it came in. */
  saidAt: fields.saidAt,
  /** Of a messenger (tables/conversations.ts). */
  quoted: fields.quoted,
  edited: fields.edited,
  unsupported: fields.unsupported,
  /** [M7, M8] What goes out as words that WhatsApp has approved, and which of the system's texts a line is. */
  isTemplate: fields.isTemplate,
  systemText: fields.systemText,
  /** [M2] It was not said. */
  neverSent: fields.neverSent,
  /** [M3] By somebody who takes no part, or past the customer: the team alone reads it. */
  isForeign: fields.isForeign,
  /** [C13] Baton did not send it. */
  outside: fields.outside,
  /** [M3] Who reads along and got no copy. */
  withoutCopyTo: fields.withoutCopyTo,
  /** Absent where the commit was the delivery. */
  delivery: v.optional(vDelivery),
});
type ShownEntry = Infer<typeof vShownEntry>;

/** Entries of one page, oldest first: those after 10 × `page`, up to the next ten. */
export async function readPage(
  ctx: Reader,
  conversationId: Id<'conversations'>,
  page: number,
): Promise<ShownEntry[]> {
  const entries = await ctx.db
    .query('entries')
    .withIndex('by_conversationId_and_sequence', (q) =>
      q
        .eq('conversationId', conversationId)
        .gt('sequence', page * pageSize)
        .lte('sequence', (page + 1) * pageSize),
    )
    .take(pageSize);
  const nameOf = namesForTeam(ctx);
  return Promise.all(entries.map(async (entry) => cutText(await showEntry(ctx, entry, nameOf))));
}

export async function showEntry(
  ctx: Reader,
  entry: Doc<'entries'>,
  nameOf = namesForTeam(ctx),
): Promise<ShownEntry> {
  const { _id, sequence, kind, author, at, text, channel, clientMessageId, event, ticketId } = entry;
  const shown = { _id, sequence, kind, author, at, text, channel, clientMessageId, event, ticketId };
  const delivery = (await deliveryView(ctx, entry)) ?? undefined;
  const attachments = entry.attachmentIds && (await attachmentsOf(ctx, entry));
  const { neverSent, isForeign, withoutCopyTo, mentions, saidAt, quoted, edited, unsupported, outside } =
    entry;
  const { isTemplate, systemText } = entry;
  const chat = { outside, saidAt, quoted, edited, unsupported, isTemplate, systemText };
  const more = { attachments, mentions, ...chat, neverSent, isForeign, withoutCopyTo, delivery };
  return { ...shown, authorName: await nameOf(entry), ...more };
}

function cutText(entry: ShownEntry): ShownEntry {
  const text = entry.text && firstCharacters(entry.text, shownLength);
  return text === entry.text ? entry : { ...entry, text, isCut: true };
}

async function deliveryView(ctx: Reader, { _id, conversationId, kind, author, channel }: Doc<'entries'>) {
  if (kind !== 'message' || author.kind === 'customer' || channel === 'web') return null;
  const row = await deliveryOf(ctx, _id);
  if (row === null) return null;
  const { state, failure = null, nextTryAt = null } = row;
  const isFetched = state === 'queued' && channel === 'api' && !(await isBrought(ctx, conversationId));
  const waits = state === 'queued' ? await whyQueued(ctx, row) : { failure, nextTryAt };
  return { state, isFetched, ...waits, asked: row.asked };
}

/** [M2] What holds up all that leave by that address; a turn that it only waits for is no trouble. */
async function whyQueued(ctx: Reader, { channelId }: Doc<'outbox'>) {
  const none = { failure: null, nextTryAt: null };
  const channel = channelId === undefined ? null : await ctx.db.get(channelId);
  if (channel?.active === false) return { ...none, isPaused: true };
  const { account } = channel ?? {};
  if (account === undefined) return none;
  const provider = await ctx.db
    .query('providerAccounts')
    .withIndex('by_account', (q) => q.eq('account', account))
    .unique();
  if (provider?.retryAt === undefined) return none;
  return { failure: provider.failure ?? null, nextTryAt: provider.retryAt };
}

/** More than an agent has. */
const maxEndpoints = 10;

/** [P3] An endpoint of the agent is called with what people say (model/webhooks/deliveries.ts). */
async function isBrought(ctx: Reader, conversationId: Id<'conversations'>): Promise<boolean> {
  const conversation = await ctx.db.get(conversationId);
  if (conversation === null) return false;
  const endpoints = await ctx.db
    .query('webhookEndpoints')
    .withIndex('by_agentId_and_active', (q) => q.eq('agentId', conversation.agentId).eq('active', true))
    .take(maxEndpoints);
  return endpoints.some(({ events }) => events.includes('message.toDeliver'));
}
