/**
 * Reading lists of tickets: numbers in order, page by page, from the ranges that shared/tickets/lists.ts names. A page reads
 * as much as it shows and one row of each range beyond; where no index knows all filters, at most `maxLooked` rows.
 */
import type { Doc, Id } from '../../_generated/dataModel';
import type { QueryCtx } from '../../_generated/server';
import {
  type Equal,
  type Filters,
  indexOf,
  type Plan,
  planOf,
  type Position,
  type Sort,
} from '../../shared/tickets/lists';
import { endsPage, noDeadline, type TicketList } from '../../shared/tickets/places';
import { maxLooked } from '../../shared/tickets/tickets';

type Reader = Pick<QueryCtx, 'db'>;
type Row = Pick<
  Doc<'ticketPlaces'>,
  'number' | 'sortAt' | 'dueAt' | 'priority' | 'assignee' | 'agentId' | 'channel'
>;
type Rows = AsyncGenerator<Row, undefined>;

interface Listed {
  teamId: Id<'teams'>;
  list: TicketList;
  /** Of the list `assigned`. */
  memberId: Id<'members'> | undefined;
  sort: Sort;
  filters: Filters;
}

export interface Page {
  numbers: number[];
  /** Where the next one begins; null: that was the last. */
  next: Position | null;
  /** The bound on what is looked at was reached: more that fit may stand further on. */
  hasStopped: boolean;
}

export async function listNumbers(
  ctx: Reader,
  { teamId, ...listed }: Listed,
  after: Position | undefined,
): Promise<Page> {
  const plan = planOf(listed);
  const numbers: number[] = [];
  let looked = 0;
  for await (const row of rowsOf(ctx, teamId, plan, after)) {
    const { number, sortAt, dueAt, priority } = row;
    looked++;
    const fits = plan.rest.every(([field, value]) => row[field as keyof Row] === value);
    if (fits) numbers.push(number);
    const hasStopped = plan.rest.length > 0 && looked === maxLooked;
    if (hasStopped || (fits && endsPage(number, numbers.length)))
      return {
        numbers,
        next: { sortAt, number, priority, ...(plan.keys.includes('dueAt') && { dueAt }) },
        hasStopped,
      };
  }
  return { numbers, next: null, hasStopped: false };
}

async function* rowsOf(ctx: Reader, teamId: Id<'teams'>, plan: Plan, after: Position | undefined): Rows {
  const valueAt = (equal: Equal) => equal.find(([field]) => field === 'priority')?.[1];
  const isGrouped = plan.groups.length > 1 && after?.priority !== undefined;
  const begun = isGrouped ? plan.groups.findIndex((group) => valueAt(group[0]!) === after.priority) : 0;
  for (const [index, group] of plan.groups.slice(Math.max(begun, 0)).entries()) {
    const from = index === 0 ? after : undefined;
    yield* merged(
      group.map((equal) => range(ctx, teamId, plan, equal, from)),
      plan,
    );
  }
}

/** Rows of several ranges in one order. */
async function* merged(ranges: Rows[], plan: Plan): Rows {
  const heads = await Promise.all(ranges.map((each) => each.next()));
  for (;;) {
    let first = -1;
    for (const [index, head] of heads.entries()) {
      if (!head.done && (first < 0 || isBefore(head.value, heads[first]!.value!, plan))) first = index;
    }
    if (first < 0) return;
    yield heads[first]!.value!;
    heads[first] = await ranges[first]!.next();
  }
}

function isBefore(one: Row, other: Row, { keys, isLatestFirst }: Plan): boolean {
  for (const key of keys) {
    const [first, second] = [one[key] ?? noDeadline, other[key] ?? noDeadline];
    if (first !== second) return isLatestFirst ? first > second : first < second;
  }
  return false;
}

/** Those that are equal in all keys but the last first, then those in all but the last two… */
async function* range(
  ctx: Reader,
  teamId: Id<'teams'>,
  plan: Plan,
  equal: Equal,
  after: Position | undefined,
): Rows {
  if (after === undefined) {
    yield* read(ctx, teamId, plan, equal, []);
    return;
  }
  for (let same = plan.keys.length - 1; same >= 0; same--) {
    const at = plan.keys.slice(0, same + 1).map((key) => [key, after[key] ?? noDeadline] as const);
    yield* read(ctx, teamId, plan, equal, at);
  }
}

/** A range as an index's builder is asked for it, by names. */
interface Bounds {
  eq: (field: string, value: string | number) => Bounds;
  gt: (field: string, value: number) => Bounds;
  lt: (field: string, value: number) => Bounds;
}
interface ByName {
  withIndex: (
    name: string,
    range: (q: Bounds) => Bounds,
  ) => { order: (order: 'asc' | 'desc') => AsyncIterable<Row> };
}

/** `at`: beyond the last of these, where the ones before are the same. */
async function* read(
  ctx: Reader,
  teamId: Id<'teams'>,
  { table, keys, isLatestFirst }: Plan,
  equal: Equal,
  at: (readonly [key: string, value: number])[],
): Rows {
  // The indexes are made from the same table of orders, so their names are known here only as they are put together.
  const rows = ctx.db.query(table) as unknown as ByName;
  const found = rows.withIndex(indexOf(equal, keys), (q) => {
    let bounds = q.eq('teamId', teamId);
    for (const [field, value] of equal) bounds = bounds.eq(field, value);
    for (const [key, value] of at.slice(0, -1)) bounds = bounds.eq(key, value);
    const last = at.at(-1);
    if (last === undefined) return bounds;
    return isLatestFirst ? bounds.lt(...last) : bounds.gt(...last);
  });
  yield* found.order(isLatestFirst ? 'desc' : 'asc');
}
