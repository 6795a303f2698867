/** Tickets of customers, and the newest of the team: what is looked at where no word can be asked of the index. */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { type TicketStatus, ticketStatuses } from '../../shared/tickets/tickets';
import type { SearchQuery } from '../../shared/search/parseSearch';

type Reader = Pick<QueryCtx, 'db'>;
type Ticket = Doc<'tickets'>;

/** Of each status. */
const mostRecent = 100;
const mostOfCustomer = 10;

/** Statuses a search asks for: those that none of its words rules out. */
function statusesOf({ is }: SearchQuery): TicketStatus[] {
  const allowed: Partial<Record<SearchQuery['is'][number], TicketStatus[]>> = {
    ...{ open: ['new', 'open'], new: ['new'], resolved: ['resolved'], closed: ['closed'] },
    ...{ snoozed: ['new', 'open'], waiting: ['new', 'open'] },
  };
  return ticketStatuses.filter((status) => is.every((each) => allowed[each]?.includes(status) ?? true));
}

/** The newest that were opened before an instant, and whether there may be more. */
export async function recentTickets(
  ctx: Reader,
  teamId: Id<'teams'>,
  query: SearchQuery,
  before: number,
): Promise<{ tickets: Ticket[]; isCut: boolean }> {
  const lists = await Promise.all(
    statusesOf(query).map((status) =>
      ctx.db
        .query('tickets')
        .withIndex('by_teamId_and_status_and_openedAt', (q) =>
          q.eq('teamId', teamId).eq('status', status).lt('openedAt', before),
        )
        .order('desc')
        .take(mostRecent),
    ),
  );
  return { tickets: lists.flat(), isCut: lists.some(({ length }) => length === mostRecent) };
}

/** The newest of one customer's conversations. */
export function conversationsOf(ctx: Reader, customerId: Id<'customers'>): Promise<Doc<'conversations'>[]> {
  return ctx.db
    .query('conversations')
    .withIndex('by_customerId', (q) => q.eq('customerId', customerId))
    .order('desc')
    .take(mostOfCustomer);
}
