/**
 * What lists show of each ticket: `ticketRows`, derived from the case. Written only here, when the case is settled, and
 * skipped when nothing shown has changed (docs/rules.md E3, E5).
 *
 * A conversation's present ticket follows the thread; an older one keeps what it last showed until it changes itself. An
 * ended ticket shows the agent as holder whatever happens later: ending handed it back.
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx } from '../../_generated/server';
import { bucketOf, standsSince } from '../../shared/tickets/places';
import { isActive } from '../../shared/tickets/tickets';
import { agentOf, type Case, type CaseCtx } from '../conversation/case';

type Row = Omit<Doc<'ticketRows'>, '_id' | '_creationTime'>;
type Names = Pick<Row, 'customerName' | 'agentName'>;
const unassigned = 'none';
const renameBatch = 200;

function deriveRow({ conversation, head, control }: Case, ticket: Doc<'tickets'>, names: Names): Row {
  const held = isActive(ticket.status) ? control : null;
  return {
    ticketId: ticket._id,
    teamId: ticket.teamId,
    conversationId: ticket.conversationId,
    bucket: bucketOf(ticket.status),
    assignee: ticket.assigneeId ?? unassigned,
    number: ticket.number,
    status: ticket.status,
    priority: ticket.priority,
    channel: head.customerChannel,
    ...names,
    subject: conversation.subject,
    preview: head.preview,
    previewAuthor: head.previewAuthor,
    holder: held?.holder ?? 'agent',
    operatorId: held?.operatorId,
    waitingOn: ticket.waitingOn,
    snoozedUntil: ticket.snoozedUntil,
    waitingSince: ticket.waitingSince,
    sortAt: standsSince(ticket, head),
    lastMessageAt: head.lastMessageAt,
  };
}

async function readNames(ctx: CaseCtx, opened: Case): Promise<Names> {
  const customer = await ctx.db.get(opened.conversation.customerId);
  const agent = await agentOf(ctx, opened);
  return { customerName: customer?.name ?? customer?.email ?? '', agentName: agent?.name ?? '' };
}

/** The rows of a case that may have changed: its present ticket's, and those of the tickets that changed themselves. */
export async function refreshRows(ctx: CaseCtx, opened: Case): Promise<void> {
  const { head, control, conversation, ticket: present, stored } = opened;
  const hasMoved =
    opened.isRenamed ||
    head !== stored.head ||
    control !== stored.control ||
    conversation !== stored.conversation;
  for (const { now, stored: before, isNew } of opened.tickets.values()) {
    if (isNew) await addRow(ctx, opened, now);
    else if (now !== before || (hasMoved && now._id === present?._id)) await refreshRow(ctx, opened, now);
  }
}

async function addRow(ctx: CaseCtx, opened: Case, ticket: Doc<'tickets'>): Promise<void> {
  await ctx.db.insert('ticketRows', deriveRow(opened, ticket, await readNames(ctx, opened)));
}

async function refreshRow(ctx: CaseCtx, opened: Case, ticket: Doc<'tickets'>): Promise<void> {
  const stored = (await ctx.db
    .query('ticketRows')
    .withIndex('by_ticketId', (q) => q.eq('ticketId', ticket._id))
    .unique())!;
  // A row that comes to another list may have been passed by a renaming that goes from list to list.
  const isStale = opened.isRenamed || stored.bucket !== bucketOf(ticket.status);
  const row = deriveRow(opened, ticket, isStale ? await readNames(ctx, opened) : namesOf(stored));
  if (!isSame(row, stored)) await ctx.db.patch(stored._id, row);
}

function namesOf({ customerName, agentName }: Row): Names {
  return { customerName, agentName };
}

function isSame(row: Row, stored: Doc<'ticketRows'>): boolean {
  return (Object.keys(row) as (keyof Row)[]).every((key) => row[key] === stored[key]);
}

/** An agent was renamed. Its tickets may be many: batches of `renameBatch`, each in a transaction of its own. */
export async function renameInRows(
  ctx: MutationCtx,
  teamId: Id<'teams'>,
  cursor: string | null,
): Promise<void> {
  const { page, isDone, continueCursor } = await ctx.db
    .query('ticketRows')
    .withIndex('by_teamId_and_bucket_and_sortAt', (q) => q.eq('teamId', teamId))
    .paginate({ numItems: renameBatch, cursor });
  for (const row of page) {
    const ticket = await ctx.db.get(row.ticketId);
    const agentName = (ticket && (await ctx.db.get(ticket.agentId)))?.name ?? '';
    if (agentName !== row.agentName) await ctx.db.patch(row._id, { agentName });
  }
  if (isDone) return;
  await ctx.scheduler.runAfter(0, internal.jobs.tickets.renameInRows, { teamId, cursor: continueCursor });
}
