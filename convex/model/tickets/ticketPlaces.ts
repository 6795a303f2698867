/**
 * Where tickets stand: `ticketPlaces`, derived from the case, and `ticketCounts`, how many each list holds. Written only
 * here, when the case is settled, and only when a place has changed (docs/rules.md E3, E5, B2).
 *
 * A place follows from the ticket and, where it waits for nothing, from the thread's last message; so whether it has changed
 * is told by the case alone, and a message that moves nothing reads nothing here.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../../_generated/server';
import {
  type Bucket,
  bucketOf,
  endsPage,
  noDeadline,
  type Position,
  standsSince,
  type TicketList,
} from '../../shared/tickets/places';
import { isActive } from '../../shared/tickets/tickets';
import type { Case, CaseCtx, CountChange, CountedList } from '../conversation/case';

type Reader = Pick<QueryCtx, 'db'>;
type Place = Omit<Doc<'ticketPlaces'>, '_id' | '_creationTime'>;
type Counted = CountedList & { waits?: boolean | undefined };
type Head = Pick<Doc<'threadHeads'>, 'lastMessageAt'>;
const unassigned = 'none';

function placeOf(ticket: Doc<'tickets'>, head: Head): Place {
  const { _id: ticketId, teamId, number, assigneeId, snoozedUntil, priority } = ticket;
  return {
    ticketId,
    teamId,
    number,
    bucket: bucketOf(ticket),
    assignee: assigneeId ?? unassigned,
    sortAt: standsSince(ticket, head),
    snoozedUntil,
    priority,
    waits: isActive(ticket.status) && ticket.waitingSince !== undefined,
    dueAt: ticket.deadline?.dueAt ?? noDeadline,
  };
}

export async function refreshPlaces(ctx: CaseCtx, { tickets, head, stored }: Case): Promise<void> {
  for (const { now, stored: before, isNew } of tickets.values()) {
    const place = placeOf(now, head);
    if (isNew) await addPlace(ctx, place);
    else await movePlace(ctx, placeOf(before, stored.head), place);
  }
}

async function addPlace(ctx: CaseCtx, place: Place): Promise<void> {
  await ctx.db.insert('ticketPlaces', place);
  count(ctx, place, { count: 1, waiting: place.waits ? 1 : 0 });
}

async function movePlace(ctx: CaseCtx, from: Place, to: Place): Promise<void> {
  if ((Object.keys(to) as (keyof Place)[]).every((key) => to[key] === from[key])) return;
  const stored = await putPlace(ctx, to);
  recount(ctx, stored === null ? countedBefore(from) : { ...from, waits: stored.waits }, to);
}

function recount(ctx: CaseCtx, from: Counted, to: Counted): void {
  const [waited, waits] = [from.waits ? 1 : 0, to.waits ? 1 : 0];
  if (from.bucket !== to.bucket || from.assignee !== to.assignee) {
    count(ctx, from, { count: -1, waiting: -waited });
    count(ctx, to, { count: 1, waiting: waits });
  } else if (waited !== waits) count(ctx, to, { count: 0, waiting: waits - waited });
}

/** Where a ticket of before, which has no place, was counted: snoozed ones stood among the active. */
function countedBefore({ teamId, bucket, assignee }: Place): Counted {
  return { teamId, assignee, bucket: bucket === 'snoozed' ? 'active' : bucket };
}

function findPlace(ctx: Reader, ticketId: Id<'tickets'>): Promise<Doc<'ticketPlaces'> | null> {
  return ctx.db
    .query('ticketPlaces')
    .withIndex('by_ticketId', (q) => q.eq('ticketId', ticketId))
    .unique();
}

/** For a ticket of before, which the counts know; false: it has one. */
export async function ensurePlace(
  ctx: CaseCtx,
  ticket: Doc<'tickets'>,
  readHead: () => Promise<Head>,
): Promise<boolean> {
  if ((await findPlace(ctx, ticket._id)) !== null) return false;
  const place = placeOf(ticket, await readHead());
  await ctx.db.insert('ticketPlaces', place);
  recount(ctx, countedBefore(place), place);
  return true;
}

/** What stood there; null: nothing. Tickets of before have no place until the migration has come to them. */
async function putPlace(ctx: MutationCtx, place: Place): Promise<Doc<'ticketPlaces'> | null> {
  const stored = await findPlace(ctx, place.ticketId);
  if (stored === null) await ctx.db.insert('ticketPlaces', place);
  else await ctx.db.patch(stored._id, place);
  return stored;
}

function count(
  { unsettled: { counts } }: CaseCtx,
  { teamId, bucket, assignee }: CountedList,
  by: CountChange,
): void {
  const name = `${teamId} ${bucket} ${assignee}`;
  const change = counts.get(name)?.by ?? { count: 0, waiting: 0 };
  const sum = { count: change.count + by.count, waiting: change.waiting + by.waiting };
  counts.set(name, { of: { teamId, bucket, assignee }, by: sum });
}

/** The end of the settling: the count of each list that holds more or fewer than before is written once. */
export async function settleCounts(ctx: CaseCtx): Promise<void> {
  for (const { of, by } of ctx.unsettled.counts.values()) {
    if (by.count === 0 && by.waiting === 0) continue;
    const stored = await getCount(ctx, of.teamId, of.bucket, of.assignee);
    const now = { count: (stored?.count ?? 0) + by.count, waiting: (stored?.waiting ?? 0) + by.waiting };
    if (stored === null) await ctx.db.insert('ticketCounts', { ...of, ...now });
    // No row says none: so there are only as many as members who have tickets, whoever has come and gone.
    else if (now.count === 0 && now.waiting === 0) await ctx.db.delete(stored._id);
    else await ctx.db.patch(stored._id, now);
  }
}

function getCount(ctx: Reader, teamId: Id<'teams'>, bucket: Bucket, assignee: string) {
  return ctx.db
    .query('ticketCounts')
    .withIndex('by_teamId_and_bucket_and_assignee', (q) =>
      q.eq('teamId', teamId).eq('bucket', bucket).eq('assignee', assignee),
    )
    .unique();
}

/** How many tickets that are active and awake are the member's, or nobody's. */
export async function countAssigned(
  ctx: Reader,
  teamId: Id<'teams'>,
  memberId: Id<'members'> | null,
): Promise<number> {
  return (await getCount(ctx, teamId, 'active', memberId ?? unassigned))?.count ?? 0;
}

/** How many stand there in all, and how many of them wait: at most one small row a member. */
export async function countIn(ctx: Reader, teamId: Id<'teams'>, bucket: Bucket): Promise<CountChange> {
  const rows = await ctx.db
    .query('ticketCounts')
    .withIndex('by_teamId_and_bucket_and_assignee', (q) => q.eq('teamId', teamId).eq('bucket', bucket))
    .take(1000);
  const sum = (of: (row: Doc<'ticketCounts'>) => number) => rows.reduce((all, row) => all + of(row), 0);
  return { count: sum((row) => row.count), waiting: sum((row) => row.waiting ?? 0) };
}

/** More than one looks through. */
const mostDue = 1_000;

/** [B1] The awake ones that are due before an instant, nearest first: at most so many, and whether there are more. */
export async function listDue(
  ctx: Reader,
  teamId: Id<'teams'>,
  before: number,
): Promise<{ numbers: number[]; hasMore: boolean }> {
  const places = await ctx.db
    .query('ticketPlaces')
    .withIndex('by_teamId_and_bucket_and_dueAt_and_number', (q) =>
      q.eq('teamId', teamId).eq('bucket', 'active').gt('dueAt', 0).lt('dueAt', Math.min(before, noDeadline)),
    )
    .take(mostDue + 1);
  return { numbers: places.slice(0, mostDue).map(({ number }) => number), hasMore: places.length > mostDue };
}

/** Of a line longer than this nobody's place is told: it is read row by row. */
const longestLine = 20;

/** [H5] How many customers wait for a person, and have waited longer; null: too many to tell. */
export async function countWaitingBefore(
  ctx: Reader,
  { teamId, waitingSince }: Pick<Doc<'tickets'>, 'teamId' | 'waitingSince'>,
): Promise<number | null> {
  if (waitingSince === undefined) return null;
  const before = await ctx.db
    .query('ticketPlaces')
    .withIndex('by_teamId_and_bucket_and_waits_and_sortAt_and_number', (q) =>
      q.eq('teamId', teamId).eq('bucket', 'active').eq('waits', true).lt('sortAt', waitingSince),
    )
    .take(longestLine);
  return before.length === longestLine ? null : before.length;
}

interface Listed {
  teamId: Id<'teams'>;
  list: TicketList;
  /** Of the list `assigned`. */
  memberId: Id<'members'> | undefined;
}

/** One page of a list's ticket numbers in its order, and where the next begins; null: that was the last one. */
export async function listNumbers(
  ctx: Reader,
  listed: Listed,
  after: Position | undefined,
): Promise<{ numbers: number[]; next: Position | null }> {
  const numbers: number[] = [];
  for await (const { sortAt, number } of placesAfter(ctx, listed, after)) {
    numbers.push(number);
    if (endsPage(number, numbers.length)) return { numbers, next: { sortAt, number } };
  }
  return { numbers, next: null };
}

/** Those of the same instant first, then the later ones. */
async function* placesAfter(ctx: Reader, listed: Listed, after: Position | undefined) {
  if (after === undefined) {
    yield* places(ctx, listed, {});
    return;
  }
  yield* places(ctx, listed, { at: after });
  yield* places(ctx, listed, { past: after.sortAt });
}

/** Whoever waits longest, or wakes next, comes first; what has ended, newest first. */
function places(
  ctx: Reader,
  { teamId, list, memberId }: Listed,
  { at, past }: { at?: Position; past?: number },
) {
  const rows = ctx.db.query('ticketPlaces');
  if (list === 'resolved' || list === 'closed') {
    return rows
      .withIndex('by_teamId_and_bucket_and_sortAt_and_number', (q) => {
        const bucket = q.eq('teamId', teamId).eq('bucket', list);
        if (at !== undefined) return bucket.eq('sortAt', at.sortAt).lt('number', at.number);
        return past === undefined ? bucket : bucket.lt('sortAt', past);
      })
      .order('desc');
  }
  if (list === 'needsReply') {
    return rows.withIndex('by_teamId_and_bucket_and_waits_and_sortAt_and_number', (q) => {
      const waiting = q.eq('teamId', teamId).eq('bucket', 'active').eq('waits', true);
      if (at !== undefined) return waiting.eq('sortAt', at.sortAt).gt('number', at.number);
      return past === undefined ? waiting : waiting.gt('sortAt', past);
    });
  }
  if (list === 'all' || list === 'snoozed') {
    return rows.withIndex('by_teamId_and_bucket_and_sortAt_and_number', (q) => {
      const bucket = q.eq('teamId', teamId).eq('bucket', list === 'all' ? 'active' : list);
      if (at !== undefined) return bucket.eq('sortAt', at.sortAt).gt('number', at.number);
      return past === undefined ? bucket : bucket.gt('sortAt', past);
    });
  }
  const assignee = list === 'assigned' ? (memberId ?? unassigned) : unassigned;
  return rows.withIndex('by_teamId_and_bucket_and_assignee_and_sortAt_and_number', (q) => {
    const mine = q.eq('teamId', teamId).eq('bucket', 'active').eq('assignee', assignee);
    if (at !== undefined) return mine.eq('sortAt', at.sortAt).gt('number', at.number);
    return past === undefined ? mine : mine.gt('sortAt', past);
  });
}
