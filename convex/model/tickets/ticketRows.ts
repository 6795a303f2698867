/**
 * What lists show of each ticket: `ticketRows`, derived from the case. Written only here, when the case is settled, and
 * skipped when nothing shown has changed (docs/rules.md E3, E5).
 *
 * A conversation's present ticket follows the thread; an older one keeps what it last showed until it changes itself. An
 * ended ticket shows the agent as holder whatever happens later: ending handed it back.
 */
import type { Doc } from '../../_generated/dataModel';
import { standsSince } from '../../shared/tickets/places';
import { isActive } from '../../shared/tickets/tickets';
import type { formerRowFields } from '../../tables/former';
import type { Case, CaseCtx } from '../conversation/case';
import type { MutationCtx } from '../../_generated/server';
import { calledBy } from '../conversation/persons';

type Row = Omit<Doc<'ticketRows'>, '_id' | '_creationTime' | keyof typeof formerRowFields>;
type Names = Pick<Row, 'customerName' | 'isCustomerProven' | 'operatorName'>;

type Shown = Pick<Case, 'conversation' | 'head' | 'control'>;

/** What a ticket shows, but for the names. */
export function deriveRow(
  { conversation, head, control }: Shown,
  ticket: Doc<'tickets'>,
): Omit<Row, keyof Names> {
  const waits = isActive(ticket.status) && ticket.waitingSince !== undefined;
  const customerWaits = waits && head.customerPreview !== undefined;
  const outside = head.answeredOutside;
  const said =
    outside !== undefined && outside.at >= head.lastMessageAt
      ? ({ preview: outside.preview, previewAuthor: 'system' } as const)
      : { preview: head.preview, previewAuthor: head.previewAuthor };
  return {
    ticketId: ticket._id,
    teamId: ticket.teamId,
    number: ticket.number,
    status: ticket.status,
    priority: ticket.priority,
    channel: head.customerChannel,
    subject: conversation.subject,
    ...(customerWaits ? { preview: head.customerPreview!, previewAuthor: 'customer' } : said),
    agentId: ticket.agentId,
    assigneeId: ticket.assigneeId,
    waits,
    customerAt: head.lastCustomerAt,
    outsideAt: outside?.at,
    waitsOutside: isActive(ticket.status) && ticket.waitingOn === 'thirdParty' ? true : undefined,
    holder: isActive(ticket.status) ? control.holder : 'agent',
    sortAt: standsSince(ticket, head),
    snoozedUntil: isActive(ticket.status) ? ticket.snoozedUntil : undefined,
    dueAt: ticket.deadline?.dueAt,
    dueNearAt: ticket.deadline?.nearAt,
    dueTarget: ticket.deadline?.target,
    helpWhy: ticket.help?.why,
    helpBy: ticket.help?.by,
    helpAt: ticket.help?.at,
  };
}

async function readNames(
  ctx: CaseCtx,
  { conversation, control: { operatorId } }: Case,
  { status }: Doc<'tickets'>,
): Promise<Names> {
  const customer = await ctx.db.get(conversation.customerId);
  const operator = isActive(status) && operatorId !== undefined ? await ctx.db.get(operatorId) : null;
  const { name, isOurs } = await calledBy(ctx, customer);
  // What another one is called, with whom they were merged, proves nothing of who writes here.
  const isProven = isOurs || (customer?.name === name && customer.isNameProven === true);
  return {
    customerName: name,
    isCustomerProven: isProven || undefined,
    operatorName: operator?.name,
  };
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
    else if (showsTheSame(opened, before, now)) continue;
    else if (now !== before || (hasMoved && now._id === present?._id)) await refreshRow(ctx, opened, now);
  }
}

/** Of the ticket that was the present one, whose row is up to date: told by the case alone, so that nothing is read. */
function showsTheSame(opened: Case, before: Doc<'tickets'>, now: Doc<'tickets'>): boolean {
  const { stored, control, isRenamed } = opened;
  if (isRenamed || control !== stored.control || stored.head.presentTicketId !== now._id) return false;
  return isSame(deriveRow(opened, now), deriveRow(stored, before));
}

async function addRow(ctx: CaseCtx, opened: Case, ticket: Doc<'tickets'>): Promise<void> {
  await ctx.db.insert('ticketRows', {
    ...deriveRow(opened, ticket),
    ...(await readNames(ctx, opened, ticket)),
  });
}

async function refreshRow(ctx: CaseCtx, opened: Case, ticket: Doc<'tickets'>): Promise<void> {
  const { teamId, number, status } = ticket;
  const stored = (await ctx.db
    .query('ticketRows')
    .withIndex('by_teamId_and_number', (q) => q.eq('teamId', teamId).eq('number', number))
    .unique())!;
  // A renaming looks at the present tickets only: one that has ended catches up when it comes back.
  const isStale = opened.isRenamed || opened.control !== opened.stored.control || stored.status !== status;
  const names = isStale ? await readNames(ctx, opened, ticket) : namesOf(stored);
  const row: Row = { ...deriveRow(opened, ticket), ...names };
  const changed = (Object.keys(row) as (keyof Row)[]).filter((key) => row[key] !== stored[key]);
  if (changed.length === 0) return;
  await ctx.db.patch(stored._id, Object.fromEntries(changed.map((key) => [key, row[key]])));
}

function namesOf({ customerName, isCustomerProven, operatorName }: Row): Names {
  return { customerName, isCustomerProven, operatorName };
}

function isSame(row: Partial<Row>, stored: Partial<Row>): boolean {
  return (Object.keys(row) as (keyof Row)[]).every((key) => row[key] === stored[key]);
}

/** One of a customer without a name, from when none was made up. */
export async function nameNameless(ctx: MutationCtx, row: Doc<'ticketRows'>): Promise<void> {
  const ticket = await ctx.db.get(row.ticketId);
  const customer = ticket && (await ctx.db.get(ticket.customerId));
  if (row.customerName !== '' || customer === null) return;
  const { name } = await calledBy(ctx, customer);
  await ctx.db.patch(row._id, { customerName: name, isCustomerProven: true });
}
