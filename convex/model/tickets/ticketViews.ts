/** What the inbox and the ticket pane read. */
import { type PaginationOptions, type PaginationResult } from 'convex/server';
import { type Infer, v } from 'convex/values';
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { vChannelKind } from '../../shared/conversation/channels';
import { vHolder } from '../../shared/control/control';
import { vAssignmentMode } from '../../shared/routing/routing';
import { vPriority, vTicketStatus } from '../../shared/tickets/tickets';
import { ticketTables } from '../../tables/tickets';
import { getControl, getHead } from '../conversation/case';
import { getLoss } from '../conversation/losses';
import { onTheirWay } from '../conversation/outbox';

type Reader = Pick<QueryCtx, 'db'>;

export const vTicketView = v.union(
  v.literal('mine'),
  v.literal('unassigned'),
  v.literal('all'),
  v.literal('resolved'),
  v.literal('closed'),
);
export type TicketView = Infer<typeof vTicketView>;

const vName = v.union(v.string(), v.null());

export const vListedTicket = v.object({
  ...ticketTables.ticketRows.validator.fields,
  _id: v.id('ticketRows'),
  _creationTime: v.number(),
  assigneeName: vName,
  /** Who holds control, if a person does. */
  operatorName: vName,
});

export const vTicketPage = v.object({
  ticket: v.object({
    ...ticketTables.tickets.validator.fields,
    _id: v.id('tickets'),
    _creationTime: v.number(),
  }),
  subject: v.string(),
  control: v.object({
    holder: vHolder,
    operatorId: v.union(v.id('members'), v.null()),
    operatorName: vName,
    epoch: v.number(),
    since: v.number(),
  }),
  customer: v.object({ _id: v.id('customers'), name: vName, email: vName }),
  agent: v.object({ _id: v.id('agents'), name: v.string() }),
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
  lastSequence: v.number(),
  customerChannel: vChannelKind,
  onTheirWay: v.number(),
  /** The customer's first message that nobody has answered yet. */
  unanswered: v.union(v.object({ since: v.number(), lastSequence: v.number() }), v.null()),
  /** [H2] The customer has written since the brief was made. */
  isBriefStale: v.boolean(),
  /** [C5] Somebody took this conversation from the caller. */
  takenFromYou: v.union(v.object({ byName: v.string(), at: v.number() }), v.null()),
});

export async function listTickets(
  ctx: Reader,
  member: Doc<'members'>,
  view: TicketView,
  paginationOpts: PaginationOptions,
): Promise<PaginationResult<Infer<typeof vListedTicket>>> {
  const result = await rowsOf(ctx, member, view).paginate(paginationOpts);
  const names = new Map<string, Promise<string | null>>();
  const nameOf = (id: string) => {
    if (id === 'none') return Promise.resolve(null);
    if (!names.has(id)) names.set(id, memberName(ctx, id as Id<'members'>));
    return names.get(id)!;
  };
  const page = await Promise.all(
    result.page.map(async (row) => ({
      ...row,
      assigneeName: await nameOf(row.assignee),
      operatorName: await nameOf(row.operatorId ?? 'none'),
    })),
  );
  return { ...result, page };
}

/** Whoever waits longest comes first; what has ended, newest first. */
function rowsOf(ctx: Reader, { _id, teamId }: Doc<'members'>, view: TicketView) {
  const rows = ctx.db.query('ticketRows');
  if (view === 'resolved' || view === 'closed') {
    return rows
      .withIndex('by_teamId_and_bucket_and_sortAt', (q) => q.eq('teamId', teamId).eq('bucket', view))
      .order('desc');
  }
  if (view === 'all') {
    return rows
      .withIndex('by_teamId_and_bucket_and_sortAt', (q) => q.eq('teamId', teamId).eq('bucket', 'active'))
      .order('asc');
  }
  const assignee = view === 'mine' ? _id : 'none';
  return rows
    .withIndex('by_teamId_and_bucket_and_assignee_and_sortAt', (q) =>
      q.eq('teamId', teamId).eq('bucket', 'active').eq('assignee', assignee),
    )
    .order('asc');
}

async function memberName(ctx: Reader, id: Id<'members'> | undefined): Promise<string | null> {
  if (id === undefined) return null;
  return (await ctx.db.get(id))?.name ?? null;
}

export async function getTicketPage(
  ctx: Reader,
  member: Doc<'members'>,
  number: number,
): Promise<Infer<typeof vTicketPage> | null> {
  const ticket = await ctx.db
    .query('tickets')
    .withIndex('by_teamId_and_number', (q) => q.eq('teamId', member.teamId).eq('number', number))
    .unique();
  if (ticket === null) return null;
  const { conversationId } = ticket;
  const control = await getControl(ctx, conversationId);
  const head = await getHead(ctx, conversationId);
  const conversation = (await ctx.db.get(conversationId))!;
  return {
    ticket,
    subject: conversation.subject,
    control: {
      holder: control.holder,
      operatorId: control.operatorId ?? null,
      operatorName: await memberName(ctx, control.operatorId),
      epoch: control.epoch,
      since: control.since,
    },
    ...(await peopleOf(ctx, ticket)),
    whyAssigned: await whyAssigned(ctx, ticket),
    lastSequence: head.lastSequence,
    customerChannel: head.customerChannel,
    onTheirWay: await onTheirWay(ctx, conversationId),
    unanswered: unansweredOf(head),
    isBriefStale: ticket.briefThrough !== undefined && (head.lastCustomerSequence ?? 0) > ticket.briefThrough,
    takenFromYou: await takenFrom(ctx, member, conversationId),
  };
}

/** What a list shows of a ticket. */
export const vTicketRow = v.object({
  number: v.number(),
  status: vTicketStatus,
  priority: vPriority,
  channel: vChannelKind,
  customerName: v.string(),
  subject: v.string(),
  preview: v.string(),
  previewAuthor: ticketTables.ticketRows.validator.fields.previewAuthor,
  holder: vHolder,
  /** Who holds control, if a person does. */
  operatorName: vName,
  /** Since when it stands where it does in the lists. */
  at: v.number(),
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
  const { status, priority, channel, customerName, subject, preview, previewAuthor, holder, sortAt } = row;
  const shown = { number, status, priority, channel, customerName, subject, preview, previewAuthor, holder };
  return { ...shown, operatorName: await memberName(ctx, row.operatorId), at: sortAt };
}

/** What a ticket's pane shows, but for what moves with every message (`readHead`) and what is the reader's own. */
export const vSharedTicketPage = vTicketPage.omit(
  'lastSequence',
  'customerChannel',
  'onTheirWay',
  'unanswered',
  'isBriefStale',
  'takenFromYou',
);

export async function getSharedTicketPage(
  ctx: Reader,
  teamId: Id<'teams'>,
  number: number,
): Promise<Infer<typeof vSharedTicketPage> | null> {
  const ticket = await ctx.db
    .query('tickets')
    .withIndex('by_teamId_and_number', (q) => q.eq('teamId', teamId).eq('number', number))
    .unique();
  if (ticket === null) return null;
  const control = await getControl(ctx, ticket.conversationId);
  const conversation = (await ctx.db.get(ticket.conversationId))!;
  return {
    ticket,
    subject: conversation.subject,
    control: {
      holder: control.holder,
      operatorId: control.operatorId ?? null,
      operatorName: await memberName(ctx, control.operatorId),
      epoch: control.epoch,
      since: control.since,
    },
    ...(await peopleOf(ctx, ticket)),
    whyAssigned: await whyAssigned(ctx, ticket),
  };
}

/** What moves in a conversation with every message. */
export const vHead = v.object({
  lastSequence: v.number(),
  /** Absent: the customer has not written yet. */
  lastCustomerSequence: v.optional(v.number()),
  customerChannel: vChannelKind,
  onTheirWay: v.number(),
  /** The customer's first message that nobody has answered yet. */
  unanswered: v.union(v.object({ since: v.number(), lastSequence: v.number() }), v.null()),
});

export async function readHead(
  ctx: Reader,
  conversationId: Id<'conversations'>,
): Promise<Infer<typeof vHead>> {
  const head = await getHead(ctx, conversationId);
  const { lastSequence, lastCustomerSequence, customerChannel } = head;
  return {
    lastSequence,
    lastCustomerSequence,
    customerChannel,
    onTheirWay: await onTheirWay(ctx, conversationId),
    unanswered: unansweredOf(head),
  };
}

async function peopleOf(ctx: Reader, { customerId, agentId, assigneeId }: Doc<'tickets'>) {
  const customer = await ctx.db.get(customerId);
  const agent = await ctx.db.get(agentId);
  const assigneeName = await memberName(ctx, assigneeId);
  return {
    customer: { _id: customerId, name: customer?.name ?? null, email: customer?.email ?? null },
    agent: { _id: agentId, name: agent?.name ?? '' },
    assignee: assigneeId === undefined ? null : { _id: assigneeId, name: assigneeName ?? '' },
  };
}

async function whyAssigned(ctx: Reader, { decisionId }: Doc<'tickets'>) {
  const decision = decisionId ? await ctx.db.get(decisionId) : null;
  const winner = decision?.candidates.find(({ memberId }) => memberId === decision.winnerId);
  if (decision === null || winner === undefined) return null;
  const { load, limit } = winner;
  return { at: decision.at, mode: decision.mode, load, limit, among: decision.candidates.length };
}

function unansweredOf({ unansweredSince, lastCustomerSequence = 0, answeredThrough }: Doc<'threadHeads'>) {
  if (unansweredSince === undefined || lastCustomerSequence <= answeredThrough) return null;
  return { since: unansweredSince, lastSequence: lastCustomerSequence };
}

async function takenFrom(ctx: Reader, { _id }: Doc<'members'>, conversationId: Id<'conversations'>) {
  const loss = await getLoss(ctx, _id, conversationId);
  if (loss === null) return null;
  return { byName: (await memberName(ctx, loss.byMemberId)) ?? '', at: loss.at };
}
