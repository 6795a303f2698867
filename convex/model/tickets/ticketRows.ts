/**
 * What lists show: `ticketRows`, derived from the case, and `ticketCounts`, how many rows each list holds. Written only
 * here, when the case is settled, and skipped when nothing shown has changed, so lists re-run only when they must
 * (docs/rules.md E3, B2).
 *
 * A conversation's present ticket follows the thread; an older one keeps what it last showed until it changes itself. An
 * ended ticket shows the agent as holder whatever happens later: ending handed it back.
 */
import { internal } from '../../_generated/api';
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { isActive } from '../../shared/tickets/tickets';
import { agentOf, type Case, type CaseCtx } from '../conversation/case';

type Reader = Pick<QueryCtx, 'db'>;
type Row = Omit<Doc<'ticketRows'>, '_id' | '_creationTime'>;
type Names = Pick<Row, 'customerName' | 'agentName'>;
type Bucket = Row['bucket'];
const unassigned = 'none';
const renameBatch = 200;

function deriveRow({ conversation, head, control }: Case, ticket: Doc<'tickets'>, names: Names): Row {
  const held = isActive(ticket.status) ? control : null;
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
    ...names,
    subject: conversation.subject,
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

async function readNames(ctx: CaseCtx, opened: Case): Promise<Names> {
  const customer = await ctx.db.get(opened.conversation.customerId);
  const agent = await agentOf(ctx, opened);
  return { customerName: customer?.name ?? customer?.email ?? '', agentName: agent?.name ?? '' };
}

function bucketOf({ status }: Doc<'tickets'>): Bucket {
  return isActive(status) ? 'active' : status === 'closed' ? 'closed' : 'resolved';
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
  const row = deriveRow(opened, ticket, await readNames(ctx, opened));
  await ctx.db.insert('ticketRows', row);
  await count(ctx, row, 1);
}

async function refreshRow(ctx: CaseCtx, opened: Case, ticket: Doc<'tickets'>): Promise<void> {
  const stored = (await ctx.db
    .query('ticketRows')
    .withIndex('by_ticketId', (q) => q.eq('ticketId', ticket._id))
    .unique())!;
  // A row that comes to another list may have been passed by a renaming that goes from list to list.
  const isStale = opened.isRenamed || stored.bucket !== bucketOf(ticket);
  const row = deriveRow(opened, ticket, isStale ? await readNames(ctx, opened) : namesOf(stored));
  if (isSame(row, stored)) return;
  await ctx.db.patch(stored._id, row);
  if (stored.bucket === row.bucket && stored.assignee === row.assignee) return;
  await count(ctx, stored, -1);
  await count(ctx, row, 1);
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
