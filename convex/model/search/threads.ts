/** Conversations that may be what is looked for: whether they are, and what is shown of them. */
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { vChannelKind } from '../../shared/conversation/channels';
import { excerptOf } from '../../shared/search/marks';
import { unquoted } from '../../shared/search/operatorText';
import type { State } from '../../shared/search/parseSearch';
import { holdsWord, textToFind } from '../../shared/search/words';
import { isActive, vPriority, vTicketStatus } from '../../shared/tickets/tickets';
import { conversationTables } from '../../tables/conversations';
import { getHead } from '../conversation/case';
import { namesForTeam } from '../conversation/news';
import { personName } from '../conversation/persons';
import { presentTicketOf } from '../conversation/presentTicket';
import type { Asked, Match } from './matches';
import { beforeOf } from './matches';
import type { Scope } from './scope';

type Reader = Pick<QueryCtx, 'db'>;

export interface Candidate {
  conversationId: Id<'conversations'>;
  /** What was found in it. */
  rows: Match[];
  /** Named by its number: shown whatever else was asked for. */
  numbered?: Doc<'tickets'>;
  /** Where nothing was found in it: when it is from. */
  at: number;
}

const { fields } = conversationTables.entries.validator;
const vHit = v.object({
  sequence: v.number(),
  kind: fields.kind,
  author: v.union(v.literal('customer'), v.literal('agent'), v.literal('operator'), v.literal('system')),
  authorName: v.string(),
  at: v.number(),
  /** Around the words, on one line. */
  excerpt: v.string(),
  /** [M2] It was not said. */
  isNeverSent: v.boolean(),
});

export const vFoundThread = v.object({
  conversationId: v.id('conversations'),
  /** Of its present ticket; null: no person was ever needed. */
  ticket: v.union(
    v.object({
      number: v.number(),
      status: vTicketStatus,
      priority: vPriority,
      assigneeId: v.union(v.id('members'), v.null()),
    }),
    v.null(),
  ),
  subject: v.string(),
  customerName: v.string(),
  agentId: v.id('agents'),
  channel: vChannelKind,
  /** Of the newest that was found, or when it was opened. */
  at: v.number(),
  hits: v.array(vHit),
  /** More was found in it than is shown. */
  hasMore: v.boolean(),
});
export type FoundThread = Infer<typeof vFoundThread>;

const mostHits = 3;
const excerptLength = 160;

export interface Seeker extends Asked {
  me: Doc<'members'>;
  scope: Scope;
}

export const coveredBy = (rows: Match[], words: readonly string[]): number =>
  words.filter((word) => rows.some((row) => holdsWord(row.words, word))).length;

/** Null: it is not what is looked for. */
export async function lookAt(
  ctx: Reader,
  seeker: Seeker,
  { conversationId, rows, numbered, at }: Candidate,
): Promise<FoundThread | null> {
  const conversation = await ctx.db.get(conversationId);
  if (conversation === null || conversation.teamId !== seeker.teamId) return null;
  // Most that are looked at hold one of the words: their tickets are not even read.
  if (numbered === undefined && !(await saysAll(ctx, seeker, conversation, rows))) return null;
  const head = await getHead(ctx, conversationId);
  const ticket = numbered ?? (await presentTicketOf(ctx, head));
  const looked = { conversation, ticket, channel: head.customerChannel, rows };
  if (numbered === undefined && !fits(seeker, looked)) return null;
  const newest = rows.length === 0 ? (ticket?.openedAt ?? at) : Math.max(...rows.map((row) => row.at));
  if (numbered === undefined && newest >= beforeOf(seeker)) return null;
  const said = rows.filter(({ entryId }) => entryId !== undefined);
  return {
    conversationId,
    ticket: ticket && {
      number: ticket.number,
      status: ticket.status,
      priority: ticket.priority,
      assigneeId: ticket.assigneeId ?? null,
    },
    subject: conversation.subject,
    customerName: await personName(ctx, await ctx.db.get(conversation.customerId)),
    agentId: conversation.agentId,
    channel: head.customerChannel,
    at: newest,
    hits: await showHits(ctx, said, seeker.query.words),
    hasMore: said.length > mostHits,
  };
}

interface Looked {
  conversation: Doc<'conversations'>;
  ticket: Doc<'tickets'> | null;
  channel: Doc<'threadHeads'>['customerChannel'];
  rows: Match[];
}

/** What the ticket is asked for, because it changes often; and the rest, where no row has answered it. */
function fits({ query, me, scope }: Seeker, { conversation, ticket, channel, rows }: Looked): boolean {
  const { is, tags } = query;
  if (rows.length === 0) {
    if (query.channel !== null && channel !== query.channel) return false;
    if (scope.agentIds !== null && !scope.agentIds.includes(conversation.agentId)) return false;
  }
  const states = is.filter((state) => state !== 'note');
  if (states.length === 0 && tags.length === 0) return true;
  if (ticket === null) return false;
  const worn = ticket.tags.map((tag) => unquoted(tag.toLowerCase()));
  return (
    tags.every((tag) => worn.includes(unquoted(tag))) && states.every((state) => isIn(state, ticket, me))
  );
}

function isIn(state: State, ticket: Doc<'tickets'>, me: Doc<'members'>): boolean {
  switch (state) {
    case 'open':
      return isActive(ticket.status);
    case 'new':
    case 'resolved':
    case 'closed':
      return ticket.status === state;
    case 'mine':
      return ticket.assigneeId === me._id;
    case 'unassigned':
      return ticket.assigneeId === undefined;
    case 'snoozed':
      return isActive(ticket.status) && ticket.snoozedUntil !== undefined;
    case 'waiting':
      return isActive(ticket.status) && ticket.waitingSince !== undefined;
    case 'note':
      return true;
    case 'urgent':
    case 'high':
    case 'normal':
    case 'low':
      return ticket.priority === state;
  }
}

/** Each word stands in what was found, in the subject, or is the customer's. */
async function saysAll(
  ctx: Reader,
  { query: { words } }: Seeker,
  conversation: Doc<'conversations'>,
  rows: Match[],
): Promise<boolean> {
  const subject = textToFind(conversation.subject);
  const isSaid = (word: string) => holdsWord(subject, word) || rows.some((row) => holdsWord(row.words, word));
  const left = words.filter((word) => !isSaid(word));
  if (left.length === 0) return true;
  const person = await ctx.db
    .query('searchPeople')
    .withIndex('by_customerId', (q) => q.eq('customerId', conversation.customerId))
    .unique();
  return person !== null && left.every((word) => holdsWord(person.words, word));
}

/** Those that say most of it, of these the newest. */
async function showHits(ctx: Reader, rows: Match[], words: readonly string[]) {
  const best = rows
    .toSorted((a, b) => coveredBy([b], words) - coveredBy([a], words) || b.at - a.at)
    .slice(0, mostHits);
  const entries = await Promise.all(best.map(({ entryId }) => ctx.db.get(entryId!)));
  const nameOf = namesForTeam(ctx);
  const shown = entries
    .filter((entry) => entry !== null)
    .map(async (entry) => ({
      sequence: entry.sequence,
      kind: entry.kind,
      author: entry.author.kind,
      authorName: await nameOf(entry),
      at: entry.at,
      excerpt: excerptOf(entry.text ?? '', words, excerptLength),
      isNeverSent: entry.neverSent === true,
    }));
  return Promise.all(shown);
}
