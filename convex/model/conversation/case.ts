/**
 * The case: what a mutation knows of one conversation (docs/style.md, "The case").
 *
 * It is opened once per transaction, handed on and changed through itself; its builder settles it at the end
 * (model/settle.ts), which stores what changed and does what must follow. In between the case is the truth and the
 * database is behind, so a mutation that has opened one never reads or writes `threadHeads`, `controls`, `agentRuns` or a
 * ticket past it.
 */
import type { Doc, Id, TableNames } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import type { Bucket } from '../../shared/tickets/places';
import type { SafetyKind } from '../../shared/measures/facts';
import { isActive, type Priority } from '../../shared/tickets/tickets';
import { findPresentTicket, presentTicketOf } from './presentTicket';

type Reader = Pick<QueryCtx, 'db'>;

/** Of `ticketCounts`. */
export type CountedList = Pick<Doc<'ticketCounts'>, 'teamId' | 'assignee'> & {
  bucket: Bucket | 'ofAgent' | 'tagged' | 'held';
};

/** By how much such a count moves; of each priority where they are counted. */
export type CountChange = Required<Pick<Doc<'ticketCounts'>, 'count' | 'waiting'>> &
  Partial<Record<Priority, number>>;

/** What a member carries, as their row says; without an id it was counted. */
export type CarriedLoad = Pick<Doc<'memberLoads'>, 'load' | 'turn'> & { _id?: Id<'memberLoads'> };

/** What a transaction has opened and asked for, until it is settled. */
export interface Unsettled {
  readonly cases: Map<Id<'conversations'>, Case>;
  /** Teams in which an assignment may have become possible (A6). */
  readonly bells: Set<Id<'teams'>>;
  /** [B2] How many more, or fewer, stand in a list of tickets; by the name of its count. */
  readonly counts: Map<string, { of: CountedList; by: CountChange }>;
  /** [A4] Members whose load has moved, or whose turn it was; with their row, where it has been read. */
  readonly loads: Map<Id<'members'>, { by: number; turn?: number; carried?: CarriedLoad }>;
}

/** A mutation's context, as the builders hand it out. */
export interface CaseCtx extends MutationCtx {
  readonly unsettled: Unsettled;
}

/** [B4] What is counted although no entry tells it. */
export interface Noted {
  kind: SafetyKind;
  code?: string;
}

/** An entry as this transaction wrote it. */
export type Entry = Omit<Doc<'entries'>, '_creationTime'>;

/** A conversation with what moves about it: read by queries, opened as a case by mutations. */
export interface ConversationState {
  readonly conversation: Doc<'conversations'>;
  readonly head: Doc<'threadHeads'>;
  readonly control: Doc<'controls'>;
  /** The ticket its present belongs to (T5). */
  readonly ticket: Doc<'tickets'> | null;
}

interface KeptTicket {
  now: Doc<'tickets'>;
  /** As the database has it. */
  stored: Doc<'tickets'>;
  isNew: boolean;
}

export class Case implements ConversationState {
  conversation: Doc<'conversations'>;
  head: Doc<'threadHeads'>;
  control: Doc<'controls'>;
  /** The agent's turn; undefined until somebody asks for it (model/control/agentRuns.ts). */
  run: Doc<'agentRuns'> | null | undefined;
  /** Read once when first asked for. */
  agent: Doc<'agents'> | null | undefined;
  /** It is the agent itself that calls. */
  isAgentHere = false;
  team: Doc<'teams'> | undefined;
  /** What this transaction has added to the thread. */
  readonly added: Entry[] = [];
  /** [M2] What turned out never to have been sent: it was not said. */
  readonly unsaid: Doc<'entries'>[] = [];
  readonly noted: Noted[] = [];
  /** A name that list rows show has changed. */
  isRenamed = false;
  readonly stored: { conversation: Doc<'conversations'>; head: Doc<'threadHeads'>; control: Doc<'controls'> };
  storedRun: Doc<'agentRuns'> | null = null;
  readonly tickets = new Map<Id<'tickets'>, KeptTicket>();
  #presentId: Id<'tickets'> | null;

  constructor({ conversation, head, control, ticket }: ConversationState) {
    this.stored = { conversation, head, control };
    this.conversation = conversation;
    this.head = head;
    this.control = control;
    this.#presentId = ticket?._id ?? null;
    if (ticket !== null) this.keep(ticket);
  }

  get ticket(): Doc<'tickets'> | null {
    return this.#presentId === null ? null : this.tickets.get(this.#presentId)!.now;
  }

  get activeTicket(): Doc<'tickets'> | null {
    const { ticket } = this;
    return ticket !== null && isActive(ticket.status) ? ticket : null;
  }

  /** The ticket as this case knows it; one that was read a moment ago becomes part of it. */
  keep(ticket: Doc<'tickets'>): Doc<'tickets'> {
    const kept = this.tickets.get(ticket._id);
    if (kept !== undefined) return kept.now;
    this.tickets.set(ticket._id, { now: ticket, stored: ticket, isNew: false });
    return ticket;
  }

  /** A ticket made in this transaction is the present one. */
  addTicket(ticket: Doc<'tickets'>): void {
    this.tickets.set(ticket._id, { now: ticket, stored: ticket, isNew: true });
    this.#presentId = ticket._id;
  }

  changeTicket(id: Id<'tickets'>, change: (ticket: Doc<'tickets'>) => Doc<'tickets'>): Doc<'tickets'> {
    const kept = this.tickets.get(id)!;
    kept.now = change(kept.now);
    if (isActive(kept.now.status)) this.#presentId = id;
    return kept.now;
  }

  /** Which ticket is the present one, once the tickets are stored: an end leaves it to the conversation's others. */
  async settlePresent(ctx: Reader): Promise<void> {
    const hasMoved = [...this.tickets.values()].some(({ now, stored }) => now.status !== stored.status);
    if (hasMoved && this.activeTicket === null) {
      const found = await findPresentTicket(ctx, this.conversation._id);
      this.#presentId = found === null ? null : this.keep(found)._id;
    }
    if (this.head.presentTicketId === this.#presentId) return;
    this.head = { ...this.head, presentTicketId: this.#presentId };
  }
}

export async function getHead(ctx: Reader, conversationId: Id<'conversations'>): Promise<Doc<'threadHeads'>> {
  const head = await ctx.db
    .query('threadHeads')
    .withIndex('by_conversationId', (q) => q.eq('conversationId', conversationId))
    .unique();
  if (head === null) throw new Error(`Conversation ${conversationId} has no thread head`);
  return head;
}

export async function getControl(ctx: Reader, conversationId: Id<'conversations'>): Promise<Doc<'controls'>> {
  const control = await ctx.db
    .query('controls')
    .withIndex('by_conversationId', (q) => q.eq('conversationId', conversationId))
    .unique();
  if (control === null) throw new Error(`Conversation ${conversationId} has no control record`);
  return control;
}

export async function readConversation(
  ctx: Reader,
  conversation: Doc<'conversations'>,
  /** Where it has been read already. */
  known: { ticket?: Doc<'tickets'> } = {},
): Promise<ConversationState> {
  const head = await getHead(ctx, conversation._id);
  const control = await getControl(ctx, conversation._id);
  const ticket =
    known.ticket !== undefined && known.ticket._id === head.presentTicketId
      ? known.ticket
      : await presentTicketOf(ctx, head);
  return { conversation, head, control, ticket };
}

/** The transaction's one case of this conversation, also for those who ask at once. */
export async function openCase(
  ctx: CaseCtx,
  conversation: Doc<'conversations'>,
  known: { ticket?: Doc<'tickets'> } = {},
): Promise<Case> {
  const { cases } = ctx.unsettled;
  if (!cases.has(conversation._id)) {
    const state = await readConversation(ctx, conversation, known);
    if (!cases.has(conversation._id)) cases.set(conversation._id, new Case(state));
  }
  return cases.get(conversation._id)!;
}

/** As `openCase`, for what carries only the conversation's id. */
export async function openCaseOf(ctx: CaseCtx, conversationId: Id<'conversations'>): Promise<Case> {
  const open = ctx.unsettled.cases.get(conversationId);
  return open ?? openCase(ctx, (await ctx.db.get(conversationId))!);
}

/** The case of a ticket's conversation; the ticket, present or not, is part of it. */
export async function openCaseWith(
  ctx: CaseCtx,
  ticket: Doc<'tickets'>,
): Promise<{ opened: Case; ticket: Doc<'tickets'> }> {
  const open = ctx.unsettled.cases.get(ticket.conversationId);
  const opened = open ?? (await openCase(ctx, (await ctx.db.get(ticket.conversationId))!, { ticket }));
  return { opened, ticket: opened.keep(ticket) };
}

export async function agentOf(ctx: CaseCtx, opened: Case): Promise<Doc<'agents'> | null> {
  if (opened.agent === undefined) opened.agent = await ctx.db.get(opened.conversation.agentId);
  return opened.agent;
}

export async function teamOf(ctx: CaseCtx, opened: Case): Promise<Doc<'teams'>> {
  opened.team ??= (await ctx.db.get(opened.conversation.teamId))!;
  return opened.team;
}

/** Brings the database up to the case: each document that changed is written once. */
export async function storeCase(ctx: CaseCtx, opened: Case): Promise<void> {
  for (const { stored, now } of opened.tickets.values()) await patchChanged(ctx, stored, now);
  await opened.settlePresent(ctx);
  await patchChanged(ctx, opened.stored.conversation, opened.conversation);
  await patchChanged(ctx, opened.stored.control, opened.control);
  await patchChanged(ctx, opened.stored.head, opened.head);
  if (opened.run && opened.storedRun) await patchChanged(ctx, opened.storedRun, opened.run);
}

async function patchChanged<Table extends TableNames>(
  ctx: CaseCtx,
  stored: Doc<Table>,
  now: Doc<Table>,
): Promise<void> {
  const keys = new Set([...Object.keys(stored), ...Object.keys(now)]) as Set<keyof Doc<Table>>;
  const changed = [...keys].filter((key) => stored[key] !== now[key]);
  if (changed.length === 0) return;
  const change = Object.fromEntries(changed.map((key) => [key, now[key]]));
  await ctx.db.patch(stored._id as Id<Table>, change as never);
}
