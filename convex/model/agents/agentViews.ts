/** Documents as outside agents see them over /api/v1 (docs/rules.md P1, P5): no ids of people, no notes. */
import type { z } from 'zod';
import type { zControl, zConversation, zEntry, zTicket } from '../../shared/agents/agentApi';
import { theTeam } from '../../shared/conversation/entries';
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { isActive } from '../../shared/tickets/tickets';
import { attachmentsOf } from '../conversation/attachments';
import type { ConversationState, Entry as StoredEntry } from '../conversation/case';
import { siteUrl } from '../kit/identity';
import { firstName } from '../kit/names';
import { emailOf, externalIdOf } from '../conversation/identities';
import { authorNames, shownName } from '../conversation/news';
import { valuesByName } from '../customer/fields';

type Reader = Pick<QueryCtx, 'db'>;
type Control = z.infer<typeof zControl>;
type Ticket = z.infer<typeof zTicket>;
type Conversation = z.infer<typeof zConversation>;
type Entry = z.infer<typeof zEntry>;
type Message = Extract<Entry, { kind: 'message' }>;

const instant = (at: number) => new Date(at).toISOString();

export function viewControl({ holder, epoch, since }: Doc<'controls'>): Control {
  return { holder, epoch, since: instant(since) };
}

export function viewTicket(ticket: Doc<'tickets'>): Ticket {
  const { number, conversationId, status, priority, tags, reason } = ticket;
  return {
    number,
    conversationId,
    status,
    priority,
    tags,
    reason,
    rule: ticket.ruleName ?? null,
    isAssigned: ticket.assigneeId !== undefined,
    openedAt: instant(ticket.openedAt),
    resolvedAt: ticket.resolvedAt === undefined ? null : instant(ticket.resolvedAt),
  };
}

/** Whether the agent holds control and the customer waits for it. */
export function mustAnswer({ control, head }: Pick<ConversationState, 'control' | 'head'>): boolean {
  const { lastCustomerSequence = 0, answeredThrough } = head;
  return control.holder === 'agent' && lastCustomerSequence > answeredThrough;
}

export async function viewConversation(ctx: Reader, state: ConversationState): Promise<Conversation> {
  const { conversation, head, control, ticket } = state;
  const { _id, _creationTime, externalId = null, subject, customerId } = conversation;
  const customer = await ctx.db.get(customerId);
  return {
    id: _id,
    externalId,
    subject,
    customer: {
      externalId: customer && (await externalIdOf(ctx, customer)),
      name: customer?.name ?? null,
      email: (customer && (await emailOf(ctx, customer)))?.address ?? null,
      fields: await valuesByName(ctx, conversation.teamId, customerId),
    },
    control: viewControl(control),
    lastSequence: head.lastSequence,
    answeredThrough: head.answeredThrough,
    mustAnswer: mustAnswer(state),
    ticket: ticket !== null && isActive(ticket.status) ? viewTicket(ticket) : null,
    createdAt: instant(_creationTime),
  };
}

/** Messages for everyone and the boundaries of human stretches; `nextAfter` is null at the end. */
export async function viewEntries(
  ctx: Reader,
  conversationId: Id<'conversations'>,
  after: number,
  limit: number,
): Promise<{ entries: Entry[]; nextAfter: number | null }> {
  const found = await ctx.db
    .query('entries')
    .withIndex('by_conversationId_and_sequence', (q) =>
      q.eq('conversationId', conversationId).gt('sequence', after),
    )
    .take(limit + 1);
  const page = found.slice(0, limit);
  const nameOf = authorNames(ctx);
  const entries = await Promise.all(page.map((entry) => viewEntry(ctx, entry, nameOf)));
  const nextAfter = found.length > limit ? page.at(-1)!.sequence : null;
  return { entries: entries.filter((entry) => entry !== null), nextAfter };
}

export async function viewEntry(
  ctx: Reader,
  entry: StoredEntry,
  nameOf: ReturnType<typeof authorNames>,
): Promise<Entry | null> {
  const {
    kind,
    sequence,
    at,
    author,
    text = '',
    clientMessageId,
    event,
    audience,
    channel = null,
    neverSent,
    isForeign,
  } = entry;
  const place = { sequence, at: instant(at) };
  if (kind === 'message' && audience === 'everyone') {
    if (neverSent || isForeign) return null;
    const name = await nameOf(entry);
    const shown = shownName(author, name);
    const ownId = author.kind === 'operator' ? null : (clientMessageId ?? null);
    const said = { from: author.kind, name: shown, channel, text, attachments: await viewFiles(ctx, entry) };
    return { kind, id: entry._id, ...place, ...said, clientMessageId: ownId };
  }
  if (event?.type === 'controlTaken') {
    return { kind: 'takenOver', ...place, epoch: event.epoch, by: await personName(ctx, event.to) };
  }
  if (event?.type === 'controlReturned') {
    return {
      kind: 'handedBack',
      ...place,
      epoch: event.epoch,
      outcome: event.outcome,
      startedAt: instant(event.startedAt),
      people: await Promise.all(event.members.map((memberId) => personName(ctx, memberId))),
      agentShouldKnow: event.agentShouldKnow ?? null,
      promised: event.promised ?? null,
    };
  }
  return null;
}

async function viewFiles(ctx: Reader, entry: StoredEntry): Promise<Message['attachments']> {
  const files = await attachmentsOf(ctx, entry);
  return files.map(({ name, contentType: type, size, path }) => ({
    name,
    type,
    size,
    url: `${siteUrl()}${path}`,
  }));
}

async function personName(ctx: Reader, memberId: Id<'members'> | undefined): Promise<string> {
  const member = memberId === undefined ? null : await ctx.db.get(memberId);
  return member === null ? theTeam : firstName(member.name);
}
