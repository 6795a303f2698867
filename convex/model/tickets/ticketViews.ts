/** What the team reads of a ticket: its row in the lists, its page, and what moves with every message. */
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { vChannelKind } from '../../shared/conversation/channels';
import { vHolder } from '../../shared/control/control';
import { vAttribute } from '../../shared/customer/persons';
import { vIdentityProof } from '../../shared/customer/identities';
import { recallDecision } from '../../shared/routing/decisions';
import { letGoBefore } from '../../shared/routing/pickUp';
import { vAssignmentMode } from '../../shared/routing/routing';
import { vTargetKind } from '../../shared/tickets/targets';
import { isActive, vPriority, vTicketStatus } from '../../shared/tickets/tickets';
import { ticketTables } from '../../tables/tickets';
import { getControl, getHead } from '../conversation/case';
import { alarmAt } from '../kit/alarms';
import { emailOf, listIdentities } from '../conversation/identities';
import { calledBy } from '../conversation/persons';
import { onTheirWay } from '../conversation/outbox';

type Reader = Pick<QueryCtx, 'db'>;

const vName = v.union(v.string(), v.null());

/** What a ticket's pane shows, but for what moves with every message (`readHead`) and what is the reader's own. */
export const vTicketPage = v.object({
  ticket: v.object({
    ...ticketTables.tickets.validator.fields,
    _id: v.id('tickets'),
    _creationTime: v.number(),
  }),
  subject: v.string(),
  /** [T5] Number of the ticket before it. */
  previous: v.union(v.number(), v.null()),
  control: v.object({
    holder: vHolder,
    operatorId: v.union(v.id('members'), v.null()),
    operatorName: vName,
    epoch: v.number(),
    since: v.number(),
    /** [C13] The team holds because somebody wrote past Baton: on which channel, and when last. */
    outside: v.union(v.object({ channel: vChannelKind, at: v.number() }), v.null()),
  }),
  customer: v.object({
    _id: v.id('customers'),
    /** By what the team calls them (model/conversation/persons.ts); `isNamed`: somebody has said it. */
    called: v.string(),
    isNamed: v.boolean(),
    isNameOurs: v.boolean(),
    email: vName,
    /** [M9] A signed token says the name. */
    isNameProven: v.boolean(),
    /** Who they are to the site of a web chat, by its signed token. */
    userId: vName,
    /** What their site says of them. */
    attributes: v.array(vAttribute),
    /** How far the address is known to be theirs, and why mail to it comes back. */
    emailProof: v.union(vIdentityProof, v.null()),
    unreachable: vName,
    /** As their browser says. */
    timeZone: vName,
    /** When they first came. */
    since: v.number(),
  }),
  /** Off: it answers nothing of what comes in. */
  agent: v.object({ _id: v.id('agents'), name: v.string(), isOff: v.boolean() }),
  assignee: v.union(v.object({ _id: v.id('members'), name: v.string() }), v.null()),
  /** [A5] Null for a person's choice; routing.decision tells the rest. */
  whyAssigned: v.union(
    v.object({
      at: v.number(),
      mode: vAssignmentMode,
      load: v.number(),
      limit: v.number(),
      among: v.number(),
    }),
    v.null(),
  ),
  /** [A9] Until when its assignee has to open it; null: they have, or need not. */
  pickUpBy: v.union(v.number(), v.null()),
});

async function memberName(ctx: Reader, id: Id<'members'> | undefined): Promise<string | null> {
  if (id === undefined) return null;
  return (await ctx.db.get(id))?.name ?? null;
}

/** What a list shows of a ticket. */
export const vTicketRow = v.object({
  ticketId: v.id('tickets'),
  number: v.number(),
  status: vTicketStatus,
  priority: vPriority,
  channel: vChannelKind,
  customerName: v.string(),
  /** [M9] A signed token says so. */
  isCustomerProven: v.boolean(),
  subject: v.string(),
  preview: v.string(),
  previewAuthor: ticketTables.ticketRows.validator.fields.previewAuthor,
  holder: vHolder,
  /** Who holds control, if a person does. */
  operatorName: vName,
  /** Whose question it was; null in data of before. */
  agentId: v.union(v.id('agents'), v.null()),
  assigneeId: v.union(v.id('members'), v.null()),
  /** A customer waits for a person, since `at`. */
  waits: v.boolean(),
  /** When the customer wrote last; null: they have not yet. */
  customerAt: v.union(v.number(), v.null()),
  /** When somebody outside last answered what was passed on to them. */
  outsideAt: v.union(v.number(), v.null()),
  /** It waits on a third party. */
  waitsOutside: v.boolean(),
  /** Since when it stands where it does in the lists. */
  at: v.number(),
  /** Until when it sleeps; null: it is awake. */
  snoozedUntil: v.union(v.number(), v.null()),
  /** [T7] Its nearest deadline, missed or not, and from when on it is near. */
  due: v.union(v.object({ at: v.number(), nearAt: v.number(), target: vTargetKind }), v.null()),
  /** [B6] Why somebody is asked into it, by whom and since when. */
  help: v.union(v.object({ why: v.string(), by: v.id('members'), at: v.number() }), v.null()),
});

export async function getTicketRow(
  ctx: Reader,
  teamId: Id<'teams'>,
  number: number,
): Promise<Infer<typeof vTicketRow> | null> {
  const row = await ctx.db
    .query('ticketRows')
    .withIndex('by_teamId_and_number', (q) => q.eq('teamId', teamId).eq('number', number))
    .unique();
  if (row === null) return null;
  const { status, priority, channel, customerName, subject, preview, previewAuthor, holder } = row;
  const shown = { number, status, priority, channel, customerName, subject, preview, previewAuthor, holder };
  return {
    ...shown,
    ticketId: row.ticketId,
    isCustomerProven: row.isCustomerProven ?? false,
    operatorName: row.operatorName ?? null,
    agentId: row.agentId ?? null,
    assigneeId: row.assigneeId ?? null,
    waits: row.waits ?? false,
    customerAt: row.customerAt ?? null,
    outsideAt: row.outsideAt ?? null,
    waitsOutside: row.waitsOutside ?? false,
    at: row.sortAt,
    snoozedUntil: row.snoozedUntil ?? null,
    due: dueOf(row),
    help: helpOf(row),
  };
}

function dueOf({ dueAt, dueNearAt, dueTarget }: Doc<'ticketRows'>) {
  if (dueAt === undefined || dueTarget === undefined) return null;
  return { at: dueAt, nearAt: dueNearAt ?? dueAt, target: dueTarget };
}

function helpOf({ helpWhy: why, helpBy: by, helpAt: at }: Doc<'ticketRows'>) {
  return why === undefined || by === undefined || at === undefined ? null : { why, by, at };
}

async function findTicket(ctx: Reader, teamId: Id<'teams'>, number: number): Promise<Doc<'tickets'> | null> {
  return ctx.db
    .query('tickets')
    .withIndex('by_teamId_and_number', (q) => q.eq('teamId', teamId).eq('number', number))
    .unique();
}

export async function getTicketPage(
  ctx: Reader,
  teamId: Id<'teams'>,
  number: number,
): Promise<Infer<typeof vTicketPage> | null> {
  const ticket = await findTicket(ctx, teamId, number);
  if (ticket === null) return null;
  const control = await getControl(ctx, ticket.conversationId);
  const conversation = (await ctx.db.get(ticket.conversationId))!;
  const previous = ticket.previousTicketId ? await ctx.db.get(ticket.previousTicketId) : null;
  return {
    ticket,
    subject: conversation.subject,
    previous: previous?.number ?? null,
    control: {
      holder: control.holder,
      operatorId: control.operatorId ?? null,
      operatorName: await memberName(ctx, control.operatorId),
      epoch: control.epoch,
      since: control.since,
      outside: control.outside ?? null,
    },
    ...(await peopleOf(ctx, ticket)),
    whyAssigned: await whyAssigned(ctx, ticket),
    pickUpBy: await pickUpDueAt(ctx, ticket),
  };
}

/** [A9] When it goes back to the pool; null: it does not. */
export async function pickUpDueAt(ctx: Reader, ticket: Doc<'tickets'>): Promise<number | null> {
  const { _id, assigneeId, assignedBy, status } = ticket;
  if (assigneeId === undefined || assignedBy !== 'automatic' || !isActive(status)) return null;
  return letGoBefore(ticket, assigneeId) ? null : alarmAt(ctx, 'pickUp', _id);
}

/** What moves in a conversation with every message. */
export const vHead = v.object({
  lastSequence: v.number(),
  /** How far the customer has read it, and a person of the team. */
  customerReadThrough: v.number(),
  teamReadThrough: v.number(),
  /** Absent: the customer has not written yet. */
  lastCustomerSequence: v.optional(v.number()),
  customerChannel: vChannelKind,
  /** Which of the team's; absent in data of before. */
  customerChannelId: v.optional(v.id('channels')),
  onTheirWay: v.number(),
  /** The customer's first message that nobody has answered yet. */
  unanswered: v.union(v.object({ since: v.number(), lastSequence: v.number() }), v.null()),
});

export async function readHead(
  ctx: Reader,
  conversationId: Id<'conversations'>,
): Promise<Infer<typeof vHead>> {
  const head = await getHead(ctx, conversationId);
  const { lastSequence, lastCustomerSequence, customerChannel, customerChannelId } = head;
  return {
    lastSequence,
    customerReadThrough: head.customerReadThrough ?? 0,
    teamReadThrough: head.teamReadThrough ?? 0,
    lastCustomerSequence,
    customerChannel,
    customerChannelId,
    onTheirWay: await onTheirWay(ctx, conversationId),
    unanswered: unansweredOf(head),
  };
}

async function peopleOf(ctx: Reader, { customerId, agentId, assigneeId }: Doc<'tickets'>) {
  const customer = await ctx.db.get(customerId);
  const email = customer && (await emailOf(ctx, customer));
  const { name: called, isNamed, isOurs: isNameOurs } = await calledBy(ctx, customer);
  const [user] = await listIdentities(ctx, customerId, 'user');
  const agent = await ctx.db.get(agentId);
  const assigneeName = await memberName(ctx, assigneeId);
  return {
    customer: {
      _id: customerId,
      ...{ called, isNamed, isNameOurs },
      isNameProven: customer?.name === called && customer?.isNameProven === true,
      userId: user?.value ?? null,
      attributes: customer?.attributes ?? [],
      email: email && email.address,
      emailProof: email && email.proof,
      unreachable: email?.unreachable ?? null,
      timeZone: customer?.timeZone ?? null,
      since: customer?._creationTime ?? 0,
    },
    agent: { _id: agentId, name: agent?.name ?? '', isOff: agent?.active !== true },
    assignee: assigneeId === undefined ? null : { _id: assigneeId, name: assigneeName ?? '' },
  };
}

async function whyAssigned(ctx: Reader, { decisionId }: Doc<'tickets'>) {
  const decision = decisionId ? await ctx.db.get(decisionId) : null;
  if (decision === null) return null;
  const pass = decision.passId ? await ctx.db.get(decision.passId) : null;
  const { mode, winnerId, candidates } = recallDecision(pass, decision);
  const winner = candidates.find(({ memberId }) => memberId === winnerId);
  if (winner === undefined) return null;
  const { load, limit } = winner;
  return { at: decision.at, mode, load, limit, among: candidates.length };
}

function unansweredOf({ unansweredSince, lastCustomerSequence = 0, answeredThrough }: Doc<'threadHeads'>) {
  if (unansweredSince === undefined || lastCustomerSequence <= answeredThrough) return null;
  return { since: unansweredSince, lastSequence: lastCustomerSequence };
}
