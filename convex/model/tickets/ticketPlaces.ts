/**
 * Where tickets stand: `ticketPlaces` and, of each tag, `tagPlaces`, derived from the case, and `ticketCounts`, how many each
 * list holds. Written only here, when the case is settled, and only when a place has changed (docs/rules.md E3, E5, B2).
 *
 * A place follows from the ticket and, where it waits for nothing, from the thread's last message; so whether it has changed
 * is told by the case alone, and a message that moves nothing reads nothing here.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import { laneOf, nobody } from '../../shared/tickets/lists';
import { type Bucket, bucketOf, noDeadline, standsSince } from '../../shared/tickets/places';
import { isActive, priorities, type Priority } from '../../shared/tickets/tickets';
import type { Case, CaseCtx, CountChange, CountedList } from '../conversation/case';

type Reader = Pick<QueryCtx, 'db'>;
type Place = Omit<Doc<'ticketPlaces'>, '_id' | '_creationTime'>;
type Ticket = Doc<'tickets'>;
type Head = Pick<Doc<'threadHeads'>, 'lastMessageAt' | 'customerChannel'>;
/** What is counted of a place; the agent is absent where a place of before was counted without it, and without its priority. */
type Counted = Pick<Place, 'teamId' | 'assignee' | 'bucket' | 'waits' | 'agentId' | 'priority'>;

function placeOf(ticket: Ticket, head: Head) {
  const { _id: ticketId, teamId, number, agentId, assigneeId, snoozedUntil, priority } = ticket;
  return {
    ticketId,
    teamId,
    number,
    bucket: bucketOf(ticket),
    lane: laneOf(ticket),
    assignee: assigneeId ?? nobody,
    agentId,
    channel: head.customerChannel,
    sortAt: standsSince(ticket, head),
    snoozedUntil,
    priority,
    waits: isActive(ticket.status) && ticket.waitingSince !== undefined,
    dueAt: ticket.deadline?.dueAt ?? noDeadline,
  } satisfies Place;
}

const isSame = <Value extends object>(one: Value, other: Value) =>
  (Object.keys(one) as (keyof Value)[]).every((key) => one[key] === other[key]);

export async function refreshPlaces(ctx: CaseCtx, { tickets, head, stored, ticket }: Case): Promise<void> {
  for (const { now, stored: before, isNew } of tickets.values()) {
    // One of before keeps its place whatever is said now.
    if (!isNew && now === before && now._id !== ticket?._id) continue;
    const place = placeOf(now, head);
    const hasMoved = isNew || !isSame(place, placeOf(before, stored.head));
    if (hasMoved) await putPlace(ctx, now, place, isNew ? null : placeOf(before, stored.head));
    const tags = isNew ? [] : before.tags;
    if ((hasMoved || tags !== now.tags) && now.tags.length + tags.length > 0)
      await putTags(ctx, now, place, isNew);
  }
}

/** Tickets of before have no place, or not a whole one, until the migration has come to them. `before`: null, a new one. */
async function putPlace(ctx: CaseCtx, ticket: Ticket, place: Place, before: Place | null): Promise<void> {
  const stored = before && (await findPlace(ctx, ticket._id));
  if (stored === null) await ctx.db.insert('ticketPlaces', place);
  else await ctx.db.patch(stored._id, place);
  if (before !== null) {
    const { waits, agentId } = stored ?? {};
    count(ctx, stored === null ? countedBefore(before) : { ...before, waits, agentId }, -1);
  }
  count(ctx, place, 1);
}

/** Where a ticket of before, which has no place, was counted: snoozed ones stood among the active. */
function countedBefore({ teamId, bucket, assignee, priority }: Place): Counted {
  return { teamId, assignee, priority, bucket: bucket === 'snoozed' ? 'active' : bucket };
}

function findPlace(ctx: Reader, ticketId: Id<'tickets'>): Promise<Doc<'ticketPlaces'> | null> {
  return ctx.db
    .query('ticketPlaces')
    .withIndex('by_ticketId', (q) => q.eq('ticketId', ticketId))
    .unique();
}

/** More than a ticket has. */
const mostTags = 100;

/** Each of its tags stands where the ticket does. */
async function putTags(
  ctx: CaseCtx,
  { _id: ticketId, teamId, number, tags, agentId }: Ticket,
  { lane, assignee, channel, sortAt, priority, dueAt }: ReturnType<typeof placeOf>,
  isNew: boolean,
): Promise<void> {
  const stored = isNew ? [] : await readTagPlaces(ctx, ticketId);
  const place = { ticketId, teamId, number, lane, assignee, agentId, channel, sortAt, priority, dueAt };
  for (const row of stored) {
    if (!tags.includes(row.tag)) {
      await ctx.db.delete(row._id);
      addCount(ctx, { teamId, bucket: 'tagged', assignee: row.tag }, { count: -1, waiting: 0 });
    } else if (!isSame<Partial<typeof row>>(place, row)) await ctx.db.patch(row._id, place);
  }
  for (const tag of tags) {
    if (stored.some((row) => row.tag === tag)) continue;
    await ctx.db.insert('tagPlaces', { ...place, tag });
    addCount(ctx, { teamId, bucket: 'tagged', assignee: tag }, { count: 1, waiting: 0 });
  }
}

const readTagPlaces = (ctx: Reader, ticketId: Id<'tickets'>) =>
  ctx.db
    .query('tagPlaces')
    .withIndex('by_ticketId', (q) => q.eq('ticketId', ticketId))
    .take(mostTags);

/** For a ticket of before, which the counts know: its place as it is now. True: it had none at all. */
export async function ensurePlace(
  ctx: CaseCtx,
  ticket: Ticket,
  readHead: () => Promise<Head>,
): Promise<boolean> {
  const stored = await findPlace(ctx, ticket._id);
  if (stored?.lane !== undefined) return false;
  const place = placeOf(ticket, await readHead());
  await putPlace(ctx, ticket, place, stored === null ? place : { ...place, ...stored });
  if (ticket.tags.length > 0) await putTags(ctx, ticket, place, false);
  return stored === null;
}

function count(ctx: CaseCtx, place: Counted, by: 1 | -1): void {
  const { teamId, bucket, assignee, waits, agentId, priority } = place;
  const change = { count: by, waiting: waits ? by : 0 };
  if (bucket !== 'active' || agentId === undefined) {
    addCount(ctx, { teamId, bucket, assignee }, change);
    return;
  }
  addCount(ctx, { teamId, bucket, assignee }, { ...change, [priority]: by });
  // Not who waits, which nobody asks of an agent: every conversation of theirs would write this one row.
  addCount(ctx, { teamId, bucket: 'ofAgent', assignee: agentId }, { count: by, waiting: 0 });
}

const counted = ['count', 'waiting', ...priorities] as const;

function sumOf(a: Partial<CountChange>, b: Partial<CountChange>): CountChange {
  const sum: CountChange = { count: 0, waiting: 0 };
  for (const key of counted) if (a[key] || b[key]) sum[key] = (a[key] ?? 0) + (b[key] ?? 0);
  return sum;
}

export function addCount(
  { unsettled: { counts } }: CaseCtx,
  { teamId, bucket, assignee }: CountedList,
  by: CountChange,
): void {
  const name = `${teamId} ${bucket} ${assignee}`;
  counts.set(name, { of: { teamId, bucket, assignee }, by: sumOf(counts.get(name)?.by ?? {}, by) });
}

/** The end of the settling: the count of each list that holds more or fewer than before is written once. */
export async function settleCounts(ctx: CaseCtx): Promise<void> {
  for (const { of, by } of ctx.unsettled.counts.values()) {
    if (counted.every((key) => !by[key])) continue;
    const stored = await getCount(ctx, of.teamId, of.bucket, of.assignee);
    const now = sumOf(stored ?? {}, by);
    if (stored === null) await ctx.db.insert('ticketCounts', { ...of, ...now });
    // No row says none: so there are only as many as members who have tickets, whoever has come and gone.
    else if (now.count === 0) await ctx.db.delete(stored._id);
    else await ctx.db.patch(stored._id, now);
  }
}

function getCount(ctx: Reader, teamId: Id<'teams'>, bucket: CountedList['bucket'], assignee: string) {
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
  return (await getCount(ctx, teamId, 'active', memberId ?? nobody))?.count ?? 0;
}

/** Of the active ones that are nobody's, how many there are of each priority. */
export async function countByPriority(ctx: Reader, teamId: Id<'teams'>): Promise<Record<Priority, number>> {
  const { low = 0, normal = 0, high = 0, urgent = 0 } = (await getCount(ctx, teamId, 'active', nobody)) ?? {};
  return { low, normal, high, urgent };
}

/** [B2] How many tickets have a tag, whatever their status. */
export async function countTagged(ctx: Reader, teamId: Id<'teams'>, tag: string): Promise<number> {
  return (await getCount(ctx, teamId, 'tagged', tag))?.count ?? 0;
}

/** [B1] How many live takeovers a holder has. */
export async function countHeld(ctx: Reader, teamId: Id<'teams'>, holder: string): Promise<number> {
  return (await getCount(ctx, teamId, 'held', holder))?.count ?? 0;
}

/** How many stand there in all, and how many of them wait: at most one small row a member. */
export async function countIn(
  ctx: Reader,
  teamId: Id<'teams'>,
  bucket: Bucket | 'held',
): Promise<CountChange> {
  const rows = await listCounts(ctx, teamId, bucket);
  const sum = (of: (row: Doc<'ticketCounts'>) => number) => rows.reduce((all, row) => all + of(row), 0);
  return { count: sum((row) => row.count), waiting: sum((row) => row.waiting ?? 0) };
}

/** [B2] Each agent's, or each tag's, that has any. */
export async function countEach(
  ctx: Reader,
  teamId: Id<'teams'>,
  bucket: 'ofAgent' | 'tagged',
): Promise<Map<string, number>> {
  const rows = await listCounts(ctx, teamId, bucket);
  return new Map(rows.map(({ assignee, count: all }) => [assignee, all]));
}

const listCounts = (ctx: Reader, teamId: Id<'teams'>, bucket: CountedList['bucket']) =>
  ctx.db
    .query('ticketCounts')
    .withIndex('by_teamId_and_bucket_and_assignee', (q) => q.eq('teamId', teamId).eq('bucket', bucket))
    .take(1000);

/** More than one looks through. Each change among them reads them anew, so it is not more than that. */
const mostDue = 300;

/** [B1] The awake ones that are due before an instant, nearest first: at most so many, and whether there are more. */
export async function listDue(
  ctx: Reader,
  teamId: Id<'teams'>,
  before: number,
): Promise<{ numbers: number[]; hasMore: boolean }> {
  const lanes = (['newWaits', 'openWaits', 'new', 'open'] as const).map((lane) =>
    ctx.db
      .query('ticketPlaces')
      .withIndex('by_teamId_and_lane_and_dueAt_and_number', (q) =>
        q.eq('teamId', teamId).eq('lane', lane).gt('dueAt', 0).lt('dueAt', Math.min(before, noDeadline)),
      )
      [Symbol.asyncIterator](),
  );
  const numbers: number[] = [];
  for await (const { number } of nearestFirst(lanes)) {
    if (numbers.length === mostDue) return { numbers, hasMore: true };
    numbers.push(number);
  }
  return { numbers, hasMore: false };
}

/** Of several lanes, each in this order, one after the other: no more of any is read than is asked for. */
async function* nearestFirst(
  lanes: readonly AsyncIterator<Doc<'ticketPlaces'>>[],
): AsyncGenerator<Doc<'ticketPlaces'>> {
  const heads = await Promise.all(lanes.map((lane) => lane.next()));
  for (;;) {
    const left = heads.flatMap((head, index) => (head.done ? [] : { place: head.value, index }));
    const [first] = left.toSorted(
      (a, b) => a.place.dueAt! - b.place.dueAt! || a.place.number - b.place.number,
    );
    if (first === undefined) return;
    yield first.place;
    heads[first.index] = await lanes[first.index]!.next();
  }
}

/** [B1] Who waits longest for a person; null: nobody waits. */
export async function longestWait(ctx: Reader, teamId: Id<'teams'>): Promise<Doc<'ticketPlaces'> | null> {
  const firsts = await Promise.all(
    (['newWaits', 'openWaits'] as const).map((lane) =>
      ctx.db
        .query('ticketPlaces')
        .withIndex('by_teamId_and_lane_and_sortAt_and_number', (q) => q.eq('teamId', teamId).eq('lane', lane))
        .first(),
    ),
  );
  const [one, other] = firsts.flatMap((place) => place ?? []);
  if (one === undefined) return null;
  return other !== undefined && other.sortAt < one.sortAt ? other : one;
}

/** Of a line longer than this nobody's place is told: it is read row by row. */
const longestLine = 20;

/** [H5] How many customers wait for a person, and have waited longer; null: too many to tell. */
export async function countWaitingBefore(
  ctx: Reader,
  { teamId, waitingSince }: Pick<Doc<'tickets'>, 'teamId' | 'waitingSince'>,
): Promise<number | null> {
  if (waitingSince === undefined) return null;
  const lines = await Promise.all(
    (['newWaits', 'openWaits'] as const).map((lane) =>
      ctx.db
        .query('ticketPlaces')
        .withIndex('by_teamId_and_lane_and_sortAt_and_number', (q) =>
          q.eq('teamId', teamId).eq('lane', lane).lt('sortAt', waitingSince),
        )
        .take(longestLine),
    ),
  );
  const before = lines[0]!.length + lines[1]!.length;
  return before >= longestLine ? null : before;
}
