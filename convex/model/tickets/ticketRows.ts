/**
 * What lists show: `ticketRows`, derived from ticket, thread and control, and `ticketCounts`, how many rows each list
 * holds. Written only here, in the mutation that changed their sources, and skipped when nothing shown has changed, so
 * lists re-run only when they must (docs/rules.md E3, B2).
 *
 * A conversation's present ticket (model/conversation/presentTicket.ts) follows the thread; an older one keeps what it last showed.
 * An ended ticket shows the agent as holder whatever happens later: ending handed it back.
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { isActive } from '../../shared/tickets/tickets';
import { getControl } from '../control/control';
import { getHead } from '../conversation/entries';
import { presentTicket } from '../conversation/presentTicket';

type Reader = Pick<QueryCtx, 'db'>;
type Row = Omit<Doc<'ticketRows'>, '_id' | '_creationTime'>;
type Bucket = Row['bucket'];
const unassigned = 'none';
const renameBatch = 200;

export async function deriveRow(ctx: Reader, ticket: Doc<'tickets'>): Promise<Row> {
  const held = isActive(ticket.status) ? await getControl(ctx, ticket.conversationId) : null;
  const head = await getHead(ctx, ticket.conversationId);
  const conversation = await ctx.db.get(ticket.conversationId);
  const customer = await ctx.db.get(ticket.customerId);
  const agent = await ctx.db.get(ticket.agentId);
  return {
    ticketId: ticket._id,
    teamId: ticket.teamId,
    conversationId: ticket.conversationId,
    bucket: bucketOf(ticket),
    assignee: ticket.assigneeId ?? unassigned,
    number: ticket.number,
    status: ticket.status,
    priority: ticket.priority,
    channel: head.customerChannel,
    customerName: customer?.name ?? customer?.email ?? '',
    agentName: agent?.name ?? '',
    subject: conversation?.subject ?? '',
    preview: head.preview,
    previewAuthor: head.previewAuthor,
    holder: held?.holder ?? 'agent',
    operatorId: held?.operatorId,
    waitingOn: ticket.waitingOn,
    snoozedUntil: ticket.snoozedUntil,
    waitingSince: ticket.waitingSince,
    sortAt: ticket.waitingSince ?? head.lastMessageAt,
    lastMessageAt: head.lastMessageAt,
  };
}

function bucketOf({ status }: Doc<'tickets'>): Bucket {
  return isActive(status) ? 'active' : status === 'closed' ? 'closed' : 'resolved';
}

/** Call once at the end of every mutation that changed a ticket, a thread, a control record or a name in a row. */
export async function refreshRows(ctx: MutationCtx, conversationId: Id<'conversations'>): Promise<void> {
  const ticket = await presentTicket(ctx, conversationId);
  if (ticket !== null) await refreshRow(ctx, ticket);
}

/** One ticket's row, for a ticket that is perhaps no longer its conversation's present one. */
export async function refreshRow(ctx: MutationCtx, ticket: Doc<'tickets'>): Promise<void> {
  const row = await deriveRow(ctx, ticket);
  const stored = await ctx.db
    .query('ticketRows')
    .withIndex('by_ticketId', (q) => q.eq('ticketId', ticket._id))
    .unique();
  if (stored === null) {
    await ctx.db.insert('ticketRows', row);
    await count(ctx, row, 1);
    return;
  }
  if (isSame(row, stored)) return;
  await ctx.db.patch(stored._id, row);
  if (stored.bucket === row.bucket && stored.assignee === row.assignee) return;
  await count(ctx, stored, -1);
  await count(ctx, row, 1);
}

function isSame(row: Row, stored: Doc<'ticketRows'>): boolean {
  return (Object.keys(row) as (keyof Row)[]).every((key) => row[key] === stored[key]);
}

/** The customer's name or address changed: every conversation of theirs shows it. */
export async function refreshRowsOf(ctx: MutationCtx, customerId: Id<'customers'>): Promise<void> {
  const theirs = await ctx.db
    .query('conversations')
    .withIndex('by_customerId', (q) => q.eq('customerId', customerId))
    .order('desc')
    .take(100);
  for (const { _id } of theirs) await refreshRows(ctx, _id);
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

async function count(
  ctx: MutationCtx,
  { teamId, bucket, assignee }: Pick<Row, 'teamId' | 'bucket' | 'assignee'>,
  by: 1 | -1,
) {
  const stored = await getCount(ctx, teamId, bucket, assignee);
  if (stored === null) await ctx.db.insert('ticketCounts', { teamId, bucket, assignee, count: by });
  else await ctx.db.patch(stored._id, { count: stored.count + by });
}

async function getCount(ctx: Reader, teamId: Id<'teams'>, bucket: Bucket, assignee: string) {
  return ctx.db
    .query('ticketCounts')
    .withIndex('by_teamId_and_bucket_and_assignee', (q) =>
      q.eq('teamId', teamId).eq('bucket', bucket).eq('assignee', assignee),
    )
    .unique();
}

/** How many active tickets are the member's, nobody's, and the team's in all. At most one small row per member. */
export async function countsFor(
  ctx: Reader,
  teamId: Id<'teams'>,
  memberId: Id<'members'>,
): Promise<{ mine: number; unassigned: number; all: number }> {
  const rows = await ctx.db
    .query('ticketCounts')
    .withIndex('by_teamId_and_bucket_and_assignee', (q) => q.eq('teamId', teamId).eq('bucket', 'active'))
    .take(1000);
  const of = (assignee: string) => rows.find((row) => row.assignee === assignee)?.count ?? 0;
  return {
    mine: of(memberId),
    unassigned: of(unassigned),
    all: rows.reduce((sum, row) => sum + row.count, 0),
  };
}
